//! What rustdoc says about the generated types.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use crate::attributes;
use crate::contract::find::Found;
use crate::model::{Field, FieldBinding, Flow, Output};
use crate::parse::arguments::Name;
use crate::types;

/// A struct without a word of its own keeps rustc's reminder: `missing_docs` would be silenced by ours.
pub(super) fn of_input_if_documented(flow: &Flow, found: Option<&Found>) -> Option<TokenStream> {
    is_documented(flow).then(|| {
        let table = table(flow, found);
        quote!(#[doc = ""] #[doc = "# Flow"] #[doc = ""] #table)
    })
}

pub(super) fn of_impl_if_undocumented(flow: &Flow, found: Option<&Found>) -> Option<TokenStream> {
    (!is_documented(flow)).then(|| table(flow, found))
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
/// | | api name | field | |
/// |---|---|---|---|
/// | input | `variable_rgrtgqworiginal` | `record: RecordRef` | the record |
///
/// Needs the scope `app_engine:flow:write`; shares 100 calls a minute with all flows of its app.
/// ```
fn table(flow: &Flow, found: Option<&Found>) -> TokenStream {
    let mut docs = Docs::default();
    docs.line(&format!(
        "Runs `{}` of `{}`.",
        shown(flow.flow_id.as_ref()),
        shown(flow.namespace.as_ref())
    ));
    docs.line("");
    let rows: Vec<Row<'_>> = flow
        .inputs()
        .chain(flow.outputs())
        .map(|(field, binding)| Row {
            field,
            binding,
            // what the contract says of it
            description: found.and_then(|found| found.entry(binding)?.description()),
        })
        .collect();
    let output = match &flow.output {
        Output::Type(ty) => Some(escaped(&types::text(ty))),
        Output::Nothing | Output::Fields => None,
    };
    if !rows.is_empty() || output.is_some() {
        let is_described = rows.iter().any(|row| row.description.is_some());
        let (title, rule) = if is_described {
            (" description |", "---|")
        } else {
            ("", "")
        };
        docs.line(&format!("| | api name | field |{title}"));
        docs.line(&format!("|---|---|---|{rule}"));
        for row in &rows {
            docs.row(row, is_described);
        }
        if let Some(ty) = output {
            docs.line(&format!("| outputs | | `{ty}` |"));
        }
        docs.line("");
    }
    docs.line(GRANTS);
    docs.finish()
}

/// Both from the platform's document of the endpoint.
const GRANTS: &str =
    "Needs the scope `app_engine:flow:write`. All flows of an app share 100 calls a minute.";

fn shown(name: Option<&Name>) -> String {
    match name {
        Some(Name::Text(text)) => text.value(),
        Some(Name::Const(path)) => types::text(path),
        None => "...".to_owned(),
    }
}

/// Within backticks.
fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|")
}

/// A person's text in a cell: nothing in it is markdown, or it could break the table or make rustdoc complain.
fn plain(text: &str) -> String {
    let mut cell = String::new();
    for c in text.chars() {
        match c {
            c if c.is_whitespace() || c.is_control() => cell.push(' '),
            '.' | ',' | '-' | '\'' | '(' | ')' | '?' => cell.push(c),
            c if c.is_ascii_punctuation() => cell.extend(['\\', c]),
            c => cell.push(c),
        }
    }
    cell
}

struct Row<'a> {
    field: &'a Field,
    binding: &'a FieldBinding,
    description: Option<String>,
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

    fn row(&mut self, row: &Row<'_>, is_described: bool) {
        let Row { field, binding, .. } = row;
        let description = match &row.description {
            Some(text) => format!(" {} |", plain(text)),
            None if is_described => " |".to_owned(),
            None => String::new(),
        };
        let row = format!(
            "| {} | `{}` | `{}: {}` |{description}",
            binding.direction.word(),
            escaped(&binding.name.text),
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
