//! Collects every mistake of a struct, so that one run of the compiler shows them all.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Must be asked for its verdict: a report that is dropped unread would hide the mistakes in it.
pub(crate) struct Report {
    errors: RefCell<Option<Vec<Mistake>>>,
}

struct Mistake {
    error: syn::Error,
    /// It stands in the generated code, in the place of what is missing there.
    is_placed: bool,
}

pub(crate) struct Errors(Vec<Mistake>);

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

    /// The error as tokens, for the place of what is missing: rustc says nothing more about a thing that is an error.
    pub(crate) fn within(&self, span: Span, message: impl Display) -> TokenStream {
        let error = syn::Error::new(span, message);
        let tokens = error.to_compile_error();
        self.add(error, true);
        tokens
    }

    pub(crate) fn push(&self, error: syn::Error) {
        self.add(error, false);
    }

    fn add(&self, error: syn::Error, is_placed: bool) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(Mistake { error, is_placed });
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
        let elsewhere = self.0.iter().filter(|mistake| !mistake.is_placed);
        tokens.extend(elsewhere.map(|mistake| mistake.error.to_compile_error()));
    }
}

#[cfg(test)]
impl Errors {
    pub(crate) fn messages(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|mistake| mistake.error.to_string())
            .collect()
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
