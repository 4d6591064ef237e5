//! Collects the inputs of a call as JSON for the request.

use std::ops::Range;

use super::explain::explain_write;
use super::nested::{NestedSerializer, push_nested_string, serializer, unnested};
use super::{FieldSerializer, InputValue, entries, is_output};
use crate::error::{Error, ErrorKind, Result};

/// Collects a flow's inputs as the JSON object `{api name: value}`.
///
/// See [`Flow`](crate::Flow) for an example.
#[derive(Clone, Default)]
pub struct FieldWriter {
    /// `{\"a\":1,\"b\":2`, as it stands inside a JSON string and without the closing brace; empty until the first field.
    json: Vec<u8>,
    /// The positions of the names in it.
    names: Vec<Range<usize>>,
    /// The first error of `put`.
    error: Option<Error>,
}

impl FieldWriter {
    /// No inputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an input under its api name.
    ///
    /// `None` is omitted; `Some(None)` is sent as null.
    ///
    /// # Errors
    /// [`ErrorKind::Encode`] if the value cannot be written as JSON. The message names the input, never the value.
    pub fn field<T: InputValue + ?Sized>(&mut self, name: &str, value: &T) -> Result<()> {
        self.field_with(name, |serializer| value.serialize(serializer))
    }

    /// Adds an input written by your own function, such as the `serialize` of a `with` module.
    ///
    /// ```
    /// use apaas_flow::FieldWriter;
    /// use serde::Serializer;
    ///
    /// let mut params = FieldWriter::new();
    /// params.field_with("variable_amount", |to| to.collect_str("128.50"))?;
    /// # Ok::<(), apaas_flow::Error>(())
    /// ```
    ///
    /// # Errors
    /// The same as [`field`](Self::field).
    pub fn field_with(
        &mut self,
        name: &str,
        write: impl FnOnce(
            FieldSerializer<'_, &mut NestedSerializer<'_>>,
        ) -> Result<(), serde_json::Error>,
    ) -> Result<()> {
        self.begin(name)?;
        let mut none = false;
        let written = write(FieldSerializer::new(
            &mut serializer(&mut self.json),
            &mut none,
        ));
        self.end(name, none, written)
    }

    /// Like [`field`](Self::field), for generated code: after the first error it does nothing, and
    /// [`written`](Self::written) returns that error.
    #[doc(hidden)]
    pub fn put<T: InputValue + ?Sized>(&mut self, name: &str, value: &T) {
        if self.error.is_none() {
            self.error = self.field(name, value).err();
        }
    }

    /// Like [`field_with`](Self::field_with), for generated code.
    #[doc(hidden)]
    pub fn put_with(
        &mut self,
        name: &str,
        write: impl FnOnce(
            FieldSerializer<'_, &mut NestedSerializer<'_>>,
        ) -> Result<(), serde_json::Error>,
    ) {
        if self.error.is_none() {
            self.error = self.field_with(name, write).err();
        }
    }

    /// The first error of `put` and `put_with`, if any.
    #[doc(hidden)]
    pub fn written(&mut self) -> Result<()> {
        self.error.take().map_or(Ok(()), Err)
    }

    /// Adds every entry of a value that serialises as an object, under its own key; `()` adds nothing.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    ///
    /// use apaas_flow::FieldWriter;
    ///
    /// let mut params = FieldWriter::new();
    /// params.all(&BTreeMap::from([("variable_a", 1), ("variable_b", 2)]))?;
    /// assert_eq!(format!("{params:?}"), r#"["variable_a", "variable_b"]"#);
    /// # Ok::<(), apaas_flow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`field`](Self::field), and if the value serialises as anything else.
    pub fn all<T: InputValue + ?Sized>(&mut self, value: &T) -> Result<()> {
        let mut text = Vec::new();
        let written = value.serialize(FieldSerializer::new(
            &mut serde_json::Serializer::new(&mut text),
            &mut false,
        ));
        written.map_err(|error| cannot_write("a value of the output type", &error))?;
        // serde_json writes nothing but UTF-8
        let text = String::from_utf8(text).unwrap_or_default();
        if text == "null" {
            return Ok(()); // `()`
        }
        if !text.starts_with('{') {
            return Err(Error::plain(
                ErrorKind::Encode,
                "the output type must serialize to an object of outputs",
            ));
        }
        let entries = entries(&text).map_err(|_| {
            // as if there had been none, the flow would run without its inputs
            Error::plain(
                ErrorKind::Encode,
                "a value of the output type was written as something that is not JSON: see its `Serialize`",
            )
        })?;
        for (name, value) in entries {
            self.field(&name, value)?;
        }
        Ok(())
    }

    /// Writes everything before a value: the separator, the name and the colon.
    fn begin(&mut self, name: &str) -> Result<()> {
        if self.json.capacity() == 0 {
            // enough for the inputs of most flows: to grow is to copy them
            self.json = Vec::with_capacity(1024);
            self.names = Vec::with_capacity(8);
        }
        let before = self.json.len();
        self.json.push(if before == 0 { b'{' } else { b',' });
        push_nested_string(&mut self.json, name);
        let written = before + 1..self.json.len();
        let (earlier, this) = self.json.split_at(written.start);
        let mut names = self.names.iter().map(|name| earlier.get(name.clone()));
        let flaw = if name.is_empty() {
            "an api name is empty".to_owned()
        } else if names.any(|name| name == Some(this)) {
            format!("duplicate api name `{name}`; each takes one value")
        } else {
            self.names.push(written);
            self.json.push(b':');
            return Ok(());
        };
        self.json.truncate(before);
        Err(Error::plain(ErrorKind::Encode, flaw))
    }

    /// What follows after a value: an input that was not written leaves no trace.
    fn end(
        &mut self,
        name: &str,
        none: bool,
        written: Result<(), serde_json::Error>,
    ) -> Result<()> {
        // A function that writes nothing counts as `None`.
        let end_of_colon = self.names.last().map(|name| name.end + 1);
        if none || written.is_err() || Some(self.json.len()) == end_of_colon {
            let begun = self.names.pop().map_or(0, |name| name.start);
            self.json.truncate(begun.saturating_sub(1)); // the separator, too
        }
        written.map_err(|error| {
            let side = if is_output() { "output" } else { "input" };
            cannot_write(&format!("{side} `{name}`"), &error)
        })
    }

    /// The JSON object as the content of a JSON string; none if there are no inputs.
    pub(crate) fn into_nested_json(mut self) -> Option<Vec<u8>> {
        if self.json.is_empty() {
            return None;
        }
        self.json.push(b'}');
        Some(self.json)
    }

    /// The JSON object; none if there are no inputs.
    pub(crate) fn into_json(self) -> Option<String> {
        self.into_nested_json().map(|json| unnested(&json))
    }
}

fn cannot_write(what: &str, error: &serde_json::Error) -> Error {
    Error::plain(ErrorKind::Encode, explain_write(what, error))
}

/// Without the values.
impl std::fmt::Debug for FieldWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut list = f.debug_list();
        for at in &self.names {
            // in quotes already
            let name = self.json.get(at.clone()).unwrap_or_default();
            list.entry(&format_args!("{}", unnested(name)));
        }
        list.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::FieldWriter;

    #[derive(serde::Serialize)]
    struct Wrapper(Option<i64>);

    fn written(write: impl FnOnce(&mut FieldWriter) -> crate::error::Result<()>) -> Option<String> {
        let mut params = FieldWriter::new();
        write(&mut params).expect("can be written");
        params.into_json()
    }

    #[test]
    fn none_is_omitted_by_value_not_by_type_name() {
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
    fn written_returns_the_first_error_of_put() {
        let mut params = FieldWriter::new();
        params.put("a", &1);
        params.put("ratio", &f64::NAN);
        params.put_with("other", |_| Err(serde::ser::Error::custom("not reached")));
        params.put("b", &2);
        assert_eq!(
            params.written().expect_err("no JSON").to_string(),
            "input `ratio` is a number that is not finite, which JSON does not have"
        );
        assert_eq!(params.into_json().as_deref(), Some(r#"{"a":1}"#));
    }

    #[test]
    fn an_invalid_input_is_named_and_leaves_no_trace() {
        let mut params = FieldWriter::new();
        params.field("a", &1).expect("fine");
        let error = params.field("ratio", &f64::NAN).expect_err("no JSON");
        assert_eq!(
            error.to_string(),
            "input `ratio` is a number that is not finite, which JSON does not have"
        );
        assert!(params.field("ratio", &Some(f32::INFINITY)).is_err());
        let nested = BTreeMap::from([("deep", vec![Some((1, f64::NEG_INFINITY))])]);
        assert!(params.field("ratio", &nested).is_err());
        assert!(params.field("ratio", &json!({ "fine": [1.5] })).is_ok());
        assert_eq!(
            params.into_json().as_deref(),
            Some(r#"{"a":1,"ratio":{"fine":[1.5]}}"#)
        );
    }

    #[test]
    fn a_number_that_is_not_finite_is_an_error_in_a_whole_output_too() {
        let mut params = FieldWriter::new();
        let error = params
            .all(&BTreeMap::from([("ratio", f64::NAN)]))
            .expect_err("no JSON");
        assert!(error.to_string().contains("not finite"), "{error}");
        params.all(&BTreeMap::from([("ratio", 1.5)])).expect("fine");
        assert_eq!(params.into_json().as_deref(), Some(r#"{"ratio":1.5}"#));
    }

    #[test]
    fn an_object_that_is_half_written_is_an_error_and_not_nothing() {
        use serde::ser::{SerializeMap, Serializer};

        struct Swallows;

        impl serde::Serialize for Swallows {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                let _ = map.serialize_entry("ratio", &f64::NAN);
                map.serialize_entry("to", "x")?;
                map.end()
            }
        }

        let error = FieldWriter::new().all(&Swallows).expect_err("no JSON");
        assert!(error.to_string().contains("not JSON"), "{error}");
    }

    #[test]
    fn a_name_is_written_once_and_is_one() {
        let mut params = FieldWriter::new();
        params.field("a\"", &1).expect("fine");
        params.field("b", &None::<i64>).expect("fine");
        params.field("b", &2).expect("omitted before");
        for (name, says) in [("a\"", "duplicate"), ("b", "duplicate"), ("", "empty")] {
            let error = params.field(name, &3).expect_err("refused");
            assert!(error.to_string().contains(says), "{error}");
        }
        params
            .field_with("nothing", |_| Ok(()))
            .expect("same as none");
        assert_eq!(params.into_json().as_deref(), Some(r#"{"a\"":1,"b":2}"#));
    }

    #[test]
    fn values_of_every_shape_are_written_as_serde_json_does() {
        #[derive(serde::Serialize)]
        enum Shape {
            Unit,
            Newtype(i64),
            Tuple(i64, Option<f32>),
            Struct { a: char, b: () },
        }
        #[derive(serde::Serialize)]
        struct Tuple(u8, i128);

        let raw = serde_json::value::RawValue::from_string("[1e400, 1]".to_owned()).expect("JSON");
        let value = (
            [
                Shape::Unit,
                Shape::Newtype(1),
                Shape::Tuple(2, None),
                Shape::Struct { a: 'x', b: () },
            ],
            Tuple(1, i128::MAX),
            BTreeMap::from([(1, "one")]),
            (&raw, u64::MAX, f64::MIN, "tab\t", serde_json::Value::Null),
        );
        let expected = format!(
            r#"{{"x":{}}}"#,
            serde_json::to_string(&value).expect("JSON")
        );
        assert_eq!(written(|to| to.field("x", &value)), Some(expected));
    }
}
