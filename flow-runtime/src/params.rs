//! The inputs of a call on their way into the request.

use crate::error::{Error, ErrorKind, Result};
use crate::field::{FieldSerializer, InputValue, explain_write};

/// Collects a flow's inputs as the JSON object `{api name: value}`.
///
/// See [`Flow`](crate::Flow) for an example.
#[derive(Clone, Default)]
pub struct Params {
    /// `{"a":1,"b":2`, without the last brace; empty until the first field.
    json: Vec<u8>,
}

impl Params {
    /// No inputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an input under its api name, unless its value is none.
    ///
    /// `None` is left out; the inner none of `Some(None)` is sent as null.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] if the value cannot be written as JSON. Its text names the input, never the value.
    pub fn field<T: InputValue + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.field_with(name, |serializer| value.serialize(serializer))
    }

    /// Adds an input that a function of yours writes, such as the `serialize` of a `with` module.
    ///
    /// # Errors
    /// As [`field`](Self::field).
    pub fn field_with(
        &mut self,
        name: &str,
        write: impl FnOnce(FieldSerializer<'_, '_>) -> Result<(), serde_json::Error>,
    ) -> Result<()> {
        let before = self.begin(name);
        let mut none = false;
        let written = write(FieldSerializer::new(
            &mut serde_json::Serializer::new(&mut self.json),
            &mut none,
        ));
        if none || written.is_err() {
            self.json.truncate(before);
        }
        written.map_err(|error| Error::plain(ErrorKind::Encode, explain_write(name, &error)))
    }

    /// Adds every entry of a value that serialises as an object.
    #[doc(hidden)]
    pub fn all<T: InputValue + ?Sized>(&mut self, value: &T) -> Result<()> {
        let text = serde_json::to_string(value)
            .map_err(|error| Error::plain(ErrorKind::Encode, explain_write("output", &error)))?;
        if text == "null" {
            return Ok(()); // `()`
        }
        let entries = crate::field::entries(&text).unwrap_or_default();
        if !text.starts_with('{') {
            return Err(Error::plain(
                ErrorKind::Encode,
                "the output type must serialise as an object of outputs",
            ));
        }
        for (name, value) in entries {
            self.field(&name, value)?;
        }
        Ok(())
    }

    /// Writes what stands in front of a value, and returns how long all was before.
    fn begin(&mut self, name: &str) -> usize {
        let before = self.json.len();
        self.json.push(if before == 0 { b'{' } else { b',' });
        push_json_string(&mut self.json, name);
        self.json.push(b':');
        before
    }

    /// The text of the object; none if there is no input.
    pub(crate) fn into_json(mut self) -> Option<String> {
        if self.json.is_empty() {
            return None;
        }
        self.json.push(b'}');
        // serde_json writes nothing but UTF-8
        String::from_utf8(self.json).ok()
    }
}

/// Without the values.
impl std::fmt::Debug for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Params")
            .field("bytes", &self.json.len())
            .finish()
    }
}

/// Appends a text as a JSON string.
pub(crate) fn push_json_string(to: &mut Vec<u8>, text: &str) {
    // Every text is a JSON string, and a Vec takes every byte: there is nothing that could fail.
    let _: serde_json::Result<()> = serde_json::to_writer(to, text);
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[derive(serde::Serialize)]
    struct Wrapper(Option<i64>);

    fn written(write: impl FnOnce(&mut Params) -> crate::Result<()>) -> Option<String> {
        let mut params = Params::new();
        write(&mut params).expect("can be written");
        params.into_json()
    }

    #[test]
    fn a_none_is_left_out_by_value_not_by_word() {
        assert_eq!(written(|to| to.field("a", &None::<i64>)), None);
        assert_eq!(written(|to| to.field("a", &Wrapper(None))), None);
        assert_eq!(written(|to| to.field("a", &&&None::<i64>)), None);
        assert_eq!(
            written(|to| to.field("a", &Wrapper(Some(1)))).as_deref(),
            Some(r#"{"a":1}"#)
        );
        assert_eq!(
            written(|to| to.field("a", &Some(None::<i64>))).as_deref(),
            Some(r#"{"a":null}"#)
        );
        assert_eq!(
            written(|to| to.field("a", &())).as_deref(),
            Some(r#"{"a":null}"#)
        );
        assert_eq!(
            written(|to| {
                to.field("a", &1)?;
                to.field("b", &None::<i64>)?;
                to.field("c\"", &[None, Some(2)])
            })
            .as_deref(),
            Some(r#"{"a":1,"c\"":[null,2]}"#)
        );
    }

    #[test]
    fn an_input_that_cannot_be_written_is_named_and_leaves_nothing_behind() {
        let mut params = Params::new();
        params.field("a", &1).expect("fine");
        let error = params.field("ratio", &f64::NAN).expect_err("no JSON");
        assert_eq!(
            error.to_string(),
            "input `ratio` is a number that is not finite, which JSON does not have"
        );
        assert!(params.field("ratio", &Some(f32::INFINITY)).is_err());
        assert_eq!(params.into_json().as_deref(), Some(r#"{"a":1}"#));
    }
}
