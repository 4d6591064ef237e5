//! The flow engine's error codes, as far as the emulator answers with them.

/// A parameter has an API name that the flow does not know.
pub(crate) const UNKNOWN_INPUT: &str = "k_wf_ec_2001001";
/// A required parameter is missing.
pub(crate) const REQUIRED_INPUT_MISSING: &str = "k_wf_ec_2001002";
/// There is no such flow.
pub(crate) const NO_SUCH_FLOW: &str = "k_wf_ec_2001006";
/// The idempotency key was used before.
pub(crate) const KEY_ALREADY_USED: &str = "k_wf_ec_2001008";

/// The handler is broken. The emulator's own: the engine has no such code.
pub(crate) const HANDLER_BROKEN: &str = "emulator_handler_broken";
