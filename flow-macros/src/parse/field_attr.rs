//! `#[input("api_name", with = path)]` and `#[output("api_name", with = path, default)]`

use apaas_flow_contract::suggest;
use proc_macro2::{Ident, Punct};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Expr, ExprLit, Lit, LitStr, Meta, Path, Token};

use super::{Parsed, as_expression, at_comma_or_end, equals, skip_until};
use crate::ctxt::Ctxt;
use crate::keywords::{DEFAULT, INPUT, OPTIONS, OUTPUT, WITH};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    Input,
    Output,
}

impl Direction {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            INPUT => Some(Direction::Input),
            OUTPUT => Some(Direction::Output),
            _ => None,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Direction::Input => INPUT,
            Direction::Output => OUTPUT,
        }
    }
}

#[derive(Clone)]
pub(crate) struct FieldAttr {
    pub(crate) direction: Direction,
    pub(crate) attribute: Attribute,
    pub(crate) name: Parsed<(), LitStr>,
    pub(crate) with: Parsed<Ident, Path>,
    pub(crate) default: Parsed<Ident, ()>,
}

impl FieldAttr {
    pub(crate) fn parse(direction: Direction, attribute: Attribute, cx: &Ctxt) -> Self {
        let mut field_attr = FieldAttr {
            direction,
            attribute,
            name: Parsed::Absent,
            with: Parsed::Absent,
            default: Parsed::Absent,
        };
        match field_attr.attribute.meta.clone() {
            Meta::Path(_) => {}
            Meta::List(list) if list.tokens.is_empty() => {
                let word = direction.word();
                cx.error_spanned_by(
                    &field_attr.attribute.meta,
                    format!(
                        "`#[{word}()]` is empty; write `#[{word}]` for the field's own name or `#[{word}(\"...\")]` for another"
                    ),
                );
            }
            Meta::List(list) => {
                let read = |input: ParseStream<'_>| {
                    field_attr.read(input, cx);
                    Ok(())
                };
                if let Err(error) = read.parse2(list.tokens) {
                    cx.syn_error(error);
                }
            }
            Meta::NameValue(pair) => {
                let word = direction.word();
                let value = match pair.value {
                    Expr::Lit(ExprLit {
                        lit: Lit::Str(text),
                        ..
                    }) => text.token().to_string(),
                    _ => "\"...\"".to_owned(),
                };
                cx.error_spanned_by(
                    &field_attr.attribute.meta,
                    format!("expected parentheses: `#[{word}({value})]`"),
                );
            }
        }
        field_attr
    }

    fn read(&mut self, input: ParseStream<'_>, cx: &Ctxt) {
        let mut first = true;
        while !input.is_empty() {
            match self.part(first, input, cx) {
                Ok(()) if !at_comma_or_end(input) => cx.error_at(input.span(), "expected `,`"),
                Ok(()) => {}
                Err(error) => cx.syn_error(error),
            }
            skip_until(input, at_comma_or_end);
            let _ = input.parse::<Option<Token![,]>>();
            first = false;
        }
    }

    fn part(&mut self, first: bool, input: ParseStream<'_>, cx: &Ctxt) -> syn::Result<()> {
        if input.peek(LitStr) {
            return self.api_name(first, input.parse()?);
        }
        let word = self.direction.word();
        let begin = input.cursor();
        let Ok(key) = input.call(Ident::parse_any) else {
            skip_until(input, at_comma_or_end);
            let message = if self.name.is_absent() {
                self.name = Parsed::Wrong;
                format!("expected the api name to be a string: `#[{word}(\"...\")]`")
            } else {
                let options = suggest::listed(&OPTIONS);
                format!("expected an option; the options are {options}")
            };
            return Err(Error::new_range(begin..input.cursor(), message));
        };
        match key.to_string().as_str() {
            WITH => fill(&mut self.with, with(&key, input), key, cx),
            DEFAULT => fill(&mut self.default, default(input), key, cx),
            typed => {
                let message = self.unknown(typed, input);
                Err(Error::new(key.span(), message))
            }
        }
    }

    fn api_name(&mut self, first: bool, name: LitStr) -> syn::Result<()> {
        let word = self.direction.word();
        let shown = name.token();
        if self.name.is_wrong() {
            return Ok(());
        }
        if !self.name.is_absent() {
            let message = format!("a field has one api name; write a field of its own for {shown}");
            return Err(Error::new(name.span(), message));
        }
        let error = Error::new(
            name.span(),
            format!("the api name stands first: `#[{word}({shown}, ..)]`"),
        );
        self.name = Parsed::Given((), name);
        if first { Ok(()) } else { Err(error) }
    }

    fn unknown(&mut self, typed: &str, input: ParseStream<'_>) -> String {
        let word = self.direction.word();
        if let Some(meant) = suggest::nearest(typed, OPTIONS) {
            return format!("unknown option `{typed}`; did you mean `{meant}`?");
        }
        let listed = format!(
            "unknown option `{typed}`; the options are {}",
            suggest::listed(&OPTIONS)
        );
        if !self.name.is_absent() {
            return listed;
        }
        if at_comma_or_end(input) {
            self.name = Parsed::Wrong;
            return format!(
                "unknown option `{typed}`; an api name is a string: `#[{word}(\"{typed}\")]`"
            );
        }
        let ahead = input.fork();
        // `=`, or the `:` that is written for it
        let _ = ahead.parse::<Punct>();
        match ahead.parse::<LitStr>() {
            Ok(name) => {
                self.name = Parsed::Wrong;
                format!(
                    "unknown option `{typed}`; the api name stands alone: `#[{word}({})]`",
                    name.token()
                )
            }
            Err(_) => listed,
        }
    }
}

fn fill<T>(
    parsed: &mut Parsed<Ident, T>,
    value: syn::Result<T>,
    key: Ident,
    cx: &Ctxt,
) -> syn::Result<()> {
    if !parsed.is_absent() {
        cx.error_at(key.span(), format!("duplicate option `{key}`"));
        return Ok(());
    }
    let (filled, result) = match value {
        Ok(value) => (Parsed::Given(key, value), Ok(())),
        Err(error) => (Parsed::Wrong, Err(error)),
    };
    *parsed = filled;
    result
}

fn with(key: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    let expected = "expected `with` to be a path: `with = path::to::module`";
    equals(key, input, "with = path::to::module")?;
    let begin = input.cursor();
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        let message = match text.parse::<Path>() {
            Ok(_) => format!(
                "`with` takes a path, not a string; write `with = {}`",
                text.value()
            ),
            Err(_) => expected.to_owned(),
        };
        return Err(Error::new(text.span(), message));
    }
    match input.parse::<Path>() {
        Ok(path) if at_comma_or_end(input) => Ok(as_expression(path)),
        _ => {
            skip_until(input, at_comma_or_end);
            let end = input.cursor();
            Err(if begin == end {
                Error::new(key.span(), expected)
            } else {
                Error::new_range(begin..end, expected)
            })
        }
    }
}

fn default(input: ParseStream<'_>) -> syn::Result<()> {
    if at_comma_or_end(input) {
        return Ok(());
    }
    let begin = input.cursor();
    skip_until(input, at_comma_or_end);
    Err(Error::new_range(
        begin..input.cursor(),
        "`default` takes no value; write `default` alone, for the type's `Default`",
    ))
}

#[cfg(test)]
mod tests {
    use quote::{ToTokens, quote};
    use syn::parse_quote;

    use super::*;

    fn parse(attribute: Attribute) -> (FieldAttr, Vec<String>) {
        let cx = Ctxt::new();
        let field_attr = FieldAttr::parse(Direction::Output, attribute, &cx);
        (
            field_attr,
            cx.check()
                .err()
                .map(|errors| errors.messages())
                .unwrap_or_default(),
        )
    }

    #[test]
    fn reads_every_option() {
        let (field_attr, messages) =
            parse(parse_quote!(#[output("a", with = Hex<u8>::lower, default,)]));
        assert_eq!(messages, Vec::<String>::new());
        assert_eq!(
            field_attr
                .name
                .given()
                .map(|((), name)| name.value())
                .as_deref(),
            Some("a")
        );
        assert_eq!(
            field_attr
                .with
                .given()
                .map(|(_, path)| path.to_token_stream().to_string()),
            Some(quote!(Hex::<u8>::lower).to_string())
        );
        assert!(field_attr.default.given().is_some());
    }

    #[test]
    fn the_name_may_be_left_out() {
        for attribute in [parse_quote!(#[output]), parse_quote!(#[output(default)])] {
            let (field_attr, messages) = parse(attribute);
            assert_eq!(messages, Vec::<String>::new());
            assert!(field_attr.name.is_absent());
        }
    }

    #[test]
    fn what_follows_a_mistake_is_still_read() {
        for broken in [
            parse_quote!(#[output(a, default)]),
            parse_quote!(#[output(5, default)]),
            parse_quote!(#[output(5 "a", default)]),
            parse_quote!(#[output(, "a", default)]),
            parse_quote!(#[output(rename = "a", default)]),
            parse_quote!(#[output(rename: "a", default)]),
            parse_quote!(#[output("a", with: b, default)]),
            parse_quote!(#[output("a", with = 5 b, default)]),
            parse_quote!(#[output("a", with = "b", default)]),
            parse_quote!(#[output("a", with = b c, default)]),
            parse_quote!(#[output("a" default, default)]),
            parse_quote!(#[output("a", skip = f(1, 2), default)]),
        ] {
            let broken: Attribute = broken;
            let text = broken.to_token_stream().to_string();
            let (field_attr, messages) = parse(broken);
            assert_eq!(messages.len(), 1, "{text}: {messages:?}");
            assert!(field_attr.default.given().is_some(), "{text}");
        }
    }
}
