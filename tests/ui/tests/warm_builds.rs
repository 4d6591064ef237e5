//! A contract that changes must be noticed by a build that has nothing else to do.
#![allow(clippy::unwrap_used, reason = "a test")]

mod package;

use std::path::Path;

use package::Package;

const CONTRACT: &str = "flows/package_shop__c/price_0a1b2c3d4e.json";

const FLOW: &str = r#"
use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
pub struct Price {
    #[input("variable_order")]
    pub order: i64,
    #[output("variable_total")]
    pub total: String,
}
"#;

const GOOD: &str = r#"{
  "inputs": { "variable_order": { "type": "integer" } },
  "outputs": { "variable_total": { "type": "decimal" } }
}"#;

/// Without the output that the struct uses.
const SMALLER: &str = r#"{
  "inputs": { "variable_order": { "type": "integer" } },
  "outputs": {}
}"#;

#[test]
fn an_edited_contract_is_noticed() {
    let package = Package::new("edited-contract", &[("lib.rs", FLOW), (CONTRACT, GOOD)]);
    package.check(None).unwrap();
    package.write(CONTRACT, SMALLER);
    package.refuses(
        None,
        &format!("no output `variable_total` in {CONTRACT}; it lists none"),
    );
    package.write(CONTRACT, GOOD);
    package.check(None).unwrap();
    package.write(CONTRACT, &GOOD.replace("decimal", "boolean"));
    package.refuses(None, "`String` cannot hold `variable_total`");
}

#[test]
fn a_deleted_contract_is_noticed() {
    let package = Package::new("deleted-contract", &[("lib.rs", FLOW), (CONTRACT, GOOD)]);
    package.check(Some("require")).unwrap();
    package.remove(CONTRACT);
    package.refuses(Some("require"), &format!("there is no contract {CONTRACT}"));
    package.check(None).unwrap();
}

#[test]
fn a_changed_setting_is_noticed() {
    let package = Package::new("changed-setting", &[("lib.rs", FLOW)]);
    package.check(None).unwrap();
    package.refuses(Some("require"), &format!("there is no contract {CONTRACT}"));
    package.check(None).unwrap();
    package.refuses(Some("requier"), "found `requier`");
    package.write(CONTRACT, SMALLER);
    package.check(Some("ignore")).unwrap();
    package.refuses(None, "no output `variable_total`");
}

/// The three lines that the documentation gives.
#[test]
fn with_a_build_script_a_new_contract_is_noticed() {
    let script = "fn main() {\n    println!(\"cargo:rerun-if-changed=flows\");\n}\n";
    let package = Package::new(
        "new-contract",
        &[
            ("lib.rs", FLOW),
            ("build.rs", script),
            ("flows/.gitkeep", ""),
        ],
    );
    package.check(None).unwrap();
    package.write(CONTRACT, SMALLER);
    package.refuses(None, "no output `variable_total`");
}

/// Found above the package, as in a workspace, and from a constant namespace.
#[test]
fn a_contract_of_the_workspace_is_noticed() {
    let flow = FLOW.replace("namespace = \"package_shop__c\"", "namespace = SHOP");
    let flow = format!("const SHOP: &str = \"package_shop__c\";\n{flow}");
    let member = "[package]\nname = \"member\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
        [dependencies]\napaas-flow = { workspace = true }\n";
    let package = Package::new(
        "of-a-workspace",
        &[
            ("lib.rs", ""),
            ("member/Cargo.toml", member),
            ("member/lib.rs", &flow),
            (CONTRACT, GOOD),
        ],
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    package.write(
        "Cargo.toml",
        &format!(
            "[workspace]\nmembers = [\"member\"]\nresolver = \"3\"\n\n[workspace.dependencies]\n\
            apaas-flow = {{ path = '{}', default-features = false }}\n",
            root.display()
        ),
    );
    package.check(Some("require")).unwrap();
    package.write(CONTRACT, SMALLER);
    package.refuses(None, "no output `variable_total`");
}
