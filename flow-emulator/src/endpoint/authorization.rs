//! The header that carries a token.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

/// The token of a request, if it has one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_tokens_count() {
        let bearer = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(bearer("Bearer t-1").as_deref(), Some("t-1"));
        assert_eq!(bearer("Bearer "), None);
        assert_eq!(bearer("Basic t-1"), None);
        assert_eq!(super::bearer(&HeaderMap::new()), None);
    }
}
