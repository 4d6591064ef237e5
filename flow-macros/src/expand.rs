//! A checked flow to code. Nothing can fail here.

pub(crate) mod deprecated;
mod descriptor;
mod docs;

use std::path::{Path, PathBuf};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::token::Brace;
use syn::{Attribute, Generics, Visibility};

use crate::attributes;
use crate::check;
use crate::contract::find::Found;
use crate::generics;
use crate::keywords::CONTRACTS;
use crate::model::{CratePath, Field, FieldBinding, Flow, Output, Reading};
use crate::parse::arguments::Name;
use crate::parse::item::Body;

pub(crate) fn expand(flow: &Flow, found: Option<&Found>, tracked: &[PathBuf]) -> TokenStream {
    let implementations = implementations(flow, found, tracked);
    let [mut tokens, implementations] = deprecated::around(flow, implementations);
    let fields = flow
        .inputs()
        .map(|(field, _)| struct_field(field, &field.ty));
    tokens.extend(input_struct(flow, found, &flow.generics, fields));
    if let Output::Fields = flow.output {
        let fields = flow
            .outputs()
            .map(|(field, _)| struct_field(field, &field.ty));
        tokens.extend(output_struct(flow, fields));
    }
    tokens.extend(implementations);
    tokens
}

fn implementations(flow: &Flow, found: Option<&Found>, tracked: &[PathBuf]) -> TokenStream {
    let mut tokens = TokenStream::new();
    tokens.extend(tracked.iter().filter_map(|file| track(flow, file)));
    tokens.extend(checked_names(flow, found));
    tokens.extend(impl_flow(flow, found));
    if flow.emulate {
        tokens.extend(impl_emulated(flow));
    }
    if flow.methods {
        let Flow {
            visibility,
            ident,
            generics,
            ..
        } = flow;
        tokens.extend(item_attributes(flow));
        tokens.extend(methods(
            &private(&flow.crate_path),
            visibility,
            ident,
            generics,
            &output_type(flow),
        ));
    }
    tokens
}

/// What generated code uses of the runtime.
pub(crate) fn private(crate_path: &CratePath) -> TokenStream {
    match crate_path {
        CratePath::Standard | CratePath::Unknown => quote!(::apaas_flow::__private),
        CratePath::At(path) => quote!(#path::__private),
    }
}

pub(crate) fn input_struct(
    flow: &Flow,
    found: Option<&Found>,
    generics: &Generics,
    fields: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let Flow {
        visibility,
        token,
        ident,
        ..
    } = flow;
    let in_both = matches!(flow.output, Output::Fields);
    let attributes = flow
        .attributes
        .iter()
        .map(|attribute| shared(attribute, in_both));
    let docs = docs::of_input_if_documented(flow, found);
    let clause = &generics.where_clause;
    let body = match flow.body {
        Body::Braces(braces) => braced(braces, fields),
        Body::Unit(semicolon) => semicolon.to_token_stream(),
    };
    quote!(#(#attributes)* #docs #visibility #token #ident #generics #clause #body)
}

pub(crate) fn output_struct(flow: &Flow, fields: impl Iterator<Item = TokenStream>) -> TokenStream {
    let Flow {
        visibility,
        token,
        output_ident,
        ..
    } = flow;
    let attributes = flow
        .attributes
        .iter()
        .filter(|attribute| !attributes::is_doc_text(attribute))
        .map(attributes::expect_to_allow);
    let docs = docs::of_output(flow);
    let generics = output_generics(flow);
    let clause = &generics.where_clause;
    let braces = match flow.body {
        Body::Braces(braces) => braces,
        Body::Unit(_) => Brace::default(),
    };
    let body = braced(braces, fields);
    quote!(#docs #(#attributes)* #visibility #token #output_ident #generics #clause #body)
}

fn braced(braces: Brace, fields: impl Iterator<Item = TokenStream>) -> TokenStream {
    let mut body = TokenStream::new();
    braces.surround(&mut body, |body| body.extend(fields));
    body
}

pub(crate) fn output_generics(flow: &Flow) -> Generics {
    let known = generics::all(&flow.generics);
    generics::only(
        &flow.generics,
        &generics::mentioned(check::output_types(flow), &known),
    )
}

/// `pub a: String,`
pub(crate) fn struct_field(field: &Field, ty: &impl ToTokens) -> TokenStream {
    let Field {
        visibility,
        ident,
        colon,
        default,
        ..
    } = field;
    let in_both = field.input.is_some() && field.output.is_some();
    let attributes = field
        .attributes
        .iter()
        .map(|attribute| shared(attribute, in_both));
    quote!(#(#attributes)* #visibility #ident #colon #ty #default,)
}

fn shared(attribute: &Attribute, in_both: bool) -> TokenStream {
    if in_both {
        attributes::expect_to_allow(attribute)
    } else {
        attribute.to_token_stream()
    }
}

/// What every generated item carries: the struct's conditions and lints.
pub(crate) fn item_attributes(flow: &Flow) -> TokenStream {
    let carried = flow
        .attributes
        .iter()
        .filter(|attribute| attributes::is_cfg(attribute) || attributes::is_lint(attribute))
        .map(attributes::expect_to_allow);
    quote!(#(#carried)*)
}

/// The macro has looked at the file, and rustc would not look at it again by itself.
fn track(flow: &Flow, file: &Path) -> Option<TokenStream> {
    let path = file.to_str()?;
    let attributes = item_attributes(flow);
    // const _: &[u8] = include_bytes!("/shop/flows/package_shop__c/price_0a1b2c3d4e.json");
    Some(quote! {
        #attributes
        const _: &[::core::primitive::u8] = ::core::include_bytes!(#path);
    })
}

/// A wrong literal was reported; a wrong constant is found here, before anything is built. Where the type cannot be
/// named without choosing its parameters, it is found where the flow is called.
fn checked_names(flow: &Flow, found: Option<&Found>) -> TokenStream {
    if has_choices(flow) {
        return TokenStream::new();
    }
    let attributes = item_attributes(flow);
    let ident = &flow.ident;
    let lifetimes = flow.generics.lifetimes().map(|_| quote!('static));
    let flow_type = quote!(#ident <#(#lifetimes),*>);
    let check = |name: &Option<Name>, check: &str, constant: &str, folder: Option<&str>| {
        let Some(Name::Const(path)) = name else {
            return None;
        };
        let span = within(path.span());
        let private = located_at(span, private(&flow.crate_path));
        let check = Ident::new(check, span);
        let constant = Ident::new(constant, span);
        let folder = folder.map(|folder| quote!(, #folder));
        // const _: () = ::apaas_flow::__private::check_namespace(<DeleteObject as Flow>::NAMESPACE);
        Some(quote_spanned! {span=>
            #attributes
            const _: () = #private::#check(<#flow_type as #private::Flow>::#constant #folder);
        })
    };
    let folder = found.and_then(|found| found.namespace.as_deref());
    let of_contract =
        folder.and_then(|_| check(&flow.namespace, "check_contract", "NAMESPACE", folder));
    [
        check(&flow.namespace, "check_namespace", "NAMESPACE", None),
        check(&flow.flow_id, "check_flow_id", "FLOW_ID", None),
        of_contract,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether there are parameters to choose before the type can be named.
fn has_choices(flow: &Flow) -> bool {
    let generics = &flow.generics;
    generics.type_params().next().is_some() || generics.const_params().next().is_some()
}

/// The runtime knows what a name may be, and nothing of the contract's folder.
fn checked_folder_where_called(flow: &Flow, found: Option<&Found>) -> Option<TokenStream> {
    let folder = found?.namespace.as_ref()?;
    let Some(Name::Const(path)) = &flow.namespace else {
        return None;
    };
    let span = within(path.span());
    let private = located_at(span, private(&flow.crate_path));
    // const { ::apaas_flow::__private::check_contract(<Self as Flow>::NAMESPACE, "package_shop__c") };
    has_choices(flow).then(|| {
        quote_spanned! {span=>
            const { #private::check_contract(<Self as #private::Flow>::NAMESPACE, #folder) };
        }
    })
}

fn impl_flow(flow: &Flow, found: Option<&Found>) -> TokenStream {
    let private = private(&flow.crate_path);
    let attributes = item_attributes(flow);
    let docs = docs::of_impl_if_undocumented(flow, found);
    let ident = &flow.ident;
    let (impl_generics, ty_generics, clause) = flow.generics.split_for_impl();
    let namespace = name(flow.namespace.as_ref());
    let flow_id = name(flow.flow_id.as_ref());
    let output = output_type(flow);
    let this = hygienic("self");
    let to = hygienic("__to");
    let from = hygienic("__from");
    let written = write_fields(flow.inputs(), &this, &to);
    let (to_used, from_used) = (carrier(&to, flow.inputs()), output_carrier(&from, flow));
    let read = read_outputs(flow, &from);
    let described = descriptor::described(flow);
    // nor at the environment; here it costs every user least
    let setting = quote!(let _ = ::core::option_env!(#CONTRACTS););
    let checked_folder = checked_folder_where_called(flow, found);
    quote! {
        #docs
        #attributes
        #[automatically_derived]
        impl #impl_generics #private::Flow for #ident #ty_generics #clause {
            const NAMESPACE: &'static ::core::primitive::str = #namespace;
            const FLOW_ID: &'static ::core::primitive::str = #flow_id;
            #described
            type Output = #output;
            fn write_params(&#this, #to_used: &mut #private::Params) -> #private::Result<()> {
                #setting
                #checked_folder
                #written
            }
            fn read_outputs(#from_used: &mut #private::Outputs<'_>) -> #private::Result<Self::Output> {
                #read
            }
        }
    }
}

fn read_outputs(flow: &Flow, from: &Ident) -> TokenStream {
    match &flow.output {
        Output::Nothing => quote!(::core::result::Result::Ok(())),
        Output::Type(ty) => {
            let span = within(ty.span());
            quote_spanned!(span=> #from.take_all::<#ty>())
        }
        Output::Fields => {
            let ident = &flow.output_ident;
            read_fields(&quote!(#ident), flow.outputs(), from)
        }
    }
}

/// All fields are read before a failed one ends it, so that one error lists every one that failed.
fn read_fields<'a>(
    ident: &TokenStream,
    bindings: impl Iterator<Item = (&'a Field, &'a FieldBinding)>,
    from: &Ident,
) -> TokenStream {
    let mut read = Vec::new();
    let mut fields = TokenStream::new();
    for (at, (field, binding)) in bindings.enumerate() {
        let local = format_ident!("__field_{at}", span = Span::mixed_site());
        let name = &field.ident;
        let cfgs = field.cfgs();
        fields.extend(quote!(#(#cfgs)* #name: #local,));
        read.push((field, local, get(field, binding, from)));
    }
    let failed = quote!({ return #from.failure(); });
    let all = if read.iter().all(|(field, ..)| field.cfgs().next().is_none()) {
        together(&read, &failed)
    } else {
        one_by_one(&read, &failed)
    };
    quote! {
        #all
        ::core::result::Result::Ok(#ident { #fields })
    }
}

/// `let (Some(field_0), Some(field_1)) = (from.get("a"), from.get("b")) else { .. };`
///
/// rustc makes less than half the code of this than of a `?` for each field.
fn together(read: &[(&Field, Ident, TokenStream)], failed: &TokenStream) -> TokenStream {
    if read.is_empty() {
        return TokenStream::new();
    }
    let some = hygienic("__Some");
    let locals = read.iter().map(|(_, local, _)| local);
    let values = read.iter().map(|(field, _, value)| {
        let attributes = field.statement_attributes();
        quote!(#attributes #value)
    });
    quote! {
        use ::core::option::Option::Some as #some;
        let (#(#some(#locals),)*) = (#(#values,)*) else #failed;
    }
}

/// The same, where a field is compiled on a condition: a pattern cannot carry one.
fn one_by_one(read: &[(&Field, Ident, TokenStream)], failed: &TokenStream) -> TokenStream {
    let mut statements = TokenStream::new();
    for (field, local, value) in read {
        let attributes = field.statement_attributes();
        statements.extend(quote!(#attributes let #local = #value;));
    }
    for (field, local, _) in read {
        let cfgs = field.cfgs();
        statements.extend(
            quote!(#(#cfgs)* let ::core::option::Option::Some(#local) = #local else #failed;),
        );
    }
    statements
}

/// What goes wrong is kept until the end: rustc makes a third of the code of this than of a `?` for each field.
fn write_fields<'a>(
    bindings: impl Iterator<Item = (&'a Field, &'a FieldBinding)>,
    owner: &Ident,
    to: &Ident,
) -> TokenStream {
    let mut fields = bindings.peekable();
    if fields.peek().is_none() {
        return quote!(::core::result::Result::Ok(()));
    }
    let written = fields.map(|(field, binding)| write(field, binding, owner));
    quote!(#(#written)* #to.written())
}

/// `to.put::<RecordRef>("variable_a", &self.record);`
fn write(field: &Field, binding: &FieldBinding, owner: &Ident) -> TokenStream {
    let ty = &field.ty;
    let attributes = field.statement_attributes();
    let name = &binding.name.text;
    let span = within(ty.span());
    // one place for the whole line, so that rustc can point at it
    let [owner, member, to] = [owner, &field.ident, &hygienic("__to")].map(|ident| {
        let mut ident = ident.clone();
        // and of its own edition still, where `gen` may be a name
        ident.set_span(ident.span().located_at(span));
        ident
    });
    match &binding.with {
        None => quote_spanned!(span=> #attributes #to.put::<#ty>(#name, &#owner.#member);),
        Some((_, path)) => {
            let serialize = function(path, "serialize");
            let value = hygienic("__value");
            quote_spanned!(span=> #attributes #to.put_with(#name, |#value| #serialize(&#owner.#member, #value));)
        }
    }
}

/// `from.get::<i64>("_flowExecutionID")`
fn get(field: &Field, binding: &FieldBinding, from: &Ident) -> TokenStream {
    let ty = &field.ty;
    let name = &binding.name.text;
    let value = hygienic("__value");
    let span = within(ty.span());
    let got = match field.reading(binding) {
        Reading::Plain => quote_spanned!(span=> get::<#ty>(#name)),
        Reading::OrDefault => quote_spanned!(span=> get_or_default::<#ty>(#name)),
        Reading::Nullable(content) => quote_spanned!(span=> get_nullable::<#content>(#name)),
        Reading::With(path) => {
            let deserialize = function(path, "deserialize");
            quote_spanned!(span=> get_with::<#ty>(#name, |#value| #deserialize(#value)))
        }
        Reading::WithOrDefault(path) => {
            let deserialize = function(path, "deserialize");
            quote_spanned!(span=> get_with_or_default::<#ty>(#name, |#value| #deserialize(#value)))
        }
    };
    quote!(#from.#got)
}

/// `path::serialize`, so that rustc points at the path when there is no such function.
fn function(path: &syn::Path, name: &str) -> TokenStream {
    let span = path
        .segments
        .last()
        .map_or_else(Span::call_site, |last| last.ident.span());
    let name = Ident::new(name, span);
    quote!(#path::#name)
}

fn impl_emulated(flow: &Flow) -> TokenStream {
    let private = private(&flow.crate_path);
    let attributes = item_attributes(flow);
    let ident = &flow.ident;
    let (impl_generics, ty_generics, clause) = flow.generics.split_for_impl();
    let to = hygienic("__to");
    let from = hygienic("__from");
    let output = hygienic("__output");
    let from_used = carrier(&from, flow.inputs());
    let to_used = output_carrier(&to, flow);
    let output_used = output_carrier(&output, flow);
    let read = read_fields(&quote!(Self), flow.inputs(), &from);
    let written = match &flow.output {
        Output::Nothing => quote!(::core::result::Result::Ok(())),
        Output::Type(ty) => {
            let span = within(ty.span());
            quote_spanned!(span=> #to.all::<#ty>(#output))
        }
        Output::Fields => write_fields(flow.outputs(), &output, &to),
    };
    quote! {
        #attributes
        #[automatically_derived]
        impl #impl_generics #private::Emulated for #ident #ty_generics #clause {
            fn read_params(#from_used: &mut #private::Outputs<'_>) -> #private::Result<Self> {
                #read
            }
            fn write_outputs(#output_used: &<Self as #private::Flow>::Output, #to_used: &mut #private::Params) -> #private::Result<()> {
                #written
            }
        }
    }
}

pub(crate) fn methods(
    private: &TokenStream,
    visibility: &Visibility,
    ident: &Ident,
    generics: &Generics,
    output: &TokenStream,
) -> TokenStream {
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let this = hygienic("self");
    let client = hygienic("client");
    quote! {
        impl #impl_generics #ident #ty_generics #clause {
            /// Runs the flow; awaiting the call sends it and gives the outputs.
            #visibility fn execute(&#this, #client: &#private::Client) -> #private::Execute<#output> {
                #client.execute(#this)
            }

            /// Starts the flow without waiting for its end, so there are no outputs.
            #visibility fn start(&#this, #client: &#private::Client) -> #private::Start {
                #client.start(#this)
            }
        }
    }
}

pub(crate) fn output_type(flow: &Flow) -> TokenStream {
    match &flow.output {
        Output::Nothing => quote!(()),
        Output::Type(ty) => ty.to_token_stream(),
        Output::Fields => {
            let ident = &flow.output_ident;
            let generics = output_generics(flow);
            let (_, ty_generics, _) = generics.split_for_impl();
            quote!(#ident #ty_generics)
        }
    }
}

fn name(name: Option<&Name>) -> TokenStream {
    match name {
        Some(Name::Text(text)) => text.to_token_stream(),
        Some(Name::Const(path)) => path.to_token_stream(),
        None => TokenStream::new(),
    }
}

/// A name of ours: no local of the user can meet it, and with `__` in front no constant or unit struct either.
pub(crate) fn hygienic(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Shown at `span`, known as ours: the user's lints do not look into it.
fn within(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// An expression is underlined from its first token on.
fn located_at(span: Span, path: TokenStream) -> TokenStream {
    path.into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        })
        .collect()
}

/// `to`, and `_` where nothing is carried.
fn carrier<'a>(
    name: &Ident,
    mut bindings: impl Iterator<Item = (&'a Field, &'a FieldBinding)>,
) -> TokenStream {
    if bindings.next().is_some() {
        name.to_token_stream()
    } else {
        quote!(_)
    }
}

fn output_carrier(name: &Ident, flow: &Flow) -> TokenStream {
    match flow.output {
        Output::Nothing => quote!(_),
        Output::Type(_) => name.to_token_stream(),
        Output::Fields => carrier(name, flow.outputs()),
    }
}

#[cfg(test)]
mod tests;
