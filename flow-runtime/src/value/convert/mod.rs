//! To and from the types of other crates, each behind the feature of its name.

#[cfg(feature = "chrono04")]
mod chrono04;
#[cfg(feature = "jiff02")]
mod jiff02;
#[cfg(feature = "rust_decimal1")]
mod rust_decimal1;
#[cfg(feature = "time03")]
mod time03;
