//! From the header `Idempotency-Key` to the key of a call.

use apaas_flow::Flow;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

const HEADER: &str = "Idempotency-Key";

/// Longer keys become hashes: how long a key of the platform may be is not documented.
const LONGEST: usize = 64;

/// A caller's key, which every try to do one thing has in common. Required where it is an argument of a handler.
///
/// All callers share one space of keys. Where they do not trust each other, put the caller's name into it.
#[derive(Debug)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key as it was sent: any text that is not empty.
    pub fn new(key: &[u8]) -> Result<Self, Problem> {
        match std::str::from_utf8(key) {
            Ok(key) if !key.is_empty() => Ok(Self(key.to_owned())),
            _ => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "there is no usable `Idempotency-Key`; send a UUID, the same with each try",
            )),
        }
    }

    /// The key of a call of this flow: the same for the same header, and for no other.
    ///
    /// It begins with the flow's id, since the platform may keep all keys of an app in one place. What is in use as a
    /// key stays readable for whoever looks the run up; anything else is hashed, behind a `:` that no readable one has.
    pub fn of_call<F: Flow>(&self) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if self.0.len() <= LONGEST && self.0.chars().all(is_plain) {
            format!("{}-{}", F::FLOW_ID, self.0)
        } else {
            format!("{}-sha256:{:x}", F::FLOW_ID, Sha256::digest(&self.0))
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts.headers.get(HEADER);
        Self::new(key.map_or(&[], |key| key.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::PlaceOrder;

    fn of_call(key: &str) -> String {
        IdempotencyKey::new(key.as_bytes())
            .unwrap()
            .of_call::<PlaceOrder>()
    }

    #[test]
    fn a_usual_key_stays_readable() {
        let uuid = "9f0c6a1e-4d4b-4c2e-8a53-0d6f1c1b7a11";
        assert_eq!(of_call(uuid), format!("placeOrder_1b2c3d4e5f-{uuid}"));
    }

    #[test]
    fn any_other_is_hashed_and_stays_different() {
        let odd = ["k".repeat(65), "k".repeat(66), "a b".into(), "订单".into()];
        let mut keys: Vec<_> = odd.iter().map(|key| of_call(key)).collect();
        assert!(keys.iter().all(|key| key.is_ascii() && key.len() < 100));
        // whoever sends the hash as a key does not meet the call that has it
        keys.push(of_call(keys[0].split_once('-').unwrap().1));
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 5);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(IdempotencyKey::new(b"").is_err());
        // replaced, its characters would be those of another key
        assert!(IdempotencyKey::new(b"\xff").is_err());
    }
}
