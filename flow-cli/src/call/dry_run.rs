//! `--dry-run`: shows the request that would be sent, and sends nothing.

use apaas_flow::{DynamicFlow, Operator};
use serde::Serialize;
use serde_json::value::RawValue;

/// The request's headers, in the order in which they are shown.
const HEADERS: [(&str, &str); 2] = [
    ("Authorization", "Bearer <tenant_access_token>"),
    ("Content-Type", "application/json; charset=utf-8"),
];

/// A request as it would leave.
pub(crate) struct Request {
    url: String,
    body: String,
    /// The JSON inside strings of the body.
    operator: String,
    params: String,
}

/// The parts of a request.
pub(crate) struct Parts<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) flow: &'a DynamicFlow,
    pub(crate) operator: &'a Operator,
    pub(crate) key: &'a str,
    pub(crate) start: bool,
}

/// The request as one JSON object, with the JSON from its body's strings expanded beside it.
#[derive(Serialize)]
struct Json<'a> {
    method: &'a str,
    url: &'a str,
    headers: std::collections::BTreeMap<&'a str, &'a str>,
    body: &'a str,
    operator: Option<&'a RawValue>,
    params: Option<&'a RawValue>,
    curl: String,
}

impl Request {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let mut request = parts
            .flow
            .request(parts.operator)
            .idempotency_key(parts.key);
        if parts.start {
            request = request.asynchronous();
        }
        let body = String::from_utf8_lossy(&request.to_vec()).into_owned();
        let inside = |name: &str| {
            let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            let text = body.get(name).and_then(serde_json::Value::as_str);
            text.map_or_else(String::new, pretty)
        };
        let base_url = parts.base_url.trim().trim_end_matches('/');
        Self {
            url: format!("{base_url}{}", parts.flow.path()),
            operator: inside("operator"),
            params: inside("params"),
            body,
        }
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let headers = HEADERS.map(|(name, value)| format!("{name}: {value}\n"));
        let params = match self.params.as_str() {
            "" => String::new(),
            params => format!("params, which stands in the body as a string:\n{params}\n\n"),
        };
        format!(
            "POST {}\n{}\n{}\n\noperator, which stands in the body as a string:\n{}\n\n{params}The same with curl:\n{}\n\nNothing was sent.\n",
            self.url,
            headers.concat(),
            self.body,
            self.operator,
            self.curl(),
        )
    }

    /// For programs.
    pub(crate) fn json(&self) -> String {
        let json = Json {
            method: "POST",
            url: &self.url,
            headers: HEADERS.into_iter().collect(),
            body: &self.body,
            operator: serde_json::from_str(&self.operator).ok(),
            params: serde_json::from_str(&self.params).ok(),
            curl: self.curl(),
        };
        // cannot fail: texts, and JSON that was read
        serde_json::to_string(&json).unwrap_or_default()
    }

    fn curl(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let headers =
            HEADERS.map(|(name, value)| format!(" -H {}", quoted(&format!("{name}: {value}"))));
        format!(
            "curl -X POST {}{} --data-binary {}",
            quoted(&self.url),
            headers.concat(),
            quoted(&self.body)
        )
    }
}

/// JSON on several lines. Its numbers stay as they were written.
fn pretty(text: &str) -> String {
    let mut out = String::with_capacity(2 * text.len());
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            out.push(character);
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            continue;
        }
        match character {
            '{' | '['
                if characters
                    .peek()
                    .is_some_and(|next| ['}', ']'].contains(next)) =>
            {
                out.push(character);
                out.extend(characters.next());
            }
            '{' | '[' => {
                depth += 1;
                out.push(character);
                line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            ' ' | '\n' | '\r' | '\t' => {}
            _ => {
                in_string = character == '"';
                out.push(character);
            }
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}
