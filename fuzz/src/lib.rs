//! A reply, read by the library and by an oracle: both must say the same of it.
//!
//! The oracle is slow and simple. serde_json takes the reply apart, the envelope into texts and the outputs into a list
//! of names and raw values; what a flow takes is looked up in that list. The library reads most outputs where they stand,
//! and falls back on an index of them; outputs are also read a second time, out of the index alone.
//!
//! What an error says of outputs of serde's own simple types, of missing ones and of those that come twice, the oracle
//! knows to the letter, from the documented rules. Of every other it knows the name. Both ways of reading must say
//! the same to the letter of all of them; `tests/it/misfits.rs` has the wording.

mod envelope;
pub mod grammar;
mod model;
mod repair;
mod ways;

use apaas_flow::{Error, ErrorKind, Execution};

use envelope::{Data, Envelope};
use model::{Failure, Model};
use repair::repair;
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
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Read, Self::Unfit, Self::Refused, Self::Malformed];
}

/// The first byte says how: the way in which the flow takes its outputs, and whether the rest is a whole reply or the
/// text of `out_params` in a good one.
///
/// # Panics
/// Where the library and the oracle differ.
pub fn decode(input: &[u8]) -> Outcome {
    let Some((how, rest)) = input.split_first() else {
        return Outcome::Malformed;
    };
    let way = &WAYS[usize::from(how & !WHOLE) % WAYS.len()];
    if how & WHOLE != 0 {
        return whole(way, rest);
    }
    let data = Data {
        execution_id: "7".to_owned(),
        status: "end".to_owned(),
        out_params: String::from_utf8_lossy(rest).into_owned(),
        ..Data::default()
    };
    let reply = (way.reply)(&good(&data.out_params));
    if let Some(list) = unusual(&data.out_params) {
        same(&reply, &(way.reply)(&good(&list)));
    }
    outputs(way, &data, reply)
}

/// In the first byte: the rest of the input is a whole reply.
pub const WHOLE: u8 = 0x80;

/// A reply with these outputs.
fn good(out_params: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(128 + 2 * out_params.len());
    body.extend_from_slice(br#"{"code":0,"data":{"execution_id":"7","status":"end","out_params":"#);
    serde_json::to_writer(&mut body, out_params).expect("a text");
    body.extend_from_slice(b"}}");
    body
}

/// The same list of outputs, written so that it is never read in place: a pair without a name and a value is no output.
fn unusual(list: &str) -> Option<String> {
    let space = [' ', '\n', '\r', '\t'];
    let rest = list.trim_start_matches(space).strip_prefix('[')?;
    let is_empty = rest.trim_start_matches(space).starts_with(']');
    let comma = if is_empty { "" } else { "," };
    Some(format!("[{{}}{comma}{rest}"))
}

/// Whether the index alone says what reading in place did.
fn same(reply: &Reply, indexed: &Reply) {
    match (reply, indexed) {
        (Ok(reply), Ok(indexed)) => assert_eq!(reply.output, indexed.output),
        (Err(reply), Err(indexed)) => {
            assert_eq!(reply.kind(), indexed.kind());
            let (reply, indexed) = (reply.to_string(), indexed.to_string());
            // where in a malformed list is another place in the other one
            if !reply.contains("its field: `out_params`") {
                assert_eq!(reply, indexed);
            }
        }
        _ => panic!("in place: {reply:?}\nby index: {indexed:?}"),
    }
}

type Reply = apaas_flow::Result<Execution<Vec<Seen>>>;

fn whole(way: &Way, body: &[u8]) -> Outcome {
    let reply = (way.reply)(body);
    match envelope::read(body) {
        Envelope::None(text) => {
            let error = reply.expect_err("no envelope");
            assert_eq!(error.kind(), ErrorKind::Malformed);
            assert_eq!(error.code(), None);
            assert_eq!(error.out_params(), text.as_deref());
            Outcome::Malformed
        }
        Envelope::Reply { code, data } => {
            let data = data.unwrap_or_default();
            let kind = data.failure();
            if code == 0 && !data.is_refused() && kind.is_none() {
                return outputs(way, &data, reply);
            }
            let error = reply.expect_err("refused");
            let is_no_run = data.status.trim().is_empty() && !data.shows_a_run();
            if code == 0 && !data.is_refused() && is_no_run {
                assert_eq!(error.kind(), ErrorKind::Malformed);
                // all that there is to show for it
                assert!(error.out_params().is_some_and(|text| text.contains('0')));
                return Outcome::Malformed;
            }
            if code == 0 && !data.is_refused() {
                assert_eq!(Some(error.kind()), kind);
            } else {
                assert_ne!(error.kind(), ErrorKind::Decode);
            }
            assert_eq!(error.code(), Some(code).filter(|code| *code != 0));
            shown(error.flow_code(), Some(data.code.trim()));
            assert_eq!(error.out_params(), non_empty(&data.out_params));
            same_run(&error, &data);
            Outcome::Refused
        }
    }
}

fn outputs(way: &Way, data: &Data, reply: Reply) -> Outcome {
    let text = &data.out_params;
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    let (expected, model) = loop {
        let mut model = Model::parse(&text);
        let expected = model.as_mut().map_or(Err(Failure::Unfit), way.expected);
        let repaired = match &expected {
            Ok(_) => None,
            Err(_) => repair(text.as_bytes()),
        };
        let Some(repaired) = repaired else {
            let problems = model.map(Model::into_problems);
            break (expected, problems);
        };
        text = String::from_utf8(repaired).expect("repaired");
    };
    match (reply, expected) {
        (Ok(run), Ok(output)) => {
            assert_eq!(run.output, output);
            shown(Some(&run.execution_id), data.execution_id());
            shown(Some(run.status.as_str()), Some(data.status.trim()));
            Outcome::Read
        }
        (Err(error), Err(failure)) => {
            assert_eq!(error.out_params(), Some(&*text));
            same_run(&error, data);
            let said = error.to_string();
            assert!(!said.contains("expected ``"), "{said}");
            match (failure, model) {
                (Failure::Own, _) => {
                    assert_eq!(error.kind(), ErrorKind::Flow);
                    assert!(said.contains(ways::OWN), "{said}");
                }
                (Failure::Unfit, Some(problems)) => {
                    assert_eq!(error.kind(), ErrorKind::Decode);
                    problems.are_in(&said);
                }
                (Failure::Unfit, None) => {
                    assert_eq!(error.kind(), ErrorKind::Decode);
                    assert!(said.contains("its field: `out_params`"), "{said}");
                }
            }
            Outcome::Unfit
        }
        (reply, expected) => panic!("the library: {reply:?}\nthe oracle: {expected:?}"),
    }
}

fn same_run(error: &Error, data: &Data) {
    assert!(error.may_have_run() || data.execution_id.is_empty());
    shown(error.execution_id(), data.execution_id());
    match (error.status(), data.status()) {
        (Some(found), Some(_)) => shown(Some(found.as_str()), Some(data.status.trim())),
        (found, expected) => assert_eq!(found, expected.as_ref()),
    }
}

/// Whether a text of the reply's is what it was: one that is long or unusual is shown in another form.
fn shown(found: Option<&str>, expected: Option<&str>) {
    let (found, expected) = (found.unwrap_or_default(), expected.unwrap_or_default());
    assert_eq!(found.is_empty(), expected.is_empty());
    if is_usual(expected) {
        assert_eq!(found, expected);
    }
}

/// Whether a text of the reply's may stand in a message as it is.
pub(crate) fn is_usual(text: &str) -> bool {
    let mut characters = text.chars();
    text.len() <= 100 && characters.all(|c| matches!(c, ' '..='~' | '\u{4e00}'..='\u{9fff}'))
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
