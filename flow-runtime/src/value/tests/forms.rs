//! Every published form of each type, in all dialects.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use serde::Deserialize;

use super::*;
use crate::codec::{FieldWriter, as_outputs};

#[test]
fn records() {
    let forms = [
        r#"{"_id":1767211281913907,"_name":"x"}"#,
        r#"{"_name":{"zh_CN":"x"},"_id":"1767211281913907","_isDeleted":false}"#,
        r#"{"_id":1767211281913907,"_name":[{"language_code":1033,"text":"x"}]}"#,
        "1767211281913907",
        r#""1767211281913907""#,
    ];
    let first = r#"{"_id":1767211281913907}"#;
    dialects(&forms, &RecordRef::new(1_767_211_281_913_907), first);
    for form in forms {
        let lookup: Lookup = read(form);
        assert_eq!(lookup.id(), 1_767_211_281_913_907);
        assert_eq!(lookup.name(), form.contains('x').then_some("x"), "{form}");
        assert_eq!(written(&lookup), first);
    }
    let names = read::<Lookup>(forms[1]);
    assert_eq!(
        names.names().and_then(|names| names.get(Language::ZH_CN)),
        Some("x")
    );
    assert_eq!(read::<Lookup>(r#"{"_id":1,"_name":null}"#), Lookup::new(1));
    assert_eq!(read::<Lookup>(r#"{"_id":1,"_name":42}"#).name(), Some("42"));
    assert_eq!(
        written(&[Lookup::new(1), Lookup::new(2)]),
        r#"[{"_id":1},{"_id":2}]"#
    );
}

#[test]
fn outputs_are_written_as_the_platform_sends_them() {
    #[derive(serde::Serialize)]
    struct Line {
        owner: Option<Lookup>,
        states: Vec<Choice>,
    }

    let labels = Multilingual::from([(Language::ZH_CN, "启用"), (Language::EN_US, "Enabled")]);
    let line = Line {
        owner: Some(Lookup::new(7).with_name("Li Lei")),
        states: vec![
            Choice::new("enable")
                .with_labels(labels.clone())
                .with_color("green"),
            Choice::new("off").with_label("Off"),
            Choice::new("bare"),
        ],
    };
    assert_eq!(
        as_outputs(|| written(&line)),
        r#"{"owner":{"_id":7,"_name":"Li Lei"},"states":[{"api_name":"enable","color":"green","label":{"en_US":"Enabled","zh_CN":"启用"}},{"api_name":"off","label":"Off"},"bare"]}"#
    );
    let names = Lookup::new(7).with_names(labels);
    assert_eq!(
        as_outputs(|| written(&[names.clone(), Lookup::new(8)])),
        r#"[{"_id":7,"_name":{"en_US":"Enabled","zh_CN":"启用"}},{"_id":8}]"#
    );
    // as inputs they are what the platform takes
    assert_eq!(written(&names), r#"{"_id":7}"#);
    assert_eq!(
        written(&line),
        r#"{"owner":{"_id":7},"states":["enable","off","bare"]}"#
    );
}

#[test]
fn texts_by_language() {
    let both = Multilingual::from([(Language::ZH_CN, "文"), (Language::EN_US, "text")]);
    dialects(
        &[
            r#"[{"language_code":1033,"text":"text"},{"language_code":2052,"text":"文"}]"#,
            r#"[{"text":"文","language_code":"2052"},{"language_code":"en_us","text":"text"}]"#,
            r#"{"en_US":"text","zh_CN":"文"}"#,
            r#"{"zh_cn":"文","en_us":"text"}"#,
            r#"{"zh-CN":"文","en-US":"text"}"#,
            r#"{"2052":"文","1033":"text"}"#,
        ],
        &both,
        r#"[{"language_code":1033,"text":"text"},{"language_code":2052,"text":"文"}]"#,
    );
    dialects(
        &[
            r#"[{"language_code":"ja_JP","text":"字"},{"language_code":1031,"text":"Wort"}]"#,
            r#"{"ja_JP":"字","1031":"Wort"}"#,
        ],
        &Multilingual::new()
            .with(Language::from(1031), "Wort")
            .with("ja_JP".parse().unwrap(), "字"),
        r#"[{"language_code":1031,"text":"Wort"},{"language_code":"ja_JP","text":"字"}]"#,
    );
    dialects(
        &["[]", "{}", r#"{"en_US":null}"#],
        &Multilingual::new(),
        "[]",
    );
    for text in [
        r#""text""#,
        "1033",
        "[[]]",
        r#"[{"text":"x"}]"#,
        r#"{"language_code":1033,"text":"x"}"#,
    ] {
        assert!(
            serde_json::from_str::<Multilingual>(text).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_text_is_picked_in_the_documented_order() {
    let (en, zh, de) = (Language::EN_US, Language::ZH_CN, Language::from(1031));
    let all = Multilingual::from([(en.clone(), "en"), (zh.clone(), "zh"), (de.clone(), "de")]);
    assert_eq!(all.text(), Some("zh"));
    assert_eq!(all.in_language(&de), Some("de"));
    assert_eq!(all.in_language(Language::from(7)), Some("zh"));
    assert_eq!(all.to_string(), "zh");
    let no_chinese = all.with(zh.clone(), "");
    assert_eq!(no_chinese.text(), Some("en"));
    assert_eq!(no_chinese.in_language(&zh), Some("en"));
    assert_eq!(no_chinese.get(&zh), Some(""));
    assert_eq!(no_chinese.with(en, "").text(), Some("de"));
    assert_eq!(Multilingual::new().text(), None);
    assert_eq!(Multilingual::new().to_string(), "");
}

#[test]
fn options() {
    dialects(&[r#""enable""#], &Choice::new("enable"), r#""enable""#);
    let labels = Multilingual::from([(Language::EN_US, "Enabled"), (Language::ZH_CN, "启用")]);
    let full = Choice::new("enable")
        .with_labels(labels)
        .with_color("green");
    dialects(
        &[r#"{"api_name":"enable","color":"green","label":{"zh_CN":"启用","en_US":"Enabled"}}"#],
        &full,
        r#""enable""#,
    );
    let several: Vec<Choice> = read(r#"["a",{"api_name":"b"}]"#);
    assert_eq!(several, ["a", "b"]);
    assert_eq!(written(&several), r#"["a","b"]"#);
    assert!(serde_json::from_str::<Choice>("{}").is_err());
    assert!(serde_json::from_str::<Choice>("1").is_err());
}

#[test]
fn phones() {
    let phone = Phone::new("+86", "CN", "17600000000");
    dialects(
        &[
            r#"{"code":"+86","key":"+86(CN)","number":"17600000000"}"#,
            r#"{"key":"+86(CN)","number":"17600000000"}"#,
            r#"{"region_code":"CN","dialing_code":"+86","number":"17600000000"}"#,
            r#"{"countryCode":"CN","dialingCode":"+86","number":"17600000000"}"#,
        ],
        &phone,
        r#"{"code":"+86","key":"+86(CN)","number":"17600000000"}"#,
    );
    for kept in [
        r#"{"number":"1"}"#,
        r#"{"code":"+86","number":"1"}"#,
        r#"{"region_code":"CN","number":"1"}"#,
        r#"{"number":"1","key":"strange"}"#,
        r#"{"code":"+1","key":"+1(US)","number":"1","extension":[7]}"#,
    ] {
        assert_eq!(written(&read::<Phone>(kept)), kept);
    }
    assert!(serde_json::from_str::<Phone>(r#"{"code":"+86"}"#).is_err());
}

#[test]
fn regions() {
    let mut region = Region::new(1_736_322_142_527_502);
    region.region_code = Some("FSM".to_owned());
    region.full_path = Multilingual::from([(Language::EN_US, "Micronesia")]);
    dialects(
        &[r#"{"_id":"1736322142527502","region_code":"FSM","full_path":{"en_US":"Micronesia"}}"#],
        &region,
        r#"{"id":1736322142527502,"regionCode":"FSM","fullPath":[{"language_code":1033,"text":"Micronesia"}]}"#,
    );
    region.level = Some(2);
    let first = r#"{"id":1736322142527502,"level":2,"regionCode":"FSM","fullPath":[{"language_code":1033,"text":"Micronesia"}]}"#;
    dialects(&[first], &region, first);
    let kept = r#"{"id":1,"regionId":1736322142527502}"#;
    assert_eq!(written(&read::<Region>(kept)), kept);
    assert!(serde_json::from_str::<Region>("{}").is_err());
}

#[test]
fn files() {
    let mut file = Attachment::new("t1");
    file.name = Some("a.png".to_owned());
    file.mime_type = Some("image/png".to_owned());
    file.size = Some(14_216_083);
    file.uri = Some("/img/a".to_owned());
    dialects(
        &[
            r#"[{"token":"t1","mime_type":"image/png","name":"a.png","size":"14216083","uri":"/img/a"}]"#,
        ],
        &vec![file.clone()],
        r#"[{"mime_type":"image/png","name":"a.png","size":14216083,"token":"t1","uri":"/img/a"}]"#,
    );
    file.uri = None;
    file.id = Some("f1".to_owned());
    let first =
        r#"[{"id":"f1","mime_type":"image/png","name":"a.png","size":14216083,"token":"t1"}]"#;
    dialects(&[first], &vec![file.clone()], first);
    file.token = None;
    dialects(
        &[r#"[{"fileId":"f1","name":"a.png","size":14216083,"type":"image/png"}]"#],
        &vec![file],
        r#"[{"id":"f1","mime_type":"image/png","name":"a.png","size":14216083}]"#,
    );
    let kept = r#"{"token":"t1","preview":{"w":1.5}}"#;
    assert_eq!(written(&read::<Attachment>(kept)), kept);
    assert!(serde_json::from_str::<Attachment>(r#"{"size":-1}"#).is_err());
    assert!(serde_json::from_str::<Attachment>("[]").is_err());
}

#[test]
fn avatars() {
    for kept in [
        r#"{"source":"image","image":{"large":"/l.jpg","small":"/s.jpg"},"color":"blue","color_id":"B500","content":[{"language_code":1033,"text":"A"}]}"#,
        r#"{"source":"image","image":{"mime_type":"image/png","name":"a.png","size":1,"token":"t1","uri":"/img/a"},"color":"blue","content":7}"#,
        r#"{"source":"text","shape":"round"}"#,
    ] {
        assert_eq!(written(&read::<Avatar>(kept)), kept);
    }
    let second: Avatar =
        read(r#"{"source":"image","image":{"token":"t1","size":"12"},"content":"A"}"#);
    let image = second.image.expect("an image");
    assert_eq!((image.token.as_deref(), image.size), (Some("t1"), Some(12)));
}

#[test]
fn rich_texts() {
    let mut text = RichText::new("<p>a</p>");
    dialects(
        &[r#"{"raw":"<p>a</p>"}"#, r#""<p>a</p>""#],
        &text,
        r#"{"raw":"<p>a</p>"}"#,
    );
    text.preview = Some("a".to_owned());
    text.config = Some(read(r#"[{"resourceId":"r","token":"t"}]"#));
    let first = r#"{"raw":"<p>a</p>","preview":"a","config":[{"resourceId":"r","token":"t"}]}"#;
    dialects(&[first], &text, first);
    let second = r#"{"raw":"<p>a</p>","config":{"token":"t"}}"#;
    assert_eq!(written(&read::<RichText>(second)), second);
    assert!(serde_json::from_str::<RichText>(r#"{"preview":"a"}"#).is_err());
}

#[test]
fn large_integers() {
    dialects(
        &[r#""999999999999999999""#, "999999999999999999"],
        &BigInt::new(999_999_999_999_999_999),
        r#""999999999999999999""#,
    );
    dialects(&[r#""-7""#, "-7"], &BigInt::new(-7), r#""-7""#);
    for text in [
        r#""9223372036854775808""#,
        "9223372036854775808",
        "1.5",
        r#""""#,
        r#""+1""#,
    ] {
        assert!(serde_json::from_str::<BigInt>(text).is_err(), "{text}");
    }
}

#[test]
fn decimals_of_every_form() {
    let most = "999999999999999999.999999999";
    dialects(
        &[&format!("\"{most}\"")],
        &most.parse::<Decimal>().unwrap(),
        &format!("\"{most}\""),
    );
    assert_eq!(read::<Decimal>(most).to_string(), most);
    for (text, shown) in [
        ("0", "0"),
        ("-0.50", "-0.50"),
        ("-0", "0"),
        ("007.5", "7.5"),
        ("1.5E+3", "1500"),
        ("0E-9", "0.000000000"),
        ("12.5e-1", "1.25"),
        (
            "1.00000000000000000000000000000000000000000000",
            "1.000000000",
        ),
        ("0e2000000000", "0"),
        ("0e-2000000000", "0.000000000"),
    ] {
        assert_eq!(
            text.parse::<Decimal>().map(|d| d.to_string()).as_deref(),
            Ok(shown),
            "{text}"
        );
    }
    for text in [
        "",
        "-",
        ".",
        ".5",
        "5.",
        "+1",
        "1_000",
        "1,5",
        "1.-5",
        "--1",
        " 1",
        "1 ",
        "NaN",
        "1e",
        "1e2e3",
        "٣",
        "1000000000000000000",
        "0.0000000001",
        "1e18",
        "1e-10",
        "1e2000000000",
        "1e99999999999",
    ] {
        assert!(text.parse::<Decimal>().is_err(), "{text}");
    }
}

#[test]
fn the_digits_of_a_json_number_survive_or_it_is_an_error() {
    #[derive(Debug, Deserialize)]
    struct Line {
        price: Decimal,
        before: Option<Decimal>,
    }
    #[derive(Debug, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        line: Line,
    }

    // an f64 holds none of these
    let exact = r#"{"price":123456789012345678.123456789,"before":0.123456789}"#;
    let line: Line = read(exact);
    assert_eq!(line.price.to_string(), "123456789012345678.123456789");
    assert_eq!(
        line.before.map(|d| d.to_string()).as_deref(),
        Some("0.123456789")
    );
    let line: Line = serde_json::from_reader(exact.as_bytes()).unwrap();
    assert_eq!(line.price.to_string(), "123456789012345678.123456789");
    let listed: Vec<Decimal> = read(" [ 1.10 , \"2.20\",3 ] ");
    assert_eq!(
        format!("{listed:?}"),
        "[Decimal(1.10), Decimal(2.20), Decimal(3)]"
    );

    // serde has made a float of it before it is asked for
    let error = serde_json::from_str::<Flat>(exact).unwrap_err().to_string();
    assert!(
        error.contains("floating point") && error.contains("made a float on the way"),
        "{error}"
    );
    let flat: Flat = read(r#"{"price":"0.10","before":7}"#);
    assert_eq!(flat.line.price.to_string(), "0.10");
    assert_eq!(flat.line.before, Some(7.into()));

    // as serde_json hands numbers over with `arbitrary_precision`
    let flat: Flat = read(r#"{"price":{"$serde_json::private::Number":"0.10"}}"#);
    assert_eq!(flat.line.price.to_string(), "0.10");
    for other in ["true", "[1]", "{}", r#"{"a":1}"#, r#""x""#, r#""\u0031x""#] {
        assert!(serde_json::from_str::<Decimal>(other).is_err(), "{other}");
    }
    assert_eq!(read::<Decimal>(r#""\u0031.5""#).to_string(), "1.5");
}

#[test]
fn decimals_compare_by_number() {
    let d = |text: &str| text.parse::<Decimal>().unwrap();
    assert_eq!(d("1.50"), d("1.5"));
    assert_ne!(d("1.50").to_string(), d("1.5").to_string());
    assert_eq!(HashSet::from([d("1.50"), d("1.5"), d("15e-1")]).len(), 1);
    assert!(d("-0.000000001") < Decimal::default());
    assert!(d("9.99") < d("10"));
    assert_eq!(Decimal::new(-12850, 2), Ok(d("-128.5")));
    assert!(Decimal::new(i64::MAX, 0).is_err());
    assert!(Decimal::new(1, 10).is_err());
    assert!(Decimal::try_from(i64::MIN).is_err());
}

#[test]
fn days() {
    dialects(
        &[r#""2023-05-10""#],
        &Date::new(2023, 5, 10).unwrap(),
        r#""2023-05-10""#,
    );
    assert!(Date::new(2024, 2, 29).is_ok() && Date::new(2000, 2, 29).is_ok());
    for (year, month, day) in [
        (2023, 2, 29),
        (1900, 2, 29),
        (2023, 4, 31),
        (2023, 0, 1),
        (2023, 13, 1),
        (2023, 1, 0),
        (0, 1, 1),
        (10000, 1, 1),
    ] {
        assert!(Date::new(year, month, day).is_err(), "{year}-{month}-{day}");
    }
    for text in [
        "2023-5-10",
        "20230510",
        "2023-05-10 ",
        "2023-05-1０",
        "+023-05-10",
        "2023-05-10T00:00:00Z",
        "",
        "二",
    ] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
    assert!(serde_json::from_str::<Date>("20230510").is_err());
}

#[test]
fn moments_of_every_form() {
    dialects(
        &[
            "1640658030000",
            r#""1640658030000""#,
            r#""2021-12-28 10:20:30""#,
            r#""2021-12-28T10:20:30""#,
            r#""2021-12-28T02:20:30Z""#,
            r#""2021-12-28t02:20:30.000z""#,
            r#""2021-12-27T21:20:30.000999-05:00""#,
            r#""2021-12-28 10:20:30+0800""#,
        ],
        &DateTime::new(1_640_658_030_000),
        "1640658030000",
    );
    let fraction: DateTime = "1969-12-31T23:59:59.9999Z".parse().unwrap();
    assert_eq!(fraction, DateTime::new(-1));
    for text in [
        "",
        "2021-12-28",
        "2021-12-28 10:20",
        "2021-12-28 24:00:00",
        "2021-12-28 10:60:00",
        "2021-12-28 10:20:60",
        "2021-02-29 10:20:30",
        "2021-12-28 10:20:30.",
        "2021-12-28 10:20:30 CST",
        "2021-12-28 10:20:30+8",
        "2021-12-28 10:20:30+08:00x",
        "2021-12-28  10:20:30",
        "1.5",
        "9223372036854775808",
        "2021-12-28T10:20:30时",
    ] {
        assert!(text.parse::<DateTime>().is_err(), "{text}");
    }
    assert_eq!(
        DateTime::new(i64::MIN).to_string(),
        "-292275055-05-16T16:47:04.192Z"
    );
    assert_eq!(
        DateTime::new(i64::MAX).to_string(),
        "292278994-08-17T07:12:55.807Z"
    );
}

#[test]
fn the_systems_clock_is_a_moment() {
    let start = SystemTime::UNIX_EPOCH;
    let moment = |time: SystemTime| DateTime::try_from(time).unwrap();
    assert_eq!(
        moment(start + Duration::from_nanos(1_999_999)),
        DateTime::new(1)
    );
    assert_eq!(
        moment(start - Duration::from_nanos(1_000_001)),
        DateTime::new(-2)
    );
    assert_eq!(
        SystemTime::try_from(DateTime::new(-2)),
        Ok(start - Duration::from_millis(2))
    );
    assert_eq!(
        SystemTime::try_from(DateTime::new(2)),
        Ok(start + Duration::from_millis(2))
    );
}

#[test]
fn values_are_inputs_and_outputs() {
    let mut params = FieldWriter::new();
    params.field("a", &Some(Decimal::from(7))).unwrap();
    params.field("b", &None::<Date>).unwrap();
    params.field("c", &vec![Choice::new("x")]).unwrap();
    params.field("d", &Phone::new("+86", "CN", "1")).unwrap();
    assert_eq!(
        params.into_json().as_deref(),
        Some(r#"{"a":"7","c":["x"],"d":{"code":"+86","key":"+86(CN)","number":"1"}}"#)
    );

    let mut outputs = FieldReader::parse(
        r#"[{"api_name":"a","value":128.50},{"api_name":"b","value":null},{"api_name":"c","value":["7"]}]"#,
    )
    .unwrap();
    assert_eq!(outputs.take::<Decimal>("a").unwrap().to_string(), "128.50");
    assert_eq!(outputs.take::<Option<Date>>("b").unwrap(), None);
    assert_eq!(outputs.take::<Option<Decimal>>("gone").unwrap(), None);
    assert!(outputs.take::<Decimal>("gone").is_err());
    assert_eq!(
        outputs.take_or_default::<Decimal>("b").unwrap(),
        Decimal::default()
    );
    assert_eq!(outputs.take::<Vec<BigInt>>("c").unwrap(), [BigInt::new(7)]);
}
