//! Random numbers, so that one emulator never accepts another's token.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Taken from the seed that the standard library gives each hash map, which saves a dependency.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
