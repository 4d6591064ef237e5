//! What a run is to send: the flow, and how a row of the file becomes its key and its inputs.

use std::collections::HashSet;
use std::fmt::Display;
use std::hash::{BuildHasher as _, RandomState};
use std::path::PathBuf;

use apaas_flow::DynamicFlow;
use apaas_flow_contract::Contract;
use serde_json::value::RawValue;

use super::key::{Key, known};
use super::run::Args;
use super::source::{Record, Source};
use crate::call::inputs::{Given, Input, Value};
use crate::call::{flow, flow_name, typed};
use crate::contract_file;
use crate::failure::Mistake;

/// A run, once everything about it is known.
pub(super) struct Plan {
    /// The file.
    rows: PathBuf,
    namespace: String,
    flow_id: String,
    inputs: Vec<Column>,
    key: Key,
    contract: Option<(PathBuf, Contract)>,
}

/// An input, and the column that it comes from.
struct Column {
    name: String,
    from: String,
    is_json: bool,
}

impl Plan {
    /// Finds the plan in the arguments, and reads the whole file once, so that a mistake in its last row is found before
    /// its first is sent. With the number of rows.
    pub(super) fn new(args: &Args) -> Result<(Self, u64), Mistake> {
        let (namespace, flow_id) = flow_name(&args.flow)?;
        // told once, and not of each row
        flow(&namespace, &flow_id, &[])?;
        let source = Source::open(&args.rows)?;
        let key = Key::parse(&args.key)?;
        let mut inputs = Vec::new();
        for arg in &args.input {
            inputs.push(column(arg)?);
        }
        if let Some(header) = source.header() {
            key.check(header)?;
            for input in &inputs {
                known(&input.from, header, &format!("-i {}", input.name))?;
            }
        }
        let plan = Self {
            rows: args.rows.clone(),
            contract: contract_file::find(&namespace, &flow_id)?,
            namespace,
            flow_id,
            inputs,
            key,
        };
        let total = check(&plan, source)?;
        Ok((plan, total))
    }

    /// The key of a row, and the flow with its inputs.
    pub(super) fn read(&self, record: &Record) -> Result<(String, DynamicFlow), Mistake> {
        let at = |why: &dyn Display| self.at(record, why);
        let key = self
            .key
            .of(|column| record.text(column))
            .map_err(|why| at(&why))?;
        let inputs = if self.inputs.is_empty() {
            let columns = record.columns();
            columns
                .map(|column| input(record, column, column, false))
                .collect::<Result<Vec<_>, _>>()
        } else {
            let columns = self.inputs.iter();
            columns
                .map(|column| input(record, &column.name, &column.from, column.is_json))
                .collect()
        };
        let inputs = inputs.map_err(|why| at(&why))?;
        let inputs = inputs.into_iter().flatten().collect();
        let flow = typed::convert(inputs, self.contract.as_ref())
            .and_then(|inputs| flow(&self.namespace, &self.flow_id, &inputs));
        Ok((key, flow.map_err(|mistake| at(&mistake))?))
    }

    fn at(&self, record: &Record, why: &dyn Display) -> Mistake {
        Mistake::new(format!(
            "{}, line {}: {why}",
            self.rows.display(),
            record.line
        ))
    }
}

/// One input of a row; none if its cell is empty.
fn input(
    record: &Record,
    name: &str,
    column: &str,
    is_json: bool,
) -> Result<Option<Input>, String> {
    let Some(value) = record.get(column) else {
        return Ok(None);
    };
    let value = match value {
        Value::Text(text) if is_json => {
            let json = serde_json::from_str::<Box<RawValue>>(text);
            Value::Json(json.map_err(|_| format!("column `{column}` is no JSON"))?)
        }
        Value::Text(text) => Value::Text(text.clone()),
        Value::Json(json) => Value::Json(json.clone()),
    };
    Ok(Some(Input {
        name: name.to_owned(),
        value,
    }))
}

/// The number of rows, if none has a mistake.
fn check(plan: &Plan, mut source: Source) -> Result<u64, Mistake> {
    const SHOWN: usize = 5;
    let (mut total, mut mistakes) = (0, Vec::new());
    // hashes, since a file may have millions of keys
    let (mut keys, hasher) = (HashSet::new(), RandomState::new());
    for record in source.by_ref() {
        total += 1;
        let row = record.and_then(|record| {
            let (key, _) = plan.read(&record)?;
            if keys.insert(hasher.hash_one(&key)) {
                return Ok(());
            }
            Err(plan.at(
                &record,
                &format_args!("the key `{key}` is an earlier row's already"),
            ))
        });
        if let Err(mistake) = row {
            mistakes.push(mistake.0);
            if mistakes.len() > SHOWN {
                mistakes.truncate(SHOWN);
                mistakes.push("and more".to_owned());
                break;
            }
        }
    }
    if let (true, Some(names)) = (mistakes.is_empty() && total > 0, source.names()) {
        // a member that no row has would be left out of all of them
        for input in &plan.inputs {
            let whose = format!("{}: -i {}", plan.rows.display(), input.name);
            if let Err(mistake) = known(&input.from, &names, &whose) {
                mistakes.push(mistake.0);
            }
        }
    }
    if mistakes.is_empty() {
        return Ok(total);
    }
    mistakes.push("nothing was sent".to_owned());
    Err(Mistake::new(mistakes.join("\n")))
}

/// `NAME=COLUMN` or `NAME:=COLUMN`
fn column(arg: &str) -> Result<Column, Mistake> {
    let parsed = Given::split(arg).map(|given| Column {
        name: given.name.trim().to_owned(),
        from: given.value.trim().to_owned(),
        is_json: given.is_json,
    });
    parsed
        .filter(|column| !column.name.is_empty() && !column.from.is_empty())
        .ok_or_else(|| {
            Mistake::new(format!(
                "-i `{arg}` must be NAME=COLUMN, or NAME:=COLUMN for a column of JSON"
            ))
        })
}
