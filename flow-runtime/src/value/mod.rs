//! The platform's own kinds of values, as inputs and as outputs.
//!
//! The platform writes most of its field types in more than one way, and its documents do not say which of them a flow
//! uses. These types write the one that flows and functions use, and read all. They work as fields of a flow, inside
//! `Option` and `Vec`, and in structs of yours that derive serde's traits.
//!
//! | the platform's type | here |
//! |---|---|
//! | text, email, auto number | `String` |
//! | number | `f64`, or an integer type |
//! | boolean | `bool` |
//! | bigint | [`BigInt`] |
//! | decimal | [`Decimal`] |
//! | date | [`Date`] |
//! | datetime | [`DateTime`] |
//! | option | [`Choice`], several: `Vec<Choice>` |
//! | multilingual | [`Multilingual`] |
//! | lookup | [`RecordRef`], with the name: [`Lookup`]; several: `Vec<RecordRef>` |
//! | phone | [`Phone`] |
//! | region | [`Region`] |
//! | avatar | [`Avatar`] |
//! | attachment | `Vec<`[`Attachment`]`>` |
//! | rich text | [`RichText`] |
//!
//! What is known of a form from the platform's documents or only seen in its SDKs is said at each type. The types with
//! public fields are of the second kind: they keep what they do not know in `extra`, as JSON whose fractions are `f64`,
//! and write it back.
//!
//! A value that does not fit is an error that says what was expected and what kind was found, and never shows the
//! value. `Debug` and `Display` of the types do show it.
//!
//! ```
//! use apaas_flow::apaas_flow;
//! use apaas_flow::value::{Attachment, Choice, Date, Decimal, RecordRef};
//!
//! /// Files a claim.
//! #[apaas_flow(namespace = "package_expenses__c", flow_id = "claim_0a1b2c3d4e")]
//! struct Claim {
//!     #[input("variable_employee")]
//!     employee: RecordRef,
//!     #[input("variable_day")]
//!     day: Date,
//!     #[input("variable_amount")]
//!     amount: Decimal,
//!     #[output("variable_status")]
//!     status: Choice,
//!     #[output("variable_receipts")]
//!     receipts: Vec<Attachment>,
//! }
//!
//! let claim = Claim {
//!     employee: RecordRef::new(1767211281913907),
//!     day: "2023-05-10".parse()?,
//!     amount: "128.50".parse()?,
//! };
//! # let body = apaas_flow::wire::request(&claim, &apaas_flow::Operator::id(1))?;
//! # assert!(String::from_utf8(body)?.contains(r#"\"variable_amount\":\"128.50\""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The features `chrono04`, `jiff02` and `time03` convert [`Date`] and [`DateTime`], `rust_decimal1` converts
//! [`Decimal`], to and from those crates' types. They are off by default.

mod attachment;
mod avatar;
mod big_int;
pub(crate) mod calendar;
mod choice;
mod convert;
mod date;
mod date_time;
mod decimal;
mod error;
mod json;
mod label;
mod language;
mod lookup;
pub mod multilingual;
mod phone;
mod read;
mod record_ref;
mod region;
mod rich_text;
#[cfg(test)]
mod tests;
mod write;

pub use attachment::Attachment;
pub use avatar::Avatar;
pub use big_int::BigInt;
pub use choice::Choice;
pub use date::Date;
pub use date_time::DateTime;
pub use decimal::Decimal;
pub use error::ValueError;
#[cfg(feature = "generate")]
pub(crate) use json::Json as AnyJson;
pub use language::Language;
pub use lookup::Lookup;
pub use multilingual::Multilingual;
pub use phone::Phone;
pub use record_ref::RecordRef;
pub use region::Region;
pub use rich_text::RichText;
