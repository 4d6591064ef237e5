//! The settings of a client: flags, then `APAAS_*`, then a profile of `apaas-flow.toml`.

mod profile;
mod secret;

use std::env::{self, VarError};
use std::time::Duration;

use apaas_flow::{Client, ClientBuilder, FEISHU, Operator, credential};

use crate::failure::Mistake;
use crate::quota;
use profile::Profile;

/// The flags of every command that makes calls.
#[derive(clap::Args, Default)]
pub(crate) struct Flags {
    /// The user on whose behalf the flow runs: the platform's `_id`, a number, or an email
    #[arg(long, value_name = "ID|EMAIL")]
    pub(crate) operator: Option<String>,
    /// The profile of apaas-flow.toml to use
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The rate limit [default: 100/60, the platform's own]
    #[arg(long, value_name = "N/SECONDS")]
    pub(crate) quota: Option<String>,
}

/// A setting, and where it was found.
#[derive(Clone)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) from: String,
}

/// All settings that were found.
pub(crate) struct Settings {
    pub(crate) app_id: Option<Found<String>>,
    /// Read only when it is needed.
    secret: Option<Found<secret::Source>>,
    pub(crate) operator: Option<Found<Operator>>,
    pub(crate) base_url: Found<String>,
    allow_plain_http: bool,
    quota: Option<Found<String>>,
}

impl Settings {
    /// Looks for all of them. No secret is read.
    pub(crate) fn find(flags: &Flags) -> Result<Self, Mistake> {
        let profile = Profile::find(flags.profile.as_deref())?;
        let pick = |name: &str, in_profile: fn(&Profile) -> Option<&String>| {
            let in_profile = || {
                let profile = profile.as_ref()?;
                let value = in_profile(profile)?.clone();
                let from = profile.origin.clone();
                Some(Found { value, from })
            };
            Ok::<_, Mistake>(variable(name)?.or_else(in_profile))
        };
        let quota = match &flags.quota {
            Some(text) => Some(Found {
                value: text.clone(),
                from: "--quota".to_owned(),
            }),
            None => pick("APAAS_QUOTA", |profile| profile.quota.as_ref())?,
        };
        if let Some(text) = &quota {
            quota::parse(&text.value, &text.from)?;
        }
        let app_id = pick("APAAS_APP_ID", |profile| profile.app_id.as_ref())?;
        let app_id = app_id.map(|id| without_quotes(id, "app id")).transpose()?;
        let secret = secret::source(profile.as_ref())?;
        check_pair(app_id.as_ref(), secret.as_ref(), profile.as_ref())?;
        Ok(Self {
            app_id,
            secret,
            operator: operator(flags, profile.as_ref())?,
            base_url: pick("APAAS_BASE_URL", |profile| profile.base_url.as_ref())?.unwrap_or_else(
                || Found {
                    value: FEISHU.to_owned(),
                    from: "the default".to_owned(),
                },
            ),
            allow_plain_http: allow_plain_http()?,
            quota,
        })
    }

    /// Where the secret was found, if anywhere, and that it can be read there.
    pub(crate) fn check_secret(&self) -> Result<Option<&str>, Mistake> {
        let Some(Found { value, from }) = &self.secret else {
            return Ok(None);
        };
        value.read(from).map(|_| Some(&**from))
    }

    /// The operator, without whom no flow runs.
    pub(crate) fn operator(&self) -> Result<&Operator, Mistake> {
        match &self.operator {
            Some(operator) => Ok(&operator.value),
            None => Err(Mistake::new(
                "no operator: give --operator ID|EMAIL, or set APAAS_OPERATOR_ID or APAAS_OPERATOR_EMAIL, or operator_id in a profile",
            )),
        }
    }

    /// How many calls in which period: as set, or the platform's own.
    pub(crate) fn quota(&self) -> Result<(usize, Duration), Mistake> {
        match &self.quota {
            Some(text) => quota::numbers(&text.value, &text.from),
            None => Ok((100, Duration::from_secs(60))),
        }
    }

    /// A client with these settings.
    pub(crate) fn client(&self) -> Result<ClientBuilder, Mistake> {
        let mut missing = Vec::new();
        if self.app_id.is_none() {
            missing.push("no app id: set APAAS_APP_ID, or app_id in a profile of apaas-flow.toml");
        }
        if self.secret.is_none() {
            missing.push(
                "no app secret: set APAAS_APP_SECRET or APAAS_APP_SECRET_FILE, or app_secret_file in a profile of apaas-flow.toml",
            );
        }
        let (Some(app_id), Some(secret)) = (&self.app_id, &self.secret) else {
            return Err(Mistake::new(missing.join("; ")));
        };
        let mut builder = self
            .addressed()
            .app_credentials(&app_id.value, secret.value.read(&secret.from)?);
        if let Some(operator) = &self.operator {
            builder = builder.operator(operator.value.clone());
        }
        if let Some(text) = &self.quota {
            builder = builder.quota(quota::parse(&text.value, &text.from)?);
        }
        Ok(builder)
    }

    /// Whether the base URL can be used at all.
    pub(crate) fn check_base_url(&self) -> Result<(), Mistake> {
        self.addressed()
            .app_credentials("none", "none")
            .build()
            .map(drop)
            .map_err(|error| Mistake::new(format!("{} ({})", error, self.base_url.from)))
    }

    fn addressed(&self) -> ClientBuilder {
        Client::builder()
            .base_url(&self.base_url.value)
            .allow_plain_http(self.allow_plain_http)
    }
}

/// An environment variable that is set and not blank.
fn variable(name: &str) -> Result<Option<Found<String>>, Mistake> {
    let value = match env::var(name) {
        Ok(value) => value.trim().to_owned(),
        Err(VarError::NotPresent) => return Ok(None),
        Err(VarError::NotUnicode(_)) => {
            return Err(Mistake::new(format!(
                "{name} is not Unicode text; set it again, or unset it"
            )));
        }
    };
    Ok((!value.is_empty()).then(|| Found {
        value,
        from: name.to_owned(),
    }))
}

/// An id or a secret without quotes around it.
fn without_quotes(found: Found<String>, name: &str) -> Result<Found<String>, Mistake> {
    let Found { value, from } = found;
    match credential::without_quotes(value) {
        Ok(value) => Ok(Found { value, from }),
        Err(why) => Err(Mistake::new(format!("the {name} ({from}) {why}"))),
    }
}

/// An id and a secret belong together: a variable must not replace one half of a profile's pair.
fn check_pair(
    app_id: Option<&Found<String>>,
    secret: Option<&Found<secret::Source>>,
    profile: Option<&Profile>,
) -> Result<(), Mistake> {
    let (Some(app_id), Some(secret)) = (app_id, secret) else {
        return Ok(());
    };
    let is_whole =
        profile.is_some_and(|profile| profile.app_id.is_some() && profile.secret_file().is_some());
    if app_id.from == secret.from || !is_whole {
        return Ok(());
    }
    let of_profile = |from: &str| profile.is_some_and(|profile| profile.origin == from);
    match (of_profile(&app_id.from), of_profile(&secret.from)) {
        (false, true) => Err(Mistake::new(format!(
            "{} is set, and the app secret would be that of {}, of another app perhaps; unset it, or set APAAS_APP_SECRET or APAAS_APP_SECRET_FILE, too",
            app_id.from, secret.from
        ))),
        (true, false) => Err(Mistake::new(format!(
            "{} is set, and the app id would be that of {}, of another app perhaps; unset it, or set APAAS_APP_ID, too",
            secret.from, app_id.from
        ))),
        _ => Ok(()),
    }
}

fn allow_plain_http() -> Result<bool, Mistake> {
    match variable("APAAS_ALLOW_PLAIN_HTTP")? {
        None => Ok(false),
        Some(allow) => match allow.value.as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(Mistake::new(
                "APAAS_ALLOW_PLAIN_HTTP must be `true` or `false`",
            )),
        },
    }
}

/// The operator from the first source that names one: an id and an email from one source belong together.
fn operator(flags: &Flags, profile: Option<&Profile>) -> Result<Option<Found<Operator>>, Mistake> {
    if let Some(text) = &flags.operator {
        let value = match text.trim().parse() {
            Ok(id) => Operator::id(id),
            Err(_) if text.contains('@') => Operator::email(text.trim()),
            Err(_) => {
                return Err(Mistake::new(format!(
                    "--operator must be the user's `_id` on the low-code platform, a number, or an email, not `{text}`; an open_id is neither"
                )));
            }
        };
        let from = "--operator".to_owned();
        return Ok(Some(Found { value, from }));
    }
    let id = variable("APAAS_OPERATOR_ID")?;
    let id = match id {
        None => None,
        Some(id) => Some(id.value.parse().map_err(|_| {
            Mistake::new(
                "APAAS_OPERATOR_ID is not an integer; use the user's `_id` on the low-code platform, not an open_id",
            )
        })?),
    };
    let email = variable("APAAS_OPERATOR_EMAIL")?.map(|email| email.value);
    if let Some(value) = both(id, email) {
        let from = "APAAS_OPERATOR_ID / APAAS_OPERATOR_EMAIL".to_owned();
        return Ok(Some(Found { value, from }));
    }
    Ok(profile.and_then(|profile| {
        let value = both(profile.operator_id, profile.operator_email.clone())?;
        let from = profile.origin.clone();
        Some(Found { value, from })
    }))
}

fn both(id: Option<i64>, email: Option<String>) -> Option<Operator> {
    match (id, email) {
        (Some(id), Some(email)) => Some(Operator::id(id).with_email(email)),
        (Some(id), None) => Some(Operator::id(id)),
        (None, Some(email)) => Some(Operator::email(email)),
        (None, None) => None,
    }
}
