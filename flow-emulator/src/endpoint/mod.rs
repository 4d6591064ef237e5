//! The two endpoints: what a request asks for, and what the state decides. How the answer is written is HTTP's part.

pub(crate) mod authorization;
pub(crate) mod execute;
pub(crate) mod token;
