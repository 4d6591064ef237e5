//! `apaas-flow.toml`: found in this folder or one above it, then in the user's config folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use apaas_flow_contract::suggest;
use etcetera::BaseStrategy as _;
use serde::Deserialize;

use super::variable;
use crate::failure::Mistake;

const FILE: &str = "apaas-flow.toml";

/// A table `[profile.NAME]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) app_id: Option<String>,
    app_secret_file: Option<PathBuf>,
    pub(crate) operator_id: Option<i64>,
    pub(crate) operator_email: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) quota: Option<String>,
    /// Which profile of which file.
    #[serde(skip)]
    pub(crate) origin: String,
    #[serde(skip)]
    folder: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

impl Profile {
    /// The profile with this name, or with that of `APAAS_PROFILE`; none without a name.
    pub(crate) fn find(name: Option<&str>) -> Result<Option<Self>, Mistake> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => match variable("APAAS_PROFILE")? {
                Some(name) => name.value,
                None => return Ok(None),
            },
        };
        let path = find_file().ok_or_else(|| {
            Mistake::new(format!(
                "no {FILE} for the profile `{name}`, in this folder, one above it or the user's config folder; write one with a table [profile.{name}]"
            ))
        })?;
        let text = fs::read_to_string(&path)
            .map_err(|error| Mistake::new(format!("cannot read {}: {error}", path.display())))?;
        Self::read(&text, &path, &name).map(Some)
    }

    fn read(text: &str, path: &Path, name: &str) -> Result<Self, Mistake> {
        let shown = path.display();
        let mut file: File = toml::from_str(text).map_err(|error| {
            // `message` alone quotes no line, in which a secret may stand; but it quotes a value of another type
            let line = error.span().and_then(|span| text.get(..span.start));
            let line = line.map_or(1, |before| before.matches('\n').count() + 1);
            let message = match error.message().split_once(", expected ") {
                Some((found, expected)) if found.starts_with("invalid ") => {
                    format!("a value of another type; expected {expected}")
                }
                _ => error.message().to_owned(),
            };
            Mistake::new(format!("{shown}:{line}: {message}"))
        })?;
        let mut profile = file.profile.remove(name).ok_or_else(|| {
            let known: Vec<_> = file.profile.keys().map(String::as_str).collect();
            let cure = match suggest::some_of(&known) {
                Some(known) => format!("it has {known}"),
                None => format!("add a table [profile.{name}]"),
            };
            Mistake::new(format!("{shown} has no profile `{name}`; {cure}"))
        })?;
        profile.origin = format!("profile {name} of {shown}");
        path.parent()
            .unwrap_or(Path::new(""))
            .clone_into(&mut profile.folder);
        Ok(profile)
    }

    /// A relative path is relative to the file.
    pub(crate) fn secret_file(&self) -> Option<PathBuf> {
        Some(self.folder.join(self.app_secret_file.as_ref()?))
    }
}

fn find_file() -> Option<PathBuf> {
    let here = env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(|folder| folder.join(FILE));
    let users = etcetera::choose_base_strategy().ok();
    let users = users.map(|folders| folders.config_dir().join("apaas-flow").join(FILE));
    above.chain(users).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test fails by panicking"
    )]
    use super::*;

    #[test]
    fn a_profile_is_read_with_paths_beside_its_file() {
        let text = "[profile.prod]\napp_id = \"cli_a\"\napp_secret_file = \"secret\"\noperator_id = 7\nquota = \"5/1\"\n[profile.test]\n";
        let file = Path::new("/a/apaas-flow.toml");
        let Ok(profile) = Profile::read(text, file, "prod") else {
            panic!("not read")
        };
        assert_eq!(profile.app_id.as_deref(), Some("cli_a"));
        assert_eq!(profile.secret_file(), Some("/a/secret".into()));
        assert_eq!(profile.operator_id, Some(7));
        let missing = Profile::read(text, file, "prd").err().unwrap();
        assert_eq!(
            missing.0,
            "/a/apaas-flow.toml has no profile `prd`; it has `prod` and `test`"
        );
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_quoted() {
        let text = "[profile.prod]\napp_secret = \"hunter2\"\n";
        let mistake = Profile::read(text, Path::new("f.toml"), "prod")
            .err()
            .unwrap();
        assert!(
            mistake
                .0
                .starts_with("f.toml:2: unknown field `app_secret`"),
            "{mistake}"
        );
        assert!(!mistake.0.contains("hunter2"), "{mistake}");
    }
}
