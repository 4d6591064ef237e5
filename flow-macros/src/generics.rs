//! Which of a struct's parameters its two halves use.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{GenericParam, Generics};

/// Names of parameters, lifetimes with their quote mark.
pub(crate) type Names = HashSet<String>;

pub(crate) fn name(parameter: &GenericParam) -> String {
    match parameter {
        GenericParam::Lifetime(parameter) => parameter.lifetime.to_string(),
        GenericParam::Type(parameter) => parameter.ident.to_string(),
        GenericParam::Const(parameter) => parameter.ident.to_string(),
    }
}

pub(crate) fn all(generics: &Generics) -> Names {
    generics.params.iter().map(name).collect()
}

/// Those of `known` that stand in `tokens`.
pub(crate) fn mentioned(tokens: impl ToTokens, known: &Names) -> Names {
    let mut found = Names::new();
    if !known.is_empty() {
        collect(tokens.to_token_stream(), known, &mut found);
    }
    found
}

fn collect(tokens: TokenStream, known: &Names, found: &mut Names) {
    let mut before = [' ', ' '];
    for token in tokens {
        let mut punctuation = ' ';
        match token {
            TokenTree::Punct(punct) => punctuation = punct.as_char(),
            TokenTree::Group(group) => collect(group.stream(), known, found),
            TokenTree::Ident(ident) => {
                let is_lifetime = before[1] == '\'';
                let is_later_segment = before == [':', ':'];
                let name = if is_lifetime {
                    format!("'{ident}")
                } else {
                    ident.to_string()
                };
                if !is_later_segment && known.contains(&name) {
                    found.insert(name);
                }
            }
            TokenTree::Literal(_) => {}
        }
        before = [before[1], punctuation];
    }
}

/// The parameters in `kept`, with those bounds and where-predicates that mention no other.
pub(crate) fn only(generics: &Generics, kept: &Names) -> Generics {
    let known = all(generics);
    let speaks_of_kept =
        |tokens: &dyn ToTokens| mentioned(tokens.to_token_stream(), &known).is_subset(kept);
    let mut generics = generics.clone();
    generics.params = generics
        .params
        .into_iter()
        .filter(|parameter| kept.contains(&name(parameter)))
        .map(|mut parameter| {
            match &mut parameter {
                GenericParam::Lifetime(lifetime) => {
                    lifetime.bounds = filtered(&lifetime.bounds, |bound| speaks_of_kept(bound));
                }
                GenericParam::Type(ty) => {
                    ty.bounds = filtered(&ty.bounds, |bound| speaks_of_kept(bound));
                    ty.default = ty
                        .default
                        .take()
                        .filter(|(_, default)| speaks_of_kept(default));
                }
                GenericParam::Const(_) => {}
            }
            parameter
        })
        .collect();
    if generics.params.is_empty() {
        generics.lt_token = None;
        generics.gt_token = None;
    }
    generics.where_clause = generics.where_clause.and_then(|mut clause| {
        clause.predicates = filtered(&clause.predicates, |predicate| speaks_of_kept(predicate));
        (!clause.predicates.is_empty()).then_some(clause)
    });
    generics
}

fn filtered<T: Clone, P: Clone + Default>(
    list: &Punctuated<T, P>,
    keep: impl Fn(&T) -> bool,
) -> Punctuated<T, P> {
    list.iter().filter(|item| keep(item)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::{DeriveInput, parse_quote};

    use super::*;

    fn names(list: &[&str]) -> Names {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn mentions_are_first_segments() {
        let known = names(&["T", "U", "'a", "N"]);
        assert_eq!(mentioned(quote!(Vec<T::Item>), &known), names(&["T"]));
        assert_eq!(mentioned(quote!(module::T), &known), names(&[]));
        assert_eq!(
            mentioned(quote!(<U as ::std::iter::Iterator>::T), &known),
            names(&["U"])
        );
        assert_eq!(
            mentioned(quote!(Cow<'a, [u8; N]>), &known),
            names(&["'a", "N"])
        );
        assert_eq!(mentioned(quote!(&'b str), &known), names(&[]));
    }

    #[test]
    fn bounds_follow_their_parameters() {
        let item: DeriveInput = parse_quote! {
            struct S<'a, 'b: 'a, T: Clone + Into<U> + 'b, U, const N: usize = 3>
            where T: From<u8>, U: Copy, Vec<T>: PartialEq<U>, {}
        };
        let half = only(&item.generics, &names(&["T", "N"]));
        let clause = &half.where_clause;
        assert_eq!(
            quote!(#half #clause).to_string(),
            quote!(<T: Clone, const N: usize = 3> where T: From<u8>).to_string()
        );
        let none = only(&item.generics, &names(&[]));
        let clause = &none.where_clause;
        assert_eq!(quote!(#none #clause).to_string(), "");
    }
}
