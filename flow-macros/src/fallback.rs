//! The errors, and a struct that still compiles: what is wrong is said once.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Generics, Type, WherePredicate, parse_quote};

use crate::attributes;
use crate::check;
use crate::contract::find::Found;
use crate::ctxt::Errors;
use crate::expand::{self, deprecated};
use crate::generics::{self, Names};
use crate::model::{CratePath, Field, Flow, Output};
use crate::parse::item::OtherItem;
use crate::types::{self, Borrowing};

/// The two types as well as they can be told apart, and an `impl Flow` that promises the same outputs.
pub(crate) fn of_flow(mut flow: Flow, found: Option<&Found>, errors: &Errors) -> TokenStream {
    remove_reported_attributes(&mut flow);
    let unused = unused_by_inputs(&flow);
    complete_borrowed(&mut flow);
    let can_anchor = unused.is_empty() || flow.inputs().next().is_some();
    let generics = if can_anchor {
        flow.generics.clone()
    } else {
        generics::only(&flow.generics, &(&generics::all(&flow.generics) - &unused))
    };
    let mut anchor = Some(&unused).filter(|unused| !unused.is_empty());
    let fields: Vec<_> = flow
        .inputs()
        .map(|(field, _)| input_field(field, anchor.take()))
        .collect();
    let input = expand::input_struct(&flow, found, &generics, fields.into_iter());
    let output = matches!(flow.output, Output::Fields).then(|| {
        expand::output_struct(
            &flow,
            flow.outputs()
                .map(|(field, _)| expand::struct_field(field, &field.ty)),
        )
    });
    let stub = can_anchor.then(|| stub(&flow)).flatten();
    let [before, stub] = deprecated::around(&flow, stub.unwrap_or_default());
    quote!(#errors #before #input #output #stub)
}

/// The item itself, and for a type what the callers of a flow expect of it.
pub(crate) fn of_other_item(
    other: &OtherItem,
    crate_path: &CratePath,
    errors: &Errors,
) -> TokenStream {
    let tokens = &other.tokens;
    let stub = other.named.as_ref().map(|(visibility, ident, generics)| {
        let private = expand::private(crate_path);
        let flow = impl_flow(&private, ident, generics, &quote!(()));
        let methods = expand::methods(&private, visibility, ident, generics, &quote!(()));
        quote!(#flow #methods)
    });
    quote!(#errors #tokens #stub)
}

fn stub(flow: &Flow) -> Option<TokenStream> {
    if let CratePath::Unknown = flow.crate_path {
        return None;
    }
    let private = expand::private(&flow.crate_path);
    let attributes = expand::item_attributes(flow);
    let Flow {
        ident,
        visibility,
        generics,
        ..
    } = flow;
    let output = expand::output_type(flow);
    let implemented = impl_flow(&private, ident, generics, &output);
    let emulated = flow
        .emulate
        .then(|| impl_emulated(&private, ident, generics));
    let methods = flow
        .methods
        .then(|| expand::methods(&private, visibility, ident, generics, &output));
    let emulated = emulated.map(|emulated| quote!(#attributes #emulated));
    let methods = methods.map(|methods| quote!(#attributes #methods));
    Some(quote!(#attributes #implemented #emulated #methods))
}

fn impl_flow(
    private: &TokenStream,
    ident: &Ident,
    generics: &Generics,
    output: &TokenStream,
) -> TokenStream {
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    quote! {
        impl #impl_generics #private::Flow for #ident #ty_generics #clause {
            const NAMESPACE: &'static ::core::primitive::str = "unknown";
            const FLOW_ID: &'static ::core::primitive::str = "unknown";
            type Output = #output;
            fn write_params(&self, _: &mut #private::Params) -> #private::Result<()> {
                ::core::unreachable!()
            }
            fn read_outputs(_: &mut #private::Outputs<'_>) -> #private::Result<Self::Output> {
                ::core::unreachable!()
            }
        }
    }
}

fn impl_emulated(private: &TokenStream, ident: &Ident, generics: &Generics) -> TokenStream {
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    quote! {
        impl #impl_generics #private::Emulated for #ident #ty_generics #clause {
            fn read_params(_: &mut #private::Outputs<'_>) -> #private::Result<Self> {
                ::core::unreachable!()
            }
            fn write_outputs(_: &Self::Output, _: &mut #private::Params) -> #private::Result<()> {
                ::core::unreachable!()
            }
        }
    }
}

fn remove_reported_attributes(flow: &mut Flow) {
    if flow.derives_serde {
        return;
    }
    let keep = |attribute: &Attribute| !attributes::is_serde(attribute);
    flow.attributes.retain(keep);
    for field in &mut flow.fields {
        field.attributes.retain(keep);
    }
}

/// Parameters that only outputs use; rustc would report each of them a second time, as never used.
fn unused_by_inputs(flow: &Flow) -> Names {
    let by_outputs = generics::mentioned(check::output_types(flow), &generics::all(&flow.generics));
    let by_inputs = generics::mentioned(check::input_types(flow), &by_outputs);
    // a const parameter need not be used
    let consts: Names = flow
        .generics
        .const_params()
        .map(|parameter| parameter.ident.to_string())
        .collect();
    &(&by_outputs - &by_inputs) - &consts
}

/// The first field's type in a spelling that uses the parameters in `anchor`:
/// `<Map<IntoIter<PhantomData<(T,)>>, fn(PhantomData<(T,)>) -> i64> as Iterator>::Item` is `i64`.
fn input_field(field: &Field, anchor: Option<&Names>) -> TokenStream {
    let Some(anchor) = anchor else {
        return expand::struct_field(field, &field.ty);
    };
    let names = anchor
        .iter()
        .filter_map(|name| name.parse::<TokenStream>().ok())
        .map(|name| {
            if name.to_string().starts_with('\'') {
                quote!(&#name ())
            } else {
                name
            }
        });
    let names = quote!(::core::marker::PhantomData<(#(#names,)*)>);
    let ty = &field.ty;
    let ty = quote! {
        <::core::iter::Map<::core::option::IntoIter<#names>, fn(#names) -> #ty> as ::core::iter::Iterator>::Item
    };
    expand::struct_field(field, &ty)
}

/// A type that borrows was reported; with `'static` it is at least complete. Where it stands in the input type, the
/// struct's own lifetimes remain, or rustc would report them as never used.
fn complete_borrowed(flow: &mut Flow) {
    let known = generics::all(&flow.generics);
    let none = Names::new();
    let mut completed = TokenStream::new();
    let mut complete = |ty: &mut Type, what: Borrowing, kept: &Names| {
        if types::borrowed(ty, what).is_some() {
            let tokens = types::with_static_lifetimes(ty.to_token_stream(), kept);
            completed.extend(quote!(#tokens,));
            *ty = Type::Verbatim(tokens);
        }
    };
    if let Output::Type(ty) = &mut flow.output {
        complete(ty, Borrowing::Anything, &none);
    }
    for field in &mut flow.fields {
        match (&field.input, &field.output) {
            (None, _) => complete(&mut field.ty, Borrowing::Anything, &none),
            (Some(_), Some(_)) => complete(&mut field.ty, Borrowing::Anything, &known),
            (Some(_), None) if flow.emulate => {
                complete(&mut field.ty, Borrowing::References, &known);
            }
            (Some(_), None) => {}
        }
    }
    let mentioned = generics::mentioned(completed, &known);
    let bounds: Vec<WherePredicate> = flow
        .generics
        .type_params()
        .map(|parameter| &parameter.ident)
        .filter(|ident| mentioned.contains(&ident.to_string()))
        .map(|ident| parse_quote!(#ident: 'static))
        .collect();
    if !bounds.is_empty() {
        flow.generics.make_where_clause().predicates.extend(bounds);
    }
}
