//! `rust_decimal` 1.

use rust_decimal1::Decimal as Number;

use crate::value::{Decimal, ValueError};

/// Needs the feature `rust_decimal1`. The digits behind the point stay as they are.
///
/// ```
/// # use rust_decimal1 as rust_decimal;
/// use apaas_flow::value::Decimal;
///
/// let total: Decimal = "128.50".parse()?;
/// let total = rust_decimal::Decimal::from(total);
/// assert_eq!(total.to_string(), "128.50");
/// assert_eq!(Decimal::try_from(total)?.to_string(), "128.50");
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
impl From<Decimal> for Number {
    fn from(decimal: Decimal) -> Self {
        // at most 27 digits, 9 of them behind the point: its limit is 28
        Self::from_i128_with_scale(decimal.mantissa(), decimal.places())
    }
}

/// Needs the feature `rust_decimal1`. Fails where a number has more digits than the platform's decimals.
impl TryFrom<Number> for Decimal {
    type Error = ValueError;

    fn try_from(number: Number) -> Result<Self, ValueError> {
        Self::checked(number.mantissa(), number.scale().into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Decimal, Number};
    use crate::value::tests::decimals;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn there_and_back(decimal in decimals()) {
            let number = Number::from(decimal);
            prop_assert_eq!(number.to_string(), decimal.to_string());
            prop_assert_eq!(Decimal::try_from(number).map(|d| d.to_string()), Ok(decimal.to_string()));
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_no_rounding() {
        assert!(Decimal::try_from(Number::MAX).is_err());
        assert!(Decimal::try_from(Number::new(1, 10)).is_err());
        let zeros = Number::from_i128_with_scale(1_500_000_000_000, 12);
        assert_eq!(Decimal::try_from(zeros).unwrap().to_string(), "1.500000000");
    }
}
