//! The tenant access tokens: issued, kept for as long as the platform keeps them, and checked.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

use crate::json;
use crate::random::random;
use crate::reply::Reply;

/// The platform's own: a token lives for two hours.
pub(crate) const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// With this much left or more, asking again returns the same token.
const RENEWED_BELOW: Duration = Duration::from_secs(30 * 60);

/// So many tokens stay valid that are not given out again; chaos retires them by the thousand.
const MOST_RETIRED: usize = 64;

/// All tokens that were issued and have not expired.
#[derive(Debug)]
pub(crate) struct Tokens {
    lifetime: Duration,
    seed: u64,
    issued: Mutex<Issued>,
}

#[derive(Debug, Default)]
struct Issued {
    count: u64,
    requests: usize,
    valid: Vec<Token>,
}

#[derive(Debug)]
struct Token {
    app_id: String,
    text: String,
    expires_at: Duration,
    /// Valid, and not given out again.
    retired: bool,
}

impl Tokens {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            seed: random(),
            issued: Mutex::default(),
        }
    }

    /// The app's newest token when it has 30 minutes left, else a new one; with the time it has left.
    fn issue(&self, app_id: &str, now: Duration) -> (String, Duration) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.valid.retain(|token| token.expires_at > now);
        let newest = issued
            .valid
            .iter()
            .rfind(|token| token.app_id == app_id && !token.retired);
        if let Some(token) = newest {
            let left = token.expires_at.saturating_sub(now);
            if left >= RENEWED_BELOW {
                return (token.text.clone(), left);
            }
        }
        issued.count += 1;
        let text = format!("t-{:016x}{:014x}", self.seed, issued.count);
        issued.valid.push(Token {
            app_id: app_id.to_owned(),
            text: text.clone(),
            expires_at: now.saturating_add(self.lifetime),
            retired: false,
        });
        (text, self.lifetime)
    }

    /// Whether a request's headers carry a token that is valid now.
    pub(crate) fn check(&self, headers: &HeaderMap, now: Duration) -> Result<(), Refusal> {
        self.app(headers, now).map(drop)
    }

    /// The app that the token was given to which a request's headers carry.
    pub(crate) fn app(&self, headers: &HeaderMap, now: Duration) -> Result<String, Refusal> {
        let token = bearer(headers).ok_or(Refusal::Missing)?;
        if !token.starts_with("t-") {
            return Err(Refusal::NotAToken);
        }
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        match issued.valid.iter().rfind(|known| known.text == token) {
            Some(known) if known.expires_at > now => Ok(known.app_id.clone()),
            Some(_) => Err(Refusal::Expired),
            None => Err(Refusal::Unknown),
        }
    }

    /// The token that a request's headers carry is not given out again. It stays good for whoever has it: a fault is one
    /// request's own.
    pub(crate) fn retire(&self, headers: &HeaderMap) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let valid = &mut issued.valid;
        if let Some(token) = valid
            .iter_mut()
            .rfind(|token| bearer(headers) == Some(&token.text))
        {
            token.retired = true;
        }
        if valid.iter().filter(|token| token.retired).count() > MOST_RETIRED {
            if let Some(oldest) = valid.iter().position(|token| token.retired) {
                valid.remove(oldest);
            }
        }
    }

    /// Makes every token that was issued invalid.
    pub(crate) fn expire_all(&self) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.valid.clear();
    }

    /// How many requests have reached the token endpoint.
    pub(crate) fn requests(&self) -> usize {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.requests
    }

    pub(crate) fn count_request(&self) {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.requests += 1;
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .filter(|token| !token.is_empty())
}

/// Why a request is not let through to the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Missing,
    NotAToken,
    Expired,
    Unknown,
}

impl Refusal {
    pub(crate) fn code(self) -> i64 {
        match self {
            Self::Missing => 99_991_661,
            Self::NotAToken => 99_991_671,
            Self::Expired | Self::Unknown => 99_991_663,
        }
    }

    pub(crate) fn msg(self) -> &'static str {
        match self {
            Self::Missing => {
                "Missing access token for authorization. Please make a request with token attached."
            }
            Self::NotAToken | Self::Expired | Self::Unknown => {
                "Invalid access token for authorization. Please make a test attempt with a correct token."
            }
        }
    }

    /// What to do about it.
    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Self::Missing => {
                "no token was sent; send the header `Authorization: Bearer <tenant_access_token>`"
            }
            Self::NotAToken => {
                "this is no tenant access token: such a token begins with `t-`; \
                 get one from POST /open-apis/auth/v3/tenant_access_token/internal"
            }
            Self::Expired => "this token has expired; get a new one",
            Self::Unknown => {
                "this token is not, or no longer, one of this emulator's; get a new one, from the address the call is sent to"
            }
        }
    }
}

/// The id and secret that the token endpoint insists on; without them it takes any that are not empty.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) app_id: String,
    pub(crate) app_secret: String,
}

/// Answers the token endpoint. Its replies are flat, and come as HTTP 200 also when they refuse.
pub(crate) fn answer(
    tokens: &Tokens,
    wanted: Option<&Credentials>,
    body: &[u8],
    now: Duration,
) -> Reply {
    let (app_id, app_secret) = match read(body) {
        Ok(given) => given,
        Err(problem) => {
            return Reply::flat(10_003, "invalid param", &problem);
        }
    };
    if let Some(wanted) = wanted {
        if app_id != wanted.app_id {
            return Reply::flat(
                10_014,
                "app id not exists",
                "app_id is not the one that this emulator was started with",
            );
        }
        if app_secret != wanted.app_secret {
            return Reply::flat(
                10_015,
                "app secret invalid",
                "app_secret is not the one that this emulator was started with",
            );
        }
    }
    let (token, left) = tokens.issue(&app_id, now);
    Reply::token(&token, left.as_secs())
}

/// `app_id` and `app_secret` of a request body, or what is wrong with it.
fn read(body: &[u8]) -> Result<(String, String), String> {
    let text = std::str::from_utf8(body).map_err(|_| "the body is not UTF-8".to_owned())?;
    let object = json::object(text).map_err(|found| format!("the body is {found}"))?;
    let member = |name: &str| {
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
    Ok((member("app_id")?, member("app_secret")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn carrying(token: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        headers
    }

    #[test]
    fn same_token_down_to_thirty_minutes_then_a_new_one_and_both_valid() {
        let tokens = Tokens::new(LIFETIME);
        let (first, left) = tokens.issue("a", Duration::ZERO);
        assert_eq!(left, 120 * MINUTE);
        assert_eq!(tokens.issue("a", 90 * MINUTE), (first.clone(), 30 * MINUTE));

        let now = 90 * MINUTE + Duration::from_nanos(1);
        let (second, left) = tokens.issue("a", now);
        assert_ne!(second, first);
        assert_eq!(left, LIFETIME);
        assert_eq!(tokens.check(&carrying(&first), now), Ok(()));
        assert_eq!(tokens.check(&carrying(&second), now), Ok(()));

        let end = 120 * MINUTE;
        assert_eq!(tokens.check(&carrying(&first), end), Err(Refusal::Expired));
        assert_eq!(tokens.check(&carrying(&second), end), Ok(()));
        // what the platform would say of a token that it has forgotten
        assert_eq!(tokens.issue("a", end).0, second);
        assert_eq!(tokens.check(&carrying(&first), end), Err(Refusal::Unknown));
    }

    #[test]
    fn one_token_for_each_app() {
        let tokens = Tokens::new(LIFETIME);
        let (a, _) = tokens.issue("a", Duration::ZERO);
        let (b, _) = tokens.issue("b", Duration::ZERO);
        assert_ne!(a, b);
        assert_eq!(tokens.issue("a", MINUTE).0, a);
        let app = |token: &str| tokens.app(&carrying(token), MINUTE);
        assert_eq!((app(&a), app(&b)), (Ok("a".to_owned()), Ok("b".to_owned())));
    }

    #[test]
    fn a_retired_token_is_good_and_not_given_out_again() {
        let tokens = Tokens::new(LIFETIME);
        let (first, _) = tokens.issue("a", Duration::ZERO);
        tokens.retire(&carrying(&first));
        let (second, _) = tokens.issue("a", Duration::ZERO);
        assert_ne!(second, first);
        for token in [&first, &second] {
            assert_eq!(tokens.check(&carrying(token), MINUTE), Ok(()));
        }
        // a second refusal of the first is no reason to give up the second
        tokens.retire(&carrying(&first));
        assert_eq!(tokens.issue("a", Duration::ZERO).0, second);
    }

    #[test]
    fn retired_tokens_are_not_kept_by_the_thousand() {
        let tokens = Tokens::new(LIFETIME);
        let retired: Vec<String> = (0..=MOST_RETIRED)
            .map(|_| {
                let (token, _) = tokens.issue("a", Duration::ZERO);
                tokens.retire(&carrying(&token));
                token
            })
            .collect();
        let check = |token: &str| tokens.check(&carrying(token), Duration::ZERO);
        assert_eq!(check(&retired[0]), Err(Refusal::Unknown));
        assert_eq!(check(&retired[1]), Ok(()));
    }

    #[test]
    fn another_emulators_token_is_unknown() {
        let (token, _) = Tokens::new(LIFETIME).issue("a", Duration::ZERO);
        let tokens = Tokens::new(LIFETIME);
        tokens.issue("a", Duration::ZERO);
        assert_eq!(
            tokens.check(&carrying(&token), Duration::ZERO),
            Err(Refusal::Unknown)
        );
    }

    #[test]
    fn tells_the_refusals_apart() {
        let tokens = Tokens::new(LIFETIME);
        let check = |headers: &HeaderMap| tokens.check(headers, Duration::ZERO);
        assert_eq!(check(&HeaderMap::new()), Err(Refusal::Missing));
        assert_eq!(check(&carrying("")), Err(Refusal::Missing));
        let mut basic = HeaderMap::new();
        basic.insert(AUTHORIZATION, "Basic t-1".parse().unwrap());
        assert_eq!(check(&basic), Err(Refusal::Missing));
        assert_eq!(check(&carrying("eyJhbGciOi")), Err(Refusal::NotAToken));
        assert_eq!(check(&carrying("t-1")), Err(Refusal::Unknown));
    }

    #[test]
    fn reads_the_request() {
        let read = |body: &str| read(body.as_bytes());
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
