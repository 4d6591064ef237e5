//! What can be told from a type's spelling.

use proc_macro2::{Delimiter, Punct, Spacing, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound, TypePath};

use crate::generics::Names;

/// A type that came through a macro's `$t:ty` stands in a group that nobody sees.
pub(crate) fn ungroup(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            _ => return ty,
        };
    }
}

pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(ungroup(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// `T` of `Option<T>`.
pub(crate) fn option_content(ty: &Type) -> Option<&Type> {
    let Type::Path(TypePath {
        qself: None, path, ..
    }) = ungroup(ty)
    else {
        return None;
    };
    let names: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if !matches!(
        names.as_slice(),
        ["Option"] | ["std" | "core", "option", "Option"]
    ) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else {
        return None;
    };
    match (arguments.args.len(), arguments.args.first()) {
        (1, Some(GenericArgument::Type(content))) => Some(content),
        _ => None,
    }
}

/// `T` of `Option<Option<T>>`.
pub(crate) fn nullable_content(ty: &Type) -> Option<&Type> {
    option_content(ty).and_then(option_content)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Borrowing {
    /// `&T` only.
    References,
    /// `&T`, and every lifetime but `'static`.
    Anything,
}

/// The first part of the type that borrows.
pub(crate) fn borrowed(ty: &Type, what: Borrowing) -> Option<&Type> {
    match ty {
        Type::Reference(_) => Some(ty),
        Type::Group(group) => borrowed(&group.elem, what),
        Type::Paren(paren) => borrowed(&paren.elem, what),
        Type::Array(array) => borrowed(&array.elem, what),
        Type::Slice(slice) => borrowed(&slice.elem, what),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|elem| borrowed(elem, what)),
        Type::Path(path) => borrowed_in_path(ty, path, what),
        Type::TraitObject(object) => object
            .bounds
            .iter()
            .any(|bound| matches!(bound, TypeParamBound::Lifetime(lifetime) if lifetime.ident != "static"))
            .then_some(ty)
            .filter(|_| what == Borrowing::Anything),
        _ => None,
    }
}

fn borrowed_in_path<'a>(ty: &'a Type, path: &'a TypePath, what: Borrowing) -> Option<&'a Type> {
    let own = path
        .qself
        .as_ref()
        .and_then(|qself| borrowed(&qself.ty, what));
    own.or_else(|| {
        path.path
            .segments
            .iter()
            .find_map(|segment| match &segment.arguments {
                PathArguments::None => None,
                PathArguments::AngleBracketed(arguments) => {
                    arguments.args.iter().find_map(|argument| match argument {
                        GenericArgument::Lifetime(lifetime) => (what == Borrowing::Anything
                            && lifetime.ident != "static")
                            .then_some(ty),
                        GenericArgument::Type(inner) => borrowed(inner, what),
                        _ => None,
                    })
                }
                PathArguments::Parenthesized(arguments) => match &arguments.output {
                    ReturnType::Type(_, output) => borrowed(output, what),
                    ReturnType::Default => None,
                },
            })
    })
}

/// What to write instead of a type that borrows: `` `String` ``.
pub(crate) fn owned(ty: &Type) -> String {
    match ungroup(ty) {
        Type::Reference(reference) => match ungroup(&reference.elem) {
            Type::Slice(slice) => format!("`Vec<{}>`", text(&slice.elem)),
            Type::Path(path) if path.path.is_ident("str") => "`String`".to_owned(),
            Type::TraitObject(object) => format!("`Box<{}>`", text(object)),
            elem => format!("`{}`", text(elem)),
        },
        Type::Path(path)
            if path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Cow") =>
        {
            format!(
                "`{}`",
                text(with_static_lifetimes(ty.to_token_stream(), &Names::new()))
            )
        }
        _ => "a type that owns what it holds".to_owned(),
    }
}

/// Every lifetime in it turned into `'static`, elided ones included, but for those in `kept`.
pub(crate) fn with_static_lifetimes(tokens: TokenStream, kept: &Names) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote_mark) if quote_mark.as_char() == '\'' => match tokens.next() {
                Some(name) if kept.contains(&format!("'{name}")) => {
                    out.extend([TokenTree::Punct(quote_mark), name]);
                }
                _ => out.extend(quote!('static)),
            },
            TokenTree::Punct(ampersand) if ampersand.as_char() == '&' => {
                let named =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                let doubled =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '&');
                out.extend([TokenTree::Punct(Punct::new('&', Spacing::Alone))]);
                if doubled || !named {
                    out.extend(quote!('static));
                }
            }
            TokenTree::Group(group) => {
                let mut inner = proc_macro2::Group::new(
                    group.delimiter(),
                    with_static_lifetimes(group.stream(), kept),
                );
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            token => out.extend([token]),
        }
    }
    out
}

/// Whether the type says `Self`.
pub(crate) fn self_type(tokens: TokenStream) -> Option<proc_macro2::Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => Some(ident),
        TokenTree::Group(group) => self_type(group.stream()),
        _ => None,
    })
}

/// As a person would write it: the compiler's own printing puts spaces between all tokens that came through a macro.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    let mut out = String::new();
    write_text(tokens.to_token_stream(), &mut out);
    out
}

fn write_text(tokens: TokenStream, out: &mut String) {
    let mut after_arrow_dash = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                if group.delimiter() != Delimiter::Parenthesis {
                    separate_words(out);
                }
                out.push_str(open);
                write_text(group.stream(), out);
                out.push_str(close);
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                c @ (',' | ';') => {
                    out.push(c);
                    out.push(' ');
                }
                c @ ('+' | '=') => {
                    out.push(' ');
                    out.push(c);
                    out.push(' ');
                }
                '-' => {
                    out.push_str(" -");
                    after_arrow_dash = true;
                    continue;
                }
                '>' if after_arrow_dash => out.push_str("> "),
                c @ ('\'' | '*') => {
                    separate_words(out);
                    out.push(c);
                }
                c => out.push(c),
            },
            TokenTree::Ident(ident) => {
                separate_words(out);
                out.push_str(&ident.to_string());
            }
            TokenTree::Literal(literal) => {
                separate_words(out);
                out.push_str(&literal.to_string());
            }
        }
        after_arrow_dash = false;
    }
}

fn separate_words(out: &mut String) {
    if out.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn options_are_told_by_their_spelling() {
        assert!(option_content(&parse_quote!(Option<i64>)).is_some());
        assert!(option_content(&parse_quote!(::core::option::Option<i64>)).is_some());
        assert!(option_content(&parse_quote!((std::option::Option<i64>))).is_some());
        assert!(option_content(&parse_quote!(my::Option<i64>)).is_none());
        assert!(option_content(&parse_quote!(Vec<Option<i64>>)).is_none());
        assert!(nullable_content(&parse_quote!(Option<Option<i64>>)).is_some());
        assert!(nullable_content(&parse_quote!(Option<Vec<i64>>)).is_none());
    }

    #[test]
    fn the_part_that_borrows_is_found() {
        let found = |ty: Type, what| borrowed(&ty, what).map(text);
        for (ty, anything, references) in [
            (parse_quote!(&str), Some("&str"), Some("&str")),
            (
                parse_quote!(Option<&'a [u8]>),
                Some("&'a [u8]"),
                Some("&'a [u8]"),
            ),
            (
                parse_quote!(&'static str),
                Some("&'static str"),
                Some("&'static str"),
            ),
            (parse_quote!(Vec<Cow<'a, str>>), Some("Cow<'a, str>"), None),
            (parse_quote!(Cow<'_, str>), Some("Cow<'_, str>"), None),
            (parse_quote!(Cow<'static, str>), None, None),
            (parse_quote!(fn(&str) -> bool), None, None),
            (
                parse_quote!([(i64, &'a str); 2]),
                Some("&'a str"),
                Some("&'a str"),
            ),
            (parse_quote!(String), None, None),
        ] {
            let ty: Type = ty;
            assert_eq!(
                found(ty.clone(), Borrowing::Anything).as_deref(),
                anything,
                "{}",
                text(&ty)
            );
            assert_eq!(
                found(ty.clone(), Borrowing::References).as_deref(),
                references,
                "{}",
                text(&ty)
            );
        }
    }

    #[test]
    fn the_cure_owns() {
        for (ty, cure) in [
            (parse_quote!(&str), "`String`"),
            (parse_quote!(&'a [u8]), "`Vec<u8>`"),
            (parse_quote!(&'a Money), "`Money`"),
            (parse_quote!(Cow<'a, str>), "`Cow<'static, str>`"),
            (parse_quote!(Parsed<'a>), "a type that owns what it holds"),
        ] {
            let ty: Type = ty;
            assert_eq!(owned(&ty), cure);
        }
    }

    #[test]
    fn lifetimes_become_static() {
        for (ty, expected) in [
            (quote!(&str), "&'static str"),
            (quote!(&'a str), "&'static str"),
            (quote!(&&'a str), "&'static&'static str"),
            (quote!(Cow<'_, [&str]>), "Cow<'static, [&'static str]>"),
        ] {
            assert_eq!(text(with_static_lifetimes(ty, &Names::new())), expected);
        }
        let kept = Names::from(["'a".to_owned()]);
        assert_eq!(
            text(with_static_lifetimes(
                quote!((&str, Cow<'_, &'a [&'b T]>)),
                &kept
            )),
            "(&'static str, Cow<'static, &'a [&'static T]>)"
        );
    }

    #[test]
    fn types_are_printed_as_written() {
        for (ty, expected) in [
            (
                quote!(Option<Vec<(String, i64)>>),
                "Option<Vec<(String, i64)>>",
            ),
            (
                quote!(&'a mut dyn Fn(u8) -> std::io::Result<()>),
                "&'a mut dyn Fn(u8) -> std::io::Result<()>",
            ),
            (quote!([u8; 4]), "[u8; 4]"),
            (quote!(Box<dyn Send + 'a>), "Box<dyn Send + 'a>"),
            (quote!(*const u8), "*const u8"),
            (quote!(r#type::X), "r#type::X"),
        ] {
            assert_eq!(text(ty), expected);
        }
    }
}
