//! A value that was refused: where it stands, and what is known of the type that refused it.

use serde_json::error::Category;

use super::Node;
use super::names::Names;
use crate::codec::entries::entries;

/// The innermost value that an error came out of, and those around it.
pub(crate) struct Refusal<'de> {
    /// From the whole to that value.
    path: Vec<Node<'de>>,
    /// Without a line and a column.
    pub(super) message: String,
    pub(super) category: Category,
}

impl<'de> Refusal<'de> {
    pub(super) fn new(path: Vec<Node<'de>>, message: String, category: Category) -> Self {
        Self {
            path,
            message,
            category,
        }
    }

    /// Of a value that nothing else is known of.
    pub(crate) fn of_whole(
        text: &'de str,
        rust_type: &'static str,
        error: &serde_json::Error,
    ) -> Self {
        let whole = Node::new(text.trim(), 0, rust_type);
        Self::new(vec![whole], message(error), error.classify())
    }

    fn node(&self) -> Option<&Node<'de>> {
        self.path.last()
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn category(&self) -> Category {
        self.category
    }

    /// The refused value's text.
    pub(crate) fn text(&self) -> &'de str {
        self.node().map_or("", |node| node.text)
    }

    pub(crate) fn rust_type(&self) -> &'static str {
        self.node().map_or("", |node| node.rust_type)
    }

    /// What its type said that it expects.
    pub(crate) fn expecting(&self) -> &str {
        self.node().map_or("", |node| &node.expecting)
    }

    /// Whether its type knows a field or a variant of this name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.node()
            .is_some_and(|node| node.names.find(name).is_some())
    }

    /// Whether its type is one of our own values.
    pub(crate) fn is_ours(&self) -> bool {
        self.node()
            .is_some_and(|node| matches!(node.names, Names::Announced(_)))
    }

    /// Whether its type was reading a key.
    pub(crate) fn is_at_key(&self) -> bool {
        self.node().is_some_and(|node| node.is_at_key)
    }

    /// Whether its type had accepted a list or an object and asked for what is inside: the error may mean any of that.
    /// Our own values have a type for each part.
    pub(crate) fn is_entered(&self) -> bool {
        self.node().is_some_and(|node| node.is_entered) && !self.is_ours()
    }

    /// The `Option` that the value is the content of.
    pub(super) fn option(&self) -> Option<&'static str> {
        self.node()?.option
    }

    /// Whether one of our own values refused it for having this empty form.
    pub(super) fn is_for_being(&self, form: &str) -> bool {
        let found = self.message.strip_prefix("invalid type: ");
        self.is_ours() && found.is_some_and(|found| found.starts_with(form))
    }

    /// Which value directly inside the whole it is, or is inside of.
    pub(crate) fn child_of_whole(&self) -> Option<usize> {
        self.path.get(1).map(|node| node.child)
    }

    /// Where it stands below the value at this depth, such as `[2].price`.
    ///
    /// A key is shown if it is the name of a field or variant that the Rust type said it has. Every other one may be
    /// data, of a map by email perhaps, and so may that of a struct that is read as a map (serde's `flatten`).
    pub(crate) fn path_below(&self, depth: usize) -> String {
        let below = self.path.get(depth..).unwrap_or_default();
        let pairs = below.iter().zip(below.iter().skip(1));
        pairs.map(|(above, node)| step(above, node)).collect()
    }
}

fn step(above: &Node<'_>, node: &Node<'_>) -> String {
    if above.text.starts_with('[') {
        return format!("[{}]", node.child);
    }
    let entries = entries(above.text).unwrap_or_default();
    let key = entries.get(node.child).map(|(key, _)| &**key);
    match key.and_then(|key| above.names.find(key)) {
        Some(name) => format!(".{name}"),
        None => ".*".to_owned(),
    }
}

/// An error's text without the line and the column that serde_json puts behind it.
pub(super) fn message(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let place = text.rsplit_once(" at line ");
    let place = place.and_then(|(message, place)| Some((message, place.split_once(" column ")?)));
    match place {
        Some((message, (line, column))) if is_number(line) && is_number(column) => {
            message.to_owned()
        }
        _ => text,
    }
}
