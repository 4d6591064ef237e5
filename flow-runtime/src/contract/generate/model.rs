//! What is to be written: fields and their types.

/// An input, an output, or what is in a nested object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) api_name: String,
    pub(super) ty: Type,
    pub(super) is_optional: bool,
    pub(super) description: Option<String>,
    /// What is not known for sure, to be said at the field.
    pub(super) guess: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Type {
    /// A type of Rust, by a path that is in scope everywhere.
    Plain(&'static str),
    /// One of `apaas_flow::value`.
    Value(&'static str),
    List(Box<Type>),
    Optional(Box<Type>),
    Object(Vec<Field>),
}

pub(super) const TEXT: Type = Type::Plain("String");
pub(super) const JSON: Type = Type::Plain("serde_json::Value");
pub(super) const JSON_OBJECT: Type = Type::Plain("serde_json::Map<String, serde_json::Value>");

impl Type {
    pub(super) fn list(item: Type) -> Self {
        Type::List(Box::new(if item.is_deep() { JSON } else { item }))
    }

    /// A list of lists: in another one it would have more brackets than a line has room for.
    pub(super) fn is_deep(&self) -> bool {
        matches!(self, Type::List(item) if matches!(**item, Type::List(_)))
    }
}

/// All that is known of a flow.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) namespace: String,
    pub(super) flow_id: String,
    pub(super) description: Option<String>,
    /// `None` where nothing tells.
    pub(super) inputs: Option<Vec<Field>>,
    pub(super) outputs: Vec<Field>,
}
