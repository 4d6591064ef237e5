//! The platform's own kinds of values.

mod record_ref;

pub use record_ref::RecordRef;
