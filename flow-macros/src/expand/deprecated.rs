//! The generated code of a deprecated flow, which must name what is deprecated.
//!
//! `#[allow(deprecated)]` would be an error in a crate that forbids the lint. rustc does not lint what a derive has
//! made, so a derive hands the code through:
//!
//! ```text
//! #[derive(::apaas_flow::__Generated)]
//! #[apaas_flow_generated { impl ::apaas_flow::__private::Flow for Price { .. } .. }]
//! ```

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta};

use crate::attributes;
use crate::model::{CratePath, Flow};

/// Of the derive.
const ATTRIBUTE: &str = "apaas_flow_generated";

/// Words that are names in some editions, and `$crate`: they mean what their place in the user's code makes of them.
const BOUND_TO_THEIR_PLACE: [&str; 6] = ["$crate", "async", "await", "dyn", "gen", "try"];

/// What stands in front of the struct, and what behind it.
pub(crate) fn around(flow: &Flow, generated: TokenStream) -> [TokenStream; 2] {
    if !is_deprecated(flow) {
        return [TokenStream::new(), generated];
    }
    let krate = match &flow.crate_path {
        CratePath::Standard | CratePath::Unknown => quote!(::apaas_flow),
        CratePath::At(path) => quote!(#path),
    };
    let derive = quote! {
        #[derive(#krate::__Generated)]
        #[apaas_flow_generated { #generated }]
    };
    [derive, TokenStream::new()]
}

fn is_deprecated(flow: &Flow) -> bool {
    let of_fields = flow.fields.iter().flat_map(|field| &field.attributes);
    let mut all = flow.attributes.iter().chain(of_fields);
    all.any(attributes::is_deprecated)
}

/// The derive.
pub(crate) fn generated(item: TokenStream) -> TokenStream {
    let attributes = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let _struct: TokenStream = input.parse()?;
        Ok(attributes)
    };
    let attributes = attributes.parse2(item).unwrap_or_default();
    let ours = attributes.into_iter().rev();
    let mut ours = ours.filter_map(|attribute| match attribute.meta {
        Meta::List(list) if list.path.is_ident(ATTRIBUTE) => Some(list.tokens),
        _ => None,
    });
    made_by_the_derive(ours.next().unwrap_or_default())
}

fn made_by_the_derive(tokens: TokenStream) -> TokenStream {
    let made = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), made_by_the_derive(group.stream()));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        TokenTree::Ident(mut ident) => {
            if !BOUND_TO_THEIR_PLACE.iter().any(|word| ident == word) {
                ident.set_span(Span::call_site().located_at(ident.span()));
            }
            TokenTree::Ident(ident)
        }
        token => token,
    });
    made.collect()
}
