//! What stands for nothing: `""`, `{}` and `[]`, which the platform may write where it could have written null.
//!
//! Under an `Option` that is none, as null is, if the type inside refuses it as empty; a `String` or a `Vec` does not.
//! Whether it will shows only when it is asked, and then the `Option` is past its choice: so reading stops, this keeps in
//! mind which `Option` has no use for which form, and reading starts over.

use std::cell::RefCell;

use super::Refusal;

pub(crate) const EMPTY_STRING: &str = "an empty string";
pub(crate) const EMPTY_OBJECT: &str = "an empty object";
pub(crate) const EMPTY_LIST: &str = "an empty list";

/// Which types of `Option`, by name, take which empty form for none.
#[derive(Default)]
pub(crate) struct Empties(RefCell<Vec<(&'static str, &'static str)>>);

impl Empties {
    /// Whether this text is nothing to an `Option` of this type.
    pub(super) fn is_none(&self, option: &'static str, text: &str) -> bool {
        empty_form(text).is_some_and(|form| self.0.borrow().contains(&(option, form)))
    }

    /// Keeps in mind a value under an `Option` that was refused for being empty; false for every other refusal.
    pub(crate) fn learn(&self, refusal: &Refusal<'_>) -> bool {
        let Some((option, form)) = refusal.option().zip(empty_form(refusal.text())) else {
            return false;
        };
        let is_new = refusal.is_for_being(form) && !self.0.borrow().contains(&(option, form));
        if is_new {
            self.0.borrow_mut().push((option, form));
        }
        is_new
    }
}

/// Which empty form a value's text has.
pub(crate) fn empty_form(text: &str) -> Option<&'static str> {
    let inside = |start, end| {
        let inside = text.strip_prefix(start)?.strip_suffix(end)?;
        Some(inside.trim_ascii().is_empty())
    };
    if text == r#""""# {
        Some(EMPTY_STRING)
    } else if inside('{', '}') == Some(true) {
        Some(EMPTY_OBJECT)
    } else if inside('[', ']') == Some(true) {
        Some(EMPTY_LIST)
    } else {
        None
    }
}
