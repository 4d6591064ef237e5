//! What an error says, and what it never says.

use serde::Deserialize;

use super::*;

#[test]
fn an_error_says_what_was_found() {
    let says = |message: String, end: &str| assert!(message.ends_with(end), "{message}");
    says(
        complaint::<RecordRef>("[1]"),
        "or a string of digits, found a list",
    );
    says(
        complaint::<RecordRef>(r#"{"_name":"x"}"#),
        "expected field `_id`, found an object without it",
    );
    says(
        complaint::<RecordRef>("1.5"),
        "found a number with a fraction",
    );
    says(
        complaint::<BigInt>("123456789012345678901234"),
        "found an integer that does not fit",
    );
    says(
        complaint::<BigInt>("9223372036854775808"),
        "found an integer that does not fit",
    );
    says(
        complaint::<BigInt>("{\"a\":1}"),
        "a string of digits or a number, found an object",
    );
    says(
        complaint::<Date>("true"),
        "a string such as \"2023-05-10\", found a boolean",
    );
    says(
        complaint::<Date>(r#""2023-02-30""#),
        "found a string that does not fit",
    );
    says(complaint::<Date>("null"), "found null");
    says(complaint::<DateTime>("[[1],2]"), "found a list");
    says(
        complaint::<Decimal>(r#""1,50""#),
        "found a string that does not fit",
    );
    says(
        complaint::<Decimal>("0.1234567891"),
        "found a number with a fraction that does not fit",
    );
    says(complaint::<Decimal>("[1]"), "found a list");
    says(complaint::<Multilingual>("\"x\""), "found a string");
    says(
        complaint::<Multilingual>(r#"{"en_US":"a","sort":"b"}"#),
        "found an object that does not fit",
    );
    says(complaint::<Attachment>("[{}]"), "found a list");
}

#[test]
fn an_error_says_where() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Priced {
        price: Decimal,
    }

    for (message, place) in [
        (
            complaint::<Vec<Decimal>>(r#"["1", "x", "2"]"#),
            "`x` at `[1]` expected a decimal",
        ),
        (
            complaint::<Vec<Vec<Decimal>>>(r#"[["1","x"],["2"]]"#),
            "`x` at `[0][1]` expected a decimal",
        ),
        (
            complaint::<Vec<Priced>>(r#"[{"price":"1"},{"price":"x"}]"#),
            "`x` at `[1].price` expected a decimal",
        ),
        (
            complaint::<Vec<Priced>>(r#"[{"price":"x","unit":"y"}]"#),
            "`x` at `[0].price` expected a decimal",
        ),
        (
            complaint::<Vec<Date>>("[[[1]]]"),
            "`x` at `[0]` expected a date",
        ),
        (
            complaint::<Vec<Date>>(r#"["2023-05-10",[5]]"#),
            "`x` at `[1]` expected a date",
        ),
        (
            complaint::<Vec<Lookup>>(r#"[{"_id":1},{"_id":"x"}]"#),
            "`x` at `[1]._id` expected an integer",
        ),
        (
            complaint::<Lookup>(r#"{"_id":1,"_name":true}"#),
            "`x` at `._name` expected a name",
        ),
        (
            complaint::<Multilingual>(r#"[{"language_code":{},"text":"x"}]"#),
            "`x` at `[0].language_code` expected a language",
        ),
        (
            complaint::<Vec<Attachment>>(r#"[{"size":-1}]"#),
            "`x` at `[0].size` expected an integer",
        ),
        (
            complaint::<Avatar>(r#"{"image":{"token":[]}}"#),
            "`x` at `.image.token` expected a string",
        ),
    ] {
        assert!(message.contains(place), "{message}");
    }
}

#[test]
fn no_error_quotes_a_value() {
    const SECRET: &str = "747474";

    fn quotes<T: DeserializeOwned + Debug>() {
        for json in [
            "true",
            "747474.5",
            "\"747474x\"",
            "[747474]",
            "[\"747474x\"]",
            "74747474747474747474747474",
            r#"{"747474":"747474"}"#,
            r#"{"_id":"747474x"}"#,
            r#"{"id":"747474x"}"#,
            r#"{"size":"747474x"}"#,
            r#"{"api_name":[747474]}"#,
            r#"{"number":[747474]}"#,
            r#"{"raw":["747474"]}"#,
            r#"[{"language_code":"747474x","text":747474}]"#,
        ] {
            if let Err(error) = serde_json::from_str::<T>(json) {
                assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
                assert!(
                    !complaint::<T>(json).contains(SECRET),
                    "{}",
                    complaint::<T>(json)
                );
            }
        }
    }

    quotes::<RecordRef>();
    quotes::<Lookup>();
    quotes::<Multilingual>();
    quotes::<Choice>();
    quotes::<Phone>();
    quotes::<Region>();
    quotes::<Avatar>();
    quotes::<Attachment>();
    quotes::<RichText>();
    quotes::<BigInt>();
    quotes::<Decimal>();
    quotes::<Date>();
    quotes::<DateTime>();
}
