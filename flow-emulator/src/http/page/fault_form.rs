//! Faults as the page writes and reads them: `{"kind": "gateway", "http_status": 502, "after": true}`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::state::fault::Fault;

/// What a fault is called, and what else is said of it.
pub(super) fn write(fault: &Fault) -> Value {
    match fault {
        Fault::RateLimited { reset } => json!({"kind": "rate_limited", "reset": reset}),
        Fault::StaleToken { http_status } => {
            json!({"kind": "stale_token", "http_status": http_status})
        }
        Fault::Gateway { http_status, after } => {
            json!({"kind": "gateway", "http_status": http_status, "after": after})
        }
        Fault::Internal { after } => json!({"kind": "internal", "after": after}),
        Fault::Dropped { after } => json!({"kind": "dropped", "after": after}),
        Fault::Slow(delay) => json!({"kind": "slow", "seconds": delay.as_secs_f64()}),
        Fault::Silent { after } => json!({"kind": "silent", "after": after}),
        Fault::Endless => json!({"kind": "endless"}),
        Fault::Truncated => json!({"kind": "truncated"}),
        Fault::CutOff => json!({"kind": "cut_off"}),
        Fault::Html { after } => json!({"kind": "html", "after": after}),
        Fault::Redirect { location } => json!({"kind": "redirect", "location": location}),
        Fault::Status(status) => json!({"kind": "status", "status": status}),
    }
}

/// The fault that the page describes, or what is wrong with its description.
pub(super) fn read(form: &Value) -> Result<Fault, String> {
    let form = Form(form);
    Ok(match form.text("kind")? {
        "rate_limited" => Fault::RateLimited {
            reset: form.number("reset")?,
        },
        "stale_token" => Fault::StaleToken {
            http_status: form.http_status()?,
        },
        "gateway" => Fault::Gateway {
            http_status: form.http_status()?,
            after: form.after()?,
        },
        "internal" => Fault::Internal {
            after: form.after()?,
        },
        "dropped" => Fault::Dropped {
            after: form.after()?,
        },
        "slow" => {
            let seconds = form.number("seconds")?;
            let delay = Duration::try_from_secs_f64(seconds);
            Fault::Slow(delay.map_err(|_| format!("`seconds` cannot be {seconds}"))?)
        }
        "silent" => Fault::Silent {
            after: form.after()?,
        },
        "endless" => Fault::Endless,
        "truncated" => Fault::Truncated,
        "cut_off" => Fault::CutOff,
        "html" => Fault::Html {
            after: form.after()?,
        },
        "redirect" => Fault::Redirect {
            location: form.text("location")?.to_owned(),
        },
        "status" => Fault::Status(form.text("status")?.to_owned()),
        unknown => return Err(format!("there is no fault `{unknown}`")),
    })
}

/// Whether the client does not learn from the reply what became of its request.
pub(super) fn loses_the_reply(fault: &Fault) -> bool {
    match fault {
        Fault::RateLimited { .. }
        | Fault::StaleToken { .. }
        | Fault::Redirect { .. }
        | Fault::Slow(_)
        | Fault::Status(_) => false,
        Fault::Gateway { .. }
        | Fault::Internal { .. }
        | Fault::Dropped { .. }
        | Fault::Silent { .. }
        | Fault::Endless
        | Fault::Truncated
        | Fault::CutOff
        | Fault::Html { .. } => true,
    }
}

struct Form<'a>(&'a Value);

impl<'a> Form<'a> {
    fn member<T>(
        &self,
        name: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<T, String> {
        let value = self.0.get(name).and_then(read);
        value.ok_or_else(|| format!("`{name}` is missing, or not what it should be"))
    }

    fn text(&self, name: &str) -> Result<&'a str, String> {
        self.member(name, Value::as_str)
    }

    fn number(&self, name: &str) -> Result<f64, String> {
        self.member(name, Value::as_f64)
    }

    fn after(&self) -> Result<bool, String> {
        self.member("after", Value::as_bool)
    }

    fn http_status(&self) -> Result<u16, String> {
        self.member("http_status", |value| u16::try_from(value.as_u64()?).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind; `write` does not compile without a new one.
    fn each() -> Vec<Fault> {
        let after = true;
        vec![
            Fault::RateLimited { reset: 1.5 },
            Fault::StaleToken { http_status: 400 },
            Fault::Gateway {
                http_status: 502,
                after,
            },
            Fault::Internal { after },
            Fault::Dropped { after },
            Fault::Slow(Duration::from_millis(1500)),
            Fault::Silent { after },
            Fault::Endless,
            Fault::Truncated,
            Fault::CutOff,
            Fault::Html { after },
            Fault::Redirect {
                location: "http://127.0.0.1:9/".to_owned(),
            },
            Fault::Status("wait".to_owned()),
        ]
    }

    #[test]
    fn what_is_written_is_read() {
        for fault in each() {
            assert_eq!(read(&write(&fault)), Ok(fault));
        }
    }

    #[test]
    fn the_page_offers_each() {
        let script = include_str!("assets/page.js");
        for fault in each() {
            let kind = write(&fault)["kind"].as_str().unwrap().to_owned();
            assert!(script.contains(&format!("\n  {kind}: {{")), "{kind}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (form, why) in [
            (json!({}), "`kind` is missing, or not what it should be"),
            (json!({"kind": "flood"}), "there is no fault `flood`"),
            (
                json!({"kind": "gateway", "http_status": 70000, "after": true}),
                "`http_status` is missing, or not what it should be",
            ),
            (
                json!({"kind": "slow", "seconds": -1}),
                "`seconds` cannot be -1",
            ),
            (
                json!({"kind": "dropped", "after": 1}),
                "`after` is missing, or not what it should be",
            ),
        ] {
            assert_eq!(read(&form), Err(why.to_owned()));
        }
    }
}
