//! Bodies and what is wrong with them, for the tests.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;

use super::{Request, Violation, read};

pub(super) const OPERATOR: &str = r#""operator":"{\"_id\":1111}""#;

pub(super) fn json_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, "application/json".parse().unwrap());
    headers
}

pub(super) fn read_text(body: &str) -> Result<Request, Vec<Violation>> {
    read(&json_headers(), body.as_bytes())
}

/// The only violation of a body that has a right operator and `members`.
#[track_caller]
pub(super) fn violation(members: &str) -> (String, String) {
    let body = if members.contains("operator") {
        format!("{{{members}}}")
    } else {
        format!("{{{OPERATOR},{members}}}")
    };
    let mut violations = read_text(&body).unwrap_err();
    assert_eq!(violations.len(), 1, "{violations:#?}");
    let only = violations.remove(0);
    (only.field, only.description)
}

#[track_caller]
pub(super) fn assert_violation(members: &str, field: &str, description: &str) {
    assert_eq!(
        violation(members),
        (field.to_owned(), description.to_owned())
    );
}
