//! Which Rust types can hold which of a contract's types.

use crate::contract::Side;
use crate::kind::{Kind, Shape};

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
    /// Whether the contract's type fits into it (an output), or is what comes out of it (an input). In doubt it does:
    /// code that is right must compile.
    pub fn holds(self, kind: Kind, side: Side) -> bool {
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
                item == kind || CodeType::One(item).holds(kind, side)
            }
            CodeType::List(_) => kind == Kind::Array,
        }
    }

    /// Whether a contract's type stays as it is when code says this. Here doubt is no reason to keep it: of a value type
    /// it is known which shapes it has.
    pub fn agrees_with(self, known: Kind, side: Side) -> bool {
        let is_possible = match self {
            CodeType::One(own) if !own.is_shape() && known.is_shape() => {
                let own = self.as_kind().unwrap_or(own);
                let mut shapes = known.forms().iter().copied().flatten();
                shapes.any(|shape| own.allows(*shape))
            }
            CodeType::List(Kind::Array) => matches!(known, Kind::Array | Kind::Any),
            _ => true,
        };
        is_possible && self.holds(known, side)
    }

    /// Whether it is a type of the platform where the contract has a mere shape.
    pub fn says_more_than(self, known: Kind) -> bool {
        known.is_shape() && self.as_kind().is_some_and(|own| !own.is_shape())
    }

    /// The type that a contract gives it.
    pub fn as_kind(self) -> Option<Kind> {
        Some(match self {
            CodeType::Unknown => return None,
            // the platform's is a list
            CodeType::One(Kind::Attachment) => Kind::Object,
            CodeType::One(kind) => kind,
            CodeType::List(item) if item.may_be_several() => item,
            CodeType::List(_) => Kind::Array,
        })
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

    /// What a contract keeps, the attribute accepts: a struct that writes its contract compiles against it.
    #[test]
    fn what_stays_is_held() {
        for kind in Kind::all() {
            for code in [CodeType::One(kind), CodeType::List(kind), CodeType::Unknown] {
                for side in [Side::Inputs, Side::Outputs] {
                    for known in Kind::all() {
                        let stays = code.agrees_with(known, side);
                        assert!(!stays || code.holds(known, side), "{code:?} {known:?}");
                    }
                    let own = code.as_kind().unwrap_or(Kind::Any);
                    assert!(code.holds(own, side), "{code:?} {own:?}");
                }
            }
        }
    }
}
