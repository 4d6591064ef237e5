//! Request bodies, for the tests.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;

use super::request::Request;
use super::violations::Violation;

pub(super) const OPERATOR: &str = r#""operator":"{\"_id\":1111}""#;

pub(super) fn json_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
    headers
}

pub(super) fn read_text(body: &str) -> Result<Request, Vec<Violation>> {
    Request::read(&json_headers(), body.as_bytes())
}

/// The only violation of a body with a valid operator and `fields`.
#[track_caller]
pub(super) fn violation(fields: &str) -> (String, String) {
    let body = if fields.contains("operator") {
        format!("{{{fields}}}")
    } else {
        format!("{{{OPERATOR},{fields}}}")
    };
    let mut violations = read_text(&body).unwrap_err();
    assert_eq!(violations.len(), 1, "{violations:#?}");
    let only = violations.remove(0);
    (only.field, only.description)
}

#[track_caller]
pub(super) fn assert_violation(fields: &str, field: &str, description: &str) {
    assert_eq!(
        violation(fields),
        (field.to_owned(), description.to_owned())
    );
}
