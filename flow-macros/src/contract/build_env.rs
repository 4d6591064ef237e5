//! What surrounds the compiler: where contracts may be, and whether they matter.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::ctxt::Ctxt;
use crate::keywords::CONTRACTS;
use crate::model::Flow;

pub(crate) struct BuildEnv {
    /// The folder of the package's `Cargo.toml`.
    pub(crate) package: PathBuf,
    /// The folder that the compiler runs in: cargo's workspace, for all that lies within.
    pub(crate) here: PathBuf,
    /// Whether the package is one of those that cargo was asked for.
    pub(crate) is_primary: bool,
    /// The value of `APAAS_FLOW_CONTRACTS`.
    pub(crate) setting: Option<String>,
}

#[derive(PartialEq)]
pub(super) enum Setting {
    /// Where there is a contract, it counts.
    Optional,
    Required,
    Ignored,
}

impl BuildEnv {
    pub(crate) fn of_this_compilation() -> Self {
        BuildEnv::new(
            std::env::var_os("CARGO_MANIFEST_DIR"),
            std::env::current_dir().unwrap_or_default(),
            std::env::var_os("CARGO_PRIMARY_PACKAGE").is_some(),
            std::env::var(CONTRACTS).ok(),
        )
    }

    /// Other build systems than cargo may name the package's folder from `here` on, or not at all.
    pub(crate) fn new(
        package: Option<OsString>,
        here: PathBuf,
        is_primary: bool,
        setting: Option<String>,
    ) -> Self {
        // without `.` and the slash of an empty name
        let package = here.join(package.unwrap_or_default());
        let mut package: PathBuf = package.components().collect();
        if package
            .components()
            .any(|name| name == Component::ParentDir)
        {
            package = package.canonicalize().unwrap_or(package);
        }
        BuildEnv {
            package,
            here,
            is_primary,
            setting,
        }
    }

    /// How far above the package its workspace's folder is. Cargo runs the compiler there for all packages in it, and
    /// for each other package in the package's own folder.
    fn depth(&self) -> usize {
        let mut levels = self.package.ancestors();
        let depth = levels.position(|level| level == self.here).or_else(|| {
            let here = self.here.canonicalize().ok()?;
            let mut levels = self.package.ancestors();
            levels.position(|level| level.canonicalize().is_ok_and(|level| level == here))
        });
        depth.unwrap_or(0)
    }

    /// Whether it is a package of the user's own, and not a dependency.
    fn is_own(&self) -> bool {
        self.is_primary || self.depth() > 0
    }

    /// The package's folder and those above it, up to the workspace's.
    pub(super) fn levels(&self) -> impl Iterator<Item = &Path> {
        let last = match self.depth() {
            0 if self.is_primary => levels_to_lock(&self.package),
            depth => depth,
        };
        self.package.ancestors().take(last + 1)
    }

    pub(super) fn setting(&self, flow: &Flow, cx: &Ctxt) -> Option<Setting> {
        match self.setting.as_deref() {
            None | Some("") => Some(Setting::Optional),
            Some("ignore") => Some(Setting::Ignored),
            // what a dependency lacks, its user cannot add
            Some(_) if !self.is_own() => Some(Setting::Optional),
            Some("require") => Some(Setting::Required),
            Some(other) => {
                cx.error_at(
                    flow.on_the_attribute(),
                    format!("expected the environment's {CONTRACTS} to be `require` or `ignore`, found `{other}`"),
                );
                None
            }
        }
    }
}

/// Where the compiler does not run in the workspace's folder, that one holds `Cargo.lock`.
fn levels_to_lock(package: &Path) -> usize {
    let mut levels = package.ancestors();
    let lock = levels.position(|level| level.join("Cargo.lock").is_file());
    lock.unwrap_or(0)
}
