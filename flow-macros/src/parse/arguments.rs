//! `#[apaas_flow(namespace = "...", flow_id = "...", ..)]`

use apaas_flow_contract::suggest;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{ExprPath, LitBool, LitStr, Path, Token, Type};

use super::{Parsed, at_comma_or_end, equals, skip_until};
use crate::ctxt::Ctxt;
use crate::keywords::{ARGUMENTS, CONTRACT, CRATE, EMULATE, FLOW_ID, METHODS, NAMESPACE, OUTPUT};

pub(crate) type Argument<T> = Parsed<Ident, T>;

#[derive(Clone)]
pub(crate) enum Name {
    Text(LitStr),
    Const(ExprPath),
}

pub(crate) struct Arguments {
    pub(crate) namespace: Argument<Name>,
    pub(crate) flow_id: Argument<Name>,
    pub(crate) output: Argument<Type>,
    pub(crate) emulate: Argument<()>,
    pub(crate) methods: Argument<bool>,
    pub(crate) krate: Argument<Path>,
    pub(crate) contract: Argument<LitStr>,
    /// Names that were meant by a misspelt key: they are not missing as well.
    meant: Vec<&'static str>,
}

impl Arguments {
    pub(crate) fn parse(tokens: TokenStream, cx: &Ctxt) -> Self {
        let mut arguments = Arguments {
            namespace: Parsed::Absent,
            flow_id: Parsed::Absent,
            output: Parsed::Absent,
            emulate: Parsed::Absent,
            methods: Parsed::Absent,
            krate: Parsed::Absent,
            contract: Parsed::Absent,
            meant: Vec::new(),
        };
        let read = |input: ParseStream<'_>| {
            arguments.read(input, cx);
            Ok(())
        };
        if let Err(error) = read.parse2(tokens) {
            cx.syn_error(error);
        }
        arguments
    }

    pub(crate) fn missing(&self) -> Vec<&'static str> {
        [(NAMESPACE, &self.namespace), (FLOW_ID, &self.flow_id)]
            .into_iter()
            .filter(|(name, parsed)| parsed.is_absent() && !self.meant.contains(name))
            .map(|(name, _)| name)
            .collect()
    }

    fn read(&mut self, input: ParseStream<'_>, cx: &Ctxt) {
        while !input.is_empty() {
            let understood = self.argument(input, cx);
            if understood && !at_comma_or_end(input) {
                cx.error_at(input.span(), "expected `,` between two arguments");
            }
            skip_until(input, starts_argument_or_comma);
            if input.peek(Token![,]) {
                let _ = input.parse::<Token![,]>();
            }
        }
    }

    fn argument(&mut self, input: ParseStream<'_>, cx: &Ctxt) -> bool {
        let Ok(key) = input.call(Ident::parse_any) else {
            cx.error_at(
                input.span(),
                "arguments have names; write `#[apaas_flow(namespace = \"...\", flow_id = \"...\")]`",
            );
            self.meant.extend([NAMESPACE, FLOW_ID]);
            skip_until(input, starts_argument_or_comma);
            skip_unnamed(input);
            return false;
        };
        match key.to_string().as_str() {
            NAMESPACE => fill(&mut self.namespace, key, input, cx, name),
            FLOW_ID => fill(&mut self.flow_id, key, input, cx, name),
            OUTPUT => fill(&mut self.output, key, input, cx, output),
            EMULATE => fill(&mut self.emulate, key, input, cx, emulate),
            METHODS => fill(&mut self.methods, key, input, cx, methods),
            CRATE => fill(&mut self.krate, key, input, cx, krate),
            CONTRACT => fill(&mut self.contract, key, input, cx, contract),
            typed => {
                self.unknown(typed, &key, cx);
                false
            }
        }
    }

    fn unknown(&mut self, typed: &str, key: &Ident, cx: &Ctxt) {
        if let Some(meant) = suggest::nearest(typed, ARGUMENTS) {
            cx.error_at(
                key.span(),
                format!("unknown argument `{typed}`; did you mean `{meant}`?"),
            );
            self.meant.push(meant);
        } else {
            cx.error_at(
                key.span(),
                format!(
                    "unknown argument `{typed}`; the arguments are {}",
                    suggest::listed(&ARGUMENTS)
                ),
            );
        }
    }
}

/// After one value without a name more are to be expected: one message is enough for all of them.
fn skip_unnamed(input: ParseStream<'_>) {
    while input.peek(Token![,]) && !input.peek2(syn::Ident::peek_any) {
        let _ = input.parse::<Token![,]>();
        skip_until(input, starts_argument_or_comma);
    }
}

fn starts_argument_or_comma(input: ParseStream<'_>) -> bool {
    input.peek(Token![,]) && follows_comma(input) || starts_argument(input)
}

fn starts_argument(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead
        .call(Ident::parse_any)
        .is_ok_and(|key| (key == EMULATE && at_comma_or_end(&ahead)) || starts_value(&ahead))
}

/// `=`, or the `:` that is written for it.
fn starts_value(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) && !input.peek(Token![==])
        || input.peek(Token![:]) && !input.peek(Token![::])
}

/// The commas in `output = HashMap<String, i64>` separate no arguments.
fn follows_comma(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.parse::<Token![,]>().is_err() {
        return false;
    }
    if ahead.call(Ident::parse_any).is_err() {
        return ahead.is_empty() || ahead.peek(syn::Lit);
    }
    at_comma_or_end(&ahead)
        || starts_value(&ahead)
        || ahead.peek(syn::token::Paren)
        || ahead.peek(syn::Lit)
}

fn fill<T>(
    parsed: &mut Argument<T>,
    key: Ident,
    input: ParseStream<'_>,
    cx: &Ctxt,
    value: impl Fn(&Ident, ParseStream<'_>) -> syn::Result<T>,
) -> bool {
    let value = value(&key, input);
    let understood = value.is_ok();
    if !parsed.is_absent() {
        cx.error_at(key.span(), format!("duplicate argument `{key}`"));
        return understood;
    }
    *parsed = match value {
        Ok(value) => Parsed::Given(key, value),
        Err(error) => {
            cx.syn_error(error);
            Parsed::Wrong
        }
    };
    understood
}

fn name(key: &Ident, input: ParseStream<'_>) -> syn::Result<Name> {
    let usage = format!("{key} = \"...\"");
    value(key, input, "a string", &usage, |input| {
        if input.peek(LitStr) {
            input.parse().map(Name::Text)
        } else {
            input.parse().map(Name::Const)
        }
    })
}

fn output(key: &Ident, input: ParseStream<'_>) -> syn::Result<Type> {
    value(key, input, "a type", "output = Type", Type::parse)
}

fn methods(key: &Ident, input: ParseStream<'_>) -> syn::Result<bool> {
    let either = "`true` or `false`";
    value(key, input, either, "methods = false", |input| {
        input.parse::<LitBool>().map(|value| value.value)
    })
}

fn krate(key: &Ident, input: ParseStream<'_>) -> syn::Result<Path> {
    let usage = "crate = path::to::apaas_flow";
    value(key, input, "a path", usage, Path::parse_mod_style)
}

fn contract(key: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    let usage = "contract = \"flows/...\"";
    value(
        key,
        input,
        "the path of a file",
        usage,
        <LitStr as Parse>::parse,
    )
}

fn emulate(_: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if at_comma_or_end(input) || starts_argument(input) {
        return Ok(());
    }
    let begin = input.cursor();
    skip_until(input, at_comma_or_end);
    Err(syn::Error::new_range(
        begin..input.cursor(),
        "`emulate` takes no value; write `emulate` alone",
    ))
}

fn value<T>(
    key: &Ident,
    input: ParseStream<'_>,
    what: &str,
    usage: &str,
    parse: impl Fn(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    use syn::parse::discouraged::Speculative;

    let equals = match equals(key, input, usage) {
        Ok(equals) => equals,
        Err(error) => {
            skip_until(input, starts_argument_or_comma);
            return Err(error);
        }
    };
    let expected = format!("expected `{key}` to be {what}: `{usage}`");
    let begin = input.cursor();
    let ahead = input.fork();
    match parse(&ahead) {
        Ok(value) if at_comma_or_end(&ahead) || starts_argument(&ahead) => {
            input.advance_to(&ahead);
            Ok(value)
        }
        _ => {
            skip_until(input, starts_argument_or_comma);
            let end = input.cursor();
            Err(if begin == end {
                syn::Error::new(equals.span, expected)
            } else {
                syn::Error::new_range(begin..end, expected)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn parse(tokens: TokenStream) -> (Arguments, Vec<String>) {
        let cx = Ctxt::new();
        let arguments = Arguments::parse(tokens, &cx);
        (
            arguments,
            cx.check()
                .err()
                .map(|errors| errors.messages())
                .unwrap_or_default(),
        )
    }

    fn messages(tokens: TokenStream) -> Vec<String> {
        parse(tokens).1
    }

    fn text(name: &Argument<Name>) -> Option<String> {
        match name.given() {
            Some((_, Name::Text(text))) => Some(text.value()),
            _ => None,
        }
    }

    #[test]
    fn reads_every_argument() {
        let (arguments, messages) = parse(quote! {
            namespace = "a", flow_id = crate::flows::ID, output = HashMap<String, i64>, emulate, methods = false, crate = my::apaas_flow,
            contract = "flows/a/b.json",
        });
        assert_eq!(messages, Vec::<String>::new());
        assert_eq!(text(&arguments.namespace).as_deref(), Some("a"));
        assert!(matches!(
            arguments.flow_id.given(),
            Some((_, Name::Const(_)))
        ));
        assert!(arguments.output.given().is_some());
        assert!(arguments.emulate.given().is_some());
        assert_eq!(
            arguments.methods.given().map(|(_, value)| *value),
            Some(false)
        );
        assert!(arguments.krate.given().is_some());
        let contract = arguments.contract.given().map(|(_, path)| path.value());
        assert_eq!(contract.as_deref(), Some("flows/a/b.json"));
    }

    #[test]
    fn a_path_through_a_trait_is_a_const_name() {
        let (arguments, messages) = parse(quote!(
            namespace = <App as Tenant>::NAMESPACE,
            flow_id = "b"
        ));
        assert_eq!(messages, Vec::<String>::new());
        assert!(matches!(
            arguments.namespace.given(),
            Some((_, Name::Const(_)))
        ));
    }

    #[test]
    fn what_follows_a_mistake_is_still_read() {
        for broken in [
            quote!(namespace = 5, flow_id = "b"),
            quote!(namespace = , flow_id = "b"),
            quote!(namespace, flow_id = "b"),
            quote!(namespace("a"), flow_id = "b"),
            quote!(namespace = "a" + "b", flow_id = "b"),
            quote!(namespace: "a", flow_id = "b"),
            quote!(namespace "a", flow_id = "b"),
            quote!(namespace = 5 NAMESPACE, flow_id = "b"),
            quote!(namespace = "a" flow_id = "b"),
            quote!(namespce = "a", flow_id = "b"),
            quote!(output = HashMap<String, i64 i64>, namespace = "a", flow_id = "b"),
            quote!(output = HashMap<, String>, namespace = "a", flow_id = "b"),
            quote!(emulate = true, namespace = "a", flow_id = "b"),
            quote!("a", flow_id = "b"),
        ] {
            let (arguments, messages) = parse(broken.clone());
            assert_eq!(messages.len(), 1, "{broken}: {messages:?}");
            assert_eq!(text(&arguments.flow_id).as_deref(), Some("b"), "{broken}");
            assert_eq!(arguments.missing(), Vec::<&str>::new(), "{broken}");
        }
    }

    #[test]
    fn each_mistake_is_reported_once() {
        assert_eq!(
            messages(quote!(
                namespce = "a",
                namespace = "a",
                flow_id = "b",
                flow_id = "c",
                methods = "no"
            )),
            [
                "unknown argument `namespce`; did you mean `namespace`?",
                "duplicate argument `flow_id`",
                "expected `methods` to be `true` or `false`: `methods = false`",
            ]
        );
        assert_eq!(
            messages(quote!("a", "b")),
            ["arguments have names; write `#[apaas_flow(namespace = \"...\", flow_id = \"...\")]`"]
        );
        assert_eq!(
            messages(quote!(timeout = 5, namespace = "a", flow_id = "b")),
            [
                "unknown argument `timeout`; the arguments are `namespace`, `flow_id`, `output`, `emulate`, `methods`, `crate` and `contract`"
            ]
        );
    }

    #[test]
    fn each_argument_has_its_own_equals_sign() {
        for written in [
            quote!(namespace: "a", flow_id: "b"),
            quote!(namespace "a", flow_id "b"),
            quote!(namespace("a"), flow_id("b")),
            quote!(namespace, flow_id),
        ] {
            assert_eq!(
                messages(written),
                [
                    "expected `=` after `namespace`: `namespace = \"...\"`",
                    "expected `=` after `flow_id`: `flow_id = \"...\"`",
                ]
            );
        }
    }

    #[test]
    fn an_absent_name_is_missing() {
        assert_eq!(parse(quote!()).0.missing(), ["namespace", "flow_id"]);
        assert_eq!(parse(quote!(flow_id = "b")).0.missing(), ["namespace"]);
    }
}
