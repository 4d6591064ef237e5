//! Reading a value with an eye on where reading stops: at which value, of which type, with which fields.
//!
//! A path that is kept while reading costs every field of every flow its own copy of the code, and serde_json's line
//! and column lie: what a type refuses after it was read, or reads out of a buffer (`flatten`, `tag`, `untagged`), is
//! reported wherever the text was at by then. So a value that was refused is read once more, this way.

mod access;
mod deserializer;
mod empties;
mod names;
mod refusal;

use std::any::type_name;
use std::cell::RefCell;

pub(crate) use access::KEY_IS_NO_NUMBER;
pub(crate) use deserializer::Traced;
pub(crate) use empties::{EMPTY_LIST, EMPTY_OBJECT, EMPTY_STRING, Empties, empty_form};
use names::Names;
pub(crate) use refusal::Refusal;
use refusal::message;
use serde::de::Expected;
use serde_json::error::Category;

/// Under this name serde_json hands over a value as text, as it does for its `RawValue`.
pub(crate) const RAW: &str = "$serde_json::private::RawValue";

/// The list or the object at this depth is one too many for serde_json.
const DEPTH: usize = 128;

/// Reads a value that its type has just refused: it stays refused, and this says where, unless all that was wrong is
/// that something under an `Option` is empty.
pub(crate) fn reread<'de, T>(
    text: &'de str,
    refused: &serde_json::Error,
    empties: &Empties,
    mut read: impl FnMut(&Trace<'_, 'de>) -> Result<T, serde_json::Error>,
) -> Result<T, Refusal<'de>> {
    // to follow a value down to there is to go through its text at each level
    if refused.is_syntax() && refused.to_string().starts_with("recursion limit exceeded") {
        return Err(Refusal::of_whole(text, type_name::<T>(), refused));
    }
    loop {
        let trace = Trace::new(text, type_name::<T>(), empties);
        let error = match read(&trace) {
            Ok(value) if trace.was_empty_somewhere() => return Ok(value),
            Ok(_) => return Err(Refusal::of_whole(text, type_name::<T>(), refused)),
            Err(error) => error,
        };
        let refusal = trace.refusal(&error);
        if !empties.learn(&refusal) {
            return Err(refusal);
        }
    }
}

/// The values that are being read, from the whole to the innermost, and what was refused last.
pub(crate) struct Trace<'t, 'de> {
    empties: &'t Empties,
    state: RefCell<State<'de>>,
}

struct State<'de> {
    open: Vec<Node<'de>>,
    refusal: Option<Refusal<'de>>,
    was_empty_somewhere: bool,
}

/// A value that is being read.
#[derive(Clone)]
struct Node<'de> {
    text: &'de str,
    /// Which value it is of those directly inside the one above it.
    child: usize,
    rust_type: &'static str,
    /// What the type says that it expects.
    expecting: String,
    /// The names that the type knows of those inside.
    names: Names,
    /// The `Option` that it is the content of.
    option: Option<&'static str>,
    /// Whether the type has looked at it at all.
    is_read: bool,
    /// Whether the type has asked for what is inside.
    is_entered: bool,
    /// Whether the type is reading a key.
    is_at_key: bool,
}

impl<'de> Node<'de> {
    fn new(text: &'de str, child: usize, rust_type: &'static str) -> Self {
        Self {
            text,
            child,
            rust_type,
            expecting: String::new(),
            names: Names::Unknown,
            option: None,
            is_read: false,
            is_entered: false,
            is_at_key: false,
        }
    }
}

impl<'t, 'de> Trace<'t, 'de> {
    pub(crate) fn new(text: &'de str, rust_type: &'static str, empties: &'t Empties) -> Self {
        let text = text.trim();
        Self {
            empties,
            state: RefCell::new(State {
                open: vec![Node::new(text, 0, rust_type)],
                refusal: None,
                was_empty_somewhere: false,
            }),
        }
    }

    pub(crate) fn deserializer(&self) -> Traced<'_, 't, 'de> {
        let state = self.state.borrow();
        let text = state.open.first().map_or("", |node| node.text);
        Traced { text, trace: self }
    }

    pub(crate) fn was_empty_somewhere(&self) -> bool {
        self.state.borrow().was_empty_somewhere
    }

    /// What was refused, from the error that reading ended with.
    pub(crate) fn refusal(self, error: &serde_json::Error) -> Refusal<'de> {
        self.refused(message(error), error.classify());
        let State { open, refusal, .. } = self.state.into_inner();
        refusal.unwrap_or_else(|| Refusal::new(open, message(error), error.classify()))
    }

    /// Whether this text is nothing to an `Option` of this type.
    fn is_none(&self, option: &'static str, text: &str) -> bool {
        let is_empty = self.empties.is_none(option, text);
        if is_empty {
            self.state.borrow_mut().was_empty_somewhere = true;
        }
        is_empty || text == "null"
    }

    /// Notes what the innermost value's type expects.
    pub(crate) fn expect(&self, expected: &dyn Expected) {
        let expecting = expected.to_string();
        self.note(|node| {
            node.expecting = expecting;
            node.is_read = true;
        });
    }

    /// Notes which names there may be in the innermost value.
    pub(crate) fn expect_names(&self, names: &'static [&'static str]) {
        self.note(|node| node.names = Names::Listed(names));
    }

    /// Notes that the innermost value is asked for a key or a value.
    pub(crate) fn enter(&self, is_at_key: bool) {
        self.note(|node| {
            node.is_entered = true;
            node.is_at_key = is_at_key;
        });
    }

    /// Whether the innermost value may have values inside that are followed.
    fn check_depth(&self) -> Result<(), serde_json::Error> {
        if self.state.borrow().open.len() < DEPTH {
            Ok(())
        } else {
            Err(serde::de::Error::custom("recursion limit exceeded"))
        }
    }

    /// Changes what is known of the innermost value.
    fn note(&self, change: impl FnOnce(&mut Node<'de>)) {
        if let Some(node) = self.state.borrow_mut().open.last_mut() {
            change(node);
        }
    }

    /// Notes an error that comes out of the innermost value: its own, unless it is the one that came out of a value inside.
    pub(crate) fn refused(&self, message: String, category: Category) {
        let state = &mut *self.state.borrow_mut();
        if state
            .refusal
            .as_ref()
            .is_none_or(|refusal| refusal.message != message)
        {
            state.refusal = Some(Refusal::new(state.open.clone(), message, category));
        }
    }

    /// Reads a value inside the innermost one.
    pub(crate) fn inside<T>(
        &self,
        text: &'de str,
        child: usize,
        rust_type: &'static str,
        read: impl FnOnce(Traced<'_, 't, 'de>) -> Result<T, serde_json::Error>,
    ) -> Result<T, serde_json::Error> {
        {
            let open = &mut self.state.borrow_mut().open;
            let above = open.last().map_or(rust_type, |node| node.rust_type);
            // made by serde's derive, around a function of the author's
            let is_helper = names::last_part(rust_type).starts_with("__");
            let rust_type = if is_helper { above } else { rust_type };
            open.push(Node::new(text, child, rust_type));
        }
        let read = read(Traced { text, trace: self }).and_then(|value| {
            let is_read = self.state.borrow().open.last().is_some_and(|n| n.is_read);
            // serde_json would find the value where it looks for what comes behind it
            is_read
                .then_some(value)
                .ok_or_else(|| serde::de::Error::custom("not read"))
        });
        if let Err(error) = &read {
            self.refused(message(error), error.classify());
        }
        self.state.borrow_mut().open.pop();
        read
    }
}
