//! Which words are names depends on the edition of the user's crate, and not on ours.
#![allow(clippy::unwrap_used, reason = "a test")]

mod package;

use package::Package;

/// The words that later editions have made keywords.
const NAMES: [(&str, &[&str]); 4] = [
    ("2015", &["async", "await", "dyn", "gen", "try"]),
    ("2018", &["gen"]),
    ("2021", &["gen"]),
    ("2024", &["r#gen"]),
];

#[test]
fn a_field_may_have_any_name_of_its_edition() {
    for (edition, names) in NAMES {
        let flows = names.iter().enumerate().flat_map(|(i, name)| {
            [("New", ""), ("Old", "#[deprecated]")].map(|(kind, deprecated)| {
                format!(
                    "#[apaas_flow::apaas_flow(namespace = \"package_shop__c\", flow_id = \"flow_{i}\", emulate)]\n\
                    pub struct {kind}{i} {{\n\
                    #[input]\n#[output(\"variable_total\")]\n{deprecated}\npub {name}: i64,\n}}\n"
                )
            })
        });
        let source = format!("extern crate apaas_flow;\n{}", flows.collect::<String>());
        let package = Package::of_edition(edition, "edition", &[("lib.rs", &source)]);
        package.check(None).unwrap();
    }
}
