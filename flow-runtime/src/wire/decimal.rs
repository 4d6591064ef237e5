//! A number in decimal digits, as the platform and proxies write waits, lifetimes and codes.

/// Digits, with or without a sign, a fraction and an exponent.
///
/// What has 15 digits or fewer and a usual exponent is exact; what has more may be off in the last place, which nothing
/// here depends on. std's own reading is never off, and brings 16 KB of tables and code for that.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, digits.strip_prefix('+').unwrap_or(digits)),
    };
    let (mut number, mut places, mut is_fraction, mut has_digits) = (0.0, 0_i32, false, false);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                number = number * 10.0 + f64::from(byte - b'0');
                places = places.saturating_add(i32::from(is_fraction));
                has_digits = true;
            }
            b'.' if !is_fraction => is_fraction = true,
            _ => return None,
        }
    }
    // however large the exponent
    let power = if number == 0.0 {
        0
    } else {
        exponent.saturating_sub(places)
    };
    let scale = 10_f64.powi(power.saturating_abs());
    let number = if power < 0 {
        number / scale
    } else {
        number * scale
    };
    has_digits.then_some(sign * number)
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn digits_are_read_as_std_reads_them() {
        for text in [
            "0",
            "-0",
            "52",
            "+52",
            "0.5",
            ".5",
            "5.",
            "-1.25",
            "1e3",
            "1.5E-3",
            "007",
            "1e+2",
            "1785000052.125",
            "1785000052000000",
            "117.63331139400017",
            "1e300",
            "1e400",
            "0e999",
        ] {
            let (ours, std) = (decimal(text), text.parse::<f64>().unwrap());
            let is_it =
                |ours: f64| ours.to_bits() == std.to_bits() || (ours / std - 1.0).abs() < 1e-15;
            assert!(ours.is_some_and(is_it), "{text}: {ours:?}");
        }
        for text in [
            "", ".", "-", "e3", "1e", "1.2.3", "0x1", "1 2", "inf", "NaN", "１",
        ] {
            assert_eq!(decimal(text), None, "{text}");
        }
    }
}
