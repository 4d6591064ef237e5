//! The emulator's way in: the text of a JSON object `{api name: value}` is all that the two sides agree on.

use super::{Emulated, FieldReader, FieldWriter};
use crate::codec::as_outputs;
use crate::error::{Error, Result};

/// The text of a JSON object to the flow's input.
pub fn read_params<F: Emulated>(object: &str) -> Result<F> {
    FieldReader::read_all(object, F::read_params).map_err(Error::of_inputs)
}

/// The flow's output to the text of a JSON object, each value as the platform sends it.
pub fn write_outputs<F: Emulated>(output: &F::Output) -> Result<String> {
    let mut to = FieldWriter::new();
    as_outputs(|| F::write_outputs(output, &mut to))?;
    Ok(to.into_json().unwrap_or_else(|| "{}".to_owned()))
}
