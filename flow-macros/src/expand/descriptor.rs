//! A flow's own contract, as far as the code knows it.

use apaas_flow_contract::{CodeType, Contract, Entry};
use proc_macro2::TokenStream;
use quote::quote;

use crate::attributes;
use crate::contract::rust_type::{accepts_absence, code_type};
use crate::model::{Field, FieldBinding, Flow};

/// Every field, whatever its conditions: the flow has it in every build. One literal, since nobody reads it before the
/// contract is written.
/// ```text
/// const DESCRIBED: &'static str = "{\n  \"inputs\": {\n    \"variable_record\": { \"type\": \"lookup\" }\n  }\n}\n";
/// ```
pub(super) fn described(flow: &Flow) -> TokenStream {
    let mut contract = Contract::default();
    let description = attributes::doc_text(&flow.attributes);
    if !description.is_empty() {
        contract.describe(&description);
    }
    for (field, binding) in flow.inputs().chain(flow.outputs()) {
        let entries = contract.entries_mut(binding.direction.side());
        entries.put_alphabetically(&binding.name.text, entry(field, binding));
    }
    let text = contract.to_string();
    quote! {
        const DESCRIBED: &'static ::core::primitive::str = #text;
    }
}

fn entry(field: &Field, binding: &FieldBinding) -> Entry {
    let code = match binding.with {
        None => code_type(&field.ty),
        // what a module writes is not what the type is
        Some(_) => CodeType::Unknown,
    };
    let is_optional = binding.default.is_some() || accepts_absence(&field.ty);
    Entry::of_code(code, is_optional, &attributes::doc_text(&field.attributes))
}
