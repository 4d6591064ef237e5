#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the lifetimes of the method's path are too narrow"
)]

use std::collections::BTreeMap;

use serde_json::Value;

use super::FieldReader;
use crate::error::Result;

type StdResult<T, E> = std::result::Result<T, E>;

const REPLY: &str = r#"[{"api_name":"total","value":"128.50"},{"api_name":"note","value":null},{"api_name":"lines","value":[1,"two"]}]"#;

fn read<T>(read: impl Fn(&mut FieldReader<'_>) -> Result<T>) -> Result<T> {
    FieldReader::read_all(REPLY, read)
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("does not fit").to_string()
}

#[test]
fn missing_is_told_from_null() {
    assert_eq!(
        read(|from| from.take::<Option<String>>("note")).unwrap(),
        None
    );
    assert_eq!(
        read(|from| from.take::<Option<String>>("gone")).unwrap(),
        None
    );
    assert_eq!(
        read(|from| from.take::<Value>("note")).unwrap(),
        Value::Null
    );
    assert!(read(|from| from.take::<Value>("gone")).is_err());
    assert_eq!(
        read(|from| from.take_nullable::<String>("note")).unwrap(),
        Some(None)
    );
    assert_eq!(
        read(|from| from.take_nullable::<String>("gone")).unwrap(),
        None
    );
    assert_eq!(read(|from| from.take_or_default::<i64>("note")).unwrap(), 0);
    assert_eq!(read(|from| from.take_or_default::<i64>("gone")).unwrap(), 0);
    assert_eq!(
        message(read(|from| from.take::<String>("note"))),
        "an output does not fit its field: `note` expected a string, found null"
    );
    assert_eq!(
        message(read(|from| from.take::<String>("gone"))),
        "an output does not fit its field: `gone` expected `String`, found nothing of that name (there are `total`, `note`, `lines`)"
    );
}

#[test]
fn every_bad_output_is_in_the_error() {
    let error = read(|from| {
        let total = from.take::<i64>("total");
        let note = from.take::<Option<String>>("note");
        let lines = from.take::<Vec<i64>>("lines");
        Ok((total?, note?, lines?))
    });
    assert_eq!(
        message(error),
        "2 outputs do not fit their fields: `total` expected `i64`, found a string, `lines` at `[1]` expected `i64`, found a string"
    );
}

#[test]
fn generated_code_learns_of_every_bad_output_in_the_end() {
    let error: Result<()> = read(|from| {
        let total = from.get::<i64>("total");
        let note = from.get_nullable::<String>("note");
        let lines = from.get_or_default::<Vec<i64>>("lines");
        let gone = from.get_with("gone", |_| Ok(()));
        assert!(total.is_none() && lines.is_none() && gone.is_none());
        // the first reading ends at the first output that does not fit
        assert!(note.is_none_or(|note| note == Some(None)));
        from.failure()
    });
    assert_eq!(
        message(error),
        "3 outputs do not fit their fields: `total` expected `i64`, found a string, `lines` at `[1]` expected `i64`, found a string, `gone` expected `()`, found nothing of that name (there are `total`, `note`, `lines`)"
    );
}

#[test]
fn a_problem_that_the_author_got_over_is_none() {
    let total = read(|from| {
        from.take::<i64>("total")
            .map(|total| total.to_string())
            .or_else(|_| from.take("total"))
    });
    assert_eq!(total.unwrap(), "128.50");
}

#[test]
fn all_outputs_are_one_object() {
    let all = read(|from| from.take_all::<BTreeMap<String, Value>>()).unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), ["lines", "note", "total"]);
    read(|from| from.take_all::<()>()).unwrap();
    assert_eq!(
        message(read(|from| from.take_all::<BTreeMap<String, String>>())),
        "an output does not fit its field: `note` expected a string, found null"
    );
}

#[test]
fn the_same_output_twice_is_no_guess() {
    let mut outputs = FieldReader::parse(
        r#"[{"api_name":"a","value":1},{"api_name":"a","value":2},{"api_name":"b","value":3}]"#,
    )
    .unwrap();
    assert_eq!(outputs.take::<i64>("b").unwrap(), 3);
    assert!(
        message(outputs.take::<i64>("a"))
            .ends_with("`a` expected one value, found several that differ")
    );
}

#[test]
fn a_value_with_two_names_is_no_guess() {
    let text = r#"[{"api_name":"a","value":"x","api_name":"b"}]"#;
    let read = |read: fn(&mut FieldReader<'_>) -> Result<Option<String>>| {
        message(FieldReader::read_all(text, read))
    };
    for said in [
        read(|from| from.take("a")),
        read(|from| from.take_or_default("a")),
        read(|from| Ok(from.take_nullable("a")?.flatten())),
        read(|from| from.take("b")),
    ] {
        assert!(
            said.contains("`[0]` expected field `api_name` once"),
            "{said}"
        );
    }
}

#[test]
fn a_function_of_the_authors_reads_as_deep_as_a_type() {
    for (depth, inside) in [(126, "[]"), (127, "[]"), (127, "1"), (128, "1")] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let text = format!(r#"[{{"api_name":"a","value":{open}{inside}{close}}}]"#);
        let mut outputs = FieldReader::parse(&text).unwrap();
        let read = outputs.take::<Value>("a").is_ok();
        let read_with = outputs.take_with("a", |value| {
            <Value as serde::Deserialize>::deserialize(value)
        });
        assert_eq!(read_with.is_ok(), read, "{depth} {inside}");
        assert_eq!(read, depth + usize::from(inside == "[]") < 128);
    }
}

#[test]
fn many_outputs_are_taken_in_any_order() {
    for count in [3_u64, 100] {
        let pair = |n: u64| format!(r#"{{"api_name":"n{n}","value":{n}}}"#);
        let pairs: Vec<_> = (0..count).map(pair).collect();
        let text = format!("[{}]", pairs.join(","));
        let mut outputs = FieldReader::parse(&text).unwrap();
        for n in (0..count).chain((0..count).rev()).chain([1, 1, 0]) {
            assert_eq!(outputs.take::<u64>(&format!("n{n}")).unwrap(), n);
        }
        let text = format!(
            r#"[{},{},{{"api_name":"n0","value":7}}]"#,
            pairs.join(","),
            pair(1)
        );
        let mut outputs = FieldReader::parse(&text).unwrap();
        assert_eq!(outputs.take::<u64>("n1").unwrap(), 1); // twice the same
        assert!(message(outputs.take::<u64>("n0")).ends_with("several that differ"));
    }
}

/// Reads what it can of an object, and skips what it cannot.
#[derive(Debug, PartialEq)]
struct Lenient(Vec<(String, Option<i64>)>);

impl<'de> serde::Deserialize<'de> for Lenient {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> StdResult<Self, D::Error> {
        struct Entries;

        impl<'de> serde::de::Visitor<'de> for Entries {
            type Value = Lenient;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> StdResult<Lenient, A::Error> {
                let mut entries = Vec::new();
                while let Some(name) = map.next_key()? {
                    entries.push((name, map.next_value().ok()));
                }
                Ok(Lenient(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[test]
fn a_type_that_goes_on_behind_a_mistake_comes_to_an_end() {
    let all = read(|from| from.take_all::<Lenient>()).unwrap();
    let entry = |name: &str, value| (name.to_owned(), value);
    assert_eq!(
        all,
        Lenient(vec![
            entry("total", None),
            entry("note", None),
            entry("lines", None)
        ])
    );
    let text = r#"[{"api_name":"a","value":"x"},{"api_name":"b","value":2}]"#;
    let all = FieldReader::read_all(text, |from| from.take_all::<Lenient>()).unwrap();
    assert_eq!(all, Lenient(vec![entry("a", None), entry("b", Some(2))]));
}

#[test]
fn an_output_that_fits_is_had_though_another_does_not() {
    let read = read(|from| {
        let total = from.take::<i64>("total");
        let lines = from.take::<Vec<Value>>("lines").expect("these always fit");
        let note = from
            .take_with("note", |_| Ok("unread"))
            .expect("nor is this read");
        let total = total.inspect_err(|error| {
            let said = error.to_string();
            assert!(
                said.contains("`total` expected `i64`, found a string"),
                "{said}"
            );
        });
        Ok((total?, lines, note))
    });
    assert_eq!(
        message(read),
        "an output does not fit its field: `total` expected `i64`, found a string"
    );
}

#[test]
fn an_error_of_the_authors_own_is_given_back_as_it_is() {
    use std::cell::Cell;

    let times = Cell::new(0);
    let read = read(|from| {
        times.set(times.get() + 1);
        let total = from.take::<String>("total")?;
        Err::<(), _>(crate::error::Error::plain(
            crate::error::ErrorKind::Decode,
            format!("{} characters", total.len()),
        ))
    });
    assert_eq!(message(read), "6 characters");
    assert_eq!(times.get(), 1);
}
