//! The trait behind every typed call.

use crate::{Outputs, Params, Result, names};

/// A flow: where it is, what it takes and what it gives.
///
/// `#[apaas_flow]` implements it; by hand it is the escape hatch for what the attribute cannot say.
///
/// ```
/// use apaas_flow::{Flow, Outputs, Params, Result, wire};
///
/// struct Discount {
///     order: i64,
///     percent: u8,
/// }
///
/// impl Flow for Discount {
///     const NAMESPACE: &'static str = "package_shop__c";
///     const FLOW_ID: &'static str = "discount_0a1b2c3d4e";
///     type Output = String;
///
///     fn write_params(&self, to: &mut Params) -> Result<()> {
///         to.field("variable_order", &self.order)?;
///         to.field("variable_factor", &(1.0 - f64::from(self.percent) / 100.0))
///     }
///
///     fn read_outputs(from: &mut Outputs<'_>) -> Result<String> {
///         from.take("variable_total")
///     }
/// }
///
/// assert_eq!(
///     wire::path::<Discount>(),
///     "/open-apis/apaas/v1/applications/package_shop__c/flows/discount_0a1b2c3d4e/execute"
/// );
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a flow",
    label = "`#[apaas_flow]` is missing on this type",
    note = "annotate the struct: `#[apaas_flow(namespace = \"...\", flow_id = \"...\")]`"
)]
pub trait Flow {
    /// The application's API name, such as `package_7344545d87__c`.
    const NAMESPACE: &'static str;
    /// The flow's API name, such as `deleteObject_99c656599f`.
    const FLOW_ID: &'static str;
    /// Fails the compilation where one of the two names cannot be part of a URL.
    #[doc(hidden)]
    const CHECKED: () = {
        names::check_namespace(Self::NAMESPACE);
        names::check_flow_id(Self::FLOW_ID);
    };
    /// The flow's contract as far as the code knows it, which `#[apaas_flow]` gives: the text of a contract file.
    #[doc(hidden)]
    const DESCRIBED: &'static str = "";
    /// What the flow gives back.
    type Output;

    /// Writes the inputs, each under its api name.
    ///
    /// # Errors
    /// A value that cannot be written as JSON. Nothing has been sent then.
    fn write_params(&self, to: &mut Params) -> Result<()>;

    /// Reads the outputs, each by its api name.
    ///
    /// # Errors
    /// Outputs that are missing or do not fit: [`ErrorKind::Decode`](crate::ErrorKind::Decode). The flow has run then.
    fn read_outputs(from: &mut Outputs<'_>) -> Result<Self::Output>;
}

/// The opposite direction of a [`Flow`], for the emulator: reads what `write_params` wrote, writes what `read_outputs` reads.
///
/// `#[apaas_flow(.., emulate)]` implements it. The two carriers are the same, turned around: here [`Outputs`] holds
/// the request's parameters and [`Params`] takes the outputs.
#[diagnostic::on_unimplemented(
    message = "the emulator cannot serve `{Self}`",
    label = "`emulate` is missing on this flow",
    note = "add it: `#[apaas_flow(namespace = \"...\", flow_id = \"...\", emulate)]`"
)]
pub trait Emulated: Flow + Sized {
    /// Reads the inputs, each by its api name.
    ///
    /// # Errors
    /// Inputs that are missing or do not fit.
    fn read_params(from: &mut Outputs<'_>) -> Result<Self>;

    /// Writes the outputs, each under its api name.
    ///
    /// # Errors
    /// A value that cannot be written as JSON.
    fn write_outputs(output: &Self::Output, to: &mut Params) -> Result<()>;
}

/// The emulator's way in: the text of a JSON object `{api name: value}` is all that the two sides agree on.
#[doc(hidden)]
pub mod emulated {
    use super::{Emulated, Outputs, Params};
    use crate::error::{Error, Result};

    /// The text of a JSON object to the flow's input.
    pub fn read_params<F: Emulated>(object: &str) -> Result<F> {
        let read = || {
            let mut from = Outputs::parse(object)?;
            let input = F::read_params(&mut from);
            from.finish(input)
        };
        read().map_err(Error::of_inputs)
    }

    /// The flow's output to the text of a JSON object.
    pub fn write_outputs<F: Emulated>(output: &F::Output) -> Result<String> {
        let mut to = Params::new();
        F::write_outputs(output, &mut to)?;
        Ok(to.into_json().unwrap_or_else(|| "{}".to_owned()))
    }
}
