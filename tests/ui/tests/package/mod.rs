//! Packages of users, which cargo checks.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a part of each test"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A user's package: its sources are written once, and never touched again.
pub(crate) struct Package {
    pub(crate) folder: PathBuf,
}

/// Of a package in a workspace, with more dependencies.
pub(crate) fn member_manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
        [dependencies]\napaas-flow = {{ workspace = true }}\n{dependencies}"
    )
}

impl Package {
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        Package::of_edition("2024", name, files)
    }

    pub(crate) fn of_edition(edition: &str, name: &str, files: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\npublish = false\n\n\
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

    /// A workspace with these packages in it, each of one file.
    pub(crate) fn workspace(name: &str, members: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let package = Package::new(name, files);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
        let manifest = format!(
            "[workspace]\nmembers = {names:?}\nresolver = \"3\"\n\n[workspace.dependencies]\n\
            apaas-flow = {{ path = '{}', default-features = false }}\n",
            root.display()
        );
        package.write("Cargo.toml", &manifest);
        for (member, source) in members {
            package.write(
                &format!("{member}/Cargo.toml"),
                &member_manifest(member, ""),
            );
            package.write(&format!("{member}/lib.rs"), source);
        }
        package
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.folder.join(file)).unwrap();
    }

    /// `cargo check` with `APAAS_FLOW_CONTRACTS` set so; what the compiler says.
    pub(crate) fn check(&self, setting: Option<&str>) -> Result<(), String> {
        self.check_with(&[], setting, &[])
    }

    pub(crate) fn check_with(
        &self,
        arguments: &[&str],
        setting: Option<&str>,
        env: &[(&str, &str)],
    ) -> Result<(), String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["check", "--quiet", "--offline"])
            .args(arguments)
            .current_dir(&self.folder)
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
            )
            .env_remove("RUSTFLAGS")
            .env_remove("APAAS_FLOW_CONTRACTS")
            .envs(env.iter().copied());
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
    pub(crate) fn refuses(&self, setting: Option<&str>, message: &str) {
        self.refuses_with(&[], setting, message);
    }

    #[track_caller]
    pub(crate) fn refuses_with(&self, arguments: &[&str], setting: Option<&str>, message: &str) {
        match self.check_with(arguments, setting, &[]) {
            Ok(()) => panic!("the build passed; expected: {message}"),
            Err(said) => assert!(said.contains(message), "{said}"),
        }
    }
}
