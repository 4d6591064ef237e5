//! Makes contracts compulsory: a flow in `src/flows.rs` without a file in `flows` does not compile.

fn main() {
    println!("cargo:rustc-env=APAAS_FLOW_CONTRACTS=require");
    // a new file is noticed, too
    println!("cargo:rerun-if-changed=flows");
}
