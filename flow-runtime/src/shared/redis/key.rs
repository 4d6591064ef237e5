//! What our keys are called in Redis.

use sha1_smol::Sha1;

/// The keys of one budget or one token: `apaas-flow:{5f3759df...}:places`. What they are for is hashed, so that a list
/// of keys tells nobody which apps there are. The braces keep them in one slot of a cluster.
pub(super) struct Keys(String);

impl Keys {
    pub(super) fn of(name: &str) -> Self {
        let hash = Sha1::from(name).digest();
        Self(format!("apaas-flow:{{{hash}}}:"))
    }

    pub(super) fn key(&self, what: &str) -> String {
        format!("{}{what}", self.0)
    }
}
