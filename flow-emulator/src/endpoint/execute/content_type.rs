//! The header that says how the body is written.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;

use super::violations::Violations;

pub(super) fn check_content_type(headers: &HeaderMap, violations: &mut Violations) {
    let given = headers
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default();
    if !is_json_utf8(&given) {
        violations.add(
            "Content-Type",
            &given,
            "send the header `Content-Type: application/json; charset=utf-8`",
        );
    }
}

/// `application/json`, with no charset or with UTF-8.
fn is_json_utf8(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.filter(|part| !part.is_empty()).all(|part| {
            part.split_once('=').is_none_or(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for right in [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;charset=\"UTF-8\"",
        ] {
            assert!(is_json_utf8(right), "{right}");
        }
        for wrong in [
            "",
            "text/plain",
            "application/jsonp",
            "application/json; charset=gbk",
            "application/x-www-form-urlencoded",
        ] {
            assert!(!is_json_utf8(wrong), "{wrong}");
        }
    }
}
