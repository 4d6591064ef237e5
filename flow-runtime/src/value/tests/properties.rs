//! What holds for any value and for any JSON.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::codec::as_outputs;

pub(in crate::value) fn decimals() -> impl Strategy<Value = Decimal> {
    (
        -999_999_999_999_999_999_i64..=999_999_999_999_999_999,
        0_u32..=9,
        0_u32..=999_999_999,
    )
        .prop_map(|(whole, places, fraction)| {
            let fraction = format!("{fraction:09}");
            let point = if places == 0 { "" } else { "." };
            let places = places as usize;
            format!("{whole}{point}{}", &fraction[..places])
                .parse()
                .expect("in range")
        })
}

pub(in crate::value) fn dates() -> impl Strategy<Value = Date> {
    (1_u16..=9999, 1_u8..=12, 1_u8..=31).prop_filter_map("in the calendar", |(year, month, day)| {
        Date::new(year, month, day).ok()
    })
}

/// In the years 1 to 9999.
pub(in crate::value) fn moments() -> impl Strategy<Value = DateTime> {
    (-62_135_596_800_000_i64..=253_402_207_200_999).prop_map(DateTime::new)
}

fn languages() -> impl Strategy<Value = Language> {
    prop_oneof![
        Just(Language::EN_US),
        Just(Language::ZH_CN),
        any::<i64>().prop_map(Language::from),
        "[a-z]{2,3}(_[A-Z]{2})?".prop_map(|name| name.parse().expect("a name")),
    ]
}

fn texts() -> impl Strategy<Value = Multilingual> {
    prop::collection::vec((languages(), any::<String>()), 1..4)
        .prop_map(|texts| texts.into_iter().collect())
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[-+]?[0-9]{1,20}([.][0-9]{1,12})?(e-?[0-9]{1,2})?".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]{0,12}[Z+-]?[0-9:]{0,5})?".prop_map(Value::from),
    ];
    let key = prop_oneof![
        any::<String>(),
        prop::sample::select(vec![
            "_id",
            "id",
            "_name",
            "api_name",
            "label",
            "color",
            "code",
            "key",
            "number",
            "level",
            "raw",
            "config",
            "image",
            "size",
            "type",
            "token",
            "language_code",
            "text",
            "en_US",
            "zh_cn",
            "full_path",
            "$serde_json::private::Number",
            "$serde_json::private::RawValue",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Kept keys: none that a type knows.
fn extra() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
    ];
    prop::collection::btree_map("x_[a-z]{0,5}", number, 0..3)
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(any::<String>())
}

/// With a token at least: of nothing at all is nothing left.
fn attachments() -> impl Strategy<Value = Attachment> {
    (
        text(),
        any::<String>().prop_map(Some),
        text(),
        text(),
        prop::option::of(0..=i64::MAX as u64),
        text(),
        extra(),
    )
        .prop_map(
            |(id, token, name, mime_type, size, uri, extra)| Attachment {
                id,
                token,
                name,
                mime_type,
                size,
                uri,
                extra,
            },
        )
}

fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    value: &T,
) -> Result<(), TestCaseError> {
    let text = written(value);
    let back = serde_json::from_str::<T>(&text)
        .map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
    prop_assert_eq!(&back, value, "{}", text);
    prop_assert_eq!(written(&back), text);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_as_it_was(
        id: i64,
        decimal in decimals(),
        date in dates(),
        milliseconds: i64,
        texts in texts(),
        name in ".+",
        code in "[+]?[0-9]{1,3}",
        region in "[A-Z]{2}",
    ) {
        same(&RecordRef::new(id))?;
        same(&Lookup::new(id))?;
        same(&BigInt::new(id))?;
        same(&decimal)?;
        same(&date)?;
        same(&DateTime::new(milliseconds))?;
        same(&texts)?;
        same(&Choice::new(&*name))?;
        same(&Phone::new(code, region, name))?;
    }

    #[test]
    fn objects_read_as_they_were(
        file in attachments(),
        source in any::<String>().prop_map(Some),
        color in text(),
        with_image: bool,
        content in prop::option::of(any::<String>().prop_map(Value::from)),
        raw: String,
        level: Option<i64>,
        full_path in texts(),
        extra in extra(),
        id: i64,
    ) {
        let image = with_image.then(|| file.clone());
        same(&vec![file])?;
        same(&Avatar { source: source.clone(), image, color_id: color.clone(), color, content: content.clone(), extra: extra.clone() })?;
        same(&RichText { raw, preview: source.clone(), config: content, extra: extra.clone() })?;
        same(&Region { id, level, region_code: source, full_path, extra })?;
    }

    #[test]
    fn outputs_read_as_they_were(
        id: i64,
        name in ".+",
        texts in texts(),
        color in text(),
    ) {
        fn same<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> Result<(), TestCaseError> {
            let text = as_outputs(|| written(value));
            prop_assert_eq!(&read::<T>(&text), value, "{}", text);
            Ok(())
        }

        let lookup = Lookup::new(id);
        same(&vec![lookup.clone(), lookup.clone().with_name(&*name), lookup.with_names(texts.clone())])?;
        let choice = Choice::new(&*name);
        let choice = color.map_or(choice.clone(), |color| choice.with_color(color));
        same(&vec![choice.clone(), choice.clone().with_label(&*name), choice.with_labels(texts)])?;
    }

    #[test]
    fn texts_of_numbers_and_days_are_read_back(decimal in decimals(), date in dates(), moment in moments()) {
        let text = decimal.to_string();
        prop_assert_eq!(text.parse::<Decimal>().map(|d| d.to_string()), Ok(text.clone()));
        prop_assert_eq!(read::<Decimal>(&text).to_string(), text);
        prop_assert_eq!(date.to_string().parse(), Ok(date));
        prop_assert_eq!(moment.to_string().parse(), Ok(moment));
    }

    #[test]
    fn no_json_panics_and_no_reading_is_unstable(json in json()) {
        fn stable<T: Serialize + DeserializeOwned + Debug>(json: &Value) -> Result<(), TestCaseError> {
            let text = json.to_string();
            if let Ok(value) = serde_json::from_str::<T>(&text) {
                let once = written(&value);
                if ["[]", "{}", r#""""#].contains(&&*once) {
                    // an object of nulls is one with nothing in it
                    return Ok(());
                }
                prop_assert_eq!(written(&read::<T>(&once)), once, "{}", text);
            } else {
                complaint::<T>(&text);
            }
            Ok(())
        }

        stable::<RecordRef>(&json)?;
        stable::<Lookup>(&json)?;
        stable::<Multilingual>(&json)?;
        stable::<Choice>(&json)?;
        stable::<Phone>(&json)?;
        stable::<Region>(&json)?;
        stable::<Avatar>(&json)?;
        stable::<Attachment>(&json)?;
        stable::<RichText>(&json)?;
        stable::<BigInt>(&json)?;
        stable::<Decimal>(&json)?;
        stable::<Date>(&json)?;
        stable::<DateTime>(&json)?;
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = text.parse::<Decimal>();
        let _ = text.parse::<Date>();
        let _ = text.parse::<DateTime>();
        let _ = text.parse::<BigInt>();
        let _ = text.parse::<Language>();
        let _ = text.parse::<RecordRef>();
    }
}
