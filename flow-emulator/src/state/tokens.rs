//! The tenant access tokens: issued, kept for as long as the platform keeps them, and checked.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::state::random::random;

/// The platform's own: a token lives for two hours.
pub(crate) const LIFETIME: Duration = Duration::from_secs(2 * 60 * 60);

/// With this much left or more, asking again returns the same token.
const REUSED_FROM: Duration = Duration::from_secs(30 * 60);

/// How many retired tokens stay valid; chaos retires them by the thousand.
const MAX_RETIRED: usize = 64;

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
    /// Still valid, but no longer given out.
    retired: bool,
}

/// A token, and how long it still lives.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IssuedToken {
    pub(crate) text: String,
    pub(crate) expires_in: Duration,
}

/// Why a request's token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenRefusal {
    Missing,
    NotAToken,
    Expired,
    Unknown,
}

impl Tokens {
    pub(crate) fn new(lifetime: Duration) -> Self {
        Self {
            lifetime,
            seed: random(),
            issued: Mutex::default(),
        }
    }

    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The app's newest token if it has 30 minutes left, else a new one.
    pub(crate) fn issue(&self, app_id: &str, now: Duration) -> IssuedToken {
        let mut issued = self.issued();
        issued.valid.retain(|token| token.expires_at > now);
        let newest = issued
            .valid
            .iter()
            .rfind(|token| token.app_id == app_id && !token.retired);
        if let Some(token) = newest {
            let expires_in = token.expires_at.saturating_sub(now);
            if expires_in >= REUSED_FROM {
                return IssuedToken {
                    text: token.text.clone(),
                    expires_in,
                };
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
        IssuedToken {
            text,
            expires_in: self.lifetime,
        }
    }

    /// Whether this token is valid now.
    pub(crate) fn check(&self, bearer: Option<&str>, now: Duration) -> Result<(), TokenRefusal> {
        self.app(bearer, now).map(drop)
    }

    /// The app that this token was issued to.
    pub(crate) fn app(&self, bearer: Option<&str>, now: Duration) -> Result<String, TokenRefusal> {
        let token = bearer.ok_or(TokenRefusal::Missing)?;
        if !token.starts_with("t-") {
            return Err(TokenRefusal::NotAToken);
        }
        let issued = self.issued();
        match issued.valid.iter().rfind(|known| known.text == token) {
            Some(known) if known.expires_at > now => Ok(known.app_id.clone()),
            Some(_) => Err(TokenRefusal::Expired),
            None => Err(TokenRefusal::Unknown),
        }
    }

    /// Stops giving this token out. It stays valid for whoever has it, since a fault concerns one request only.
    pub(crate) fn retire(&self, bearer: Option<&str>) {
        let mut issued = self.issued();
        let valid = &mut issued.valid;
        if let Some(token) = valid.iter_mut().rfind(|token| bearer == Some(&token.text)) {
            token.retired = true;
        }
        if valid.iter().filter(|token| token.retired).count() > MAX_RETIRED {
            if let Some(oldest) = valid.iter().position(|token| token.retired) {
                valid.remove(oldest);
            }
        }
    }

    /// Makes every token invalid.
    pub(crate) fn expire_all(&self) {
        self.issued().valid.clear();
    }

    /// How many requests have reached the token endpoint.
    pub(crate) fn requests(&self) -> usize {
        self.issued().requests
    }

    pub(crate) fn count_request(&self) {
        self.issued().requests += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn same_token_down_to_thirty_minutes_then_a_new_one_and_both_valid() {
        let tokens = Tokens::new(LIFETIME);
        let first = tokens.issue("a", Duration::ZERO);
        assert_eq!(first.expires_in, 120 * MINUTE);
        let first = first.text;
        assert_eq!(
            tokens.issue("a", 90 * MINUTE),
            IssuedToken {
                text: first.clone(),
                expires_in: 30 * MINUTE,
            }
        );

        let now = 90 * MINUTE + Duration::from_nanos(1);
        let second = tokens.issue("a", now);
        assert_ne!(second.text, first);
        assert_eq!(second.expires_in, LIFETIME);
        let second = second.text;
        assert_eq!(tokens.check(Some(&first), now), Ok(()));
        assert_eq!(tokens.check(Some(&second), now), Ok(()));

        let end = 120 * MINUTE;
        let check = |token: &str| tokens.check(Some(token), end);
        assert_eq!(check(&first), Err(TokenRefusal::Expired));
        assert_eq!(check(&second), Ok(()));
        // as the platform would say of a token that it has forgotten
        assert_eq!(tokens.issue("a", end).text, second);
        assert_eq!(check(&first), Err(TokenRefusal::Unknown));
    }

    #[test]
    fn each_app_has_its_own_token() {
        let tokens = Tokens::new(LIFETIME);
        let a = tokens.issue("a", Duration::ZERO).text;
        let b = tokens.issue("b", Duration::ZERO).text;
        assert_ne!(a, b);
        assert_eq!(tokens.issue("a", MINUTE).text, a);
        let app = |token: &str| tokens.app(Some(token), MINUTE);
        assert_eq!((app(&a), app(&b)), (Ok("a".to_owned()), Ok("b".to_owned())));
    }

    #[test]
    fn a_retired_token_stays_valid_but_is_not_given_out() {
        let tokens = Tokens::new(LIFETIME);
        let first = tokens.issue("a", Duration::ZERO).text;
        tokens.retire(Some(&first));
        let second = tokens.issue("a", Duration::ZERO).text;
        assert_ne!(second, first);
        for token in [&first, &second] {
            assert_eq!(tokens.check(Some(token), MINUTE), Ok(()));
        }
        // retiring the first again leaves the second alone
        tokens.retire(Some(&first));
        assert_eq!(tokens.issue("a", Duration::ZERO).text, second);
    }

    #[test]
    fn retired_tokens_do_not_pile_up() {
        let tokens = Tokens::new(LIFETIME);
        let retired: Vec<String> = (0..=MAX_RETIRED)
            .map(|_| {
                let token = tokens.issue("a", Duration::ZERO).text;
                tokens.retire(Some(&token));
                token
            })
            .collect();
        let check = |token: &str| tokens.check(Some(token), Duration::ZERO);
        assert_eq!(check(&retired[0]), Err(TokenRefusal::Unknown));
        assert_eq!(check(&retired[1]), Ok(()));
    }

    #[test]
    fn another_emulators_token_is_unknown() {
        let token = Tokens::new(LIFETIME).issue("a", Duration::ZERO).text;
        let tokens = Tokens::new(LIFETIME);
        tokens.issue("a", Duration::ZERO);
        assert_eq!(
            tokens.check(Some(&token), Duration::ZERO),
            Err(TokenRefusal::Unknown)
        );
    }

    #[test]
    fn each_refusal_has_its_reason() {
        let tokens = Tokens::new(LIFETIME);
        let check = |bearer| tokens.check(bearer, Duration::ZERO);
        assert_eq!(check(None), Err(TokenRefusal::Missing));
        assert_eq!(check(Some("eyJhbGciOi")), Err(TokenRefusal::NotAToken));
        assert_eq!(check(Some("t-1")), Err(TokenRefusal::Unknown));
    }
}
