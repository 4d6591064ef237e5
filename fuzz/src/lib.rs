//! A reply, read by the library and by an oracle: both must say the same of it.
//!
//! The oracle is slow and simple. serde_json takes the reply apart, the envelope into texts and the outputs into a list
//! of names and raw values; what a flow takes is looked up in that list. The library reads most outputs where they stand.

mod envelope;
pub mod grammar;
mod model;
mod ways;

use apaas_flow::{Error, ErrorKind, Execution, Status};

use envelope::{Data, Envelope};
use model::{Failure, Model};
use ways::{Seen, WAYS, Way};

/// What a reply turned out to be, for the counts of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Read, outputs and all.
    Read,
    /// Its outputs are no list, or do not fit.
    Unfit,
    /// The platform or the flow says that something went wrong.
    Refused,
    /// No reply of the platform.
    Malformed,
    /// The document does not say what it means: only that nothing panics is asked.
    Unclear,
}

impl Outcome {
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Unfit,
        Self::Refused,
        Self::Malformed,
        Self::Unclear,
    ];
}

/// The first byte says how: the way in which the flow takes its outputs, whether the oracle takes the trouble to know
/// why a value does not fit, and whether the rest is a whole reply or the text of `out_params` in a good one.
///
/// # Panics
/// Where the library and the oracle differ.
pub fn decode(input: &[u8]) -> Outcome {
    let Some((how, rest)) = input.split_first() else {
        return Outcome::Unclear;
    };
    let check = Check {
        way: &WAYS[usize::from(how & !(WHOLE | TERSE)) % WAYS.len()],
        is_terse: how & TERSE != 0,
    };
    if how & WHOLE != 0 {
        return check.body(rest);
    }
    let data = Data {
        execution_id: "7".to_owned(),
        status: "end".to_owned(),
        out_params: String::from_utf8_lossy(rest).into_owned(),
        ..Data::default()
    };
    let mut body = Vec::with_capacity(128 + 2 * rest.len());
    body.extend_from_slice(br#"{"code":0,"data":{"execution_id":"7","status":"end","out_params":"#);
    serde_json::to_writer(&mut body, &data.out_params).expect("a text");
    body.extend_from_slice(b"}}");
    check.outputs(&data, (check.way.reply)(&body))
}

/// In the first byte: the rest of the input is a whole reply.
pub const WHOLE: u8 = 0x80;
/// In the first byte, either of them: of a value that does not fit, only the name is looked for in the error.
const TERSE: u8 = 0x60;

struct Check {
    way: &'static Way,
    is_terse: bool,
}

impl Check {
    fn body(&self, body: &[u8]) -> Outcome {
        let reply = (self.way.reply)(body);
        match envelope::read(body) {
            Envelope::None => {
                let error = reply.expect_err("no envelope");
                assert_eq!(error.kind(), ErrorKind::Malformed);
                assert_eq!(error.code(), None);
                Outcome::Malformed
            }
            Envelope::Unclear => Outcome::Unclear,
            Envelope::Reply {
                code: 0,
                data: None,
            } => {
                let error = reply.expect_err("no data");
                assert_eq!(error.kind(), ErrorKind::Malformed);
                Outcome::Malformed
            }
            Envelope::Reply {
                code: 0,
                data: Some(data),
            } if !data.is_failure() => self.outputs(&data, reply),
            Envelope::Reply { code, data } => {
                let error = reply.expect_err("refused");
                let data = data.unwrap_or_default();
                assert_ne!(error.kind(), ErrorKind::Decode);
                assert_eq!(error.code(), Some(code).filter(|code| *code != 0));
                assert_eq!(error.flow_code(), non_empty(&data.code));
                assert_eq!(error.out_params(), non_empty(&data.out_params));
                same_run(&error, &data);
                Outcome::Refused
            }
        }
    }

    fn outputs(&self, data: &Data, reply: apaas_flow::Result<Execution<Vec<Seen>>>) -> Outcome {
        let mut model = Model::parse(&data.out_params, self.is_terse);
        let expected = match &mut model {
            Some(model) => (self.way.expected)(model),
            None => Err(Failure::Unfit),
        };
        match (reply, expected) {
            (Ok(run), Ok(output)) => {
                assert_eq!(run.output, output);
                assert_eq!(run.execution_id, data.execution_id);
                assert_eq!(run.status, Status::from(&*data.status));
                Outcome::Read
            }
            (Err(error), Err(failure)) => {
                assert_eq!(error.out_params(), Some(&*data.out_params));
                same_run(&error, data);
                let text = error.to_string();
                match (failure, model) {
                    (Failure::Own, _) => {
                        assert_eq!(error.kind(), ErrorKind::Flow);
                        assert!(text.contains(ways::OWN), "{text}");
                    }
                    (Failure::Unfit, Some(model)) => {
                        assert_eq!(error.kind(), ErrorKind::Decode);
                        model.explains(&text);
                    }
                    (Failure::Unfit, None) => {
                        assert_eq!(error.kind(), ErrorKind::Decode);
                        assert!(text.contains("its field: `out_params`"), "{text}");
                    }
                }
                Outcome::Unfit
            }
            (reply, expected) => panic!("the library: {reply:?}\nthe oracle: {expected:?}"),
        }
    }
}

fn same_run(error: &Error, data: &Data) {
    assert!(error.may_have_run() || data.execution_id.is_empty());
    assert_eq!(error.execution_id(), non_empty(&data.execution_id));
    let status = non_empty(&data.status).map(Status::from);
    assert_eq!(error.status(), status.as_ref());
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
