//! A contract that changes must be noticed by a build that has nothing else to do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// A user's package: its sources are written once, and never touched again.
struct Package {
    folder: PathBuf,
}

impl Package {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
            [lib]\npath = \"lib.rs\"\n\n\
            [dependencies]\napaas-flow = {{ path = '{}', default-features = false }}\n\n[workspace]\n",
            root.display()
        );
        let package = Package { folder };
        package.write("Cargo.toml", &manifest);
        fs::copy(root.join("Cargo.lock"), package.folder.join("Cargo.lock")).unwrap();
        for (file, text) in files {
            package.write(file, text);
        }
        package
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.folder.join(file)).unwrap();
    }

    /// `cargo check` with `APAAS_FLOW_CONTRACTS` set so; what the compiler says.
    fn check(&self, setting: Option<&str>) -> Result<(), String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["check", "--quiet", "--offline"])
            .current_dir(&self.folder)
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
            )
            .env_remove("RUSTFLAGS")
            .env_remove("APAAS_FLOW_CONTRACTS");
        if let Some(setting) = setting {
            cargo.env("APAAS_FLOW_CONTRACTS", setting);
        }
        let output = cargo.output().unwrap();
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    #[track_caller]
    fn refuses(&self, setting: Option<&str>, message: &str) {
        match self.check(setting) {
            Ok(()) => panic!("the build passed; expected: {message}"),
            Err(said) => assert!(said.contains(message), "{said}"),
        }
    }
}

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
