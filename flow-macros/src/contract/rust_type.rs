//! Which Rust types can hold which of a contract's types, as far as a type's spelling tells.

use syn::{GenericArgument, PathArguments, PathSegment, Type, TypePath};

use super::Kind;
use crate::parse::mark::Direction;
use crate::types;

/// A Rust type as the macro sees it, whatever `Option` is around it.
#[derive(Clone, Copy)]
pub(crate) enum RustType<'a> {
    Text,
    Integer,
    Float,
    Bool,
    /// With the type of its items, where it has one.
    List(Option<&'a Type>),
    Map,
    /// One of the crate's value types, by what it is made for.
    Value(Kind),
    /// Left to serde.
    Unknown,
}

/// Whether serde takes a value that is missing for `None`, through whatever points at it.
pub(crate) fn accepts_absence(ty: &Type) -> bool {
    if types::option_content(ty).is_some() {
        return true;
    }
    let Type::Path(TypePath { path, .. }) = types::peeled(ty) else {
        return false;
    };
    let last = path.segments.last();
    last.filter(|last| is_pointer(&last.ident.to_string()))
        .and_then(content)
        .is_some_and(accepts_absence)
}

fn is_pointer(name: &str) -> bool {
    matches!(name, "Box" | "Rc" | "Arc" | "Cow")
}

/// `T` of `Vec<T>` and of `Cow<'a, T>`.
fn content(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(content) => Some(content),
        _ => None,
    })
}

impl<'a> RustType<'a> {
    /// The last segment decides. A type called like one of ours is taken for ours, unless it has parameters or is
    /// reached through another module than `value`.
    pub(crate) fn of(ty: &'a Type) -> Self {
        if let Some(content) = types::option_content(ty) {
            return RustType::of(content);
        }
        match types::peeled(ty) {
            Type::Reference(reference) => RustType::of(&reference.elem),
            Type::Slice(slice) => RustType::List(Some(&slice.elem)),
            Type::Array(array) => RustType::List(Some(&array.elem)),
            Type::Tuple(tuple) if !tuple.elems.is_empty() => RustType::List(None),
            Type::Path(TypePath {
                qself: None, path, ..
            }) => RustType::of_path(path),
            _ => RustType::Unknown,
        }
    }

    fn of_path(path: &'a syn::Path) -> Self {
        let Some(last) = path.segments.last() else {
            return RustType::Unknown;
        };
        let content = content(last);
        match last.ident.to_string().as_str() {
            "String" | "str" | "char" => RustType::Text,
            "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64"
            | "u128" | "usize" => RustType::Integer,
            "f32" | "f64" => RustType::Float,
            "bool" => RustType::Bool,
            "Vec" | "VecDeque" | "HashSet" | "BTreeSet" => RustType::List(content),
            "HashMap" | "BTreeMap" => RustType::Map,
            name if is_pointer(name) => content.map_or(RustType::Unknown, RustType::of),
            name => {
                let module = path.segments.iter().rev().nth(1);
                let may_be_ours =
                    last.arguments.is_none() && module.is_none_or(|module| module.ident == "value");
                of_value_type(name)
                    .filter(|_| may_be_ours)
                    .map_or(RustType::Unknown, RustType::Value)
            }
        }
    }

    /// Whether the contract's type fits into it (an output), or is what comes out of it (an input).
    pub(crate) fn holds(self, kind: Kind, direction: Direction) -> bool {
        match self {
            _ if kind == Kind::Any => true,
            RustType::Unknown => true,
            RustType::Text => kind.may_be_text(),
            RustType::Integer => match kind {
                Kind::Integer | Kind::DateTime => true,
                Kind::Number => direction == Direction::Input,
                _ => false,
            },
            RustType::Float => matches!(kind, Kind::Integer | Kind::Number | Kind::DateTime),
            RustType::Bool => kind == Kind::Boolean,
            RustType::List(item) => {
                let item = item.map_or(RustType::Unknown, RustType::of);
                kind == Kind::Array || kind.may_be_several() && item.is_one_of(kind, direction)
            }
            RustType::Map => kind.may_be_object(),
            // which shapes it reads is its own affair
            RustType::Value(_) if kind.is_shape() => true,
            RustType::Value(Kind::Attachment) => false,
            RustType::Value(own) => {
                own == kind || matches!((own, kind), (Kind::Decimal | Kind::Lookup, Kind::BigInt))
            }
        }
    }

    /// Whether it holds one of several.
    fn is_one_of(self, kind: Kind, direction: Direction) -> bool {
        match self {
            RustType::Value(Kind::Attachment) => kind == Kind::Attachment,
            RustType::Map => true,
            _ => self.holds(kind, direction),
        }
    }

    /// What code says of it for a contract: the type that says most, with `[]` that of a list's items.
    pub(crate) fn push_told(self, text: &mut String) {
        let (kind, several) = match self {
            RustType::List(Some(item)) => match RustType::of(item).kind() {
                Some(item) => (Some(item), "[]"),
                None => (Some(Kind::Array), ""),
            },
            _ => (self.kind(), ""),
        };
        text.extend([kind.map_or("", Kind::word), several]);
    }

    fn kind(self) -> Option<Kind> {
        Some(match self {
            RustType::Text => Kind::String,
            RustType::Integer => Kind::Integer,
            RustType::Float => Kind::Number,
            RustType::Bool => Kind::Boolean,
            RustType::Map => Kind::Object,
            RustType::List(_) => Kind::Array,
            RustType::Value(kind) => kind,
            RustType::Unknown => return None,
        })
    }
}

fn of_value_type(name: &str) -> Option<Kind> {
    Some(match name {
        "RecordRef" | "Lookup" => Kind::Lookup,
        "BigInt" => Kind::BigInt,
        "Decimal" => Kind::Decimal,
        "Date" => Kind::Date,
        "DateTime" => Kind::DateTime,
        "Choice" => Kind::Option,
        "Multilingual" => Kind::Multilingual,
        "Phone" => Kind::Phone,
        "Region" => Kind::Region,
        "Avatar" => Kind::Avatar,
        "Attachment" => Kind::Attachment,
        "RichText" => Kind::RichText,
        _ => return None,
    })
}

impl Kind {
    /// A shape of JSON, and not a type of the platform.
    fn is_shape(self) -> bool {
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

    fn may_be_text(self) -> bool {
        matches!(
            self,
            Kind::Text | Kind::String | Kind::BigInt | Kind::Decimal | Kind::Date | Kind::Option
        )
    }

    fn may_be_several(self) -> bool {
        matches!(
            self,
            Kind::Attachment | Kind::Option | Kind::Lookup | Kind::Multilingual
        )
    }

    fn may_be_object(self) -> bool {
        matches!(
            self,
            Kind::Object
                | Kind::Option
                | Kind::Multilingual
                | Kind::Lookup
                | Kind::Phone
                | Kind::Region
                | Kind::Avatar
                | Kind::RichText
        )
    }

    /// What a field of this type is best written as.
    pub(crate) fn rust_types(self) -> &'static [&'static str] {
        match self {
            Kind::Text | Kind::String => &["String"],
            Kind::Integer => &["i64"],
            Kind::Number => &["f64"],
            Kind::Boolean => &["bool"],
            Kind::BigInt => &["value::BigInt", "String"],
            Kind::Decimal => &["value::Decimal", "String"],
            Kind::Date => &["value::Date", "String"],
            Kind::DateTime => &["value::DateTime", "i64"],
            Kind::Option => &["value::Choice", "String"],
            Kind::Multilingual => &["value::Multilingual"],
            Kind::Lookup => &["value::RecordRef", "value::Lookup"],
            Kind::Phone => &["value::Phone"],
            Kind::Region => &["value::Region"],
            Kind::Avatar => &["value::Avatar"],
            Kind::Attachment => &["Vec<value::Attachment>"],
            Kind::RichText => &["value::RichText"],
            Kind::Array => &["Vec<...>"],
            Kind::Object => &["HashMap<String, ...>", "a type of your own"],
            Kind::Any => &["serde_json::Value"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(ty: &str, direction: Direction) -> Vec<&'static str> {
        let ty: Type = syn::parse_str(ty).unwrap_or_else(|error| panic!("{ty}: {error}"));
        Kind::ALL
            .into_iter()
            .filter(|kind| *kind != Kind::Any && RustType::of(&ty).holds(*kind, direction))
            .map(Kind::word)
            .collect()
    }

    #[test]
    fn what_a_type_can_hold() {
        let shapes = ["string", "integer", "number", "boolean", "array", "object"];
        for (types, expected) in [
            (
                &[
                    "String",
                    "&'a str",
                    "Cow<'a, str>",
                    "Option<Box<str>>",
                    "std::string::String",
                    "Arc<str>",
                ][..],
                &["text", "string", "bigint", "decimal", "date", "option"][..],
            ),
            (
                &["i64", "Option<u8>", "Option<Option<i32>>"],
                &["integer", "datetime"],
            ),
            (&["f64"], &["integer", "number", "datetime"]),
            (&["bool"], &["boolean"]),
            (&["Vec<i64>", "[u8; 4]", "HashSet<Decimal>"], &["array"]),
            (&["Vec<String>"], &["option", "array"]),
            (
                &["Vec<RecordRef>", "Vec<value::Lookup>"],
                &["lookup", "array"],
            ),
            (&["Vec<Attachment>"], &["attachment", "array"]),
            (
                &["Vec<Own>", "(i64, String)", "Vec<HashMap<String, Own>>"],
                &["option", "multilingual", "lookup", "attachment", "array"],
            ),
            (
                &["HashMap<String, String>"],
                &[
                    "option",
                    "multilingual",
                    "lookup",
                    "phone",
                    "region",
                    "avatar",
                    "richtext",
                    "object",
                ],
            ),
        ] {
            for ty in types {
                assert_eq!(held(ty, Direction::Output), expected, "{ty}");
            }
        }
        for (ty, more) in [
            ("RecordRef", &["bigint", "lookup"][..]),
            ("value::Lookup", &["bigint", "lookup"]),
            ("apaas_flow::value::BigInt", &["bigint"]),
            ("Decimal", &["bigint", "decimal"]),
            ("Date", &["date"]),
            ("DateTime", &["datetime"]),
            ("Choice", &["option"]),
            ("Phone", &["phone"]),
            ("Attachment", &[]),
        ] {
            let mut held = held(ty, Direction::Output);
            held.retain(|kind| !shapes.contains(kind));
            assert_eq!(held, more, "{ty}");
        }
    }

    #[test]
    fn a_whole_number_is_a_number_on_its_way_out() {
        assert_eq!(
            held("i64", Direction::Input),
            ["integer", "number", "datetime"]
        );
    }

    #[test]
    fn what_is_unknown_is_left_to_serde() {
        let all = Kind::ALL.len() - 1;
        for ty in [
            "Own",
            "chrono::DateTime<Utc>",
            "DateTime<Utc>",
            "my::Region",
            "<T as Trait>::String",
            "()",
            "fn() -> i64",
            "serde_json::Value",
        ] {
            assert_eq!(held(ty, Direction::Output).len(), all, "{ty}");
        }
    }

    #[test]
    fn code_tells_its_own_contract() {
        for (ty, expected) in [
            ("Option<String>", "string"),
            ("u32", "integer"),
            ("Vec<Choice>", "option[]"),
            ("Vec<Vec<Choice>>", "array[]"),
            ("Vec<Attachment>", "attachment[]"),
            ("Attachment", "attachment"),
            ("HashSet<Option<String>>", "string[]"),
            ("Vec<Own>", "array"),
            ("(i64, String)", "array"),
            ("RecordRef", "lookup"),
            ("BTreeMap<String, i64>", "object"),
            ("Own", ""),
        ] {
            let ty: Type = syn::parse_str(ty).unwrap_or_else(|error| panic!("{ty}: {error}"));
            let mut told = String::new();
            RustType::of(&ty).push_told(&mut told);
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn the_cure_cures() {
        for kind in Kind::ALL {
            for cure in kind.rust_types() {
                let Ok(ty) = syn::parse_str::<Type>(&cure.replace("...", "Own")) else {
                    assert!(cure.contains(' '), "{cure}");
                    continue;
                };
                for direction in [Direction::Input, Direction::Output] {
                    assert!(
                        RustType::of(&ty).holds(kind, direction),
                        "{cure} for {}",
                        kind.word()
                    );
                }
            }
        }
    }
}
