//! The endpoint that issues tokens.

use crate::json;
use crate::state::State;
use crate::state::credentials::{Credentials, CredentialsRefusal};
use crate::state::tokens::IssuedToken;

/// Why no token is issued.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// What is wrong with the request.
    Invalid(String),
    Credentials(CredentialsRefusal),
}

/// Answers a request for a token.
pub(crate) fn answer(state: &State, body: &[u8]) -> Result<IssuedToken, Refusal> {
    let given = read(body).map_err(Refusal::Invalid)?;
    state.issue_token(&given).map_err(Refusal::Credentials)
}

/// The credentials in a request body, or what is wrong with it.
fn read(body: &[u8]) -> Result<Credentials, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8".to_owned())?;
    let object = json::object(text).map_err(|found| format!("the body is {found}"))?;
    let field = |name: &str| {
        let (_, value) = object
            .0
            .iter()
            .find(|(known, _)| known == name)
            .ok_or_else(|| format!("{name} is missing"))?;
        match serde_json::from_str::<String>(value.get()) {
            Ok(text) if text.is_empty() => Err(format!("{name} is empty")),
            Ok(text) => Ok(text),
            Err(_) => Err(format!(
                "{name} is {}, not a string",
                json::kind(value.get())
            )),
        }
    };
    Ok(Credentials {
        app_id: field("app_id")?,
        app_secret: field("app_secret")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_request() {
        let read = |body: &str| {
            read(body.as_bytes()).map(|credentials| (credentials.app_id, credentials.app_secret))
        };
        assert_eq!(
            read(r#"{"app_id":"a","app_secret":"b"}"#),
            Ok(("a".to_owned(), "b".to_owned()))
        );
        assert_eq!(
            read(r#"{"app_id":"a"}"#),
            Err("app_secret is missing".to_owned())
        );
        assert_eq!(
            read(r#"{"app_id":"","app_secret":"b"}"#),
            Err("app_id is empty".to_owned())
        );
        assert_eq!(
            read(r#"{"app_id":1,"app_secret":"b"}"#),
            Err("app_id is a number, not a string".to_owned())
        );
        assert_eq!(
            read("[]"),
            Err("the body is an array instead of a JSON object".to_owned())
        );
    }
}
