//! What is said of an output that does not fit: never another field than the one at fault, never a word of the value.

use std::collections::{BTreeMap, HashMap};

use apaas_flow::{Outputs, Params, Result, wire};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// A flow that reads its outputs with this function.
macro_rules! read {
    ($read:expr, $value:expr) => {{
        struct Reads;

        impl apaas_flow::Flow for Reads {
            const NAMESPACE: &'static str = "package_shop__c";
            const FLOW_ID: &'static str = "misfit_0a1b2c3d4e";
            type Output = ();

            fn write_params(&self, _: &mut Params) -> Result<()> {
                Ok(())
            }

            fn read_outputs(from: &mut Outputs<'_>) -> Result<()> {
                #[allow(clippy::redundant_closure_call)]
                ($read)(from).map(|_| ())
            }
        }

        let value: Value = $value;
        let outputs = json!([
            { "api_name": "before", "value": 1 },
            { "api_name": "x", "value": value },
            { "api_name": "after", "value": "y" },
        ]);
        let reply = json!({
            "code": 0,
            "data": { "status": "end", "execution_id": "1", "out_params": outputs.to_string() },
        });
        wire::reply::<Reads>(200, reply.to_string().as_bytes())
    }};
}

/// What is said of `x` when it is read as this type.
macro_rules! misfit {
    ($ty:ty, $value:tt) => {
        said(read!(
            |from: &mut Outputs<'_>| from.take::<$ty>("x"),
            json!($value)
        ))
    };
}

fn said<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err().to_string();
    let (_, error) = error.split_once("does not fit its field: ").expect(&error);
    let (error, _) = error.split_once("; the flow ran").expect(error);
    error.to_owned()
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Size {
    width: u8,
    unit: String,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Flat {
    name: String,
    #[serde(flatten)]
    size: Size,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(dead_code)]
enum Inside {
    Sized { width: u8, unit: String },
    Plain,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "of", rename_all = "snake_case")]
#[allow(dead_code)]
enum Beside {
    Sized(Size),
    Plain,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code)]
enum Either {
    Size(Size),
    Number(u8),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code)]
enum Shape {
    Sized(Size),
    Square { width: u8 },
    Pair(u8, u8),
    Plain,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Size")]
struct Checked;

impl TryFrom<Size> for Checked {
    type Error = String;

    fn try_from(size: Size) -> std::result::Result<Self, String> {
        Err(format!("{} {} is no good", size.width, size.unit))
    }
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Line {
    #[serde(deserialize_with = "even")]
    price: u8,
    unit: Option<String>,
    part: Option<Part>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code)]
struct Part {
    checked: Option<Checked>,
    flat: Option<Flat>,
    inside: Option<Inside>,
    beside: Option<Beside>,
    either: Option<Either>,
    last: Option<u8>,
}

fn even<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<u8, D::Error> {
    match u8::deserialize(deserializer)? {
        even if even % 2 == 0 => Ok(even),
        odd => Err(D::Error::invalid_value(
            Unexpected::Unsigned(odd.into()),
            &"an even number",
        )),
    }
}

const REFUSED: &str = "that it refuses (its own message is withheld, since it may quote the value)";

#[test]
fn what_is_read_out_of_a_buffer_has_no_path_into_it() {
    // the place at which serde_json stands is the last field's, and so is the kind that it says it found
    assert_eq!(
        misfit!(Flat, { "name": "a", "width": "secret", "unit": "b", "note": "c" }),
        "`x` expected `u8`, found a string somewhere inside"
    );
    assert_eq!(
        misfit!(Vec<Flat>, [{ "name": "a", "width": 1, "unit": "b" }, { "unit": 7, "width": 1, "name": "a" }]),
        "`x` at `[1]` expected a string, found an integer somewhere inside"
    );
    assert_eq!(
        misfit!(Inside, { "kind": "sized", "width": "secret", "unit": "b" }),
        "`x` expected `u8`, found a string somewhere inside"
    );
    assert_eq!(
        misfit!(Beside, { "of": { "width": "secret", "unit": "b" }, "type": "sized" }),
        "`x` expected `u8`, found a string somewhere inside"
    );
    assert_eq!(
        misfit!(Either, { "width": "secret", "unit": "b" }),
        format!("`x` expected `Either`, found an object {REFUSED}")
    );
    assert_eq!(
        misfit!(Checked, { "width": 1, "unit": "secret" }),
        format!("`x` expected `Checked`, found an object {REFUSED}")
    );
}

#[test]
fn a_neighbour_is_never_blamed() {
    for (part, place) in [
        (
            json!({ "flat": { "name": "a", "width": 1, "unit": [] }, "last": 7 }),
            ".flat",
        ),
        (
            json!({ "inside": { "kind": "sized", "width": [], "unit": "b" }, "last": 7 }),
            ".inside",
        ),
        (
            json!({ "beside": { "of": { "width": 300, "unit": "b" }, "type": "sized" }, "last": 7 }),
            ".beside",
        ),
        (json!({ "either": ["two"], "last": 7 }), ".either"),
        (
            json!({ "checked": { "width": 1, "unit": "a" }, "last": 7 }),
            ".checked",
        ),
        (
            json!({ "last": 7, "checked": { "width": 1, "unit": "a" } }),
            ".checked",
        ),
        (json!({ "last": "a", "checked": null }), ".last"),
    ] {
        let line = json!({ "price": 2, "part": part, "unit": "z" });
        let lines = json!([{ "price": 2 }, line, { "price": 4 }]);
        let said = said(read!(
            |from: &mut Outputs<'_>| from.take::<Vec<Line>>("x"),
            lines
        ));
        let expected = format!("`x` at `[1].part{place}` expected ");
        assert!(said.starts_with(&expected), "{expected}: {said}");
    }
}

#[test]
fn what_is_refused_after_it_was_read_is_named_itself() {
    for price in [
        json!([{ "price": 1, "unit": "a" }]),
        json!([{ "price": 1 }, { "price": 2 }]),
    ] {
        assert_eq!(
            said(read!(
                |from: &mut Outputs<'_>| from.take::<Vec<Line>>("x"),
                price
            )),
            "`x` at `[0].price` expected an even number, found an integer that does not fit"
        );
    }
    assert_eq!(
        misfit!(Vec<Checked>, [{ "width": 1, "unit": "a" }, 5]),
        format!("`x` at `[0]` expected `Checked`, found an object {REFUSED}")
    );
    assert_eq!(
        misfit!((Checked, [u8; 2]), [{ "width": 1, "unit": "a" }, [1, 2]]),
        format!("`x` at `[0]` expected `Checked`, found an object {REFUSED}")
    );
    assert_eq!(
        misfit!((u8, [u8; 2]), [1, [4, 5, 6]]),
        "`x` at `[1]` expected an array of length 2, found a list with more in it than that"
    );
    assert_eq!(
        misfit!((u8, [u8; 2]), [1, [1]]),
        "`x` at `[1]` expected an array of length 2, found a list of another length"
    );
}

#[test]
fn the_place_in_another_text_is_no_place_in_this_one() {
    /// JSON in a string, as it is often sent.
    #[derive(Debug)]
    struct Text;

    impl<'de> Deserialize<'de> for Text {
        fn deserialize<D: Deserializer<'de>>(
            deserializer: D,
        ) -> std::result::Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            serde_json::from_str::<Vec<u8>>(&text).map_err(D::Error::custom)?;
            Ok(Self)
        }
    }

    assert_eq!(
        misfit!((String, Text, u8), ["a", "[1,  \"secret\"]", 7]),
        "`x` at `[1]` expected `u8`, found a string somewhere inside"
    );
    assert_eq!(
        misfit!((String, Text, u8), ["a", "[1,", 7]),
        format!("`x` at `[1]` expected `Text`, found a string {REFUSED}")
    );
}

#[test]
fn variants_have_paths_of_their_own() {
    for (shape, said) in [
        (
            json!({ "sized": { "width": 300, "unit": "a" } }),
            "`x` at `[0].sized.width` expected `u8`, found an integer that does not fit",
        ),
        (
            json!({ "square": { "width": "a" } }),
            "`x` at `[0].square.width` expected `u8`, found a string",
        ),
        (
            json!({ "pair": [1, "a"] }),
            "`x` at `[0].pair[1]` expected `u8`, found a string",
        ),
        (
            json!({ "pair": [1] }),
            "`x` at `[0].pair` expected tuple variant Shape::Pair with 2 elements, found a list of another length",
        ),
        (
            json!("square"),
            "`x` at `[0]` expected struct variant, found a string",
        ),
        (
            json!("secret"),
            "`x` at `[0]` expected one of `sized`, `square`, `pair`, `plain`, found another string",
        ),
        (
            json!({ "secret": 1 }),
            "`x` at `[0]` expected one of `sized`, `square`, `pair`, `plain`, found an object with another key",
        ),
    ] {
        let shapes = json!([shape, "plain"]);
        assert_eq!(
            self::said(read!(
                |from: &mut Outputs<'_>| from.take::<Vec<Shape>>("x"),
                shapes
            )),
            said
        );
    }
}

#[test]
fn keys_that_are_data_are_never_shown() {
    assert_eq!(
        misfit!(HashMap<String, u8>, { "alice": "secret" }),
        "`x` at `.*` expected `u8`, found a string"
    );
    assert_eq!(
        misfit!(BTreeMap<String, BTreeMap<String, Vec<Line>>>, { "alice": { "bob": [{ "price": 1 }] } }),
        "`x` at `.*.*[0].price` expected an even number, found an integer that does not fit"
    );
    // a struct that is read as a map
    assert_eq!(
        misfit!(Flat, { "name": 1, "width": 1, "unit": "a" }),
        "`x` at `.*` expected a string, found an integer"
    );
    assert_eq!(
        misfit!(HashMap<u8, u8>, { "alice": 1 }),
        "`x` expected a number, found another string as a key"
    );
    assert_eq!(
        misfit!(HashMap<u8, u8>, { "300": 1 }),
        "`x` expected `u8`, found an integer that does not fit as a key"
    );
}

#[test]
fn fields_that_are_missing_or_too_many_are_named_where_they_are() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Strict {
        a: u8,
        b: Option<Flat>,
    }

    assert_eq!(
        misfit!(Vec<Strict>, [{ "a": 1, "secret": 2 }]),
        "`x` at `[0]` expected `a` or `b`, found another field"
    );
    assert_eq!(
        misfit!(Vec<Strict>, [{ "a": 1 }, {}]),
        "`x` at `[1]` expected field `a`, found an object without it"
    );
    assert_eq!(
        misfit!(Strict, { "a": 1, "b": { "name": "a", "width": 1 } }),
        "`x` at `.b` expected field `unit`, found an object without it"
    );
    // that of the object, or that of one inside of it
    assert_eq!(
        misfit!(Strict, { "a": 1, "b": { "name": "a", "width": 1, "more": { "width": 2 } } }),
        "`x` at `.b` expected field `unit`, found an object without it somewhere inside"
    );
}

#[test]
fn a_message_of_a_types_own_is_withheld_however_it_begins() {
    /// Refuses with its own text, as a message of its own.
    #[derive(Debug)]
    struct Says;

    impl<'de> Deserialize<'de> for Says {
        fn deserialize<D: Deserializer<'de>>(
            deserializer: D,
        ) -> std::result::Result<Self, D::Error> {
            Err(D::Error::custom(String::deserialize(deserializer)?))
        }
    }

    for own in [
        "secret",
        "invalid type: secret, expected a string",
        "invalid type: string \"a\" secret, expected a string",
        "invalid type: string secret, expected a string",
        "invalid type: integer `secret`, expected a string",
        "invalid type: floating point `secret`, expected a string",
        "invalid value: a secret, expected something",
        "invalid length secret, expected a string",
        "invalid length 1 secret, expected a string",
        "unknown variant secret",
        "unknown variant `a`, expected `b` but not secret",
        "unknown field `a`, expected secret",
        "missing field secret",
        "missing field `a` of secret",
        "missing field `a` or `secret`",
        "duplicate field secret",
        "duplicate field `a` of `secret`",
        "EOF while parsing secret",
        "expected value secret at line 1 column 1",
        "recursion limit exceeded by secret",
    ] {
        let said = said(read!(
            |from: &mut Outputs<'_>| from.take::<Vec<Says>>("x"),
            json!([own])
        ));
        assert_eq!(
            said,
            format!("`x` at `[0]` expected `Says`, found a string {REFUSED}"),
            "{own}"
        );
    }
}

#[test]
fn a_message_of_serdes_form_with_the_value_in_it_is_cleaned() {
    /// Refuses a word in each of serde's own ways, with the word in the place of what is its author's to say.
    #[derive(Debug)]
    struct Quotes;

    impl<'de> Deserialize<'de> for Quotes {
        fn deserialize<D: Deserializer<'de>>(
            deserializer: D,
        ) -> std::result::Result<Self, D::Error> {
            let (way, word) = <(u8, String)>::deserialize(deserializer)?;
            let said = format!("something better than {word}");
            Err(match way {
                0 => D::Error::invalid_type(Unexpected::Str(&word), &&*said),
                1 => D::Error::invalid_value(Unexpected::Other(&word), &"a word"),
                2 => D::Error::invalid_length(1, &&*said),
                3 => D::Error::custom(format!("missing field `{word}`")),
                4 => D::Error::custom(format!("duplicate field `{word}`")),
                5 => D::Error::custom(format!("unknown variant `a`, expected `{word}`")),
                6 => D::Error::custom(format!(
                    "unknown field `a`, expected one of `{word}`, `b`, `c`"
                )),
                7 => D::Error::unknown_variant(&word, &["a", "b"]),
                8 => D::Error::unknown_field(&word, &["a", "b"]),
                _ => D::Error::invalid_value(Unexpected::Str(&word), &"a word"),
            })
        }
    }

    for way in 0..10 {
        let value = json!({ "secret": [[way, "secret"]] });
        let said = said(read!(
            |from: &mut Outputs<'_>| from.take::<BTreeMap<String, Vec<Quotes>>>("x"),
            value
        ));
        assert!(
            said.starts_with("`x` at `.*[0]` expected "),
            "{way}: {said}"
        );
        assert!(!said.contains("secret"), "{way}: {said}");
    }
}

#[test]
fn a_function_of_the_authors_is_followed_as_well() {
    let said = |value| {
        said(read!(
            |from: &mut Outputs<'_>| from.take_with("x", |value| Vec::<Line>::deserialize(value)),
            value
        ))
    };
    assert_eq!(
        said(json!([{ "price": 2 }, { "price": "secret" }])),
        "`x` at `[1].price` expected `u8`, found a string"
    );
    assert_eq!(
        said(
            json!([{ "price": 2, "part": { "flat": { "name": "a", "unit": "b", "width": [] } } }])
        ),
        "`x` at `[0].part.flat` expected `u8`, found a list somewhere inside"
    );
}

#[test]
fn a_function_that_fails_in_its_own_words_is_not_repeated() {
    fn refused(refuse: fn(&str) -> serde_json::Error) -> impl Fn(&mut Outputs<'_>) -> Result<()> {
        move |from| {
            from.take_with("x", |value| {
                let text = String::deserialize(value)?;
                Err(refuse(&text))
            })
        }
    }

    let withheld = format!("`x` expected `()`, found a string {REFUSED}");
    assert_eq!(
        said(read!(refused(|text| Error::custom(text)), json!("secret"))),
        withheld
    );
    assert_eq!(
        said(read!(
            refused(|text| serde_json::Error::io(std::io::Error::other(text.to_owned()))),
            json!("secret")
        )),
        withheld
    );
}

#[test]
fn outputs_that_are_read_as_one_type_are_told_apart() {
    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Out {
        before: u8,
        #[serde(flatten)]
        rest: Rest,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Rest {
        x: Vec<Line>,
        after: String,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Whole {
        x: Vec<Line>,
        after: String,
    }

    let all = |value| {
        said(read!(
            |from: &mut Outputs<'_>| from.take_all::<Whole>(),
            value
        ))
    };
    assert_eq!(
        all(json!([{ "price": 2 }, { "price": 1 }])),
        "`x` at `[1].price` expected an even number, found an integer that does not fit"
    );
    assert_eq!(all(json!(1)), "`x` expected a sequence, found an integer");
    assert_eq!(
        said(read!(
            |from: &mut Outputs<'_>| from.take_all::<Out>(),
            json!([{ "price": "a" }])
        )),
        "`out_params` expected `u8`, found a string somewhere inside"
    );
    assert_eq!(
        said(read!(
            |from: &mut Outputs<'_>| from.take_all::<BTreeMap<String, String>>(),
            json!(1)
        )),
        "`before` expected a string, found an integer"
    );
}
