//! The JSON of inputs and outputs: writing values, reading them, and explaining failures.

mod absent;
mod cursor;
mod entries;
mod explain;
mod field_serializer;
mod location;
mod outputs;
mod pairs;
mod params;
mod string;
mod word;

pub use absent::ValueDeserializer;
pub(crate) use cursor::Cursor;
pub(crate) use entries::{Text, entries};
pub(crate) use explain::{INTEGER, kind};
pub use field_serializer::FieldSerializer;
pub(crate) use outputs::OutputIndex;
pub use outputs::Outputs;
pub use params::Params;
use serde::Serialize;
use serde::de::DeserializeOwned;
pub(crate) use string::push_json_string;

/// The serializer that writes into the parameters.
pub(crate) type Json<'j, 'b> = &'j mut serde_json::Serializer<&'b mut Vec<u8>>;

/// A type that can be a flow's input: anything that implements `serde::Serialize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written: as a flow's input, or with `emulate` as its output",
    label = "`serde::Serialize` is missing",
    note = "derive `serde::Serialize` for it, or write the field with a module of yours: `#[input(\"api_name\", with = path)]`"
)]
pub trait InputValue: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> InputValue for T {}

/// A type that can be a flow's output: anything that implements `serde::Deserialize` and borrows nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read: as a flow's output, or with `emulate` as its input",
    label = "`serde::Deserialize` is missing",
    note = "derive `serde::Deserialize` for it, or read the field with a module of yours: `#[output(\"api_name\", with = path)]`"
)]
pub trait OutputValue: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> OutputValue for T {}
