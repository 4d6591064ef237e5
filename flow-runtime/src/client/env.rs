//! Client settings from the environment.

use std::env;
use std::ffi::OsString;

use super::ClientBuilder;
use super::base_url::base_url;
use super::builder::config;
use super::credential::{of_file, without_quotes};
use crate::error::Result;
use crate::operator::Operator;

const VARIABLES: [&str; 7] = [
    "APAAS_APP_ID",
    "APAAS_APP_SECRET",
    "APAAS_APP_SECRET_FILE",
    "APAAS_OPERATOR_ID",
    "APAAS_OPERATOR_EMAIL",
    "APAAS_BASE_URL",
    "APAAS_ALLOW_PLAIN_HTTP",
];

impl ClientBuilder {
    /// Reads the settings from the environment:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `APAAS_APP_ID`, `APAAS_APP_SECRET` | the app's credentials; required |
    /// | `APAAS_APP_SECRET_FILE` | a file with the secret, instead of `APAAS_APP_SECRET` |
    /// | `APAAS_OPERATOR_ID` | the operator's `_id` on the low-code platform, a number |
    /// | `APAAS_OPERATOR_EMAIL` | the operator's email on the low-code platform |
    /// | `APAAS_BASE_URL` | the platform's address; Feishu if unset |
    /// | `APAAS_ALLOW_PLAIN_HTTP` | `true` or `1` allows `http://` to other machines |
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config): lists every variable that is missing or invalid.
    pub fn from_env() -> Result<Self> {
        Self::from_variables(|name| env::var_os(name))
    }

    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let is_odd = |name: &&str| variable(name).is_some_and(|value| value.to_str().is_none());
        let odd = VARIABLES.iter().copied().filter(is_odd);
        let mut wrong: Vec<String> = odd
            .map(|name| format!("{name} is not Unicode text"))
            .collect();
        let variable = |name: &str| {
            let value = variable(name)?.to_string_lossy().trim().to_owned();
            Some(value).filter(|value| !value.is_empty())
        };
        let mut valid = |credential: Result<String, String>| {
            credential.unwrap_or_else(|what| {
                wrong.push(what);
                String::new()
            })
        };
        let (app_id, secret) = (valid(app_id(variable)), valid(secret(variable)));
        let mut builder = Self::new().app_credentials(app_id, secret);
        if let Some(id) = variable("APAAS_OPERATOR_ID") {
            match id.parse() {
                Ok(id) => builder.operator = Some(Operator::id(id)),
                Err(_) => wrong.push(
                    "APAAS_OPERATOR_ID is not an integer; use the user's `_id` on the low-code platform, not an open_id"
                        .to_owned(),
                ),
            }
        }
        if let Some(email) = variable("APAAS_OPERATOR_EMAIL") {
            builder.operator = Some(match builder.operator.take() {
                Some(operator) => operator.with_email(email),
                None => Operator::email(email),
            });
        }
        if let Some(url) = variable("APAAS_BASE_URL") {
            builder.base_url = url;
        }
        if let Some(allow) = variable("APAAS_ALLOW_PLAIN_HTTP") {
            match allow.as_str() {
                "true" | "1" => builder.allow_plain_http = true,
                "false" | "0" => builder.allow_plain_http = false,
                _ => wrong.push("APAAS_ALLOW_PLAIN_HTTP must be `true` or `false`".to_owned()),
            }
        }
        if let Err(error) = base_url(&builder.base_url, builder.allow_plain_http) {
            wrong.push(format!("APAAS_BASE_URL: {error}"));
        }
        if wrong.is_empty() {
            Ok(builder)
        } else {
            Err(config(wrong.join("; ")))
        }
    }
}

/// The app id, or what is wrong with it.
fn app_id(variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    const ID: &str = "APAAS_APP_ID";

    let id = variable(ID).ok_or_else(|| format!("{ID} is unset or empty"))?;
    without_quotes(id).map_err(|why| format!("{ID} {why}"))
}

/// The app secret, or what is wrong with it.
fn secret(variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    const TEXT: &str = "APAAS_APP_SECRET";
    const FILE: &str = "APAAS_APP_SECRET_FILE";

    match (variable(TEXT), variable(FILE)) {
        (Some(_), Some(_)) => Err(format!("{TEXT} and {FILE} are both set; unset one")),
        (Some(secret), None) => without_quotes(secret).map_err(|why| format!("{TEXT} {why}")),
        (None, None) => Err(format!("{TEXT} is unset or empty, and so is {FILE}")),
        (None, Some(file)) => of_file(&file).map_err(|why| format!("{FILE}: {file} {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(variables: &[(&str, &str)]) -> Result<(), String> {
        let find = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let builder = ClientBuilder::from_variables(find);
        let client = builder.and_then(ClientBuilder::build);
        client.map(drop).map_err(|error| error.to_string())
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_named() {
        use std::os::unix::ffi::OsStringExt as _;

        let find = |name: &str| match name {
            "APAAS_OPERATOR_EMAIL" => Some(OsString::from_vec(vec![b'a', 0xff])),
            _ => Some("1".into()),
        };
        let why = ClientBuilder::from_variables(find).err().unwrap();
        let why = why.to_string();
        assert!(
            why.contains("APAAS_OPERATOR_EMAIL is not Unicode text"),
            "{why}"
        );
    }

    #[test]
    fn a_secret_comes_from_a_variable_or_from_a_file() {
        let name = format!("apaas-flow-secret-{}", std::process::id());
        let file = env::temp_dir().join(name);
        let path = file.to_str().unwrap();
        let id = ("APAAS_APP_ID", "cli_a");
        let (text, in_file) = (
            ("APAAS_APP_SECRET", "s3cr3t"),
            ("APAAS_APP_SECRET_FILE", path),
        );

        std::fs::write(&file, "s3cr3t\n").unwrap();
        assert_eq!(built(&[id, text]), Ok(()));
        assert_eq!(built(&[id, in_file]), Ok(()));
        let of_file = secret(|name| (name == in_file.0).then(|| path.to_owned()));
        assert_eq!(of_file.as_deref(), Ok("s3cr3t"));
        for (variables, says) in [
            (&[id, text, in_file][..], "are both set"),
            (&[id], "APAAS_APP_SECRET is unset or empty"),
            (&[in_file], "APAAS_APP_ID is unset or empty"),
        ] {
            let why = built(variables).unwrap_err();
            assert!(why.contains(says) && !why.contains("s3cr3t"), "{why}");
        }
        std::fs::write(&file, " \n").unwrap();
        assert!(built(&[id, in_file]).unwrap_err().contains("is empty"));
        std::fs::remove_file(&file).unwrap();
        let why = built(&[id, in_file]).unwrap_err();
        assert!(why.contains("cannot be read"), "{why}");
    }

    /// With a byte order mark and in UTF-16: so do Notepad and PowerShell.
    #[test]
    fn a_secret_is_read_as_editors_save_it_and_without_quotes() {
        let name = format!("apaas-flow-saved-secret-{}", std::process::id());
        let file = env::temp_dir().join(name);
        let path = file.to_str().unwrap();
        let of_file = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            secret(|name| (name == "APAAS_APP_SECRET_FILE").then(|| path.to_owned()))
        };
        for saved in ["\u{feff}s3cr3t\r\n", "\u{feff} s3cr3t", "s3cr3t"] {
            assert_eq!(of_file(saved.as_bytes()).as_deref(), Ok("s3cr3t"));
        }
        let odd = of_file(b"\xff\xfes\x003\0").unwrap_err();
        assert!(odd.contains("save it as plain UTF-8 text"), "{odd}");
        let quoted = of_file(b"\"s3cr3t\"\n").unwrap_err();
        std::fs::remove_file(&file).unwrap();

        let (id, text) = ("APAAS_APP_ID", "APAAS_APP_SECRET");
        let of_variable = built(&[(id, "cli_a"), (text, "'s3cr3t'")]).unwrap_err();
        let of_id = built(&[(id, "\"cli_a\""), (text, "s3cr3t")]).unwrap_err();
        for (why, place) in [(quoted, path), (of_variable, text), (of_id, id)] {
            assert!(why.contains(place), "{why}");
            assert!(why.contains("is in quotes"), "{why}");
            assert!(!why.contains("s3cr3t") && !why.contains("cli_a"), "{why}");
        }
        // a quote alone may be part of a secret
        for text in ["\"", "\"s3cr3t", "'s3cr3t\""] {
            assert_eq!(
                secret(|name| (name == "APAAS_APP_SECRET").then(|| text.to_owned())).as_deref(),
                Ok(text)
            );
        }
    }
}
