//! A text in several languages.

use std::borrow::Borrow;
use std::collections::{BTreeMap, btree_map};
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Language;
use super::read::{self, Object, Readable, Unfit, refused, required};

/// A text in several languages, ordered by language.
///
/// | | |
/// |---|---|
/// | written | `[{"language_code": 1033, "text": "Enabled"}, {"language_code": 2052, "text": "启用"}]` |
/// | read | that, with the code also as a string or a name; `{"en_US": "Enabled", "zh_CN": "启用"}`, in any spelling that [`Language`] knows |
///
/// Languages that the documents do not list are kept. A text that is null is as good as none. Of one language that
/// comes twice the last text counts.
///
/// ```
/// use apaas_flow::value::{Language, Multilingual};
///
/// let title = Multilingual::from([(Language::EN_US, "Enabled"), (Language::ZH_CN, "启用")]);
/// let written = r#"[{"language_code":1033,"text":"Enabled"},{"language_code":2052,"text":"启用"}]"#;
/// assert_eq!(serde_json::to_string(&title)?, written);
/// assert_eq!(serde_json::from_str::<Multilingual>(r#"{"en_US":"Enabled","zh_CN":"启用"}"#)?, title);
///
/// assert_eq!(title.text(), Some("启用"));
/// assert_eq!(title.in_language(Language::EN_US), Some("Enabled"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multilingual(BTreeMap<Language, String>);

impl Multilingual {
    /// No text yet.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// With this text in this language.
    pub fn with(mut self, language: Language, text: impl Into<String>) -> Self {
        self.insert(language, text);
        self
    }

    /// Sets the text in this language, and returns the one that stood there.
    pub fn insert(&mut self, language: Language, text: impl Into<String>) -> Option<String> {
        self.0.insert(language, text.into())
    }

    /// The text in exactly this language; it may be empty.
    pub fn get(&self, language: impl Borrow<Language>) -> Option<&str> {
        self.0.get(language.borrow()).map(String::as_str)
    }

    /// The text in this language or, where there is none or an empty one, the one that [`text`](Self::text) picks.
    pub fn in_language(&self, language: impl Borrow<Language>) -> Option<&str> {
        self.get(language)
            .filter(|text| !text.is_empty())
            .or_else(|| self.text())
    }

    /// The first text that is not empty: Chinese, English, then any other in the order of [`Language`].
    pub fn text(&self) -> Option<&str> {
        [Language::ZH_CN, Language::EN_US]
            .iter()
            .filter_map(|language| self.get(language))
            .chain(self.0.values().map(String::as_str))
            .find(|text| !text.is_empty())
    }

    /// All texts, with their languages.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// In how many languages there is a text.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The texts of a [`Multilingual`], with their languages.
#[derive(Debug, Clone)]
pub struct Iter<'a>(btree_map::Iter<'a, Language, String>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Language, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(language, text)| (language, &**text))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0
            .next_back()
            .map(|(language, text)| (language, &**text))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl std::iter::FusedIterator for Iter<'_> {}

/// The texts of a [`Multilingual`] that is used up, with their languages.
#[derive(Debug)]
pub struct IntoIter(btree_map::IntoIter<Language, String>);

impl Iterator for IntoIter {
    type Item = (Language, String);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for IntoIter {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

impl ExactSizeIterator for IntoIter {}

impl std::iter::FusedIterator for IntoIter {}

impl<T: Into<String>> FromIterator<(Language, T)> for Multilingual {
    fn from_iter<I: IntoIterator<Item = (Language, T)>>(texts: I) -> Self {
        let mut all = Self::new();
        all.extend(texts);
        all
    }
}

impl<T: Into<String>> Extend<(Language, T)> for Multilingual {
    fn extend<I: IntoIterator<Item = (Language, T)>>(&mut self, texts: I) {
        let texts = texts.into_iter();
        self.0
            .extend(texts.map(|(language, text)| (language, text.into())));
    }
}

impl<T: Into<String>, const N: usize> From<[(Language, T); N]> for Multilingual {
    fn from(texts: [(Language, T); N]) -> Self {
        texts.into_iter().collect()
    }
}

impl IntoIterator for Multilingual {
    type Item = (Language, String);
    type IntoIter = IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter(self.0.into_iter())
    }
}

impl<'a> IntoIterator for &'a Multilingual {
    type Item = (&'a Language, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What [`text`](Multilingual::text) picks.
impl fmt::Display for Multilingual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().unwrap_or_default())
    }
}

impl Serialize for Multilingual {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (language, text) in &self.0 {
            list.serialize_element(&Translation { language, text })?;
        }
        list.end()
    }
}

/// `{"language_code": 1033, "text": "..."}`, with the language and the text owned or borrowed.
struct Translation<L, T> {
    language: L,
    text: T,
}

impl Serialize for Translation<&Language, &String> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("language_code", self.language)?;
        map.serialize_entry("text", self.text)?;
        map.end()
    }
}

impl Readable for Translation<Language, Option<String>> {
    const EXPECTED: &'static str =
        "a text in one language: {\"language_code\": 1033, \"text\": \"...\"}";
    const KEYS: &'static str = "$apaas_flow(language_code,languageCode,text)";

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let (mut language, mut text) = (None, None);
        while let Some(key) = object.key()? {
            match &*key {
                "language_code" | "languageCode" => language = object.part()?,
                "text" => text = object.text()?,
                _ => object.pass_over()?,
            }
        }
        let language = required(language, "language_code")?;
        Ok(Self { language, text })
    }
}

impl<'de> Deserialize<'de> for Translation<Language, Option<String>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}

impl Readable for Multilingual {
    const EXPECTED: &'static str =
        "texts by language: [{\"language_code\": 1033, \"text\": \"...\"}] or {\"en_US\": \"...\"}";

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let (mut texts, mut is_empty) = (BTreeMap::new(), true);
        while let Some(Translation { language, text }) = list.next_element()? {
            is_empty = false;
            texts.extend(text.map(|text: String| (language, text)));
        }
        Ok((!is_empty).then_some(Self(texts)))
    }

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        let (mut texts, mut fits) = (BTreeMap::new(), true);
        while let Some(key) = object.key()? {
            if let Ok(language) = key.parse::<Language>() {
                texts.extend(object.text()?.map(|text| (language, text)));
            } else {
                fits = false;
                object.pass_over()?;
            }
        }
        if fits {
            Ok(Self(texts))
        } else {
            Err(refused::<Self, _>(Unfit::Value, "an object"))
        }
    }
}

impl<'de> Deserialize<'de> for Multilingual {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
