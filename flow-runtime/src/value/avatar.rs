//! A picture of a person or a thing.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::Attachment;
use super::read::{self, Object, Readable};
use super::write::{rest, some};

/// A picture of a person or a thing: an image, or a colored sign with a text in it.
///
/// | | |
/// |---|---|
/// | written | `{"source": "image", "image": {...}, "color": "...", "color_id": "...", "content": ...}`, without what is not known |
/// | read | that; the same with an image `{"token": "...", "mime_type": "...", "name": "...", "size": "...", "uri": "..."}` |
///
/// The shape is seen, not documented; fields may be added. In the first form the image's own keys are the platform's:
/// they are in its [`extra`](Attachment::extra).
///
/// ```
/// use apaas_flow::value::{Attachment, Avatar};
///
/// let text = r#"{"source":"image","image":{"token":"t1","uri":"/img/t1.jpg"}}"#;
/// let avatar: Avatar = serde_json::from_str(text)?;
/// assert_eq!(avatar.image.as_ref().and_then(|image| image.token.as_deref()), Some("t1"));
/// assert_eq!(serde_json::to_string(&avatar)?, text);
///
/// let text = serde_json::to_string(&Avatar::image(Attachment::new("t1")))?;
/// assert_eq!(text, r#"{"source":"image","image":{"token":"t1"}}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Avatar {
    /// What it is made of: `image` is seen.
    pub source: Option<String>,
    /// The picture.
    pub image: Option<Attachment>,
    /// The sign's color.
    pub color: Option<String>,
    /// The platform's id of the color.
    pub color_id: Option<String>,
    /// What stands in the sign: a text, a number or texts by language are seen.
    pub content: Option<Value>,
    /// Keys that are not known here, kept for writing.
    pub extra: BTreeMap<String, Value>,
}

impl Avatar {
    /// A picture.
    pub fn image(image: Attachment) -> Self {
        Self {
            source: Some("image".to_owned()),
            image: Some(image),
            ..Self::default()
        }
    }
}

impl Serialize for Avatar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        some(&mut map, "source", self.source.as_ref())?;
        some(&mut map, "image", self.image.as_ref())?;
        some(&mut map, "color", self.color.as_ref())?;
        some(&mut map, "color_id", self.color_id.as_ref())?;
        some(&mut map, "content", self.content.as_ref())?;
        rest(map, &self.extra)
    }
}

impl Readable for Avatar {
    const EXPECTED: &'static str = "an avatar: {\"source\": \"image\", \"image\": {}, \"color\": \"...\", \"content\": \"...\"}";
    const KEYS: &'static str = "$apaas_flow(source,image,color,color_id,colorId,content)";

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let mut avatar = Self::default();
        while let Some(key) = object.key()? {
            match &*key {
                "source" => avatar.source = object.text()?,
                "image" => avatar.image = object.perhaps()?,
                "color" => avatar.color = object.text()?,
                "color_id" | "colorId" => avatar.color_id = object.text()?,
                "content" => avatar.content = object.json()?,
                _ => object.keep(key, &mut avatar.extra)?,
            }
        }
        Ok(avatar)
    }
}

impl<'de> Deserialize<'de> for Avatar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
