//! A flow against its contract.

use super::find::Found;
use super::rust_type::{RustType, accepts_absence};
use super::{Contract, Entry, Side};
use crate::model::{Field, Flow, Port};
use crate::names;
use crate::parse::mark::Direction;
use crate::report::Report;
use crate::types;

pub(crate) fn check(flow: &Flow, report: &Report) {
    let Some(Found { contract, .. }) = &flow.contract else {
        return;
    };
    let mut missing = contract.inputs.required(flow);
    for (field, port) in ports(flow) {
        if port.doubtful || names::api_name_flaw(&port.name.text).is_some() {
            // its name was reported, and may be meant to be any of them
            if port.direction == Direction::Input || port.mark.is_none() {
                missing.clear();
            }
            continue;
        }
        if let Some(entry) = contract.entry(port.direction, &port.name.text) {
            value(field, port, entry, contract, report);
        } else {
            let meant = unknown(flow, port, contract, report);
            missing.retain(|entry| Some(entry.name.as_str()) != meant);
        }
    }
    report_missing(flow, contract, &missing, report);
}

fn ports(flow: &Flow) -> impl Iterator<Item = (&Field, &Port)> {
    flow.inputs().chain(flow.outputs())
}

impl Side {
    /// The required inputs that the flow does not have.
    fn required(&self, flow: &Flow) -> Vec<&Entry> {
        let has = |entry: &&Entry| !flow.inputs().any(|(_, port)| port.name.text == entry.name);
        self.entries()
            .iter()
            .filter(|entry| entry.required)
            .filter(has)
            .collect()
    }
}

/// A name that the contract does not have; returns the one that was meant by it.
fn unknown<'a>(
    flow: &Flow,
    port: &Port,
    contract: &'a Contract,
    report: &Report,
) -> Option<&'a str> {
    let side = contract.side(port.direction);
    side.entries.as_ref()?;
    let word = port.direction.word();
    let typed = &port.name.text;
    let is_free = |name: &&str| {
        !ports(flow).any(|(_, other)| {
            other.direction == port.direction && !other.doubtful && other.name.text == *name
        })
    };
    let known: Vec<&str> = side.names().into_iter().filter(is_free).collect();
    let file = &contract.file;
    if contract.partial {
        let meant = known.into_iter().find(|name| names::is_slip(typed, name))?;
        report.over(
            &port.name.written,
            format!(
                "no {word} `{typed}` in {file}; did you mean {}? if there are both, add `{typed}` to the file, which is partial",
                as_written(port, meant)
            ),
        );
        return Some(meant);
    }
    let other = opposite(port.direction);
    if contract.entry(other, typed).is_some() {
        let there = other.word();
        let mark = named(there, port, typed);
        report.over(
            &port.name.written,
            format!("`{typed}` is an {there} in {file}; mark it `{mark}`"),
        );
        return None;
    }
    let meant = names::nearest(typed, &known);
    let cure = match (meant, names::some_of(&side.names())) {
        (Some(meant), _) => format!("did you mean {}?", as_written(port, meant)),
        (None, Some(names)) => {
            format!("the {word}s are {names}; if the flow has it, add it to the file")
        }
        (None, None) => "it lists none; if the flow has it, add it to the file".to_owned(),
    };
    report.over(
        &port.name.written,
        format!("no {word} `{typed}` in {file}; {cure}"),
    );
    meant
}

/// What to write in the place that is underlined.
fn as_written(port: &Port, meant: &str) -> String {
    if port.name.is_literal {
        format!("`{meant}`")
    } else {
        format!("`#[{}(\"{meant}\")]`", port.direction.word())
    }
}

/// `#[input("variable_a")]`, with the name if the field has it written.
fn named(word: &str, port: &Port, name: &str) -> String {
    if port.name.is_literal {
        format!("#[{word}(\"{name}\")]")
    } else {
        format!("#[{word}]")
    }
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Input => Direction::Output,
        Direction::Output => Direction::Input,
    }
}

fn value(field: &Field, port: &Port, entry: &Entry, contract: &Contract, report: &Report) {
    if port.with.is_some() {
        return;
    }
    let Entry { name, kind, .. } = entry;
    let file = &contract.file;
    let rust_type = RustType::of(&field.ty);
    let is_optional = accepts_absence(&field.ty);
    let must_be_optional = entry.optional
        && port.direction == Direction::Output
        && port.default.is_none()
        && !is_optional;
    if !entry.disputed && !rust_type.holds(*kind, port.direction) {
        let ty = types::text(&field.ty);
        let cures: Vec<String> = kind
            .rust_types()
            .iter()
            .map(|cure| {
                if is_optional || must_be_optional {
                    format!("Option<{cure}>")
                } else {
                    (*cure).to_owned()
                }
            })
            .collect();
        let cures: Vec<&str> = cures.iter().map(String::as_str).collect();
        let own = match rust_type {
            RustType::Value(ours) if ours != *kind && !ty.contains("::") => {
                ", and write a type of your own with its module, `model::...`"
            }
            _ => "",
        };
        report.over(
            &field.ty,
            format!(
                "`{ty}` cannot hold `{name}`, which is of type `{}` in {file}; use {}{own}",
                kind.word(),
                names::one_of(&cures)
            ),
        );
    } else if must_be_optional && !matches!(rust_type, RustType::Unknown) {
        let ty = types::text(&field.ty);
        let literal = port.name.before_options();
        report.over(
            &field.ty,
            format!(
                "`{name}` may be missing or null, says {file}; use `Option<{ty}>` or `#[output({literal}default)]`"
            ),
        );
    }
}

fn report_missing(flow: &Flow, contract: &Contract, missing: &[&Entry], report: &Report) {
    let names: Vec<&str> = missing.iter().map(|entry| entry.name.as_str()).collect();
    let (inputs, field) = match names.as_slice() {
        [] => return,
        [name] => ("input", format!("a field with `#[input(\"{name}\")]`")),
        _ => ("inputs", "a field for each".to_owned()),
    };
    report.at(
        flow.ident.span(),
        format!(
            "missing required {inputs} {} of {}; add {field}",
            names::listed(&names),
            contract.file
        ),
    );
}
