//! The token endpoint's replies. They are flat, and HTTP 200 even if they refuse.

use hyper::StatusCode;
use serde_json::json;

use super::Reply;
use crate::endpoint::token::Refusal;
use crate::state::credentials::CredentialsRefusal;
use crate::state::tokens::IssuedToken;

impl Reply {
    pub(in crate::http) fn token(answer: Result<IssuedToken, Refusal>) -> Self {
        match answer {
            Ok(token) => Self::issued(&token),
            Err(Refusal::Invalid(what)) => Self::no_token(10_003, "invalid param", &what),
            Err(Refusal::Credentials(CredentialsRefusal::UnknownApp)) => Self::no_token(
                10_014,
                "app id not exists",
                "app_id is not the one that this emulator was started with",
            ),
            Err(Refusal::Credentials(CredentialsRefusal::WrongSecret)) => Self::no_token(
                10_015,
                "app secret invalid",
                "app_secret is not the one that this emulator was started with",
            ),
        }
    }

    fn issued(token: &IssuedToken) -> Self {
        let expire = token.expires_in.as_secs();
        Self::json(
            StatusCode::OK,
            &json!({"code": 0, "msg": "ok", "tenant_access_token": token.text, "expire": expire}),
            format!("token issued for {expire} s"),
        )
    }

    fn no_token(code: i64, msg: &str, explanation: &str) -> Self {
        Self::json(
            StatusCode::OK,
            &json!({"code": code, "msg": msg, "data": {}, "error": {"message": explanation}}),
            format!("{code} {msg}: {explanation}"),
        )
    }
}
