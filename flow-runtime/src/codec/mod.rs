//! The JSON of inputs and outputs: writing values, reading them, and explaining failures.

mod absent;
mod cursor;
mod entries;
mod explain;
mod field_reader;
mod field_serializer;
mod field_writer;
mod form;
mod kind;
mod mentions;
mod nested;
mod pairs;
mod repair;
mod serde_words;
mod string;
mod traced;
mod value_deserializer;
mod word;

pub(crate) use cursor::Cursor;
pub(crate) use entries::{Text, entries};
pub use field_reader::FieldReader;
pub(crate) use field_reader::OutputIndex;
pub use field_serializer::{FieldParts, FieldSerializer};
pub use field_writer::FieldWriter;
pub(crate) use form::{as_outputs, is_output};
pub(crate) use kind::{BOOLEAN, INTEGER, LIST, NULL, OBJECT, STRING, kind};
pub use nested::NestedFormatter;
pub(crate) use nested::{push_nested_json, push_nested_string};
pub(crate) use repair::repair;
use serde::Serialize;
use serde::de::DeserializeOwned;
pub(crate) use string::push_json_string;
pub(crate) use traced::{EMPTY_LIST, EMPTY_OBJECT, EMPTY_STRING, RAW, empty_form};
pub use value_deserializer::ValueDeserializer;

/// [`FieldReader`] by the name of what it mostly reads: the outputs of a flow.
///
/// ```
/// use apaas_flow::{Outputs, Result};
///
/// fn total(from: &mut Outputs<'_>) -> Result<String> {
///     from.take("variable_total")
/// }
/// ```
pub type Outputs<'a> = FieldReader<'a>;

/// [`FieldWriter`] by the name of what it mostly writes: the parameters of a flow.
///
/// ```
/// use apaas_flow::Params;
///
/// let mut params = Params::new();
/// params.field("variable_order", "4711")?;
/// # Ok::<(), apaas_flow::Error>(())
/// ```
pub type Params = FieldWriter;

/// A type that can be a flow's input: anything that is `serde::Serialize`.
///
/// Every such type implements it. It is what [`FieldWriter::field`] asks for, so that the compiler names the cure where a
/// type is not one of them. The same bound serves for a generic flow:
///
/// ```
/// use apaas_flow::{InputValue, apaas_flow};
///
/// #[apaas_flow(namespace = "package_shop__c", flow_id = "note_0a1b2c3d4e")]
/// struct Note<T: InputValue> {
///     #[input("variable_subject")]
///     subject: T,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written: as a flow's input, or with `emulate` as its output",
    label = "`serde::Serialize` is missing",
    note = "derive `serde::Serialize` for it, or write the field with a module of yours: `#[input(\"api_name\", with = path)]`"
)]
pub trait InputValue: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> InputValue for T {}

/// A type that can be a flow's output: anything that is `serde::Deserialize` and borrows nothing.
///
/// Every such type implements it. It is what [`FieldReader::take`] asks for, so that the compiler names the cure where a type
/// is not one of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read: as a flow's output, or with `emulate` as its input",
    label = "`serde::Deserialize` is missing",
    note = "derive `serde::Deserialize` for it, or read the field with a module of yours: `#[output(\"api_name\", with = path)]`"
)]
pub trait OutputValue: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> OutputValue for T {}
