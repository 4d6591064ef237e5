//! The text of one value, to be read into its field.

/// The text of a value, or a longer text that begins with it.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) text: &'a str,
    /// Whether the text continues after the value: it is read in place, and its end is known only afterwards.
    pub(super) is_open: bool,
}

impl<'a> Value<'a> {
    pub(super) fn open(text: &'a str) -> Self {
        Self {
            text,
            is_open: true,
        }
    }

    pub(super) fn closed(text: &'a str) -> Self {
        Self {
            text,
            is_open: false,
        }
    }

    pub(super) fn deserializer(self) -> serde_json::Deserializer<serde_json::de::StrRead<'a>> {
        serde_json::Deserializer::from_str(self.text)
    }
}
