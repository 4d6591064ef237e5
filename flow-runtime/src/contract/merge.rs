//! What a contract learns from a reply. What it says already stays as it is.

use std::collections::BTreeSet;

use super::document::{Conflict, Document, Entry, Side};
use super::observation::Observation;
use super::shape::{Shape, Type};

/// A contract that has learnt something.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Learnt {
    pub(super) document: Document,
    /// Those that the contract did not have.
    pub(super) conflicts: Vec<Conflict>,
}

/// What a reply adds to a contract, or to none; nothing if it shows nothing new.
pub(super) fn merge(known: Option<&Document>, seen: &Observation) -> Option<Learnt> {
    let mut document = known.cloned().unwrap_or_else(Document::to_be_recorded);
    let partial = document.is_partial();
    let listed = document.entries(Side::Outputs);
    if listed.is_none() && !partial && seen.outputs.is_empty() {
        return None; // an empty list would say that there are none
    }
    let mut names: BTreeSet<String> = seen.outputs.keys().cloned().collect();
    names.extend(
        listed
            .into_iter()
            .flat_map(|listed| listed.iter().map(|(name, _)| name.to_owned())),
    );

    // A name that is new says nothing of the replies before: a flow that gains an output looks the same.
    let mut conflicts = BTreeSet::new();
    let outputs = document.entries_mut(Side::Outputs);
    for name in names {
        let known = outputs.get(&name);
        let mut lesson = Lesson {
            is_new: known.is_none(),
            entry: known.cloned().unwrap_or_default(),
            conflicts: BTreeSet::new(),
        };
        lesson.take_in(&name, seen, partial);
        conflicts.append(&mut lesson.conflicts);
        outputs.put_alphabetically(&name, lesson.entry);
    }
    conflicts.retain(|conflict| !document.has_conflict(conflict));
    for conflict in &conflicts {
        document.add_conflict(conflict);
    }

    if known == Some(&document) {
        return None;
    }
    document.drop_resolved_conflicts();
    Some(Learnt {
        document,
        conflicts: conflicts.into_iter().collect(),
    })
}

/// One output, and what it is to learn.
struct Lesson {
    entry: Entry,
    is_new: bool,
    conflicts: BTreeSet<Conflict>,
}

impl Lesson {
    fn take_in(&mut self, name: &str, seen: &Observation, partial: bool) {
        let shapes = seen.outputs.get(name);
        for shape in shapes.into_iter().flatten() {
            match self.entry.kind() {
                _ if *shape == Shape::Null => {}
                None => self.entry.set_kind(shape.as_type()),
                Some(kind) if kind.allows(*shape) => {}
                Some(kind) => self.disagree(name, Type::name(kind), shape.name()),
            }
        }

        let missing = match shapes {
            None => "absent",
            Some(shapes) if shapes.contains(&Shape::Null) => Shape::Null.name(),
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
