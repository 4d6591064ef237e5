//! What rustdoc says about the generated types.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::attributes;
use crate::model::{Field, Flow, Output, Port};
use crate::parse::arguments::Name;
use crate::types;

/// A struct without a word of its own keeps rustc's reminder: `missing_docs` would be silenced by ours.
pub(super) fn of_input_if_documented(flow: &Flow) -> Option<TokenStream> {
    is_documented(flow).then(|| {
        let table = table(flow);
        quote!(#[doc = ""] #[doc = "# Flow"] #[doc = ""] #table)
    })
}

pub(super) fn of_impl_if_undocumented(flow: &Flow) -> Option<TokenStream> {
    (!is_documented(flow)).then(|| table(flow))
}

pub(super) fn of_output(flow: &Flow) -> TokenStream {
    let name = flow.ident.unraw();
    // rustdoc finds no item by a raw name
    let text = if name == flow.ident {
        format!("What [`{name}`] gives back.")
    } else {
        format!("What `{name}` gives back.")
    };
    quote!(#[doc = #text])
}

fn is_documented(flow: &Flow) -> bool {
    flow.attributes.iter().any(attributes::is_doc_text)
}

/// ```text
/// Runs `deleteObject_99c656599f` of `package_7344545d87__c`.
///
/// | | api name | field |
/// |---|---|---|
/// | input | `variable_rgrtgqworiginal` | `record: RecordRef` |
/// ```
fn table(flow: &Flow) -> TokenStream {
    let mut docs = Docs::default();
    docs.line(&format!(
        "Runs `{}` of `{}`.",
        shown(&flow.flow_id),
        shown(&flow.namespace)
    ));
    if flow.fields.is_empty() && !matches!(flow.output, Output::Type(_)) {
        return docs.finish();
    }
    docs.line("");
    docs.line("| | api name | field |");
    docs.line("|---|---|---|");
    for (field, port) in flow.inputs() {
        docs.row("input", field, port);
    }
    for (field, port) in flow.outputs() {
        docs.row("output", field, port);
    }
    if let Output::Type(ty) = &flow.output {
        docs.line(&format!("| outputs | | `{}` |", escaped(&types::text(ty))));
    }
    docs.finish()
}

fn shown(name: &Name) -> String {
    match name {
        Name::Text(text) => text.value(),
        Name::Const(path) => types::text(path),
    }
}

fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|")
}

/// Lines in a row are one attribute.
#[derive(Default)]
struct Docs {
    text: String,
    attributes: TokenStream,
}

impl Docs {
    fn line(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    fn row(&mut self, side: &str, field: &Field, port: &Port) {
        let row = format!(
            "| {side} | `{}` | `{}: {}` |",
            escaped(&port.name.text),
            field.ident.unraw(),
            escaped(&types::text(&field.ty))
        );
        let conditions: Vec<_> = field.cfgs().filter_map(attributes::cfg_predicate).collect();
        if conditions.is_empty() {
            self.line(&row);
        } else {
            self.flush();
            self.attributes
                .extend(quote!(#[cfg_attr(all(#(#conditions),*), doc = #row)]));
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            self.attributes.extend(quote!(#[doc = #text]));
        }
    }

    fn finish(mut self) -> TokenStream {
        self.flush();
        self.attributes
    }
}
