//! The shape of a JSON value, and the shapes that a value of a contract's type may have on the wire.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::document::Side;

/// What a JSON value is. All that is ever learnt of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shape {
    Boolean,
    Integer,
    /// A number that is not written as an integer.
    Number,
    String,
    /// A string of digits, which an id may travel as. To the outside it is a string.
    Digits,
    Array,
    Object,
    Null,
}

impl Shape {
    /// Of the text of a JSON value.
    pub(super) fn of(value: &str) -> Self {
        match value.as_bytes() {
            [b'"', digits @ .., b'"'] if is_digits(digits) => Self::Digits,
            [b'"', ..] => Self::String,
            [b't' | b'f', ..] => Self::Boolean,
            [b'[', ..] => Self::Array,
            [b'{', ..] => Self::Object,
            [b'n', ..] => Self::Null,
            number if number.iter().any(|b| matches!(b, b'.' | b'e' | b'E')) => Self::Number,
            _ => Self::Integer,
        }
    }

    /// The word for it in a contract's conflicts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String | Self::Digits => "string",
            Self::Array => "array",
            Self::Object => "object",
            Self::Null => "null",
        }
    }

    /// The type of an output of which nothing but this is known.
    pub(super) fn as_type(self) -> Type {
        match self {
            Self::Boolean => Type::Boolean,
            Self::Integer => Type::Integer,
            Self::Number => Type::Number,
            Self::String | Self::Digits => Type::String,
            Self::Array => Type::Array,
            Self::Object => Type::Object,
            Self::Null => Type::Any,
        }
    }
}

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// A type of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    String,
    Integer,
    Number,
    Boolean,
    Bigint,
    Decimal,
    Date,
    Datetime,
    Option,
    Multilingual,
    Lookup,
    Phone,
    Region,
    Avatar,
    Attachment,
    Richtext,
    Array,
    Object,
    Any,
}

impl Type {
    const ALL: [(&'static str, Self); 20] = [
        ("text", Self::Text),
        ("string", Self::String),
        ("integer", Self::Integer),
        ("number", Self::Number),
        ("boolean", Self::Boolean),
        ("bigint", Self::Bigint),
        ("decimal", Self::Decimal),
        ("date", Self::Date),
        ("datetime", Self::Datetime),
        ("option", Self::Option),
        ("multilingual", Self::Multilingual),
        ("lookup", Self::Lookup),
        ("phone", Self::Phone),
        ("region", Self::Region),
        ("avatar", Self::Avatar),
        ("attachment", Self::Attachment),
        ("richtext", Self::Richtext),
        ("array", Self::Array),
        ("object", Self::Object),
        ("any", Self::Any),
    ];

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let (_, known) = Self::ALL.into_iter().find(|(known, _)| *known == name)?;
        Some(known)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find(|(_, known)| *known == self)
            .map_or("any", |(name, _)| name)
    }

    /// The ways in which it travels, one for each dialect of the platform, each with all the shapes that it may have
    /// there. Empty for `any`.
    fn ways(self) -> &'static [&'static [Shape]] {
        use Shape::{Array, Boolean, Digits, Integer, Number, Object, String};
        match self {
            Self::Text | Self::String | Self::Date | Self::Bigint | Self::Decimal => {
                &[&[String, Digits]]
            }
            Self::Integer | Self::Datetime => &[&[Integer]],
            Self::Number => &[&[Integer, Number]],
            Self::Boolean => &[&[Boolean]],
            Self::Option => &[&[String, Digits], &[Array], &[Object]],
            Self::Multilingual => &[&[Array], &[Object]],
            Self::Lookup => &[&[Object], &[Array]],
            Self::Phone | Self::Region | Self::Avatar | Self::Richtext | Self::Object => {
                &[&[Object]]
            }
            Self::Attachment | Self::Array => &[&[Array]],
            Self::Any => &[],
        }
    }

    /// The shapes that it may have besides, promised for no dialect or for some of its values only.
    fn lenient(self) -> &'static [Shape] {
        match self {
            Self::Bigint => &[Shape::Integer],
            Self::Decimal => &[Shape::Integer, Shape::Number],
            Self::Lookup => &[Shape::Integer, Shape::Digits],
            Self::Datetime => &[Shape::String, Shape::Digits],
            _ => &[],
        }
    }

    /// Whether a value of this type can have the shape.
    pub(super) fn allows(self, shape: Shape) -> bool {
        let ways = self.ways().iter().copied();
        self == Self::Any || ways.chain([self.lenient()]).any(|way| way.contains(&shape))
    }

    /// Whether it is a mere JSON shape, as far as a reply or a Rust type can tell.
    fn is_shape(self) -> bool {
        matches!(
            self,
            Self::String
                | Self::Integer
                | Self::Number
                | Self::Boolean
                | Self::Array
                | Self::Object
        )
    }

    /// Whether it is the type of a list too, though not of every list.
    fn may_be_several(self) -> bool {
        matches!(
            self,
            Self::Attachment | Self::Option | Self::Lookup | Self::Multilingual
        )
    }

    fn can_be(self, other: Self, side: Side) -> bool {
        if self == other || self == Self::Any || other == Self::Any {
            return true;
        }
        if self.is_shape() {
            // All that a dialect has, or only some of the values could be read.
            let takes = |one: Self, other: Self| {
                let within = |way: &[Shape], ways: &[&[Shape]]| {
                    let mut ways = ways.iter();
                    ways.any(|known| way.iter().all(|shape| known.contains(shape)))
                };
                other.ways().iter().any(|way| within(way, one.ways()))
            };
            return takes(self, other) || side == Side::Inputs && takes(other, self);
        }
        if matches!((self, other), (Self::Decimal | Self::Lookup, Self::Bigint)) {
            return true;
        }
        // The code says more than the contract does.
        let mut shapes = other.ways().iter().copied().flatten();
        other.is_shape() && shapes.any(|shape| self.allows(*shape))
    }
}

/// What code says of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    One(Type),
    /// A list of it.
    Several(Type),
}

impl Told {
    /// `integer`, and `integer[]` for a list.
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(match text.strip_suffix("[]") {
            Some(item) => Self::Several(Type::from_name(item)?),
            None => Self::One(Type::from_name(text)?),
        })
    }

    pub(super) fn as_type(self) -> Type {
        match self {
            // the platform's type is a list
            Self::One(Type::Attachment) => Type::Object,
            Self::One(kind) => kind,
            Self::Several(item) if item.may_be_several() => item,
            Self::Several(_) => Type::Array,
        }
    }

    /// Whether it is a type of the platform where the contract has a mere shape.
    pub(super) fn says_more_than(self, other: Type) -> bool {
        other.is_shape() && !self.as_type().is_shape()
    }

    /// Whether it can be what the contract calls `other`. Where it cannot, the macro refuses the struct (`holds` in the
    /// macro's `contract::rust_type`).
    pub(super) fn can_be(self, other: Type, side: Side) -> bool {
        match self {
            Self::One(Type::Attachment) => matches!(other, Type::Object | Type::Any),
            Self::One(kind) => kind.can_be(other, side),
            Self::Several(Type::Object) if other.may_be_several() => true,
            Self::Several(Type::Array) if other.may_be_several() => false,
            Self::Several(item) if other.may_be_several() => item.can_be(other, side),
            Self::Several(_) => matches!(other, Type::Array | Type::Any),
        }
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Type;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a type, such as \"text\"")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Type, E> {
                Type::from_name(name).ok_or_else(|| {
                    let all: Vec<_> = Type::ALL.iter().map(|(name, _)| *name).collect();
                    E::custom(format!(
                        "unknown type `{name}`; there are {}",
                        all.join(", ")
                    ))
                })
            }
        }

        deserializer.deserialize_str(Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_shape_that_its_text_says() {
        for (text, shape) in [
            ("true", Shape::Boolean),
            ("-1767211281913907", Shape::Integer),
            ("1.0", Shape::Number),
            ("1e3", Shape::Number),
            (r#""1.5""#, Shape::String),
            (r#""""#, Shape::String),
            (r#""1767""#, Shape::Digits),
            ("[1.5]", Shape::Array),
            (r#"{"a":1}"#, Shape::Object),
            ("null", Shape::Null),
            ("", Shape::Integer), // no JSON at all, and no panic
            ("\"", Shape::String),
        ] {
            assert_eq!(Shape::of(text), shape, "{text}");
        }
    }

    /// Both dialects of the platform's table, and what is read leniently.
    #[test]
    fn a_type_allows_the_shapes_of_both_dialects() {
        use Shape::{Array, Boolean, Digits, Integer, Number, Object, String};
        const ALL: [Shape; 7] = [Boolean, Integer, Number, String, Digits, Array, Object];
        for (name, allowed) in [
            ("text", &[String, Digits][..]),
            ("string", &[String, Digits]),
            ("integer", &[Integer]),
            ("number", &[Integer, Number]),
            ("boolean", &[Boolean]),
            ("bigint", &[String, Digits, Integer]),
            ("decimal", &[String, Digits, Integer, Number]),
            ("date", &[String, Digits]),
            ("datetime", &[Integer, String, Digits]),
            ("option", &[String, Digits, Array, Object]),
            ("multilingual", &[Array, Object]),
            ("lookup", &[Object, Array, Integer, Digits]),
            ("phone", &[Object]),
            ("region", &[Object]),
            ("avatar", &[Object]),
            ("attachment", &[Array]),
            ("richtext", &[Object]),
            ("array", &[Array]),
            ("object", &[Object]),
            ("any", &ALL),
        ] {
            let known = Type::from_name(name).unwrap();
            assert_eq!(known.name(), name);
            for shape in ALL {
                assert_eq!(
                    known.allows(shape),
                    allowed.contains(&shape),
                    "{name} {shape:?}"
                );
            }
        }
        assert_eq!(Type::from_name("Text"), None);
    }

    #[test]
    fn the_codes_type_gives_way_to_a_contracts_that_says_more() {
        let can_be = |code: &str, file: &str, side| {
            let (code, file) = (Told::read(code).unwrap(), Type::from_name(file).unwrap());
            code.can_be(file, side)
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
            ("attachment[]", "attachment"),
            ("lookup[]", "lookup"),
            ("lookup[]", "array"),
            ("string[]", "option"),
            ("object[]", "attachment"),
            ("integer[]", "any"),
        ] {
            assert!(can_be(code, file, Side::Outputs), "{code} {file}");
            assert!(can_be(code, file, Side::Inputs), "{code} {file}");
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
            ("attachment", "phone"),
            ("lookup[]", "object"),
            ("lookup[]", "integer"),
            ("option[]", "string"),
            ("integer[]", "lookup"),
            ("string[]", "attachment"),
            ("array[]", "option"),
        ] {
            assert!(!can_be(code, file, Side::Outputs), "{code} {file}");
            assert!(!can_be(code, file, Side::Inputs), "{code} {file}");
        }
        // A fraction would not fit, and need not be sent.
        assert!(!can_be("integer", "number", Side::Outputs));
        assert!(can_be("integer", "number", Side::Inputs));
    }
}
