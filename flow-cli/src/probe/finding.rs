//! What a probe found, without any value, secret or id.

use serde::Serialize;

use crate::failure::printable;

/// The whole report, safe to attach to a bug report.
#[derive(Default, Serialize)]
pub(super) struct Findings {
    runs: u32,
    findings: Vec<Finding>,
}

#[derive(Serialize)]
struct Finding {
    question: &'static str,
    found: String,
    assumed: &'static str,
    /// None where nothing is assumed.
    as_assumed: Option<bool>,
    settles: &'static str,
}

/// A question, what the code assumes, and which sentence of the documentation the answer settles.
pub(super) struct Question {
    pub(super) asks: &'static str,
    pub(super) assumes: &'static str,
    pub(super) settles: &'static str,
}

impl Findings {
    /// Counts a call of the flow.
    pub(super) fn called(&mut self) {
        self.runs += 1;
    }

    pub(super) fn add(&mut self, question: &Question, found: String, as_assumed: Option<bool>) {
        self.findings.push(Finding {
            question: question.asks,
            found,
            assumed: question.assumes,
            as_assumed,
            settles: question.settles,
        });
    }

    pub(super) fn json(&self) -> String {
        // cannot fail: texts and numbers
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("{} calls\n", self.runs);
        for finding in &self.findings {
            let mark = match finding.as_assumed {
                Some(true) => "as assumed",
                Some(false) => "DIFFERS",
                None => "noted",
            };
            text.push_str(&format!(
                "\n{}\n  found     {} ({mark})\n  assumed   {}\n  settles   {}\n",
                finding.question,
                printable(&finding.found),
                finding.assumed,
                finding.settles
            ));
        }
        text
    }
}
