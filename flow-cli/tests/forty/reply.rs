//! The platform's reply, and a value of each of its types in either dialect.

use apaas_flow::value::{
    Attachment, Avatar, BigInt, Choice, Date, DateTime, Decimal, Lookup, Multilingual, Phone,
    Region, RichText,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Random;

/// How the platform writes its values: its flow and function engine, or its data service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Dialect {
    Engine,
    Data,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Leaf {
    Text,
    RecordId,
    BigInt,
    Decimal,
    Integer,
    Number,
    Boolean,
    Date,
    DateTime,
    Option,
    Multilingual,
    Lookup,
    Phone,
    Region,
    Avatar,
    Attachment,
    RichText,
}

impl Leaf {
    pub(crate) const ALL: [Self; 17] = [
        Self::Text,
        Self::RecordId,
        Self::BigInt,
        Self::Decimal,
        Self::Integer,
        Self::Number,
        Self::Boolean,
        Self::Date,
        Self::DateTime,
        Self::Option,
        Self::Multilingual,
        Self::Lookup,
        Self::Phone,
        Self::Region,
        Self::Avatar,
        Self::Attachment,
        Self::RichText,
    ];

    pub(crate) fn value(self, random: &mut Random, dialect: Dialect) -> Value {
        let is_engine = dialect == Dialect::Engine;
        let id = 1_767_211_281_913_907_i64 + i64::try_from(random.below(1000)).unwrap();
        let texts = |is_engine| {
            if is_engine {
                json!([{"language_code": 1033, "text": "a"}, {"language_code": 2052, "text": "甲"}])
            } else {
                json!({"en_US": "a", "zh_CN": "甲"})
            }
        };
        match self {
            Self::Text => json!(random.pick(&["", "a", "订单", "1 of 2", "00017", "-", "3."])),
            Self::RecordId if is_engine => json!(id),
            Self::RecordId => json!(id.to_string()),
            Self::BigInt => json!(random.pick(&["0", "-17", "999999999999999999"])),
            Self::Decimal => {
                json!(random.pick(&["128.50", "-0.5", "1", "999999999999999999.999999999"]))
            }
            Self::Integer => json!(random.pick(&[0, -1, 7, 2_147_483_648_i64, i64::MIN])),
            Self::Number => json!(random.pick(&[0.5, -1e300, 17.25, 1e-7])),
            Self::Boolean => json!(random.one_in(2)),
            Self::Date => json!(random.pick(&["2023-05-10", "1999-12-31"])),
            Self::DateTime if is_engine || random.one_in(2) => json!(1_640_658_020_000_i64),
            Self::DateTime => json!("2021-12-28 10:20:30"),
            Self::Option if is_engine => json!(random.pick(&["enable", "disable"])),
            Self::Option => {
                json!({"api_name": "enable", "color": "B", "label": {"en_US": "On", "zh_CN": "开"}})
            }
            Self::Multilingual => texts(is_engine),
            Self::Lookup if is_engine => json!({"_id": id, "_name": "a"}),
            Self::Lookup => json!({"_id": id.to_string(), "_name": texts(false)}),
            Self::Phone if is_engine => {
                json!({"code": "+86", "key": "+86(CN)", "number": "17600000000"})
            }
            Self::Phone => {
                json!({"region_code": "CN", "dialing_code": "+86", "number": "17600000000"})
            }
            Self::Region if is_engine => {
                json!({"id": id, "level": 3, "regionCode": "110105", "fullPath": texts(true)})
            }
            Self::Region => {
                json!({"_id": id.to_string(), "region_code": "110105", "full_path": texts(false)})
            }
            Self::Avatar if is_engine => {
                json!({"source": "image", "image": {"token": "t"}, "color": "blue", "color_id": "1", "content": "a"})
            }
            Self::Avatar => {
                json!({"source": "image", "image": {"token": "t", "mime_type": "image/png", "name": "a", "size": "1", "uri": "u"}, "color": "B", "content": {"en_US": "a"}})
            }
            Self::Attachment if is_engine => {
                json!([{"id": "1", "mime_type": "image/png", "name": "a.png", "size": 14_216_083, "token": "t"}])
            }
            Self::Attachment => {
                json!([{"token": "t", "mime_type": "image/png", "name": "a.png", "size": "1", "uri": "u"}])
            }
            Self::RichText if is_engine => json!({"raw": "<p>a</p>", "preview": "a", "config": []}),
            Self::RichText => json!({"raw": "<p>a</p>", "config": {}}),
        }
    }

    /// Whether they are the same value, in whatever form.
    pub(crate) fn same(self, sample: &Value, written: &Value) -> bool {
        match self {
            Self::Text | Self::Integer | Self::Number | Self::Boolean => sample == written,
            Self::RecordId | Self::BigInt => same::<BigInt>(sample, written),
            Self::Decimal => same::<Decimal>(sample, written),
            Self::Date => same::<Date>(sample, written),
            Self::DateTime => same::<DateTime>(sample, written),
            Self::Option => same::<Choice>(sample, written),
            Self::Multilingual => same::<Multilingual>(sample, written),
            Self::Lookup => same::<Lookup>(sample, written),
            Self::Phone => same::<Phone>(sample, written),
            Self::Region => same::<Region>(sample, written),
            Self::Avatar => same::<Avatar>(sample, written),
            Self::Attachment => same::<Vec<Attachment>>(sample, written),
            Self::RichText => same::<RichText>(sample, written),
        }
    }
}

fn same<T: DeserializeOwned + PartialEq>(sample: &Value, written: &Value) -> bool {
    let read = |value: &Value| T::deserialize(value).ok();
    read(sample).is_some() && read(sample) == read(written)
}

/// The whole reply with these outputs.
pub(crate) fn envelope(outputs: &Value) -> String {
    let entry = |(name, value)| json!({"api_name": name, "value": value});
    let entries: Vec<Value> = outputs.as_object().unwrap().iter().map(entry).collect();
    let out_params = Value::from(entries).to_string();
    json!({"code": "0", "msg": "success", "data": {"status": "end", "execution_id": "1", "out_params": out_params}})
        .to_string()
}
