//! `--dry-run`: the request that would be sent, and nothing is.

use apaas_flow::{FieldReader, FieldWriter, Flow, Operator, Result, wire};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;

/// All that is not unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The request's headers, in the order in which they are shown.
const HEADERS: [(&str, &str); 2] = [
    ("Authorization", "Bearer <tenant_access_token>"),
    ("Content-Type", "application/json; charset=utf-8"),
];

/// A request as it would leave.
pub(crate) struct Request {
    url: String,
    body: String,
    /// The JSON that stands in strings of the body.
    operator: String,
    params: String,
}

/// What a request is made of.
pub(crate) struct Parts<'a> {
    pub(crate) base_url: &'a str,
    pub(crate) namespace: &'a str,
    pub(crate) flow_id: &'a str,
    pub(crate) operator: &'a Operator,
    pub(crate) inputs: &'a [(String, Box<RawValue>)],
    pub(crate) key: &'a str,
    pub(crate) start: bool,
}

/// Inputs whose names are known at run time only; the names of the flow are no part of a body.
struct Inputs<'a>(&'a [(String, Box<RawValue>)]);

impl Flow for Inputs<'_> {
    const NAMESPACE: &'static str = "dry_run";
    const FLOW_ID: &'static str = "dry_run";
    type Output = ();

    fn write_params(&self, to: &mut FieldWriter) -> Result<()> {
        self.0
            .iter()
            .try_for_each(|(name, value)| to.field(name, value))
    }

    fn read_outputs(_: &mut FieldReader<'_>) -> Result<()> {
        Ok(())
    }
}

impl Request {
    pub(crate) fn new(parts: &Parts<'_>) -> Result<Self> {
        let mut request =
            wire::Request::new(&Inputs(parts.inputs), parts.operator)?.idempotency_key(parts.key);
        if parts.start {
            request = request.asynchronous();
        }
        let body = String::from_utf8_lossy(&request.to_vec()).into_owned();
        let inside = |name: &str| {
            let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            let text = body.get(name).and_then(serde_json::Value::as_str);
            text.map_or_else(String::new, pretty)
        };
        Ok(Self {
            url: format!(
                "{}/open-apis/apaas/v1/applications/{}/flows/{}/execute",
                parts.base_url.trim().trim_end_matches('/'),
                utf8_percent_encode(parts.namespace, RESERVED),
                utf8_percent_encode(parts.flow_id, RESERVED)
            ),
            operator: inside("operator"),
            params: inside("params"),
            body,
        })
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
    pub(crate) fn json(&self) -> serde_json::Value {
        let headers = HEADERS
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into()));
        serde_json::json!({
            "method": "POST",
            "url": self.url,
            "headers": serde_json::Value::Object(headers.collect()),
            "body": self.body,
            "curl": self.curl(),
        })
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
