//! The idempotency keys that were used.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;

/// How many runs each idempotency key has started.
///
/// A key is kept as a hash of 128 bits, so that memory does not depend on its length; at this width a collision is out of
/// the question.
pub(crate) struct Keys {
    hashers: [RandomState; 2],
    runs: HashMap<[u64; 2], u32>,
    recent: Option<Recent>,
}

/// The keys in the order of their first run, and how many of them are remembered.
struct Recent {
    order: VecDeque<[u64; 2]>,
    limit: usize,
}

impl Keys {
    /// Remembers the most recent `limit` keys, or all of them.
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self {
            hashers: [RandomState::new(), RandomState::new()],
            runs: HashMap::new(),
            recent: limit.map(|limit| Recent {
                order: VecDeque::new(),
                limit,
            }),
        }
    }

    /// Every key counts as never used.
    #[cfg(feature = "cli")]
    pub(crate) fn clear(&mut self) {
        self.runs.clear();
        if let Some(recent) = &mut self.recent {
            recent.order.clear();
        }
    }

    fn hash(&self, key: &str) -> [u64; 2] {
        self.hashers.each_ref().map(|hasher| hasher.hash_one(key))
    }

    pub(crate) fn count_run(&mut self, key: &str) {
        let hash = self.hash(key);
        let runs = self.runs.entry(hash).or_default();
        *runs += 1;
        if let (Some(recent), 1) = (&mut self.recent, *runs) {
            recent.order.push_back(hash);
            if recent.order.len() > recent.limit {
                if let Some(oldest) = recent.order.pop_front() {
                    self.runs.remove(&oldest);
                }
            }
        }
    }

    pub(crate) fn runs_of(&self, key: &str) -> usize {
        let runs = self.runs.get(&self.hash(key)).copied();
        runs.map_or(0, |runs| usize::try_from(runs).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_of_a_key_would_be_seen() {
        let mut keys = Keys::new(None);
        keys.count_run("a");
        keys.count_run("a");
        assert_eq!((keys.runs_of("a"), keys.runs_of("b")), (2, 0));
    }

    #[test]
    fn forgotten_keys_take_no_memory() {
        let mut keys = Keys::new(Some(2));
        for key in ["a", "b", "c", "a"] {
            keys.count_run(key);
        }
        assert_eq!((keys.runs_of("b"), keys.runs_of("c")), (0, 1));
        assert_eq!(keys.runs.len(), 2);
        assert_eq!(keys.recent.unwrap().order.len(), 2);
    }
}
