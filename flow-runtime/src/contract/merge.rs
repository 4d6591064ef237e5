//! What a contract learns from a reply. What it says already stays as it is.

use std::collections::BTreeSet;

use apaas_flow_contract::{Conflict, Contract, Entry, Members, Shape, Side};

use super::observation::Observation;

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

    // A name that is new says nothing of the replies before: a flow that gains an output looks the same.
    let mut conflicts = BTreeSet::new();
    let outputs = contract.entries_mut(Side::Outputs);
    for name in names {
        let known = outputs.get(&name);
        let mut update = EntryUpdate {
            is_new: known.is_none(),
            entry: known.cloned().unwrap_or_default(),
            conflicts: BTreeSet::new(),
        };
        update.take_in(&name, seen, partial);
        conflicts.append(&mut update.conflicts);
        outputs.put_alphabetically(&name, update.entry);
    }
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

/// One output, and what becomes of it.
struct EntryUpdate {
    entry: Entry,
    is_new: bool,
    conflicts: BTreeSet<Conflict>,
}

impl EntryUpdate {
    fn take_in(&mut self, name: &str, seen: &Observation, partial: bool) {
        let shapes = seen.outputs.get(name);
        for shape in shapes.into_iter().flatten() {
            match self.entry.value_type() {
                _ if *shape == Shape::Null => {}
                None => self.entry.set_kind(shape.as_kind()),
                Some(known) if known.allows(*shape) => {}
                Some(known) => self.disagree(name, &known.to_string(), shape.word()),
            }
        }

        let missing = match shapes {
            None => "absent",
            Some(shapes) if shapes.contains(&Shape::Null) => Shape::Null.word(),
            Some(_) => return,
        };
        match self.entry.optional() {
            _ if !seen.finished => {}
            Some(true) => {}
            None if partial || self.is_new => self.entry.set_optional(),
            None | Some(false) => self.disagree(name, Conflict::NOT_OPTIONAL, missing),
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

#[cfg(test)]
mod tests;
