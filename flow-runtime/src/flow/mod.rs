//! The trait behind every typed call.

pub mod emulated;
mod name;

use std::marker::PhantomData;

pub(crate) use name::check_dynamic;
pub use name::{check_contract, check_flow_id, check_namespace};

use crate::codec::{FieldReader, FieldWriter};
use crate::error::Result;

/// A flow: where it is, what it takes and what it gives.
///
/// `#[apaas_flow]` implements it; by hand it is the escape hatch for what the attribute cannot say.
///
/// ```
/// use apaas_flow::{Flow, FieldReader, FieldWriter, Result, wire};
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
///     fn write_params(&self, to: &mut FieldWriter) -> Result<()> {
///         to.field("variable_order", &self.order)?;
///         to.field("variable_factor", &(1.0 - f64::from(self.percent) / 100.0))
///     }
///
///     fn read_outputs(from: &mut FieldReader<'_>) -> Result<String> {
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
    /// The flow's contract as far as the code knows it, which `#[apaas_flow]` gives: the text of a contract file.
    #[doc(hidden)]
    const DESCRIBED: &'static str = "";
    /// What the flow gives back.
    type Output;

    /// Writes the inputs, each under its api name.
    ///
    /// # Errors
    /// A value that cannot be written as JSON. Nothing has been sent then.
    fn write_params(&self, to: &mut FieldWriter) -> Result<()>;

    /// Reads the outputs, each by its api name.
    ///
    /// It may be called twice for one reply, so it has to be without effects: if anything about the outputs is unusual
    /// or does not fit, what the first call gave is dropped, and the second one is given more time to say why.
    ///
    /// # Errors
    /// Outputs that are missing or do not fit: [`ErrorKind::Decode`](crate::ErrorKind::Decode). The flow has run then.
    fn read_outputs(from: &mut FieldReader<'_>) -> Result<Self::Output>;
}

/// The opposite direction of a [`Flow`], for the emulator: reads what `write_params` wrote, writes what `read_outputs` reads.
///
/// `#[apaas_flow(.., emulate)]` implements it. Reader and writer are those of [`Flow`], turned around: here the
/// [`FieldReader`] holds the request's parameters and the [`FieldWriter`] takes the outputs.
#[diagnostic::on_unimplemented(
    message = "the emulator cannot serve `{Self}`",
    label = "`emulate` is missing on this flow",
    note = "add it: `#[apaas_flow(namespace = \"...\", flow_id = \"...\", emulate)]`"
)]
pub trait Emulated: Flow + Sized {
    /// Reads the inputs, each by its api name. It may be called twice, as [`Flow::read_outputs`].
    ///
    /// # Errors
    /// Inputs that are missing or do not fit.
    fn read_params(from: &mut FieldReader<'_>) -> Result<Self>;

    /// Writes the outputs, each under its api name.
    ///
    /// # Errors
    /// A value that cannot be written as JSON.
    fn write_outputs(output: &Self::Output, to: &mut FieldWriter) -> Result<()>;
}

/// Fails the compilation where one of the flow's two names cannot be part of a URL.
///
/// It is no constant of the trait, which an implementation could put another in the place of.
pub(crate) fn check_names<F: Flow>() {
    struct Names<F>(PhantomData<F>);

    impl<F: Flow> Names<F> {
        const CHECKED: () = {
            check_namespace(F::NAMESPACE);
            check_flow_id(F::FLOW_ID);
        };
    }

    let () = Names::<F>::CHECKED;
}
