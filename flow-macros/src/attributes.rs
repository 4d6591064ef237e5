//! The attributes of others, and where each of them belongs.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::keywords::{CFG, DEPRECATED, DERIVE, DOC, EXPECT, LINT_LEVELS, SERDE, SERDE_DERIVES};

pub(crate) fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident(CFG)
}

pub(crate) fn is_lint(attribute: &Attribute) -> bool {
    LINT_LEVELS
        .iter()
        .any(|level| attribute.path().is_ident(level))
}

pub(crate) fn is_serde(attribute: &Attribute) -> bool {
    attribute.path().is_ident(SERDE)
}

pub(crate) fn is_deprecated(attribute: &Attribute) -> bool {
    attribute.path().is_ident(DEPRECATED)
}

/// `/// text`, as opposed to `#[doc(hidden)]`.
pub(crate) fn is_doc_text(attribute: &Attribute) -> bool {
    attribute.path().is_ident(DOC) && matches!(attribute.meta, Meta::NameValue(_))
}

/// What the `///` lines say.
pub(crate) fn doc_text(attributes: &[Attribute]) -> String {
    let mut text = String::new();
    for attribute in attributes.iter().filter(|attribute| is_doc_text(attribute)) {
        let Meta::NameValue(doc) = &attribute.meta else {
            continue;
        };
        let Expr::Lit(ExprLit {
            lit: Lit::Str(line),
            ..
        }) = &doc.value
        else {
            continue;
        };
        let line = line.value();
        let line = line.strip_prefix(' ').unwrap_or(&line);
        text.push_str(&line.replace(['\r', '\t'], " "));
        text.push('\n');
    }
    text.trim().to_owned()
}

/// A lint that is expected once cannot be expected in each of two places.
pub(crate) fn expect_to_allow(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) if attribute.path().is_ident(EXPECT) => {
            let lints = &list.tokens;
            quote!(#[allow(#lints)])
        }
        _ => attribute.to_token_stream(),
    }
}

/// `a` of `#[cfg(a)]`.
pub(crate) fn cfg_predicate(attribute: &Attribute) -> Option<&TokenStream> {
    match &attribute.meta {
        Meta::List(list) if is_cfg(attribute) => Some(&list.tokens),
        _ => None,
    }
}

/// Whether `#[derive(Serialize)]` or `Deserialize` stands among them, under a condition too.
pub(crate) fn derive_serde(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident(DERIVE) => names_serde(list.tokens.clone()),
        Meta::List(list) if list.path.is_ident(crate::keywords::CFG_ATTR) => {
            conditional_derive(list.tokens.clone())
        }
        _ => false,
    })
}

fn conditional_derive(tokens: TokenStream) -> bool {
    let mut after_derive = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) if after_derive => {
            after_derive = false;
            names_serde(group.stream())
        }
        TokenTree::Group(group) => conditional_derive(group.stream()),
        TokenTree::Ident(ident) => {
            after_derive = ident == DERIVE;
            false
        }
        _ => false,
    })
}

fn names_serde(derives: TokenStream) -> bool {
    derives.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => SERDE_DERIVES.iter().any(|name| ident == name),
        TokenTree::Group(group) => names_serde(group.stream()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, parse_quote};

    use super::*;

    #[test]
    fn serde_derives_are_found_wherever_they_stand() {
        let with: [DeriveInput; 3] = [
            parse_quote!(
                #[derive(Debug, Serialize)]
                struct S;
            ),
            parse_quote!(
                #[derive(serde::Deserialize)]
                struct S;
            ),
            parse_quote!(
                #[cfg_attr(all(unix, feature = "serde"), derive(Debug, ::serde::Serialize))]
                struct S;
            ),
        ];
        for item in with {
            assert!(derive_serde(&item.attrs), "{}", item.to_token_stream());
        }
        let without: [DeriveInput; 2] = [
            parse_quote!(
                #[derive(Debug)]
                #[serde(default)]
                struct S;
            ),
            parse_quote!(
                #[cfg_attr(feature = "Serialize", derive(Debug))]
                struct S;
            ),
        ];
        for item in without {
            assert!(!derive_serde(&item.attrs), "{}", item.to_token_stream());
        }
    }

    #[test]
    fn doc_text_is_what_was_written() {
        let item: DeriveInput = parse_quote!(
            /// One.
            ///
            #[doc(alias = "one")]
            #[doc = "Two\n  \\n\t."]
            ///
            struct S;
        );
        assert_eq!(doc_text(&item.attrs), "One.\n\nTwo\n  \\n .");
        assert_eq!(doc_text(&[]), "");
    }

    #[test]
    fn an_expected_lint_is_allowed() {
        let item: DeriveInput = parse_quote!(
            #[expect(dead_code, reason = "x")]
            #[warn(unused)]
            struct S;
        );
        let expect_to_allow: Vec<String> = item
            .attrs
            .iter()
            .map(|attribute| expect_to_allow(attribute).to_string())
            .collect();
        assert_eq!(
            expect_to_allow,
            [
                "# [allow (dead_code , reason = \"x\")]",
                "# [warn (unused)]"
            ]
        );
    }
}
