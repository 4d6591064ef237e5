//! What a contract learns from a reply. What it says already stays as it is.

use std::collections::BTreeSet;

use apaas_flow_contract::{Conflict, Contract, Entry, Kind, Members, Shape, Side};

use super::observation::Observation;
use super::seen::Seen;

/// A contract with what a reply has shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) contract: Contract,
    /// Those that the contract did not have.
    pub(super) conflicts: Vec<Conflict>,
}

/// What a reply adds to a contract, or to none; nothing if it shows nothing new.
pub(super) fn merge(known: Option<&Contract>, seen: &Observation) -> Option<Merged> {
    let mut contract = known.cloned().unwrap_or_else(Contract::partial);
    let partial = contract.is_partial();
    let listed = contract.entries(Side::Outputs);
    if listed.is_none() && !partial && seen.outputs.is_empty() {
        return None; // an empty list would say that there are none
    }
    let listed = listed.into_iter().flat_map(Members::names);
    let mut names: BTreeSet<String> = listed.map(str::to_owned).collect();
    names.extend(seen.outputs.keys().cloned());

    let mut learner = Learner {
        finished: seen.finished,
        partial,
        conflicts: BTreeSet::new(),
    };
    let outputs = contract.entries_mut(Side::Outputs);
    for name in names {
        let entry = learner.taught(outputs.get(&name), &name, seen.outputs.get(&name), true);
        outputs.put_alphabetically(&name, entry);
    }
    let mut conflicts = learner.conflicts;
    conflicts.retain(|conflict| !contract.has_conflict(conflict));
    for conflict in &conflicts {
        contract.add_conflict(conflict);
    }

    if known == Some(&contract) {
        return None;
    }
    contract.drop_resolved_conflicts();
    Some(Merged {
        contract,
        conflicts: conflicts.into_iter().collect(),
    })
}

/// What a reply teaches, entry by entry.
struct Learner {
    finished: bool,
    partial: bool,
    conflicts: BTreeSet<Conflict>,
}

impl Learner {
    /// An entry with what was seen in its place, which some of the objects around it may lack. `path` is its name in a
    /// conflict: `variable_lines[].sku`.
    fn taught(
        &mut self,
        known: Option<&Entry>,
        path: &str,
        seen: Option<&Seen>,
        always: bool,
    ) -> Entry {
        let mut entry = known.cloned().unwrap_or_default();
        let shapes = seen.map(|seen| &seen.shapes);
        for shape in shapes.into_iter().flatten() {
            match entry.value_type() {
                _ if *shape == Shape::Null => {}
                None => entry.set_kind(seen.map_or(Kind::Any, kind)),
                Some(known) if known.allows(*shape) => {}
                Some(known) => self.disagree(path, &known.to_string(), shape.word()),
            }
        }
        if let Some(seen) = seen {
            self.inside(&mut entry, path, seen);
        }

        let missing = match shapes {
            Some(shapes) if shapes.contains(&Shape::Null) => Shape::Null.word(),
            Some(_) if always => return entry,
            _ => "absent",
        };
        // A name that is new says nothing of the replies before: a flow that gains an output looks the same.
        match entry.optional() {
            _ if !self.finished => {}
            Some(true) => {}
            None if self.partial || known.is_none() => entry.set_optional(),
            None | Some(false) => self.disagree(path, Conflict::NOT_OPTIONAL, missing),
        }
        entry
    }

    fn inside(&mut self, entry: &mut Entry, path: &str, seen: &Seen) {
        match (entry.kind(), &seen.items) {
            (Some(Kind::Array), Some(items)) => {
                let known = entry.items();
                let path = format!("{path}[]");
                entry.set_items(&self.taught(known.as_ref(), &path, Some(items), true));
            }
            (Some(Kind::Object), _) if !seen.fields.is_empty() => {
                let mut fields = entry.fields().unwrap_or_default();
                let mut names: BTreeSet<String> = fields.names().map(str::to_owned).collect();
                names.extend(seen.fields.names().cloned());
                for name in names {
                    let (seen, always) = seen.fields.get(&name).unzip();
                    let path = format!("{path}.{name}");
                    let known = fields.get(&name);
                    let field = self.taught(known, &path, seen, always == Some(true));
                    fields.put_alphabetically(&name, field);
                }
                entry.set_fields(&fields);
            }
            _ => {}
        }
    }

    fn disagree(&mut self, output: &str, contract: &str, reply: &str) {
        self.conflicts.insert(Conflict {
            output: output.to_owned(),
            contract: contract.to_owned(),
            reply: reply.to_owned(),
        });
    }
}

/// The type of an entry of which nothing but this is known: of the first shape, but whole numbers among others are
/// numbers.
fn kind(seen: &Seen) -> Kind {
    let mut shapes = seen.shapes.iter();
    let first = shapes.find(|shape| **shape != Shape::Null);
    match first.map_or(Kind::Any, |shape| shape.as_kind()) {
        Kind::Integer if seen.shapes.contains(&Shape::Number) => Kind::Number,
        kind => kind,
    }
}

#[cfg(test)]
mod tests;
