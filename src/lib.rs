// Where the README's links lead in these pages. The first definition of a label counts; the README has its own, for
// readers of the repository.
#![doc = "
[benchmarks]: https://github.com/apaas-flow/apaas-flow/blob/main/BENCHMARKS.md
[cli]: https://github.com/apaas-flow/apaas-flow/blob/main/flow-cli/README.md
[emulator-page]: https://raw.githubusercontent.com/apaas-flow/apaas-flow/main/docs/emulator.png
[guide-attribute]: macro@apaas_flow
[guide-calls]: guide::calls
[guide-contracts]: guide::contracts
[guide-errors]: guide::errors
[guide-first-call]: guide::first_call
[guide-from-an-sdk]: guide::from_an_sdk
[guide-many-calls]: guide::many_calls
[guide-several-machines]: guide::several_machines
[guide-testing]: guide::testing
[guide-values]: guide::values
[guide-web-service]: guide::web_service
[order-desk]: https://github.com/apaas-flow/apaas-flow/tree/main/examples/order-desk
[session]: https://raw.githubusercontent.com/apaas-flow/apaas-flow/main/docs/session.svg
"]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

// its examples are run by `tests/guide`, which has what they need
#[cfg(all(doc, not(doctest)))]
pub mod guide;

#[doc(hidden)]
pub use apaas_flow_macros::__Generated;
pub use apaas_flow_macros::apaas_flow;
#[doc(inline)]
pub use apaas_flow_runtime::*;
