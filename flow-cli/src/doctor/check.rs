//! A check and its result.

use serde::Serialize;

#[derive(Default, Serialize)]
pub(super) struct Checks {
    checks: Vec<Check>,
}

#[derive(Serialize)]
pub(super) struct Check {
    name: &'static str,
    result: Verdict,
    found: String,
    cure: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Passed,
    Failed,
    /// It cannot be checked.
    Unknown,
}

impl Check {
    pub(super) fn passed(name: &'static str, found: &str) -> Self {
        Self::new(name, Verdict::Passed, found, None)
    }

    pub(super) fn failed(name: &'static str, found: &str, cure: &str) -> Self {
        Self::new(name, Verdict::Failed, found, Some(cure))
    }

    pub(super) fn skipped(name: &'static str, why: &str) -> Self {
        Self::new(name, Verdict::Unknown, why, None)
    }

    fn new(name: &'static str, result: Verdict, found: &str, cure: Option<&str>) -> Self {
        Self {
            name,
            result,
            found: found.to_owned(),
            cure: cure.map(str::to_owned),
        }
    }
}

impl Checks {
    pub(super) fn push(&mut self, check: Check) {
        self.checks.push(check);
    }

    pub(super) fn any_failed(&self) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| check.result == Verdict::Failed)
    }

    /// A line for each.
    pub(super) fn text(&self) -> String {
        let line = |check: &Check| {
            let mark = match check.result {
                Verdict::Passed => '✓',
                Verdict::Failed => '✗',
                Verdict::Unknown => '-',
            };
            let cure = check.cure.as_deref().map(|cure| format!(": {cure}"));
            let Check { name, found, .. } = check;
            format!("{mark} {name:<14} {found}{}\n", cure.unwrap_or_default())
        };
        self.checks.iter().map(line).collect()
    }

    pub(super) fn json(&self) -> String {
        // cannot fail: texts and names
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}
