//! What is told of odd files, by the reader itself.

use apaas_flow_contract::Contract;

mod odd_files;

#[test]
fn every_mistake_is_told_at_its_place() {
    for (text, mistakes) in odd_files::odd_files() {
        let told = Contract::read(&text).err().unwrap_or_default();
        let told: Vec<_> = told.iter().map(ToString::to_string).collect();
        assert_eq!(told, mistakes, "{text}");
    }
}
