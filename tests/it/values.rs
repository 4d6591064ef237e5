//! The platform's values as inputs and outputs of a flow, in both directions.

use apaas_flow::value::{
    Attachment, Avatar, BigInt, Choice, Date, DateTime, Decimal, Language, Lookup, Multilingual,
    Phone, RecordRef, Region, RichText,
};
use apaas_flow::{ErrorKind, Operator, apaas_flow, wire};
use apaas_flow_emulator::Emulator;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    price: Decimal,
    kind: Option<Choice>,
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "file_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone, PartialEq)]
struct File {
    #[input]
    #[output]
    record: RecordRef,
    #[input]
    #[output]
    owners: Vec<Lookup>,
    #[input]
    #[output]
    title: Multilingual,
    #[input]
    #[output]
    status: Option<Choice>,
    #[input]
    #[output]
    phone: Phone,
    #[input]
    #[output]
    region: Option<Region>,
    #[input]
    #[output]
    avatar: Avatar,
    #[input]
    #[output]
    files: Vec<Attachment>,
    #[input]
    #[output]
    body: RichText,
    #[input]
    #[output]
    number: BigInt,
    #[input]
    #[output]
    lines: Vec<Line>,
    #[input]
    #[output]
    day: Date,
    #[input]
    #[output]
    moment: DateTime,
    #[input]
    #[output]
    plain: (i64, String, f64, bool),
}

fn file() -> File {
    File {
        record: RecordRef::new(1_767_211_281_913_907),
        owners: vec![Lookup::new(1), Lookup::new(2)],
        title: Multilingual::from([(Language::EN_US, "title"), (Language::ZH_CN, "标题")]),
        status: Some(Choice::new("enable")),
        phone: Phone::new("+86", "CN", "17600000000"),
        region: None,
        avatar: Avatar::image(Attachment::new("t1")),
        files: vec![Attachment::new("t2")],
        body: RichText::new("<p>a</p>"),
        number: BigInt::new(123_456_789_012_345_678),
        lines: vec![Line {
            price: "128.50".parse().unwrap(),
            kind: None,
        }],
        day: Date::new(2023, 5, 10).unwrap(),
        moment: DateTime::new(1_640_658_030_000),
        plain: (1, "a".to_owned(), 1.5, true),
    }
}

#[tokio::test]
async fn values_travel_both_ways() {
    let emulator = Emulator::start().await.unwrap();
    emulator.on::<File>(|file| {
        Ok(FileOutput {
            record: file.record,
            owners: file.owners,
            title: file.title,
            status: file.status,
            phone: file.phone,
            region: file.region,
            avatar: file.avatar,
            files: file.files,
            body: file.body,
            number: file.number,
            lines: file.lines,
            day: file.day,
            moment: file.moment,
            plain: file.plain,
        })
    });
    let sent = file();
    let output = sent.execute(&emulator.client()).await.unwrap().output;
    assert_eq!(output.owners, sent.owners);
    assert_eq!(output.title, sent.title);
    assert_eq!(output.status, sent.status);
    assert_eq!(output.phone, sent.phone);
    assert_eq!(output.region, None);
    assert_eq!(output.avatar, sent.avatar);
    assert_eq!(output.files, sent.files);
    assert_eq!(output.body, sent.body);
    assert_eq!(output.lines, sent.lines);
    assert_eq!(output.plain, sent.plain);
    assert_eq!(
        (output.record, output.number, output.day, output.moment),
        (sent.record, sent.number, sent.day, sent.moment)
    );
}

#[test]
fn a_request_has_the_form_that_flows_use() {
    let body = wire::request(&file(), &Operator::id(1)).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        body["params"],
        concat!(
            r#"{"record":{"_id":1767211281913907},"owners":[{"_id":1},{"_id":2}],"#,
            r#""title":[{"language_code":1033,"text":"title"},{"language_code":2052,"text":"标题"}],"#,
            r#""status":"enable","phone":{"code":"+86","key":"+86(CN)","number":"17600000000"},"#,
            r#""avatar":{"source":"image","image":{"token":"t1"}},"files":[{"token":"t2"}],"#,
            r#""body":{"raw":"<p>a</p>"},"number":"123456789012345678","#,
            r#""lines":[{"price":"128.50","kind":null}],"day":"2023-05-10","moment":1640658030000,"#,
            r#""plain":[1,"a",1.5,true]}"#
        )
    );
}

#[test]
fn every_bad_value_is_named_and_none_is_shown() {
    let bad = r#"[{"api_name":"record","value":"secret"},{"api_name":"lines","value":[{"price":"1"},{"price":"secret"}]},{"api_name":"day","value":[1]}]"#;
    let reply = serde_json::json!({
        "code": 0,
        "msg": "success",
        "data": { "status": "end", "execution_id": "1", "out_params": bad },
    });
    let error = wire::reply::<File>(200, reply.to_string().as_bytes()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let message = error.to_string();
    for part in [
        "`record` expected a record",
        "`lines` at `[1].price` expected a decimal",
        "`day` expected a date: a string such as \"2023-05-10\", found a list",
        "found a string that does not fit",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!format!("{message} {error:?}").contains("secret"));
}
