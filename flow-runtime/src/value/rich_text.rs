//! A formatted text.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::read::{self, Object, Readable, Unfit, required};
use super::write::{rest, some};

/// A formatted text: HTML, and the files it shows.
///
/// | | |
/// |---|---|
/// | written | `{"raw": "<p>Hello</p>", "preview": "Hello", "config": [...]}`, without what is not known |
/// | read | that; `{"raw": "<p>Hello</p>", "config": {...}}`; the bare text, as an SDK is seen to get it |
///
/// The shape is seen, not documented; fields may be added.
///
/// ```
/// use apaas_flow::value::RichText;
///
/// let text = RichText::new("<p>Hello</p>");
/// assert_eq!(serde_json::to_string(&text)?, r#"{"raw":"<p>Hello</p>"}"#);
/// assert_eq!(serde_json::from_str::<RichText>(r#""<p>Hello</p>""#)?, text);
///
/// let text: RichText = serde_json::from_str(r#"{"raw":"<p>Hello</p>","preview":"Hello","config":[]}"#)?;
/// assert_eq!(text.preview.as_deref(), Some("Hello"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct RichText {
    /// The HTML. It is the platform's users' text: do not show it without cleaning.
    pub raw: String,
    /// The text without its format.
    pub preview: Option<String>,
    /// The files in the text: a list of `{"resourceId", "resourceType", "token"}` is seen, and an object.
    pub config: Option<Value>,
    /// Keys that are not known here, kept for writing.
    pub extra: BTreeMap<String, Value>,
}

impl RichText {
    /// This HTML.
    pub fn new(raw: impl Into<String>) -> Self {
        Self {
            raw: raw.into(),
            preview: None,
            config: None,
            extra: BTreeMap::new(),
        }
    }
}

impl Serialize for RichText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("raw", &self.raw)?;
        some(&mut map, "preview", self.preview.as_ref())?;
        some(&mut map, "config", self.config.as_ref())?;
        rest(map, &self.extra)
    }
}

impl Readable for RichText {
    const EXPECTED: &'static str =
        "a rich text: {\"raw\": \"...\", \"preview\": \"...\", \"config\": []}, or the text itself";
    const KEYS: &'static str = "$apaas_flow(raw,preview,config)";

    fn from_text(raw: &str) -> Result<Self, Unfit> {
        Ok(Self::new(raw))
    }

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let (mut raw, mut preview, mut config) = (None, None, None);
        let mut extra = BTreeMap::new();
        while let Some(key) = object.key()? {
            match &*key {
                "raw" => raw = object.text()?,
                "preview" => preview = object.text()?,
                "config" => config = object.json()?,
                _ => object.keep(key, &mut extra)?,
            }
        }
        Ok(Self {
            raw: required(raw, "raw")?,
            preview,
            config,
            extra,
        })
    }
}

impl<'de> Deserialize<'de> for RichText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
