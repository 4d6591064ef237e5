//! A flow's own account of itself, from which its contract can be written.

use proc_macro2::TokenStream;
use quote::quote;

use crate::attributes;
use crate::contract::rust_type::{RustType, accepts_absence};
use crate::model::{Field, Flow, Port};

/// A line for the flow and one for each end of a field, whatever its conditions: the flow has it in every build. One
/// literal, since nobody reads it before the contract is written.
/// ```text
/// const DESCRIBED: &'static str = "flow\t\t\t\tDeletes one record.\ninput\tvariable_record\tlookup\t\tThe record to delete.";
/// ```
pub(super) fn described(flow: &Flow) -> TokenStream {
    let mut text = String::with_capacity(64 * (1 + flow.fields.len()));
    text.push_str("flow\t\t\t\t");
    attributes::push_doc_text(&flow.attributes, &mut text);
    for (field, port) in flow.inputs().chain(flow.outputs()) {
        push_line(field, port, &mut text);
    }
    quote! {
        const DESCRIBED: &'static ::core::primitive::str = #text;
    }
}

/// `input`, api name, type or nothing, `optional` or nothing, description or nothing.
fn push_line(field: &Field, port: &Port, text: &mut String) {
    text.extend(["\n", port.direction.word(), "\t", &port.name.text, "\t"]);
    // what a module writes is not what the type is
    if port.with.is_none() {
        RustType::of(&field.ty).push_told(text);
    }
    let is_optional = port.default.is_some() || accepts_absence(&field.ty);
    text.push_str(if is_optional { "\toptional\t" } else { "\t\t" });
    attributes::push_doc_text(&field.attributes, text);
}
