//! Numbers that differ from emulator to emulator, so that a token of one is never taken for a token of another.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// A number drawn from the seed that the standard library gives each hash map.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
