//! The fields of a contract.

use apaas_flow_contract::{Contract, Entry, Kind, Members, Side};

use super::known;
use super::model::{Field, JSON, JSON_OBJECT, Model, TEXT, Type};

pub(super) fn model(namespace: &str, flow_id: &str, contract: &Contract) -> Model {
    let fields = |side| contract.entries(side).map(|entries| fields(entries, side));
    Model {
        namespace: namespace.to_owned(),
        flow_id: flow_id.to_owned(),
        description: contract.description(),
        inputs: fields(Side::Inputs),
        outputs: fields(Side::Outputs).unwrap_or_default(),
    }
}

fn fields(entries: &Members<Entry>, side: Side) -> Vec<Field> {
    let fields = entries.iter().map(|(name, entry)| {
        let (ty, guess) = of(entry, side);
        Field {
            api_name: name.to_owned(),
            ty,
            is_optional: entry.optional() == Some(true) && !entry.is_required(),
            description: entry.description(),
            guess,
        }
    });
    fields.collect()
}

fn of(entry: &Entry, side: Side) -> (Type, Option<&'static str>) {
    let value = entry.value_type().unwrap_or(Kind::Any.into());
    let (one, guess) = of_kind(value.kind, entry, side);
    let ty = if value.is_list() {
        Type::list(one)
    } else {
        one
    };
    (ty, guess)
}

fn of_kind(kind: Kind, entry: &Entry, side: Side) -> (Type, Option<&'static str>) {
    let ty = match kind {
        Kind::Text | Kind::String => TEXT,
        Kind::Integer => Type::Plain("i64"),
        Kind::Number => Type::Plain("f64"),
        Kind::Boolean => Type::Plain("bool"),
        Kind::BigInt => Type::Value("BigInt"),
        Kind::Decimal => Type::Value("Decimal"),
        Kind::Date => Type::Value("Date"),
        Kind::DateTime => Type::Value("DateTime"),
        Kind::Option => Type::Value("Choice"),
        Kind::Multilingual => Type::Value("Multilingual"),
        Kind::Lookup if side == Side::Inputs => Type::Value("RecordRef"),
        Kind::Lookup => Type::Value("Lookup"),
        Kind::Phone => Type::Value("Phone"),
        Kind::Region => Type::Value("Region"),
        Kind::Avatar => Type::Value("Avatar"),
        Kind::RichText => Type::Value("RichText"),
        Kind::Attachment => Type::list(Type::Value("Attachment")),
        Kind::Any => JSON,
        Kind::Array => {
            let Some(item) = entry.items() else {
                let guess = "the contract does not say what is in the list";
                return (Type::list(JSON), Some(guess));
            };
            if item
                .fields()
                .is_some_and(|inner| known::is_translation(inner.names()))
            {
                return (Type::Value(known::MULTILINGUAL), None);
            }
            let is_optional = item.optional() == Some(true);
            let (item, guess) = of(&item, side);
            let item = if is_optional && !item.is_deep() {
                Type::Optional(Box::new(item))
            } else {
                item
            };
            return (Type::list(item), guess);
        }
        Kind::Object => match entry.fields() {
            Some(inner) if inner.names().next().is_some() => of_fields(&inner, side),
            _ => {
                let guess = "the contract does not say what is in the object";
                return (JSON_OBJECT, Some(guess));
            }
        },
    };
    (ty, None)
}

/// A struct, or what of the platform's own has these fields: a recording knows no other word for it.
fn of_fields(inner: &Members<Entry>, side: Side) -> Type {
    match known::of_keys(&[inner.names().collect()]) {
        Some("Lookup") if side == Side::Inputs => Type::Value("RecordRef"),
        Some(name) => Type::Value(name),
        None => Type::Object(fields(inner, side)),
    }
}
