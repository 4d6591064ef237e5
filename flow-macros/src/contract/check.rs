//! A flow against its contract.

use apaas_flow_contract::{CodeType, Entry, Kind, Members, Side, ValueType, suggest};

use super::find::Found;
use super::rust_type::{accepts_absence, code_type, value_type_name};
use crate::model::{Field, Flow, Port};
use crate::names;
use crate::parse::mark::Direction;
use crate::report::Report;
use crate::types;

pub(crate) fn check(flow: &Flow, found: &Found, report: &Report) {
    let mut missing = required(flow, found);
    for (field, port) in ports(flow) {
        if port.doubtful || names::api_name_flaw(&port.name.text).is_some() {
            // its name was reported, and may be meant to be any of them
            if port.direction == Direction::Input || port.mark.is_none() {
                missing.clear();
            }
            continue;
        }
        if let Some(entry) = found.entry(port) {
            value(field, port, entry, found, report);
        } else {
            let meant = unknown(flow, port, found, report);
            missing.retain(|name| Some(*name) != meant);
        }
    }
    report_missing(flow, found, &missing, report);
}

fn ports(flow: &Flow) -> impl Iterator<Item = (&Field, &Port)> {
    flow.inputs().chain(flow.outputs())
}

/// The required inputs that the flow does not have.
fn required<'a>(flow: &Flow, found: &'a Found) -> Vec<&'a str> {
    let entries = found.contract.entries(Side::Inputs);
    let required = entries.into_iter().flat_map(Members::iter);
    let required = required.filter(|(_, entry)| entry.is_required());
    let has = |name: &str| flow.inputs().any(|(_, port)| port.name.text == name);
    required
        .map(|(name, _)| name)
        .filter(|name| !has(name))
        .collect()
}

/// A name that the contract does not have; returns the one that was meant by it.
fn unknown<'a>(flow: &Flow, port: &Port, found: &'a Found, report: &Report) -> Option<&'a str> {
    let Found { contract, file, .. } = found;
    let names: Vec<&str> = contract.entries(port.direction.side())?.names().collect();
    let word = port.direction.word();
    let typed = &port.name.text;
    let is_free = |name: &&str| {
        !ports(flow).any(|(_, other)| {
            other.direction == port.direction && !other.doubtful && other.name.text == *name
        })
    };
    let mut known = names.iter().copied().filter(is_free);
    if contract.is_partial() {
        let meant = known.find(|name| suggest::is_typo(typed, name))?;
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
    if contract.entry(other.side(), typed).is_some() {
        let there = other.word();
        let mark = named(there, port, typed);
        report.over(
            &port.name.written,
            format!("`{typed}` is an {there} in {file}; mark it `{mark}`"),
        );
        return None;
    }
    let meant = suggest::nearest(typed, known);
    let cure = match (meant, suggest::some_of(&names)) {
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

fn value(field: &Field, port: &Port, entry: &Entry, found: &Found, report: &Report) {
    if port.with.is_some() {
        return;
    }
    let Found { contract, file, .. } = found;
    let name = &port.name.text;
    let value = entry.value_type().unwrap_or(Kind::Any.into());
    let code = code_type(&field.ty);
    let is_optional = accepts_absence(&field.ty);
    let is_disputed = port.direction == Direction::Output && contract.is_disputed(name);
    let must_be_optional = entry.optional() == Some(true)
        && port.direction == Direction::Output
        && port.default.is_none()
        && !is_optional;
    if !is_disputed && !code.holds(value, port.direction.side()) {
        let ty = types::text(&field.ty);
        let cures = value.kind.rust_types().iter();
        let cures = cures.map(|cure| spelt(cure, value, is_optional || must_be_optional));
        let cures: Vec<String> = cures.collect();
        let cures: Vec<&str> = cures.iter().map(String::as_str).collect();
        let own = match (code, value_type_name(&field.ty)) {
            (CodeType::One(own), Some(name)) if own != value.kind => {
                format!(
                    "; if `{name}` is a type of your own, write it with its module, such as `model::{name}`"
                )
            }
            _ => String::new(),
        };
        report.over(
            &field.ty,
            format!(
                "`{ty}` cannot hold `{name}`, which is {} in {file}; use {}{own}",
                described(value),
                suggest::one_of(&cures)
            ),
        );
    } else if must_be_optional && code != CodeType::Unknown {
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

/// To be read after "which is ".
fn described(value: ValueType) -> String {
    let word = value.kind.word();
    match value.several {
        _ if value.is_list() => format!("a list of `{word}`"),
        Some(false) => format!("a single `{word}`"),
        _ => format!("of type `{word}`"),
    }
}

/// `Option<Vec<value::Choice>>`
fn spelt(cure: &str, value: ValueType, is_optional: bool) -> String {
    let within = |outer: &str, inner: &str| match inner {
        Kind::OWN_TYPE => format!("{outer}<...>"),
        inner => format!("{outer}<{inner}>"),
    };
    let mut cure = cure.to_owned();
    if value.is_list() {
        cure = within("Vec", &cure);
    }
    if is_optional {
        cure = within("Option", &cure);
    }
    cure
}

fn report_missing(flow: &Flow, found: &Found, missing: &[&str], report: &Report) {
    let (inputs, field) = match missing {
        [] => return,
        [name] => ("input", format!("a field with `#[input(\"{name}\")]`")),
        _ => ("inputs", "a field for each".to_owned()),
    };
    report.at(
        flow.ident.span(),
        format!(
            "missing required {inputs} {} of {}; add {field}",
            suggest::listed(missing),
            found.file
        ),
    );
}
