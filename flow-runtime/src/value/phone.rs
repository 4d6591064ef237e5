//! A phone number.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::read::{self, Object, Readable, required};
use super::write::{rest, some};

/// A phone number.
///
/// | | |
/// |---|---|
/// | written | `{"code": "+86", "key": "+86(CN)", "number": "17600000000"}` |
/// | read | that, of which only the number must be there; `{"region_code": "CN", "dialing_code": "+86", "number": ...}`; `{"countryCode": "CN", "dialingCode": "+86", "number": ...}` |
///
/// The platform's documents do not say what it accepts of these, so the parts are not checked. Fields may be added.
///
/// ```
/// use apaas_flow::value::Phone;
///
/// let phone = Phone::new("+86", "CN", "17600000000");
/// assert_eq!(serde_json::to_string(&phone)?, r#"{"code":"+86","key":"+86(CN)","number":"17600000000"}"#);
///
/// for text in [
///     r#"{"key":"+86(CN)","number":"17600000000"}"#,
///     r#"{"region_code":"CN","dialing_code":"+86","number":"17600000000"}"#,
///     r#"{"countryCode":"CN","dialingCode":"+86","number":"17600000000"}"#,
/// ] {
///     assert_eq!(serde_json::from_str::<Phone>(text)?, phone);
/// }
/// assert_eq!(phone.to_string(), "+86 17600000000");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Phone {
    /// The country's dialing code, such as `+86`.
    pub dialing_code: Option<String>,
    /// The country or region, such as `CN`.
    pub region_code: Option<String>,
    /// The number behind the dialing code.
    pub number: String,
    /// Keys that are not known here, kept for writing.
    pub extra: BTreeMap<String, Value>,
}

impl Phone {
    /// This number, with the dialing code (such as `+86`) and the region (such as `CN`) before it.
    pub fn new(
        dialing_code: impl Into<String>,
        region_code: impl Into<String>,
        number: impl Into<String>,
    ) -> Self {
        Self {
            dialing_code: Some(dialing_code.into()),
            region_code: Some(region_code.into()),
            number: number.into(),
            extra: BTreeMap::new(),
        }
    }
}

/// The dialing code, if it is known, and the number.
impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.dialing_code {
            Some(code) => write!(f, "{code} {}", self.number),
            None => f.write_str(&self.number),
        }
    }
}

/// `+86(CN)` in its two parts.
fn parts(key: &str) -> Option<(&str, &str)> {
    let (code, region) = key.strip_suffix(')')?.split_once('(')?;
    (!region.contains(['(', ')'])).then_some((code, region))
}

impl Serialize for Phone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        some(&mut map, "code", self.dialing_code.as_ref())?;
        match (&self.dialing_code, &self.region_code) {
            (Some(code), Some(region)) => {
                map.serialize_entry("key", &format_args!("{code}({region})"))?;
            }
            (None, region) => some(&mut map, "region_code", region.as_ref())?,
            (Some(_), None) => {}
        }
        map.serialize_entry("number", &self.number)?;
        rest(map, &self.extra)
    }
}

impl Readable for Phone {
    const EXPECTED: &'static str = "a phone number: {\"code\": \"+86\", \"key\": \"+86(CN)\", \"number\": \"...\"} or {\"region_code\": \"CN\", \"dialing_code\": \"+86\", \"number\": \"...\"}";
    const KEYS: &'static str =
        "$apaas_flow(number,code,dialing_code,dialingCode,region_code,regionCode,countryCode,key)";

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let (mut code, mut region, mut number, mut both) = (None, None, None, None);
        let mut extra = BTreeMap::new();
        while let Some(key) = object.key()? {
            match &*key {
                "number" => number = object.text()?,
                "code" | "dialing_code" | "dialingCode" => code = object.text()?,
                "region_code" | "regionCode" | "countryCode" => region = object.text()?,
                "key" => both = object.text()?,
                _ => object.keep(key, &mut extra)?,
            }
        }
        if let Some(both) = both {
            match parts(&both) {
                Some((its_code, its_region)) => {
                    code.get_or_insert_with(|| its_code.to_owned());
                    region.get_or_insert_with(|| its_region.to_owned());
                }
                None => {
                    extra.insert("key".to_owned(), Value::String(both));
                }
            }
        }
        Ok(Self {
            dialing_code: code,
            region_code: region,
            number: required(number, "number")?,
            extra,
        })
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
