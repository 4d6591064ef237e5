//! The fields of a contract.

use apaas_flow_contract::{Contract, Entry, Kind, Members, Side};

use super::model::{Field, JSON, JSON_OBJECT, Model, TEXT, Type};

pub(super) fn model(namespace: &str, flow_id: &str, contract: &Contract) -> Model {
    let fields = |side| {
        contract
            .entries(side)
            .map_or_else(Vec::new, |e| fields(e, side))
    };
    Model {
        namespace: namespace.to_owned(),
        flow_id: flow_id.to_owned(),
        description: contract.description(),
        inputs: fields(Side::Inputs),
        outputs: fields(Side::Outputs),
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
            let (item, guess) = of(&item, side);
            return (Type::list(item), guess);
        }
        Kind::Object => match entry.fields().map(|inner| fields(&inner, side)) {
            Some(inner) if !inner.is_empty() => Type::Object(inner),
            _ => {
                let guess = "the contract does not say what is in the object";
                return (JSON_OBJECT, Some(guess));
            }
        },
    };
    (ty, None)
}
