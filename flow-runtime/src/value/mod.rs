//! The platform's own kinds of values.

mod attachment;
mod avatar;
mod big_int;
mod calendar;
mod choice;
mod convert;
mod date;
mod date_time;
mod decimal;
mod error;
mod label;
mod language;
mod lookup;
mod multilingual;
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
pub use language::Language;
pub use lookup::Lookup;
pub use multilingual::Multilingual;
pub use phone::Phone;
pub use record_ref::RecordRef;
pub use region::Region;
pub use rich_text::RichText;
