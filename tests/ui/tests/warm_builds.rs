//! A contract that changes must be noticed by a build that has nothing else to do.
#![allow(clippy::unwrap_used, reason = "a test")]

mod package;

use package::{Package, member_manifest};

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

/// Recording and `contract::write` touch the lock when a contract is new.
#[test]
fn a_contract_that_comes_back_is_noticed() {
    let lock = "flows/.lock";
    let files = [("lib.rs", FLOW), (CONTRACT, GOOD), (lock, "")];
    let package = Package::new("returned-contract", &files);
    package.check(None).unwrap();
    package.remove(CONTRACT);
    package.check(None).unwrap();
    package.write(CONTRACT, SMALLER);
    package.write(lock, "");
    package.refuses(None, "no output `variable_total`");

    // by whatever hand, where it is required or named
    package.remove(CONTRACT);
    package.refuses(Some("require"), &format!("there is no contract {CONTRACT}"));
    package.write(CONTRACT, GOOD);
    package.check(Some("require")).unwrap();
    let named = FLOW.replace(
        ")]\npub struct",
        &format!(", contract = \"{CONTRACT}\")]\npub struct"),
    );
    let package = Package::new(
        "returned-named-contract",
        &[("lib.rs", &named), (CONTRACT, GOOD)],
    );
    package.check(None).unwrap();
    package.remove(CONTRACT);
    package.refuses(None, &format!("there is no contract `{CONTRACT}`"));
    package.write(CONTRACT, SMALLER);
    package.refuses(None, "no output `variable_total`");
}

#[test]
fn a_setting_in_cargos_configuration_is_noticed() {
    let package = Package::new("configured", &[("lib.rs", FLOW)]);
    let configuration = |setting: &str| {
        let text = format!("[env]\nAPAAS_FLOW_CONTRACTS = \"{setting}\"\n");
        package.write(".cargo/config.toml", &text);
    };
    package.check(None).unwrap();
    configuration("require");
    package.refuses(None, &format!("there is no contract {CONTRACT}"));
    configuration("ignore");
    package.check(None).unwrap();
    configuration("require");
    package.refuses(None, &format!("there is no contract {CONTRACT}"));
    // for once
    package.check(Some("ignore")).unwrap();
}

/// Found above the package, as in a workspace, and from a constant namespace.
#[test]
fn a_contract_of_the_workspace_is_noticed() {
    let flow = FLOW.replace("namespace = \"package_shop__c\"", "namespace = SHOP");
    let flow = format!("const SHOP: &str = \"package_shop__c\";\n{flow}");
    let package = Package::workspace("of-a-workspace", &[("member", &flow)], &[(CONTRACT, GOOD)]);
    package.check(Some("require")).unwrap();
    package.write(CONTRACT, SMALLER);
    package.refuses(None, "no output `variable_total`");
}

/// It was a package of its own once.
#[test]
fn a_contract_of_the_workspace_is_not_hidden_by_what_a_member_has() {
    let package = Package::workspace(
        "above-a-member",
        &[("member", FLOW)],
        &[(CONTRACT, SMALLER)],
    );
    package.write("member/Cargo.lock", "version = 4\n");
    package.write("member/flows/package_shop__c/other_0a1b2c3d4e.json", "{}");
    package.refuses(
        None,
        &format!("no output `variable_total` in {CONTRACT}; it lists none"),
    );
    let beside = format!("member/{CONTRACT}");
    package.write(&beside, GOOD);
    package.refuses(
        None,
        &format!(
            "this flow has several contracts: `{beside}` and `{CONTRACT}`; remove all but one"
        ),
    );
    package.remove(CONTRACT);
    package.check(Some("require")).unwrap();
}

/// Of the workspace are all its members, whichever of them cargo is asked for.
#[test]
fn contracts_are_required_of_the_workspace_and_of_no_dependency() {
    let missing = format!("there is no contract {CONTRACT}");
    let app = "pub use flows_within::Price;\npub use flows_elsewhere::Price as Other;";
    let members = [("app", app), ("flows_within", FLOW)];
    let package = Package::workspace("requiring", &members, &[(CONTRACT, GOOD)]);
    let elsewhere = Package::new("flows_elsewhere", &[("lib.rs", FLOW)]);
    let dependencies = format!(
        "flows_within = {{ path = \"../flows_within\" }}\nflows_elsewhere = {{ path = '{}' }}\n",
        elsewhere.folder.display()
    );
    package.write("app/Cargo.toml", &member_manifest("app", &dependencies));
    package.check(Some("require")).unwrap();
    elsewhere.refuses(Some("require"), &missing);
    // what a dependency has of its own, it keeps to
    elsewhere.write(CONTRACT, GOOD);
    elsewhere.check(Some("require")).unwrap();

    package.remove(CONTRACT);
    package.check(None).unwrap();
    for arguments in [&["-p", "app"][..], &["--workspace"]] {
        package.refuses_with(arguments, Some("require"), &missing);
    }
    package.check(None).unwrap();
}

/// As other build systems have it.
#[cfg(unix)]
#[test]
fn the_packages_folder_may_be_relative() {
    use std::os::unix::fs::PermissionsExt;

    let package = Package::workspace("relative", &[("member", FLOW)], &[(CONTRACT, GOOD)]);
    let wrapper = "#!/bin/sh\nif [ \"$CARGO_PKG_NAME\" = member ]; then export CARGO_MANIFEST_DIR=member; fi\nexec \"$@\"\n";
    package.write("wrapper", wrapper);
    let path = package.folder.join("wrapper");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    let env = [("RUSTC_WRAPPER", path.to_str().unwrap())];
    let check = || package.check_with(&[], Some("require"), &env);
    check().unwrap();
    package.write(CONTRACT, SMALLER);
    let said = check().unwrap_err();
    assert!(said.contains("no output `variable_total`"), "{said}");
}
