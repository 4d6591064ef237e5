//! Where the app's secret is. It is read when it is needed, and never shown.

use std::path::PathBuf;

use apaas_flow::credential;

use super::profile::Profile;
use super::{Found, variable, without_quotes};
use crate::failure::Mistake;

#[derive(Clone)]
pub(crate) enum Source {
    Text(String),
    File(PathBuf),
}

impl Source {
    pub(crate) fn read(&self, from: &str) -> Result<String, Mistake> {
        let file = match self {
            Self::Text(text) => return Ok(text.clone()),
            Self::File(file) => file,
        };
        credential::of_file(file).map_err(|why| {
            let file = file.display();
            Mistake::new(format!("{file}, named by {from} for the app secret, {why}"))
        })
    }
}

pub(crate) fn source(profile: Option<&Profile>) -> Result<Option<Found<Source>>, Mistake> {
    let text = variable("APAAS_APP_SECRET")?;
    let file = variable("APAAS_APP_SECRET_FILE")?;
    let (value, from) = match (text, file) {
        (Some(_), Some(_)) => {
            return Err(Mistake::new(
                "APAAS_APP_SECRET and APAAS_APP_SECRET_FILE are both set; unset one",
            ));
        }
        (Some(text), None) => {
            let text = without_quotes(text, "app secret")?;
            (Source::Text(text.value), text.from)
        }
        (None, Some(file)) => (Source::File(file.value.into()), file.from),
        (None, None) => {
            return Ok(profile.and_then(|profile| {
                Some(Found {
                    value: Source::File(profile.secret_file()?),
                    from: profile.origin.clone(),
                })
            }));
        }
    };
    Ok(Some(Found { value, from }))
}
