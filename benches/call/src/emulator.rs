//! The emulator; prints its address on the first line and runs until killed.

use apaas_flow_emulator::Emulator;
use call::{DeleteObject, DeleteObjectOutput};

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let emulator = Emulator::start().await?;
    emulator.on::<DeleteObject>(|input| {
        Ok(DeleteObjectOutput {
            flow_execution_id: input.record.id(),
        })
    });
    println!("{}", emulator.url());
    std::future::pending().await
}
