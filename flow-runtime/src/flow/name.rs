//! What a namespace or a flow id may be called: each becomes one segment of the request path.

use crate::error::{Error, ErrorKind, Result};

/// Fails the compilation where a constant name cannot be one segment of a path.
///
/// # Panics
/// While compiling, in a constant; that is its purpose.
#[track_caller]
pub const fn check_namespace(name: &str) {
    assert!(
        is_segment(name),
        "a namespace must be the application's API name, such as \"package_xxx__c\": not empty, and only ASCII letters, digits, `_`, `-`, `.` and `~`"
    );
}

/// Fails the compilation where a constant name cannot be one segment of a path.
///
/// # Panics
/// While compiling, in a constant; that is its purpose.
#[track_caller]
pub const fn check_flow_id(name: &str) {
    assert!(
        is_segment(name),
        "a flow id must be the flow's API name, such as \"deleteObject_99c656599f\": not empty, and only ASCII letters, digits, `_`, `-`, `.` and `~`"
    );
}

/// Fails the compilation where a flow's constant namespace is not that of the contract it was found by.
///
/// # Panics
/// While compiling, in a constant; that is its purpose.
#[track_caller]
pub const fn check_contract(namespace: &str, folder: &str) {
    assert!(
        is_same(namespace.as_bytes(), folder.as_bytes()),
        "the contract found by this flow's id lies in the folder of another namespace; move it to `flows/<namespace>/`, or name the right one with `contract = \"...\"`"
    );
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([a, one @ ..], [b, other @ ..]) => *a == *b && is_same(one, other),
        _ => false,
    }
}

const fn is_segment(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut rest = bytes;
    while let [first, others @ ..] = rest {
        if !is_unreserved(*first) {
            return false;
        }
        rest = others;
    }
    !matches!(bytes, b"" | b"." | b"..")
}

/// RFC 3986, 2.3: what stands in a path as it is.
const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// A name known at run time only: what a path cannot carry as it is will be percent-encoded.
pub(crate) fn check_dynamic(what: &str, name: &str) -> Result<()> {
    let flaw = match name {
        "" => "is empty".to_owned(),
        "." | ".." => format!("is `{name}`, which a URL takes for a step between folders"),
        _ if name.chars().any(char::is_control) => "contains a control character".to_owned(),
        _ => return Ok(()),
    };
    Err(Error::plain(
        ErrorKind::Config,
        format!("the {what} {flaw}; give the API name that the low-code platform shows"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_name_is_one_plain_segment() {
        for good in [
            "package_7344545d87__c",
            "deleteObject_99c656599f",
            "a",
            "a.b",
            "...",
            "a-~",
        ] {
            assert!(is_segment(good), "{good}");
        }
        for bad in [
            "", ".", "..", "a/b", "a b", "a?b", "a#b", "a%2f", "a\\b", "流程", "a\n",
        ] {
            assert!(!is_segment(bad), "{bad:?}");
        }
    }

    #[test]
    fn a_dynamic_name_is_no_step_between_folders() {
        for bad in ["", ".", "..", "a\nb", "a\0"] {
            assert!(check_dynamic("flow id", bad).is_err(), "{bad:?}");
        }
        assert!(check_dynamic("flow id", "a/b").is_ok());
    }
}
