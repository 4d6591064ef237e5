//! A flow's own account of itself, from which its contract can be written.

use proc_macro2::TokenStream;
use quote::quote;

use crate::attributes;
use crate::contract::json::quoted;
use crate::contract::rust_type::RustType;
use crate::model::{Field, Flow, Port};
use crate::types;

/// A line of JSON for the flow and one for each end of a field; lines in a row are one literal, since nobody reads them
/// before the flow's contract is written:
/// ```text
/// const DESCRIBED: &'static [&'static str] = &["{}\n{\"side\":\"input\",\"name\":\"variable_a\",\"type\":\"integer\"}"];
/// ```
pub(super) fn described(flow: &Flow) -> TokenStream {
    let mut lines = Lines::default();
    let description = attributes::doc_text(&flow.attributes);
    if description.is_empty() {
        lines.push("{}");
    } else {
        lines.push(&format!("{{\"description\":{}}}", quoted(&description)));
    }
    for (field, port) in flow.inputs().chain(flow.outputs()) {
        let line = line(field, port);
        let conditions: Vec<_> = field.cfgs().collect();
        if conditions.is_empty() {
            lines.push(&line);
        } else {
            lines.flush();
            lines.literals.extend(quote!(#(#conditions)* #line,));
        }
    }
    lines.flush();
    let literals = lines.literals;
    quote! {
        const DESCRIBED: &'static [&'static ::core::primitive::str] = &[#literals];
    }
}

fn line(field: &Field, port: &Port) -> String {
    let mut line = format!(
        "{{\"side\":\"{}\",\"name\":{}",
        port.direction.word(),
        quoted(&port.name.text)
    );
    // what a module writes is not what the type is
    let kind = match port.with {
        None => RustType::of(&field.ty).kind(),
        Some(_) => None,
    };
    if let Some(kind) = kind {
        line.extend([",\"type\":\"", kind.word(), "\""]);
    }
    if port.default.is_some() || types::option_content(&field.ty).is_some() {
        line.push_str(",\"optional\":true");
    }
    let description = attributes::doc_text(&field.attributes);
    if !description.is_empty() {
        line.extend([",\"description\":", &quoted(&description)]);
    }
    line.push('}');
    line
}

#[derive(Default)]
struct Lines {
    text: String,
    literals: TokenStream,
}

impl Lines {
    fn push(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            self.literals.extend(quote!(#text,));
        }
    }
}
