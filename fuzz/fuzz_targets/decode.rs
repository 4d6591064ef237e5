//! A reply, read by the library and by an oracle: both say the same.
//!
//! `cargo +nightly fuzz run decode -- -dict=fuzz/decode.dict -max_total_time=1800`

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    apaas_flow_fuzz::decode(input);
});
