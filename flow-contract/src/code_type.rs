//! Which Rust types can hold which of a contract's types.

use crate::contract::Side;
use crate::kind::{Kind, Shape};
use crate::value_type::ValueType;

/// What the spelling of a Rust type says, whatever `Option` is around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeType {
    /// Nothing: the type is left to serde.
    Unknown,
    /// A value: the type that says most, such as `integer` for an `i64`, `lookup` for a `RecordRef`, and `array` for a
    /// list of unknown items.
    One(Kind),
    /// A list of such values.
    List(Kind),
}

impl CodeType {
    /// Whether what the contract says fits into it (an output), or is what comes out of it (an input). In doubt it does:
    /// code that is right must compile.
    pub fn holds(self, known: impl Into<ValueType>, side: Side) -> bool {
        let known = known.into();
        match self {
            CodeType::Unknown | CodeType::One(Kind::Any) => true,
            _ if known.is_list() => self.holds_several(known.kind, side),
            _ if known.several == Some(false) && self.is_list_of(known.kind) => false,
            _ => self.holds_one(known.kind, side),
        }
    }

    fn holds_one(self, kind: Kind, side: Side) -> bool {
        match self {
            _ if kind == Kind::Any => true,
            CodeType::Unknown | CodeType::One(Kind::Any) => true,
            CodeType::One(own) if own.is_shape() => {
                // an integer can be sent as a number, but not every number can be read as an integer
                travels_as(kind, own) || side == Side::Inputs && travels_as(own, kind)
            }
            // which shapes a value type reads is its own affair
            CodeType::One(_) if kind.is_shape() => true,
            // the platform's is a list
            CodeType::One(Kind::Attachment) => false,
            CodeType::One(own) => {
                own == kind || matches!((own, kind), (Kind::Decimal | Kind::Lookup, Kind::BigInt))
            }
            CodeType::List(Kind::Object) if kind.may_be_several() => true,
            CodeType::List(item) if kind.may_be_several() => {
                item == kind || CodeType::One(item).holds_one(kind, side)
            }
            CodeType::List(_) => kind == Kind::Array,
        }
    }

    fn holds_several(self, kind: Kind, side: Side) -> bool {
        let item = ValueType {
            kind,
            several: Some(false),
        };
        match self {
            CodeType::List(own) => CodeType::One(own).holds(item, side),
            // an array of whatever items
            CodeType::Unknown | CodeType::One(Kind::Array) => true,
            // which is written as a list of objects
            CodeType::One(Kind::Multilingual) => kind == Kind::Object,
            CodeType::One(_) => false,
        }
    }

    /// Whether this is a list where the contract has one value of the type, or says nothing of how many.
    pub fn is_list_of(self, kind: Kind) -> bool {
        match self {
            CodeType::One(Kind::Array) => kind.is_list_when_several(),
            CodeType::List(item) => {
                kind.is_list_when_several() || item == kind && kind == Kind::Multilingual
            }
            CodeType::One(_) | CodeType::Unknown => false,
        }
    }

    /// Whether what a contract says stays as it is when code says this. Here doubt is no reason to keep it: of a value
    /// type it is known which shapes it has.
    pub fn agrees_with(self, known: impl Into<ValueType>, side: Side) -> bool {
        let known = known.into();
        let is_possible = match self {
            _ if known.is_list() => true,
            CodeType::One(own) if !own.is_shape() && known.kind.is_shape() => {
                let own = self.as_value_type().map_or(own, |own| own.kind);
                let mut shapes = known.kind.forms().iter().copied().flatten();
                shapes.any(|shape| own.allows(*shape))
            }
            CodeType::List(Kind::Array) => matches!(known.kind, Kind::Array | Kind::Any),
            _ => true,
        };
        is_possible && self.holds(known, side)
    }

    /// Whether it is a type of the platform where the contract has a mere shape.
    pub fn says_more_than(self, known: impl Into<ValueType>) -> bool {
        let own = self.as_value_type();
        known.into().kind.is_shape() && own.is_some_and(|own| !own.kind.is_shape())
    }

    /// What a contract says of it.
    pub fn as_value_type(self) -> Option<ValueType> {
        let kind = match self {
            CodeType::Unknown => return None,
            // the platform's is a list
            CodeType::One(Kind::Attachment) => Kind::Object,
            CodeType::One(kind) => kind,
            CodeType::List(item) if item.may_be_several() => item,
            CodeType::List(_) => Kind::Array,
        };
        let several = self.is_list_of(kind).then_some(true);
        Some(ValueType { kind, several })
    }
}

/// Whether everything that `kind` has in one of its forms is something that `shape` has: only some of the values could
/// be read otherwise.
fn travels_as(kind: Kind, shape: Kind) -> bool {
    let is_within = |form: &[Shape]| {
        let mut known = shape.forms().iter();
        known.any(|known| form.iter().all(|shape| known.contains(shape)))
    };
    kind.forms().iter().copied().any(is_within)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `integer`, and `integer[]` for a list.
    fn code_type(text: &str) -> CodeType {
        match text.strip_suffix("[]") {
            Some(item) => CodeType::List(Kind::from_word(item).unwrap()),
            None => CodeType::One(Kind::from_word(text).unwrap()),
        }
    }

    #[test]
    fn the_codes_type_gives_way_to_a_contracts_that_says_more() {
        let agrees = |code: &str, file: &str, side| {
            code_type(code).agrees_with(Kind::from_word(file).unwrap(), side)
        };
        for (code, file) in [
            ("string", "decimal"),
            ("string", "option"),
            ("string", "bigint"),
            ("integer", "datetime"),
            ("number", "integer"),
            ("array", "attachment"),
            ("object", "phone"),
            ("decimal", "string"),
            ("lookup", "object"),
            ("lookup", "integer"),
            ("lookup", "bigint"),
            ("decimal", "bigint"),
            ("integer", "any"),
            ("any", "integer"),
            ("attachment", "object"),
            ("attachment[]", "attachment"),
            ("lookup[]", "lookup"),
            ("lookup[]", "array"),
            ("string[]", "option"),
            ("object[]", "attachment"),
            ("integer[]", "any"),
        ] {
            assert!(agrees(code, file, Side::Outputs), "{code} {file}");
            assert!(agrees(code, file, Side::Inputs), "{code} {file}");
        }
        for (code, file) in [
            ("string", "datetime"),
            ("integer", "text"),
            ("integer", "bigint"),
            ("integer", "lookup"),
            ("number", "decimal"),
            ("string", "integer"),
            ("boolean", "string"),
            ("decimal", "date"),
            ("lookup", "boolean"),
            ("date", "integer"),
            ("attachment", "attachment"),
            ("attachment", "array"),
            ("attachment", "phone"),
            ("lookup[]", "object"),
            ("lookup[]", "integer"),
            ("option[]", "string"),
            ("integer[]", "lookup"),
            ("string[]", "attachment"),
            ("array[]", "option"),
        ] {
            assert!(!agrees(code, file, Side::Outputs), "{code} {file}");
            assert!(!agrees(code, file, Side::Inputs), "{code} {file}");
        }
        // a fraction would not fit, and need not be sent
        assert!(!agrees("integer", "number", Side::Outputs));
        assert!(agrees("integer", "number", Side::Inputs));
    }

    #[test]
    fn a_list_and_one_value_are_told_apart_where_the_contract_tells() {
        let held = |file: &str, several| {
            let kind = Kind::from_word(file).unwrap();
            let known = ValueType { kind, several };
            let codes = [
                "option",
                "option[]",
                "string",
                "string[]",
                "lookup",
                "lookup[]",
                "integer[]",
                "object",
                "object[]",
                "array",
                "array[]",
                "multilingual",
                "multilingual[]",
                "attachment[]",
            ];
            let held = codes.into_iter().filter(|code| {
                let code = code_type(code);
                let is_held = code.holds(known, Side::Outputs);
                assert_eq!(is_held, code.holds(known, Side::Inputs));
                is_held
            });
            held.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            held("option", None),
            "option option[] string string[] object object[] array array[]"
        );
        assert_eq!(
            held("option", Some(true)),
            "option[] string[] object[] array"
        );
        assert_eq!(held("option", Some(false)), "option string object");
        assert_eq!(held("lookup", Some(true)), "lookup[] object[] array");
        assert_eq!(held("lookup", Some(false)), "lookup object");
        // which shapes a value type reads is its own affair
        assert_eq!(
            held("integer", Some(true)),
            "option[] lookup[] integer[] array multilingual[] attachment[]"
        );
        assert_eq!(
            held("array", Some(true)),
            "option[] lookup[] array array[] multilingual[] attachment[]"
        );
        assert_eq!(
            held("object", Some(true)),
            "option[] lookup[] object[] array multilingual multilingual[] attachment[]"
        );
        assert_eq!(
            held("multilingual", Some(true)),
            "object[] array array[] multilingual[]"
        );
        assert_eq!(
            held("multilingual", Some(false)),
            "object object[] array array[] multilingual"
        );
        // a list itself, whatever is said
        for several in [None, Some(true), Some(false)] {
            assert_eq!(
                held("attachment", several),
                "object[] array array[] attachment[]"
            );
        }
    }

    #[test]
    fn a_list_is_written_as_one() {
        let written = |code: &str| {
            code_type(code)
                .as_value_type()
                .map(|value| value.to_string())
        };
        for (code, file) in [
            ("option[]", "list of option"),
            ("lookup[]", "list of lookup"),
            ("multilingual[]", "list of multilingual"),
            ("attachment[]", "attachment"),
            ("attachment", "object"),
            ("string[]", "array"),
            ("decimal[]", "array"),
            ("array[]", "array"),
            ("array", "array"),
            ("option", "option"),
        ] {
            assert_eq!(written(code).as_deref(), Some(file), "{code}");
        }
    }

    /// What a contract keeps, the attribute accepts: a struct that writes its contract compiles against it.
    #[test]
    fn what_stays_is_held() {
        let every_number = |kind| [None, Some(true), Some(false)].map(|several| (kind, several));
        for kind in Kind::all() {
            for code in [CodeType::One(kind), CodeType::List(kind), CodeType::Unknown] {
                for side in [Side::Inputs, Side::Outputs] {
                    for (known, several) in Kind::all().flat_map(every_number) {
                        let known = ValueType {
                            kind: known,
                            several,
                        };
                        let stays = code.agrees_with(known, side);
                        assert!(!stays || code.holds(known, side), "{code:?} {known:?}");
                    }
                    let own = code.as_value_type().unwrap_or(Kind::Any.into());
                    assert!(code.holds(own, side), "{code:?} {own:?}");
                }
            }
        }
    }
}
