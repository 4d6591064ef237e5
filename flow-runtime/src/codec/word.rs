//! JSON strings, eight bytes at a time: most of a string is copied as it is, up to the next special byte.

/// Eight bytes of a text, examined at once.
#[derive(Clone, Copy)]
pub(super) struct Word(u64);

impl Word {
    pub(super) const BYTES: usize = size_of::<u64>();
    const ONES: u64 = u64::MAX / 255;
    const HIGH_BITS: u64 = Self::ONES << 7;

    #[inline]
    pub(super) fn first_of(text: &[u8]) -> Option<Self> {
        text.first_chunk()
            .map(|bytes| Self(u64::from_le_bytes(*bytes)))
    }

    #[inline]
    pub(super) fn bytes(self) -> [u8; Self::BYTES] {
        self.0.to_le_bytes()
    }

    /// Sets the high bit of the first byte that is a quote or backslash. Bits above it may be false positives, since
    /// the subtraction borrows upwards.
    #[inline]
    pub(super) fn quotes_or_backslashes(self) -> u64 {
        let zeros = |word: u64| word.wrapping_sub(Self::ONES) & !word;
        let quotes = zeros(self.0 ^ (Self::ONES * u64::from(b'"')));
        let backslashes = zeros(self.0 ^ (Self::ONES * u64::from(b'\\')));
        (quotes | backslashes) & Self::HIGH_BITS
    }

    /// The same for the first control character.
    #[inline]
    pub(super) fn controls(self) -> u64 {
        self.0.wrapping_sub(Self::ONES * u64::from(b' ')) & !self.0 & Self::HIGH_BITS
    }
}

/// The index of the first marked byte of a word.
#[inline]
pub(super) fn first(marks: u64) -> Option<usize> {
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}
