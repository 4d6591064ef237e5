//! Tokens to syntax, and as much of it as can be read.

pub(crate) mod arguments;
pub(crate) mod field_attr;
pub(crate) mod item;

use proc_macro2::Ident;
use syn::Token;
use syn::parse::ParseStream;

/// What was written in one place of the grammar.
#[derive(Clone)]
pub(crate) enum Parsed<K, T> {
    Absent,
    /// Written, but not as it should be. That has been reported, so its absence must not be.
    Wrong,
    Given(K, T),
}

impl<K, T> Parsed<K, T> {
    pub(crate) fn given(&self) -> Option<(&K, &T)> {
        match self {
            Parsed::Given(key, value) => Some((key, value)),
            Parsed::Absent | Parsed::Wrong => None,
        }
    }

    pub(crate) fn into_given(self) -> Option<T> {
        match self {
            Parsed::Given(_, value) => Some(value),
            Parsed::Absent | Parsed::Wrong => None,
        }
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Parsed::Absent)
    }

    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self, Parsed::Wrong)
    }
}

fn skip_until(input: ParseStream<'_>, stop: impl Fn(ParseStream<'_>) -> bool) {
    while !input.is_empty() && !stop(input) {
        if input.parse::<proc_macro2::TokenTree>().is_err() {
            return;
        }
    }
}

fn at_comma_or_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// The `=` behind a key, and what is wrong where there is none.
fn equals(key: &Ident, input: ParseStream<'_>, usage: &str) -> syn::Result<Token![=]> {
    let span = if at_comma_or_end(input) {
        key.span()
    } else {
        input.span()
    };
    input
        .parse()
        .map_err(|_| syn::Error::new(span, format!("expected `=` after `{key}`: `{usage}`")))
}

/// `Vec<T>` to `Vec::<T>`, so that `::serialize` can follow.
fn as_expression(mut path: syn::Path) -> syn::Path {
    for segment in &mut path.segments {
        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
            arguments.colon2_token.get_or_insert_with(Default::default);
        }
    }
    path
}
