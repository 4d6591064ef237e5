//! Texts with random mistakes in them, the same ones at every run: for tests that hold two readers against each other.

use std::ops::Range;

/// Random numbers by xorshift.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new() -> Self {
        Self(88_172_645_463_325_252)
    }

    /// The numbers of a series of its own.
    pub(crate) fn of_series(number: usize) -> Self {
        let spread = 0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(number as u64 + 1);
        Self(spread.max(1))
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    pub(crate) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A few bytes of a text, or none, anywhere in it.
    pub(crate) fn few_of(&mut self, text: &[u8]) -> Range<usize> {
        let start = self.below(text.len() + 1);
        start..(start + self.below(6)).min(text.len())
    }
}

/// How often a test draws. `ROUNDS=100000000 cargo test --release` is the long run.
pub(crate) fn rounds() -> usize {
    let rounds = std::env::var("ROUNDS").ok();
    rounds.map_or(100_000, |rounds| rounds.parse().unwrap())
}
