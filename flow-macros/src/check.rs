//! Mistakes that can be told before rustc looks at the generated code.

use apaas_flow_contract::suggest;
use quote::ToTokens;
use syn::{Attribute, GenericParam, LitStr, Meta, Token, Type};

use crate::attributes;
use crate::ctxt::Ctxt;
use crate::generics;
use crate::keywords::{FLOW_ID, NAMESPACE};
use crate::model::{Field, FieldBinding, Flow, Output};
use crate::names;
use crate::parse::arguments::Name;
use crate::parse::field_attr::Direction;
use crate::types::{self, Borrowing};

pub(crate) fn check(flow: &Flow, cx: &Ctxt) {
    missing_arguments(flow, cx);
    segments(flow, cx);
    output_twice(flow, cx);
    serde_on_struct(flow, cx);
    parameters(flow, cx);
    for field in &flow.fields {
        unmarked(field, cx);
        serde_on_field(flow, field, cx);
        if let Some(input) = &field.input {
            api_name(input, cx);
            default_of_input(input, cx);
            borrowed_input(flow, field, cx);
        }
        if let Some(output) = &field.output {
            api_name(output, cx);
            optional_output_with(field, output, cx);
            owned_output(flow, &field.ty, cx);
        }
    }
    if let Some((_, ty)) = flow.output_argument.given() {
        owned_output(flow, ty, cx);
    }
    same_names(flow.inputs(), "inputs are sent as", cx);
    same_names(flow.outputs(), "outputs are read from", cx);
}

fn missing_arguments(flow: &Flow, cx: &Ctxt) {
    if flow.missing.is_empty() {
        return;
    }
    let written = |name: &Option<Name>| match name {
        Some(Name::Text(text)) => text.token().to_string(),
        Some(Name::Const(path)) => types::text(path),
        None => "\"...\"".to_owned(),
    };
    cx.error_at(
        flow.on_the_attribute(),
        format!(
            "missing {}; write `#[apaas_flow(namespace = {}, flow_id = {})]`",
            suggest::listed(&flow.missing),
            written(&flow.namespace),
            written(&flow.flow_id),
        ),
    );
}

fn segments(flow: &Flow, cx: &Ctxt) {
    let names = [
        (
            NAMESPACE,
            &flow.namespace,
            "the application's API name, such as \"package_xxx__c\"",
        ),
        (
            FLOW_ID,
            &flow.flow_id,
            "the flow's API name, such as \"deleteObject_99c656599f\"",
        ),
    ];
    for (key, name, meaning) in names {
        let Some(Name::Text(literal)) = name else {
            continue;
        };
        let text = literal.value();
        if text.is_empty() {
            cx.error_at(literal.span(), format!("`{key}` is empty; it is {meaning}"));
        } else if let Some(flaw) = names::segment_flaw(&text) {
            cx.error_at(
                literal.span(),
                format!("`{key}` {flaw}; it becomes one segment of the request path"),
            );
        }
    }
}

fn output_twice(flow: &Flow, cx: &Ctxt) {
    let Some((key, ty)) = flow.output_argument.given() else {
        return;
    };
    let Some(field_attr) = flow
        .outputs()
        .find_map(|(_, binding)| binding.field_attr.as_ref())
    else {
        return;
    };
    let ty = types::text(ty);
    let message =
        format!("`output = {ty}` takes the place of `#[output]` fields; keep one of the two");
    cx.error_at(key.span(), &message);
    cx.error_spanned_by(field_attr, &message);
}

fn parameters(flow: &Flow, cx: &Ctxt) {
    let known = generics::all(&flow.generics);
    let by_inputs = generics::mentioned(input_types(flow), &known);
    let by_outputs = generics::mentioned(output_types(flow), &known);
    for parameter in &flow.generics.params {
        let name = generics::name(parameter);
        // a lifetime in an output is reported where it stands
        let ident = match parameter {
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(parameter) => &parameter.ident,
            GenericParam::Const(parameter) => &parameter.ident,
        };
        if by_outputs.contains(&name) && !by_inputs.contains(&name) {
            cx.error_at(
                ident.span(),
                format!("`{name}` is used by outputs only, so the input type cannot name it; use it in an input"),
            );
        }
    }
}

pub(crate) fn input_types(flow: &Flow) -> proc_macro2::TokenStream {
    flow.inputs().map(|(field, _)| separate(field)).collect()
}

pub(crate) fn output_types(flow: &Flow) -> proc_macro2::TokenStream {
    match &flow.output {
        Output::Type(ty) => ty.to_token_stream(),
        Output::Nothing | Output::Fields => {
            flow.outputs().map(|(field, _)| separate(field)).collect()
        }
    }
}

fn separate(field: &Field) -> proc_macro2::TokenStream {
    let mut tokens = field.ty.to_token_stream();
    <Token![,]>::default().to_tokens(&mut tokens);
    tokens
}

fn unmarked(field: &Field, cx: &Ctxt) {
    if field.unmarked {
        cx.error_at(
            field.ident.span(),
            format!(
                "field `{}` is neither input nor output; mark it `#[input]` or `#[output]`",
                field.ident
            ),
        );
    }
}

fn api_name(binding: &FieldBinding, cx: &Ctxt) {
    if !binding.name.is_literal {
        return;
    }
    let word = binding.direction.word();
    if binding.name.text.is_empty() {
        cx.error_spanned_by(
            &binding.name.written,
            format!("the api name is empty; write `#[{word}]` for the field's own name"),
        );
    } else if let Some(flaw) = names::api_name_flaw(&binding.name.text) {
        cx.error_spanned_by(
            &binding.name.written,
            format!("the api name {flaw}; write it as the flow's editor shows it"),
        );
    }
}

fn default_of_input(binding: &FieldBinding, cx: &Ctxt) {
    if let Some(default) = &binding.default {
        cx.error_at(
            default.span(),
            "`default` is for outputs only; remove it, an input that is none is left out anyway",
        );
    }
}

/// As in serde: a module that reads the value is not asked when there is none.
fn optional_output_with(field: &Field, binding: &FieldBinding, cx: &Ctxt) {
    let Some((key, path)) = &binding.with else {
        return;
    };
    if binding.default.is_none()
        && !binding.has_errors
        && types::option_content(&field.ty).is_some()
    {
        let name = binding.name.before_options();
        cx.error_at(
            key.span(),
            format!(
                "`with` on an optional output needs `default`, or a missing value is an error; write `#[output({name}with = {}, default)]`",
                types::text(path)
            ),
        );
    }
}

fn owned_output(flow: &Flow, ty: &Type, cx: &Ctxt) {
    if let Some(part) = types::borrowed(ty, Borrowing::Anything) {
        cx.error_spanned_by(
            part,
            format!(
                "an output cannot borrow, because it outlives the response it is decoded from; use {}",
                types::owned(part)
            ),
        );
    }
    if let Some(ident) = types::self_type(ty.to_token_stream()) {
        cx.error_at(
            ident.span(),
            format!(
                "`Self` is the input type; in an output write `{}`",
                flow.output_ident
            ),
        );
    }
}

fn borrowed_input(flow: &Flow, field: &Field, cx: &Ctxt) {
    if !flow.emulate || field.output.is_some() {
        return;
    }
    if let Some(part) = types::borrowed(&field.ty, Borrowing::References) {
        let cure = types::owned(part);
        let or_cow = if cure == "`String`" {
            " or `Cow<'static, str>`"
        } else {
            ""
        };
        cx.error_spanned_by(
            part,
            format!("with `emulate` an input cannot be a reference, because the emulator reads it too; use {cure}{or_cow}"),
        );
    }
}

fn same_names<'a>(
    bindings: impl Iterator<Item = (&'a Field, &'a FieldBinding)>,
    what: &str,
    cx: &Ctxt,
) {
    let bindings: Vec<_> = bindings
        .filter(|(_, binding)| !binding.has_errors)
        .collect();
    for (at, (field, binding)) in bindings.iter().enumerate() {
        let twins = bindings
            .iter()
            .enumerate()
            .filter(|(other_at, (other, other_binding))| {
                *other_at != at
                    && other_binding.name.text == binding.name.text
                    && can_meet(field, other)
            });
        let count = match twins.count() {
            0 => continue,
            1 => "two".to_owned(),
            more => (more + 1).to_string(),
        };
        cx.error_spanned_by(
            &binding.name.written,
            format!("{count} {what} `{}`; rename one of them", binding.name.text),
        );
    }
}

/// Fields under different conditions are taken for alternatives.
fn can_meet(one: &Field, other: &Field) -> bool {
    let conditions = |field: &Field| -> Vec<String> {
        field
            .cfgs()
            .map(|cfg| cfg.to_token_stream().to_string())
            .collect()
    };
    let (one, other) = (conditions(one), conditions(other));
    one.is_empty() || other.is_empty() || one == other
}

/// `#[serde(rename = "z")]` to `` `#[input("z")]` ``
fn serde_on_field(flow: &Flow, field: &Field, cx: &Ctxt) {
    if flow.derives_serde {
        return;
    }
    for attribute in field
        .attributes
        .iter()
        .filter(|attribute| attributes::is_serde(attribute))
    {
        let direction = if field.input.is_some() {
            Direction::Input
        } else {
            Direction::Output
        };
        let cure = match Serde::read(attribute).translated(field, direction) {
            Some(ours) => format!("write `{ours}`"),
            None => "remove it".to_owned(),
        };
        cx.error_spanned_by(
            attribute,
            format!(
                "`{}` does nothing on a flow's field; {cure}",
                types::text(attribute)
            ),
        );
    }
}

fn serde_on_struct(flow: &Flow, cx: &Ctxt) {
    if flow.derives_serde {
        return;
    }
    for attribute in flow
        .attributes
        .iter()
        .filter(|attribute| attributes::is_serde(attribute))
    {
        cx.error_spanned_by(
            attribute,
            format!(
                "`{}` does nothing on a flow; name each field in its `#[input(\"...\")]` or `#[output(\"...\")]`",
                types::text(attribute)
            ),
        );
    }
}

/// The options of serde that have a counterpart here.
#[derive(Default)]
struct Serde {
    rename: Option<LitStr>,
    with: Option<LitStr>,
    default: bool,
}

impl Serde {
    fn read(attribute: &Attribute) -> Self {
        let mut serde = Serde::default();
        let Meta::List(list) = &attribute.meta else {
            return serde;
        };
        // whatever cannot be read has no counterpart either
        let _ = list.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                serde.default = true;
            }
            if meta.input.peek(Token![=]) {
                let value: LitStr = meta.value()?.parse()?;
                if meta.path.is_ident("rename") {
                    serde.rename = Some(value);
                } else if meta.path.is_ident("with") {
                    serde.with = Some(value);
                }
            }
            Ok(())
        });
        serde
    }

    fn translated(&self, field: &Field, direction: Direction) -> Option<String> {
        let default = self.default && direction == Direction::Output;
        if self.rename.is_none() && self.with.is_none() && !default {
            return None;
        }
        let binding = match direction {
            Direction::Input => field.input.as_ref(),
            Direction::Output => field.output.as_ref(),
        };
        let name = self
            .rename
            .as_ref()
            .map(|name| name.token().to_string())
            .or_else(|| {
                binding
                    .filter(|binding| binding.name.is_literal)
                    .map(|binding| binding.name.written.to_string())
            });
        let with = self
            .with
            .as_ref()
            .map(|path| format!("with = {}", path.value()));
        let parts: Vec<String> = [name, with, default.then(|| "default".to_owned())]
            .into_iter()
            .flatten()
            .collect();
        Some(format!("#[{}({})]", direction.word(), parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::*;
    use crate::parse::arguments::Arguments;
    use crate::parse::item::Item;

    fn messages(more: &TokenStream, item: TokenStream) -> Vec<String> {
        let cx = Ctxt::new();
        let arguments = Arguments::parse(quote!(namespace = "a", flow_id = "b", #more), &cx);
        if let Item::Struct(item) = Item::parse(item, &cx) {
            check(&Flow::resolve(arguments, item, &cx), &cx);
        }
        cx.check()
            .err()
            .map(|errors| errors.messages())
            .unwrap_or_default()
    }

    fn of_fields(fields: &TokenStream) -> Vec<String> {
        messages(&quote!(), quote!(struct Price { #fields }))
    }

    #[test]
    fn what_is_right_is_silent() {
        for fields in [
            quote!(#[input] a: &'static str, #[output] b: Cow<'static, str>),
            quote!(#[input("x")] a: i64, #[output("x")] b: i64),
            quote!(#[cfg(a)] #[input("x")] a: i64, #[cfg(b)] #[input("x")] b: i64),
            quote!(#[output(with = m, default)] a: Option<i64>),
            quote!(#[input(with = m)] a: Option<i64>),
            quote!(#[input] #[output] a: i64),
            quote!(#[output] a: fn(&str) -> i64),
            quote!(#[input] r#type: i64, #[output] r#fn: i64),
            quote!(),
        ] {
            assert_eq!(of_fields(&fields), Vec::<String>::new(), "{fields}");
        }
        let with_serde = quote!(
            #[derive(Serialize)]
            #[serde(default)]
            struct Price {
                #[serde(skip)]
                #[input]
                a: i64,
            }
        );
        assert_eq!(messages(&quote!(), with_serde), Vec::<String>::new());
        let own = quote!(
            struct Price<'a, T, const N: usize> {
                #[input]
                a: Cow<'a, T>,
                #[input]
                n: [T; N],
                #[output]
                o: [T; N],
            }
        );
        assert_eq!(messages(&quote!(emulate), own), Vec::<String>::new());
    }

    #[test]
    fn names_that_meet() {
        assert_eq!(
            of_fields(
                &quote!(#[input] x: i64, #[input("x")] a: i64, #[cfg(a)] #[input("x")] b: i64)
            ),
            ["3 inputs are sent as `x`; rename one of them"; 3]
        );
        assert_eq!(
            of_fields(&quote!(#[output] r#type: i64, #[output("type")] a: i64)),
            ["two outputs are read from `type`; rename one of them"; 2]
        );
    }

    #[test]
    fn serde_is_translated() {
        for (field, cure) in [
            (
                quote!(#[input] #[serde(rename = "z")] a: i64),
                "write `#[input(\"z\")]`",
            ),
            (
                quote!(#[output("y")] #[serde(default, with = "m::n")] a: i64),
                "write `#[output(\"y\", with = m::n, default)]`",
            ),
            (
                quote!(#[output] #[serde(default = "five")] a: i64),
                "write `#[output(default)]`",
            ),
            (quote!(#[input("y")] #[serde(default)] a: i64), "remove it"),
            (quote!(#[input] #[serde(flatten)] a: i64), "remove it"),
        ] {
            let messages = of_fields(&field);
            assert_eq!(messages.len(), 1, "{messages:?}");
            assert!(
                messages
                    .iter()
                    .all(|message| message.ends_with(&format!("a flow's field; {cure}"))),
                "{messages:?}"
            );
        }
    }

    #[test]
    fn a_reported_name_is_not_reported_again() {
        for fields in [
            quote!(#[input(5)] x: i64, #[input("x")] a: i64),
            quote!(x: i64, #[input("x")] a: i64),
            quote!(#[ouput("x")] a: i64, #[output] x: i64),
        ] {
            assert_eq!(of_fields(&fields).len(), 1, "{fields}");
        }
    }

    #[test]
    fn outputs_own_what_they_hold() {
        for ty in [
            quote!(&'a str),
            quote!(Option<Cow<'_, str>>),
            quote!(Box<dyn Any + 'a>),
            quote!(Vec<Self>),
        ] {
            assert_eq!(of_fields(&quote!(#[output] x: #ty)).len(), 1, "{ty}");
            assert_eq!(
                messages(
                    &quote!(output = #ty),
                    quote!(
                        struct Price;
                    )
                )
                .len(),
                1,
                "{ty}"
            );
        }
    }
}
