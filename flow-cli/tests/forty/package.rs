//! A user's package with the generated files in it, which cargo builds and runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the package's `main` calls, for each reply.
pub(crate) const READ_AND_WRITE: &str = r#"
fn read<F: apaas_flow::Flow>(file: &str) -> F::Output {
    let reply = std::fs::read(file).expect(file);
    match apaas_flow::wire::reply::<F>(200, &reply) {
        Ok(run) => run.output,
        Err(error) => panic!("{file}: {error}"),
    }
}

fn write<F: apaas_flow::Emulated>(file: &str) {
    let output = read::<F>(file);
    println!("{}", apaas_flow::emulated::write_outputs::<F>(&output).expect(file));
}
"#;

pub(crate) struct Package {
    pub(crate) folder: PathBuf,
}

impl Package {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let package = Self { folder };
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
                [dependencies]\napaas-flow = {{ path = '{}', default-features = false }}\n\
                serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\n\
                [lints.rust]\ndead_code = \"allow\"\n\n[profile.dev]\ndebug = false\n\n[workspace]\n",
                root.display()
            ),
        );
        package.write("src/plain/.gitkeep", "");
        fs::copy(root.join("Cargo.lock"), package.folder.join("Cargo.lock")).unwrap();
        package
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// What it prints.
    #[track_caller]
    pub(crate) fn run(&self) -> String {
        let output = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--offline"])
            .current_dir(&self.folder)
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
            )
            .env("APAAS_FLOW_CONTRACTS", "ignore")
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(!said.contains("warning"), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }
}
