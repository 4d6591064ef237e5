//! Collects every mistake of a struct, so that one run of the compiler shows them all.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Must be checked: one that is dropped unchecked would hide the errors in it.
pub(crate) struct Ctxt {
    errors: RefCell<Option<Vec<Mistake>>>,
}

struct Mistake {
    error: syn::Error,
    /// It stands in the generated code, in the place of what is missing there.
    is_placed: bool,
}

pub(crate) struct Errors(Vec<Mistake>);

impl Ctxt {
    pub(crate) fn new() -> Self {
        Ctxt {
            errors: RefCell::new(Some(Vec::new())),
        }
    }

    pub(crate) fn error_at(&self, span: Span, message: impl Display) {
        self.syn_error(syn::Error::new(span, message));
    }

    pub(crate) fn error_spanned_by(&self, tokens: impl ToTokens, message: impl Display) {
        self.syn_error(syn::Error::new_spanned(tokens, message));
    }

    /// The error as tokens, for the place of what is missing: rustc says nothing more about a thing that is an error.
    pub(crate) fn error_in_place(&self, span: Span, message: impl Display) -> TokenStream {
        let error = syn::Error::new(span, message);
        let tokens = error.to_compile_error();
        self.add(error, true);
        tokens
    }

    pub(crate) fn syn_error(&self, error: syn::Error) {
        self.add(error, false);
    }

    fn add(&self, error: syn::Error, is_placed: bool) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(Mistake { error, is_placed });
        }
    }

    pub(crate) fn check(self) -> Result<(), Errors> {
        match self.errors.take() {
            Some(errors) if !errors.is_empty() => Err(Errors(errors)),
            _ => Ok(()),
        }
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        let is_read = self.errors.borrow().is_none();
        // a defect of this crate, found by its first test
        assert!(
            is_read || std::thread::panicking(),
            "errors were dropped without being checked"
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
        let cx = Ctxt::new();
        cx.error_at(Span::call_site(), "first");
        cx.error_spanned_by(quote::quote!(a b), "second");
        let errors = cx.check().err().map(|errors| errors.messages());
        assert_eq!(errors, Some(vec!["first".to_owned(), "second".to_owned()]));
    }

    #[test]
    fn without_errors_all_is_well() {
        assert!(Ctxt::new().check().is_ok());
    }

    #[test]
    #[should_panic(expected = "dropped without being checked")]
    fn errors_that_nobody_checks_are_a_defect() {
        drop(Ctxt::new());
    }
}
