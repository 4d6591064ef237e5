//! One option of an option field.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Multilingual;
use super::label::Label;
use super::read::{self, Object, Readable, Unfit, required};
use super::write::some;
use crate::codec::is_output;

/// One option of an option field, by its api name; several are a `Vec<Choice>`.
///
/// | | |
/// |---|---|
/// | written | `"enable"` |
/// | read | that; `{"api_name": "enable", "label": {"en_US": "Enabled", "zh_CN": "启用"}, "color": "green"}` |
///
/// Label and color are the platform's to know: they are kept when they come and never sent to it. In two choices that
/// are equal they are equal too; compare with a text to compare api names. An enum of yours that derives
/// `serde::Serialize` serves as well for writing; what this type adds is the second form.
///
/// The emulator, which stands in for the platform, sends them: what a handler sets here, the client reads.
///
/// ```
/// use apaas_flow::value::Choice;
///
/// let status = Choice::new("enable");
/// assert_eq!(serde_json::to_string(&status)?, r#""enable""#);
///
/// let status: Choice =
///     serde_json::from_str(r#"{"api_name":"enable","label":{"en_US":"Enabled","zh_CN":"启用"},"color":"green"}"#)?;
/// assert_eq!(status, *"enable");
/// assert_eq!(status.label(), Some("启用"));
/// assert_eq!(status.color(), Some("green"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    api_name: String,
    label: Option<Label>,
    color: Option<String>,
}

impl Choice {
    /// The option of this api name.
    pub fn new(api_name: impl Into<String>) -> Self {
        Self {
            api_name: api_name.into(),
            label: None,
            color: None,
        }
    }

    /// With a label, as the platform would send it.
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(Label::Text(label.into()));
        self
    }

    /// With a label in several languages.
    pub fn with_labels(mut self, labels: Multilingual) -> Self {
        self.label = Some(Label::Multilingual(labels));
        self
    }

    /// With a color, as the platform would send it.
    pub fn with_color(mut self, color: impl Into<String>) -> Self {
        self.color = Some(color.into());
        self
    }

    /// The option's api name.
    pub fn api_name(&self) -> &str {
        &self.api_name
    }

    /// What people see, if the platform sent it; of several languages the one that [`Multilingual::text`] picks.
    pub fn label(&self) -> Option<&str> {
        self.label.as_ref()?.text()
    }

    /// What people see, by language, if the platform sent it so.
    pub fn labels(&self) -> Option<&Multilingual> {
        self.label.as_ref()?.texts()
    }

    /// The option's color, if the platform sent it.
    pub fn color(&self) -> Option<&str> {
        self.color.as_deref()
    }
}

impl From<&str> for Choice {
    fn from(api_name: &str) -> Self {
        Self::new(api_name)
    }
}

impl From<String> for Choice {
    fn from(api_name: String) -> Self {
        Self::new(api_name)
    }
}

impl AsRef<str> for Choice {
    fn as_ref(&self) -> &str {
        &self.api_name
    }
}

/// Compares the api name.
impl PartialEq<str> for Choice {
    fn eq(&self, api_name: &str) -> bool {
        self.api_name == api_name
    }
}

/// Compares the api name.
impl PartialEq<&str> for Choice {
    fn eq(&self, api_name: &&str) -> bool {
        self.api_name == *api_name
    }
}

/// The api name.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.api_name)
    }
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_output() || (self.label.is_none() && self.color.is_none()) {
            return serializer.serialize_str(&self.api_name);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("api_name", &self.api_name)?;
        some(&mut map, "color", self.color.as_ref())?;
        some(&mut map, "label", self.label.as_ref())?;
        map.end()
    }
}

impl Readable for Choice {
    const EXPECTED: &'static str =
        "an option: its api name, or {\"api_name\": \"...\", \"label\": {}, \"color\": \"...\"}";
    const KEYS: &'static str = "$apaas_flow(api_name,apiName,label,color)";

    fn from_text(api_name: &str) -> Result<Self, Unfit> {
        Ok(Self::new(api_name))
    }

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let (mut api_name, mut label, mut color) = (None, None, None);
        while let Some(key) = object.key()? {
            match &*key {
                "api_name" | "apiName" => api_name = object.text()?,
                "label" => label = object.perhaps()?,
                "color" => color = object.text()?,
                _ => object.pass_over()?,
            }
        }
        let api_name = required(api_name, "api_name")?;
        Ok(Self {
            api_name,
            label,
            color,
        })
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
