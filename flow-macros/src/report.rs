//! Collects every mistake of a struct, so that one run of the compiler shows them all.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Must be asked for its verdict: a report that is dropped unread would hide the mistakes in it.
pub(crate) struct Report {
    errors: RefCell<Option<Vec<syn::Error>>>,
}

pub(crate) struct Errors(Vec<syn::Error>);

impl Report {
    pub(crate) fn new() -> Self {
        Report {
            errors: RefCell::new(Some(Vec::new())),
        }
    }

    pub(crate) fn at(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn over(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    pub(crate) fn finish(self) -> Result<(), Errors> {
        match self.errors.take() {
            Some(errors) if !errors.is_empty() => Err(Errors(errors)),
            _ => Ok(()),
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let is_read = self.errors.borrow().is_none();
        // a defect of this crate, found by its first test
        assert!(
            is_read || std::thread::panicking(),
            "a report was dropped without being read"
        );
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.0.iter().map(syn::Error::to_compile_error));
    }
}

#[cfg(test)]
impl Errors {
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_all_errors_in_order() {
        let report = Report::new();
        report.at(Span::call_site(), "first");
        report.over(quote::quote!(a b), "second");
        let errors = report.finish().err().map(|errors| errors.messages());
        assert_eq!(errors, Some(vec!["first".to_owned(), "second".to_owned()]));
    }

    #[test]
    fn an_empty_report_is_fine() {
        assert!(Report::new().finish().is_ok());
    }

    #[test]
    #[should_panic(expected = "dropped without being read")]
    fn an_unread_report_is_a_defect() {
        drop(Report::new());
    }
}
