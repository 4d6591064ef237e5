//! A name to show to people: one text, or one for each language.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess};
use serde::ser::{Serialize, Serializer};

use super::Multilingual;
use super::read::{self, Object, Readable, Scalar, Unfit};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Label {
    Text(String),
    Multilingual(Multilingual),
}

impl Label {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Multilingual(texts) => texts.text(),
        }
    }

    pub(super) fn texts(&self) -> Option<&Multilingual> {
        match self {
            Self::Text(_) => None,
            Self::Multilingual(texts) => Some(texts),
        }
    }
}

/// As the platform sends it, which is by the languages' names: it is never an input.
impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Multilingual(texts) => {
                let texts = texts
                    .iter()
                    .map(|(language, text)| (language.to_string(), text));
                serializer.collect_map(texts)
            }
        }
    }
}

impl Readable for Label {
    const EXPECTED: &'static str = "a name: a string, or a text for each language";
    const MAY_BE_EMPTY: bool = true;

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(Self::Text(text.to_owned()))
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        Scalar::from_integer(number).map(|Scalar(text)| Self::Text(text))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        let texts = Multilingual::from_list(list)?;
        Ok(texts.map(Self::Multilingual))
    }

    fn from_object<'de, A: MapAccess<'de>>(object: Object<'de, A>) -> Result<Self, A::Error> {
        Multilingual::from_object(object).map(Self::Multilingual)
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
