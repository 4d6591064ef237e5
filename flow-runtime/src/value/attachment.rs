//! A file.

use std::collections::BTreeMap;

use serde::de::{Deserialize, Deserializer, MapAccess};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::read::{self, Object, Readable, Size};
use super::write::{rest, some};

/// One file of an attachment field. The field itself is a `Vec<Attachment>`, also where it holds one file.
///
/// | | |
/// |---|---|
/// | written | `{"id": "...", "mime_type": "image/png", "name": "a.png", "size": 14216083, "token": "..."}`, without what is not known |
/// | read | that; `{"token": "...", "mime_type": "image/png", "name": "a.png", "size": "14216083", "uri": "/img/..."}`; `{"fileId": "...", "name": "a.png", "size": 14216083, "type": "image/png"}` |
///
/// The shape is seen, not documented; fields may be added.
///
/// ```
/// use apaas_flow::value::Attachment;
///
/// let files: Vec<Attachment> = serde_json::from_str(
///     r#"[{"token":"t1","mime_type":"image/png","name":"a.png","size":"14216083","uri":"/img/a.png"}]"#,
/// )?;
/// assert_eq!(files[0].size, Some(14216083));
/// assert_eq!(
///     serde_json::to_string(&files)?,
///     r#"[{"mime_type":"image/png","name":"a.png","size":14216083,"token":"t1","uri":"/img/a.png"}]"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attachment {
    /// The platform's id of the file.
    pub id: Option<String>,
    /// What the file is downloaded with.
    pub token: Option<String>,
    /// The file's name.
    pub name: Option<String>,
    /// Its type, such as `image/png`; the platform is seen to send a bare ending, such as `xlsx`, too.
    pub mime_type: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
    /// Its path on the platform.
    pub uri: Option<String>,
    /// Keys that are not known here, kept for writing.
    pub extra: BTreeMap<String, Value>,
}

impl Attachment {
    /// The file of this token.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            token: Some(token.into()),
            ..Self::default()
        }
    }
}

impl Serialize for Attachment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        some(&mut map, "id", self.id.as_ref())?;
        some(&mut map, "mime_type", self.mime_type.as_ref())?;
        some(&mut map, "name", self.name.as_ref())?;
        some(&mut map, "size", self.size.as_ref())?;
        some(&mut map, "token", self.token.as_ref())?;
        some(&mut map, "uri", self.uri.as_ref())?;
        rest(map, &self.extra)
    }
}

impl Readable for Attachment {
    const EXPECTED: &'static str = "a file: {\"id\": \"...\", \"token\": \"...\", \"name\": \"...\", \"mime_type\": \"...\", \"size\": 1}";
    const KEYS: &'static str = "$apaas_flow(id,fileId,token,name,mime_type,mimeType,type,size,uri)";

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let mut file = Self::default();
        while let Some(key) = object.key()? {
            match &*key {
                "id" | "fileId" => file.id = object.text()?,
                "token" => file.token = object.text()?,
                "name" => file.name = object.text()?,
                "mime_type" | "mimeType" | "type" => file.mime_type = object.text()?,
                "size" => file.size = object.perhaps()?.map(|Size(size)| size),
                "uri" => file.uri = object.text()?,
                _ => object.keep(key, &mut file.extra)?,
            }
        }
        Ok(file)
    }
}

impl<'de> Deserialize<'de> for Attachment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
