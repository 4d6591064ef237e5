//! The types that a contract can name, and the JSON that their values travel as.

use Shape::{Array, Boolean, Digits, Integer, Number, Object, String};

/// What a JSON value is, as far as its text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the words of JSON")]
pub enum Shape {
    Boolean,
    Integer,
    /// A number that is not written as an integer.
    Number,
    String,
    /// A string of digits, which an id may travel as. Contracts call it a string.
    Digits,
    Array,
    Object,
    Null,
}

macro_rules! kinds {
    ($($kind:ident $word:literal $forms:tt $lenient:tt $rust_types:tt)*) => {
        /// A type of a contract: what `"type"` says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = concat!("`", $word, "`")] $kind,)*
        }

        impl Kind {
            /// All of them, in the order in which messages list them.
            pub fn all() -> impl Iterator<Item = Kind> {
                [$(Kind::$kind),*].into_iter()
            }

            /// The word in the file.
            pub fn word(self) -> &'static str {
                match self { $(Kind::$kind => $word,)* }
            }

            /// The Rust types that a field of this type is best given.
            pub fn rust_types(self) -> &'static [&'static str] {
                match self { $(Kind::$kind => &$rust_types,)* }
            }

            /// The forms in which it travels, one for each dialect of the platform, each with all the shapes that values
            /// may have in it. Empty for `any`.
            pub(crate) fn forms(self) -> &'static [&'static [Shape]] {
                match self { $(Kind::$kind => &$forms,)* }
            }

            /// Shapes that are read too, though no dialect promises them for all values.
            fn lenient(self) -> &'static [Shape] {
                match self { $(Kind::$kind => &$lenient,)* }
            }
        }
    };
}

// the type and its word, its forms, what is read too, the Rust types
kinds! {
    Text "text" [TEXT] [] ["String"]
    String "string" [TEXT] [] ["String"]
    Integer "integer" [&[Integer]] [] ["i64"]
    Number "number" [&[Integer, Number]] [] ["f64"]
    Boolean "boolean" [&[Boolean]] [] ["bool"]
    BigInt "bigint" [TEXT] [Integer] ["value::BigInt", "String"]
    Decimal "decimal" [TEXT] [Integer, Number] ["value::Decimal", "String"]
    Date "date" [TEXT] [] ["value::Date", "String"]
    DateTime "datetime" [&[Integer]] [String, Digits] ["value::DateTime", "i64"]
    Option "option" [TEXT, &[Array], &[Object]] [] ["value::Choice", "String"]
    Multilingual "multilingual" [&[Array], &[Object]] [] ["value::Multilingual"]
    Lookup "lookup" [&[Object], &[Array]] [Integer, Digits] ["value::RecordRef", "value::Lookup"]
    Phone "phone" [&[Object]] [] ["value::Phone"]
    Region "region" [&[Object]] [] ["value::Region"]
    Avatar "avatar" [&[Object]] [] ["value::Avatar"]
    Attachment "attachment" [&[Array]] [] ["Vec<value::Attachment>"]
    RichText "richtext" [&[Object]] [] ["value::RichText"]
    Array "array" [&[Array]] [] ["Vec<...>"]
    Object "object" [&[Object]] [] ["HashMap<String, ...>", Kind::OWN_TYPE]
    Any "any" [] [] ["serde_json::Value"]
}

const TEXT: &[Shape] = &[String, Digits];

impl Kind {
    /// In the place of a Rust type that has no name yet.
    pub const OWN_TYPE: &'static str = "a type of your own";

    /// The type of this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Kind::all().find(|kind| kind.word() == word)
    }

    /// The type that one of the crate's value types is made for, by its name in `apaas_flow::value`.
    pub fn of_value_type(name: &str) -> Option<Self> {
        Kind::all().find(|kind| {
            let mut own = kind
                .rust_types()
                .iter()
                .filter_map(|ty| ty.split_once("value::"));
            own.any(|(_, own)| own.trim_end_matches('>') == name)
        })
    }

    /// Whether a value of this type can have the shape.
    pub fn allows(self, shape: Shape) -> bool {
        let forms = self.forms().iter().copied();
        self == Kind::Any
            || forms
                .chain([self.lenient()])
                .any(|form| form.contains(&shape))
    }

    /// Whether it is a mere shape of JSON, and not a type of the platform.
    pub fn is_shape(self) -> bool {
        matches!(
            self,
            Kind::String
                | Kind::Integer
                | Kind::Number
                | Kind::Boolean
                | Kind::Array
                | Kind::Object
        )
    }

    /// Whether the platform has lists of it under the same type.
    pub(crate) fn may_be_several(self) -> bool {
        matches!(self, Kind::Attachment | Kind::Multilingual) || self.is_list_when_several()
    }

    /// Whether a list tells that there may be several: one value is never written as a list.
    pub(crate) fn is_list_when_several(self) -> bool {
        matches!(self, Kind::Option | Kind::Lookup)
    }
}

impl Shape {
    /// Of the text of a JSON value.
    pub fn of(value: &str) -> Self {
        match value.as_bytes() {
            [b'"', digits @ .., b'"'] if is_digits(digits) => Shape::Digits,
            [b'"', ..] => Shape::String,
            [b't' | b'f', ..] => Shape::Boolean,
            [b'[', ..] => Shape::Array,
            [b'{', ..] => Shape::Object,
            [b'n', ..] => Shape::Null,
            number if number.iter().any(|b| matches!(b, b'.' | b'e' | b'E')) => Shape::Number,
            _ => Shape::Integer,
        }
    }

    /// The word for it in a contract's conflicts.
    pub fn word(self) -> &'static str {
        match self {
            Shape::Null => "null",
            shape => shape.as_kind().word(),
        }
    }

    /// The type of an output of which nothing but this is known.
    pub fn as_kind(self) -> Kind {
        match self {
            Shape::Boolean => Kind::Boolean,
            Shape::Integer => Kind::Integer,
            Shape::Number => Kind::Number,
            Shape::String | Shape::Digits => Kind::String,
            Shape::Array => Kind::Array,
            Shape::Object => Kind::Object,
            Shape::Null => Kind::Any,
        }
    }
}

fn is_digits(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
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
        for (word, allowed) in [
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
            let known = Kind::from_word(word).unwrap();
            assert_eq!(known.word(), word);
            for shape in ALL {
                assert_eq!(
                    known.allows(shape),
                    allowed.contains(&shape),
                    "{word} {shape:?}"
                );
            }
        }
        assert_eq!(Kind::from_word("Text"), None);
    }
}
