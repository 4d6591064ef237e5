//! What the spelling of a Rust type says of its values.

use apaas_flow_contract::{CodeType, Kind};
use syn::{GenericArgument, PathArguments, PathSegment, Type, TypePath};

use crate::types;

/// Whether serde takes a value that is missing for `None`, through whatever points at it.
pub(crate) fn accepts_absence(ty: &Type) -> bool {
    if types::option_content(ty).is_some() {
        return true;
    }
    let Type::Path(TypePath { path, .. }) = types::ungroup(ty) else {
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

/// The last segment decides. A type called like one of ours is taken for ours, unless it has parameters or is reached
/// through another module than `value`.
pub(crate) fn code_type(ty: &Type) -> CodeType {
    if let Some(content) = types::option_content(ty) {
        return code_type(content);
    }
    match types::ungroup(ty) {
        Type::Reference(reference) => code_type(&reference.elem),
        Type::Slice(slice) => list(Some(&slice.elem)),
        Type::Array(array) => list(Some(&array.elem)),
        Type::Tuple(tuple) if !tuple.elems.is_empty() => list(None),
        Type::Path(TypePath {
            qself: None, path, ..
        }) => of_path(path),
        _ => CodeType::Unknown,
    }
}

fn of_path(path: &syn::Path) -> CodeType {
    let Some(last) = path.segments.last() else {
        return CodeType::Unknown;
    };
    let content = content(last);
    let kind = match last.ident.to_string().as_str() {
        "String" | "str" | "char" => Kind::String,
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
        | "usize" => Kind::Integer,
        "f32" | "f64" => Kind::Number,
        "bool" => Kind::Boolean,
        "HashMap" | "BTreeMap" => Kind::Object,
        "Vec" | "VecDeque" | "HashSet" | "BTreeSet" => return list(content),
        name if is_pointer(name) => return content.map_or(CodeType::Unknown, code_type),
        _ => match kind_of_value_type(path) {
            Some(kind) => kind,
            None => return CodeType::Unknown,
        },
    };
    CodeType::One(kind)
}

fn kind_of_value_type(path: &syn::Path) -> Option<Kind> {
    let last = path.segments.last()?;
    let module = path.segments.iter().rev().nth(1);
    let may_be_ours =
        last.arguments.is_none() && module.is_none_or(|module| module.ident == "value");
    Kind::of_value_type(&last.ident.to_string()).filter(|_| may_be_ours)
}

/// The name of the type that is taken for one of ours for its name alone, with whatever around it.
pub(crate) fn value_type_name(ty: &Type) -> Option<String> {
    let Type::Path(TypePath { path, .. }) = types::ungroup(ty) else {
        return None;
    };
    let last = path.segments.last()?;
    match content(last) {
        Some(content) => value_type_name(content),
        None if path.segments.len() == 1 => {
            kind_of_value_type(path).map(|_| last.ident.to_string())
        }
        None => None,
    }
}

fn list(item: Option<&Type>) -> CodeType {
    match item.map_or(CodeType::Unknown, code_type) {
        CodeType::Unknown => CodeType::One(Kind::Array),
        CodeType::One(kind) => CodeType::List(kind),
        CodeType::List(_) => CodeType::List(Kind::Array),
    }
}

#[cfg(test)]
mod tests {
    use apaas_flow_contract::{Entry, Side};

    use super::*;

    fn held(ty: &str, side: Side) -> Vec<&'static str> {
        let ty: Type = syn::parse_str(ty).unwrap_or_else(|error| panic!("{ty}: {error}"));
        Kind::all()
            .filter(|kind| *kind != Kind::Any && code_type(&ty).holds(*kind, side))
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
                assert_eq!(held(ty, Side::Outputs), expected, "{ty}");
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
            let mut held = held(ty, Side::Outputs);
            held.retain(|kind| !shapes.contains(kind));
            assert_eq!(held, more, "{ty}");
        }
    }

    #[test]
    fn a_whole_number_is_a_number_on_its_way_out() {
        assert_eq!(held("i64", Side::Inputs), ["integer", "number", "datetime"]);
    }

    #[test]
    fn what_is_unknown_is_left_to_serde() {
        let all = Kind::all().count() - 1;
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
            assert_eq!(held(ty, Side::Outputs).len(), all, "{ty}");
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
            let code = code_type(&ty);
            let told = match code {
                CodeType::Unknown => String::new(),
                CodeType::One(kind) => kind.word().to_owned(),
                CodeType::List(item) => format!("{}[]", item.word()),
            };
            assert_eq!(told, expected);
            let entry = Entry::of_code(code, false, "");
            assert_eq!(entry.code_type(), code, "{entry}");
        }
    }

    #[test]
    fn the_cure_cures() {
        for kind in Kind::all() {
            for cure in kind.rust_types() {
                let Ok(ty) = syn::parse_str::<Type>(&cure.replace("...", "Own")) else {
                    assert!(cure.contains(' '), "{cure}");
                    continue;
                };
                for side in [Side::Inputs, Side::Outputs] {
                    assert!(
                        code_type(&ty).holds(kind, side),
                        "{cure} for {}",
                        kind.word()
                    );
                }
            }
        }
    }
}
