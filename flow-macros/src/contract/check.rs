//! A flow against its contract.

use apaas_flow_contract::{CodeType, Entry, Kind, Members, Side, ValueType, suggest};

use super::find::Found;
use super::rust_type::{accepts_absence, code_type, value_type_name};
use crate::ctxt::Ctxt;
use crate::model::{Field, FieldBinding, Flow};
use crate::names;
use crate::parse::field_attr::Direction;
use crate::types;

pub(crate) fn check(flow: &Flow, found: &Found, cx: &Ctxt) {
    let mut missing = required(flow, found);
    for (field, binding) in bindings(flow) {
        if binding.has_errors || names::api_name_flaw(&binding.name.text).is_some() {
            // its name was reported, and may be meant to be any of them
            if binding.direction == Direction::Input || binding.field_attr.is_none() {
                missing.clear();
            }
            continue;
        }
        if let Some(entry) = found.entry(binding) {
            value(field, binding, entry, found, cx);
        } else {
            let meant = unknown(flow, binding, found, cx);
            missing.retain(|name| Some(*name) != meant);
        }
    }
    report_missing(flow, found, &missing, cx);
}

fn bindings(flow: &Flow) -> impl Iterator<Item = (&Field, &FieldBinding)> {
    flow.inputs().chain(flow.outputs())
}

/// The required inputs that the flow does not have.
fn required<'a>(flow: &Flow, found: &'a Found) -> Vec<&'a str> {
    let entries = found.contract.entries(Side::Inputs);
    let required = entries.into_iter().flat_map(Members::iter);
    let required = required.filter(|(_, entry)| entry.is_required());
    let has = |name: &str| flow.inputs().any(|(_, binding)| binding.name.text == name);
    required
        .map(|(name, _)| name)
        .filter(|name| !has(name))
        .collect()
}

/// A name that the contract does not have; returns the one that was meant by it.
fn unknown<'a>(
    flow: &Flow,
    binding: &FieldBinding,
    found: &'a Found,
    cx: &Ctxt,
) -> Option<&'a str> {
    let Found { contract, file, .. } = found;
    let names: Vec<&str> = contract
        .entries(binding.direction.side())?
        .names()
        .collect();
    let word = binding.direction.word();
    let typed = &binding.name.text;
    let is_free = |name: &&str| {
        !bindings(flow).any(|(_, other)| {
            other.direction == binding.direction && !other.has_errors && other.name.text == *name
        })
    };
    let mut known = names.iter().copied().filter(is_free);
    if contract.is_partial() {
        let meant = known.find(|name| suggest::is_typo(typed, name))?;
        cx.error_spanned_by(
            &binding.name.written,
            format!(
                "no {word} `{typed}` in {file}; did you mean {}? if there are both, add `{typed}` to the file, which is partial",
                as_written(binding, meant)
            ),
        );
        return Some(meant);
    }
    let other = opposite(binding.direction);
    if contract.entry(other.side(), typed).is_some() {
        let there = other.word();
        let field_attr = named(there, binding, typed);
        cx.error_spanned_by(
            &binding.name.written,
            format!("`{typed}` is an {there} in {file}; mark it `{field_attr}`"),
        );
        return None;
    }
    let meant = suggest::nearest(typed, known);
    let cure = match (meant, suggest::some_of(&names)) {
        (Some(meant), _) => format!("did you mean {}?", as_written(binding, meant)),
        (None, Some(names)) => {
            format!("the {word}s are {names}; if the flow has it, add it to the file")
        }
        (None, None) => "it lists none; if the flow has it, add it to the file".to_owned(),
    };
    cx.error_spanned_by(
        &binding.name.written,
        format!("no {word} `{typed}` in {file}; {cure}"),
    );
    meant
}

/// What to write in the place that is underlined.
fn as_written(binding: &FieldBinding, meant: &str) -> String {
    if binding.name.is_literal {
        format!("`{meant}`")
    } else {
        format!("`#[{}(\"{meant}\")]`", binding.direction.word())
    }
}

/// `#[input("variable_a")]`, with the name if the field has it written.
fn named(word: &str, binding: &FieldBinding, name: &str) -> String {
    if binding.name.is_literal {
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

fn value(field: &Field, binding: &FieldBinding, entry: &Entry, found: &Found, cx: &Ctxt) {
    if binding.with.is_some() {
        return;
    }
    let Found { contract, file, .. } = found;
    let name = &binding.name.text;
    let value = entry.value_type().unwrap_or(Kind::Any.into());
    let code = code_type(&field.ty);
    let is_optional = accepts_absence(&field.ty);
    let is_disputed = binding.direction == Direction::Output && contract.is_disputed(name);
    let must_be_optional = entry.optional() == Some(true)
        && binding.direction == Direction::Output
        && binding.default.is_none()
        && !is_optional;
    if !is_disputed && !code.holds(value, binding.direction.side()) {
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
        cx.error_spanned_by(
            &field.ty,
            format!(
                "`{ty}` cannot hold `{name}`, which is {} in {file}; use {}{own}",
                described(value),
                suggest::one_of(&cures)
            ),
        );
    } else if must_be_optional && code != CodeType::Unknown {
        let ty = types::text(&field.ty);
        let literal = binding.name.before_options();
        cx.error_spanned_by(
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

fn report_missing(flow: &Flow, found: &Found, missing: &[&str], cx: &Ctxt) {
    let (inputs, field) = match missing {
        [] => return,
        [name] => ("input", format!("a field with `#[input(\"{name}\")]`")),
        _ => ("inputs", "a field for each".to_owned()),
    };
    cx.error_at(
        flow.ident.span(),
        format!(
            "missing required {inputs} {} of {}; add {field}",
            suggest::listed(missing),
            found.file
        ),
    );
}
