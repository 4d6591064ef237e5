//! What recording promises, over random replies in any order.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;

fn seen(finished: bool, outputs: &[(&str, Shape)]) -> Observation {
    let outputs = outputs
        .iter()
        .map(|(name, shape)| ((*name).to_owned(), Seen::from_iter([*shape])))
        .collect();
    Observation { finished, outputs }
}

fn known(text: &str) -> Contract {
    Contract::read(text).unwrap()
}

fn learnt(known: &Contract, seen: &Observation) -> (String, usize) {
    let Merged {
        contract,
        conflicts,
    } = merge(Some(known), seen).expect("something new");
    (contract.to_string(), conflicts.len())
}

/// All of them, one after the other, and how many conflicts were told.
fn merged(known: Option<&Contract>, all: &[Observation]) -> (Option<Contract>, Vec<Conflict>) {
    let mut contract = known.cloned();
    let mut told = Vec::new();
    for seen in all {
        if let Some(mut learnt) = merge(contract.as_ref(), seen) {
            contract = Some(learnt.contract);
            told.append(&mut learnt.conflicts);
        }
    }
    (contract, told)
}

#[test]
fn the_first_reply_makes_a_partial_contract() {
    let seen = seen(
        true,
        &[
            ("b", Shape::Digits),
            ("a", Shape::Integer),
            ("c", Shape::Null),
        ],
    );
    let text = merge(None, &seen).unwrap().contract.to_string();
    assert_eq!(
        text,
        r#"{
  "partial": true,
  "outputs": {
    "a": { "type": "integer" },
    "b": { "type": "string" },
    "c": { "optional": true }
  }
}
"#
    );
}

#[test]
fn a_partial_contract_learns_what_can_be_missing() {
    let contract =
        known(r#"{"partial":true,"outputs":{"a":{"type":"text"},"b":{},"c":{"optional":false}}}"#);
    let all = [("a", Shape::Null), ("d", Shape::Boolean)];
    let (text, conflicts) = learnt(&contract, &seen(true, &all));
    assert_eq!(
        text,
        r#"{
  "partial": true,
  "outputs": {
    "a": { "type": "text", "optional": true },
    "b": { "optional": true },
    "c": { "optional": false },
    "d": { "type": "boolean" }
  },
  "conflicts": [
    { "output": "c", "contract": "not optional", "reply": "absent" }
  ]
}
"#
    );
    assert_eq!(conflicts, 1);
}

#[test]
fn a_failed_run_teaches_names_and_shapes_only() {
    let contract =
        known(r#"{"partial":true,"outputs":{"a":{"type":"text"},"b":{"type":"integer"}}}"#);
    let failed = seen(false, &[("a", Shape::Null)]);
    assert_eq!(merge(Some(&contract), &failed), None);
    let failed = seen(false, &[("b", Shape::Array)]);
    assert_eq!(learnt(&contract, &failed).1, 1);

    // The names are learnt, and a run that finishes shows which of them can be missing.
    let failed = seen(false, &[("a", Shape::Null), ("b", Shape::Integer)]);
    let first = merge(None, &failed).unwrap().contract;
    let finished = seen(true, &[("a", Shape::Boolean), ("c", Shape::Array)]);
    let (text, _) = learnt(&first, &finished);
    assert_eq!(
        text,
        r#"{
  "partial": true,
  "outputs": {
    "a": { "type": "boolean" },
    "b": { "type": "integer", "optional": true },
    "c": { "type": "array" }
  }
}
"#
    );
}

#[test]
fn a_contract_that_is_not_partial_stays_so_and_grows() {
    let contract = known(r#"{"outputs":{"b":{"type":"decimal"},"c":{"optional":true}}}"#);
    let all = [("a", Shape::Object), ("d", Shape::Null)];
    assert_eq!(
        learnt(&contract, &seen(true, &all)),
        (
            r#"{
  "outputs": {
    "a": { "type": "object" },
    "b": { "type": "decimal" },
    "c": { "optional": true },
    "d": { "optional": true }
  },
  "conflicts": [
    { "output": "b", "contract": "not optional", "reply": "absent" }
  ]
}
"#
            .to_owned(),
            1
        )
    );
    let inputs_only = known(r#"{"inputs":{}}"#);
    assert_eq!(merge(Some(&inputs_only), &seen(true, &[])), None);
}

#[test]
fn a_shape_that_cannot_be_is_a_conflict_and_told_once() {
    let contract = known(r#"{"outputs":{"a":{"type":"lookup","description":"d"}}}"#);
    for allowed in [Shape::Object, Shape::Array, Shape::Integer, Shape::Digits] {
        assert_eq!(merge(Some(&contract), &seen(true, &[("a", allowed)])), None);
    }
    let first = merge(Some(&contract), &seen(true, &[("a", Shape::String)])).unwrap();
    assert_eq!(
        first.conflicts,
        [Conflict {
            output: "a".to_owned(),
            contract: "lookup".to_owned(),
            reply: "string".to_owned()
        }]
    );
    assert_eq!(
        merge(Some(&first.contract), &seen(true, &[("a", Shape::String)])),
        None
    );
    assert_eq!(
        learnt(&first.contract, &seen(false, &[("a", Shape::Boolean)])).1,
        1
    );
}

#[test]
fn a_list_and_one_value_are_told_apart() {
    let contract = |several: &str| {
        known(&format!(
            r#"{{"outputs":{{"a":{{"type":"option"{several}}}}}}}"#
        ))
    };
    let disagreement = |several: &str, shape| {
        let merged = merge(Some(&contract(several)), &seen(true, &[("a", shape)]))?;
        let conflict = merged.conflicts.into_iter().next()?;
        Some(format!("{} {}", conflict.contract, conflict.reply))
    };
    for shape in [Shape::String, Shape::Array] {
        assert_eq!(disagreement("", shape), None);
    }
    let several = r#", "several": true"#;
    assert_eq!(disagreement(several, Shape::Array), None);
    assert_eq!(
        disagreement(several, Shape::String).as_deref(),
        Some("list of option string")
    );
    let single = r#", "several": false"#;
    assert_eq!(disagreement(single, Shape::String), None);
    assert_eq!(
        disagreement(single, Shape::Array).as_deref(),
        Some("single option array")
    );

    // nobody has decided, until somebody does
    let (text, _) = learnt(&contract(several), &seen(true, &[("a", Shape::String)]));
    assert!(known(&text).is_disputed("a"), "{text}");
    let mut decided = known(&text.replace(r#""several": true"#, r#""several": false"#));
    assert!(!decided.is_disputed("a"));
    decided.drop_resolved_conflicts();
    assert!(!decided.to_string().contains("conflicts"), "{decided}");
}

#[test]
fn a_name_that_stands_there_twice_is_one_output() {
    let twice = Observation {
        finished: true,
        outputs: [(
            "a".to_owned(),
            Seen::from_iter([Shape::Array, Shape::Integer]),
        )]
        .into(),
    };
    let first = merge(None, &twice).unwrap();
    assert_eq!(first.conflicts.len(), 1);
    assert_eq!(merge(Some(&first.contract), &twice), None);

    let twice = Observation {
        finished: true,
        outputs: [(
            "a".to_owned(),
            Seen::from_iter([Shape::String, Shape::Digits]),
        )]
        .into(),
    };
    assert_eq!(
        learnt(&known(r#"{"outputs":{"a":{"type":"array"}}}"#), &twice).1,
        1
    );
}

#[test]
fn what_was_resolved_goes_away_with_the_next_change() {
    let contract = known(
        r#"{"outputs":{"a":{"type":"any"}},"conflicts":[{"output":"a","contract":"integer","reply":"string"}]}"#,
    );
    assert_eq!(
        merge(Some(&contract), &seen(true, &[("a", Shape::String)])),
        None
    );
    let (text, _) = learnt(
        &contract,
        &seen(true, &[("a", Shape::Array), ("b", Shape::Array)]),
    );
    assert!(!text.contains("conflicts"), "{text}");
}

/// What is recorded of replies, each the text of one output's value.
fn recorded(replies: &[&str]) -> Contract {
    let mut contract = None;
    for value in replies {
        let text = format!(r#"[{{"api_name":"a","value":{value}}}]"#);
        let seen = Observation::of(&text, true).unwrap();
        if let Some(merged) = merge(contract.as_ref(), &seen) {
            contract = Some(merged.contract);
        }
    }
    contract.unwrap()
}

#[test]
fn what_is_inside_is_recorded() {
    let text = recorded(&[
        r#"[{"sku": "x", "price": 1}, {"sku": "y", "price": 1.5, "tags": ["t", null]}]"#,
        r#"[{"sku": null, "price": 2, "tags": []}]"#,
    ])
    .to_string();
    let inside = r#"{ "type": "array", "items": { "type": "object", "fields": { "price": { "type": "number" }, "sku": { "type": "string", "optional": true }, "tags": { "type": "array", "items": { "type": "string", "optional": true }, "optional": true } } } }"#;
    assert!(text.contains(&format!("\"a\": {inside}\n")), "{text}");
    assert!(!text.contains("conflicts"), "{text}");
    assert_eq!(known(&text).to_string(), text);
}

#[test]
fn a_disagreement_inside_is_a_conflict_with_its_place() {
    let mut contract = recorded(&[r#"{"lines": [{"sku": 1}]}"#, r#"{"lines": [{"sku": "x"}]}"#]);
    let text = contract.to_string();
    let conflict = r#"{ "output": "a.lines[].sku", "contract": "integer", "reply": "string" }"#;
    assert!(text.contains(conflict), "{text}");
    contract.drop_resolved_conflicts();
    assert_eq!(contract.to_string(), text, "it is not resolved");
    let mut decided = known(&text.replace(r#""type": "integer""#, r#""type": "any""#));
    decided.drop_resolved_conflicts();
    assert!(!decided.to_string().contains("conflict"), "{decided}");
}

#[test]
fn what_a_person_says_of_the_inside_stays() {
    let file = r#"{"outputs":{"a":{"type":"object","fields":{"sku":  {"type":"text","note":1}}}}}"#;
    let (text, conflicts) = learnt(
        &known(file),
        &Observation::of(r#"[{"api_name":"a","value":{"sku":1,"b":true}}]"#, true).unwrap(),
    );
    assert_eq!(conflicts, 1, "{text}");
    assert!(
        text.contains(r#""sku": { "type": "text", "note": 1 }"#),
        "{text}"
    );
    assert!(text.contains(r#""b": { "type": "boolean" }"#), "{text}");
    // of another type, nothing inside is said
    let file = r#"{"outputs":{"a":{"type":"any"}}}"#;
    let seen = Observation::of(r#"[{"api_name":"a","value":{"sku":1}}]"#, true).unwrap();
    assert_eq!(merge(Some(&known(file)), &seen), None);
}

const SHAPES: [Shape; 8] = [
    Shape::Boolean,
    Shape::Integer,
    Shape::Number,
    Shape::String,
    Shape::Digits,
    Shape::Array,
    Shape::Object,
    Shape::Null,
];

fn name() -> impl Strategy<Value = String> {
    "[a-e]|变量\"\\PC{0,2}"
}

/// Replies that need not agree with each other.
fn replies() -> impl Strategy<Value = Vec<Observation>> {
    let outputs = btree_map(
        name(),
        prop::sample::subsequence(SHAPES.to_vec(), 1..3),
        0..5,
    );
    let reply = (any::<bool>(), outputs).prop_map(|(finished, outputs)| Observation {
        finished,
        outputs: outputs
            .into_iter()
            .map(|(name, shapes)| (name, shapes.into_iter().collect()))
            .collect(),
    });
    vec(reply, 0..8).prop_map(|mut all| {
        all.retain(|seen| seen.finished || !seen.outputs.is_empty());
        all
    })
}

/// Replies with the same outputs, each of them always of the same shape, or null; a failed run may have fewer.
fn replies_that_agree() -> impl Strategy<Value = Vec<Observation>> {
    replies().prop_map(|mut all| {
        let names: BTreeSet<String> = all
            .iter()
            .flat_map(|seen| seen.outputs.keys().cloned())
            .collect();
        for seen in all.iter_mut().filter(|seen| seen.finished) {
            for name in &names {
                seen.outputs
                    .entry(name.clone())
                    .or_insert_with(|| Seen::from_iter([Shape::Null]));
            }
        }
        for (name, shapes) in all.iter_mut().flat_map(|seen| &mut seen.outputs) {
            let own = SHAPES[name.bytes().map(usize::from).sum::<usize>() % 7];
            let null = shapes.shapes.contains(&Shape::Null);
            *shapes = Seen::from_iter([if null { Shape::Null } else { own }]);
        }
        all
    })
}

const TYPES: [&str; 6] = ["text", "lookup", "decimal", "integer", "any", "attachment"];

/// A person's file: in any order, with keys of their own.
fn persons_file() -> impl Strategy<Value = Contract> {
    let entry = (
        prop::option::of(prop::sample::select(&TYPES[..])),
        prop::option::of(any::<bool>()),
        prop::option::of(any::<bool>()),
        any::<bool>(),
    );
    let entry = entry.prop_map(|(kind, several, optional, noted)| {
        let mut members = Vec::new();
        members.extend(noted.then(|| r#""note": [1,  "x"]"#.to_owned()));
        members.extend(optional.map(|optional| format!(r#""optional": {optional}"#)));
        members.extend(kind.map(|kind| format!(r#""type": "{kind}""#)));
        members.extend(several.map(|several| format!(r#""several": {several}"#)));
        members.extend(noted.then(|| r#""description": "d""#.to_owned()));
        format!("{{{}}}", members.join(","))
    });
    let outputs = btree_map("[a-e]", entry, 0..5).prop_map(|all| {
        let all: Vec<_> = all
            .into_iter()
            .rev()
            .map(|(name, entry)| format!(r#""{name}": {entry}"#))
            .collect();
        all.join(",")
    });
    (any::<bool>(), prop::option::of(outputs)).prop_map(|(partial, outputs)| {
        let outputs = outputs.map_or(String::new(), |all| format!(r#", "outputs": {{{all}}}"#));
        known(&format!(
            r#"{{"owner": {{"x":  1}}, "partial": {partial}{outputs}}}"#
        ))
    })
}

fn nothing() -> Members<Entry> {
    Members::default()
}

fn outputs(contract: &Contract) -> Members<Entry> {
    let outputs = contract.entries(Side::Outputs).cloned();
    outputs.unwrap_or_else(nothing)
}

proptest! {
    #[test]
    fn in_any_order_the_contract_is_the_same(
        (some, other) in replies_that_agree().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        file in persons_file(),
    ) {
        let text = |(contract, _): (Option<Contract>, _)| contract.map(|contract| contract.to_string());
        prop_assert_eq!(text(merged(None, &some)), text(merged(None, &other)));
        if file.is_partial() {
            let (some, other) = (merged(Some(&file), &some), merged(Some(&file), &other));
            prop_assert_eq!(some.0.unwrap().to_string(), other.0.unwrap().to_string());
        }
    }

    /// Also where replies do not agree: then each one of them is in the contract, or in its conflicts. Twice, since a
    /// reply that came before another output can show only then that it lacks it.
    #[test]
    fn a_reply_that_was_recorded_is_nothing_new(all in replies()) {
        let (contract, _) = merged(None, &[all.clone(), all.clone()].concat());
        for seen in &all {
            prop_assert_eq!(merge(contract.as_ref(), seen), None);
        }
    }

    #[test]
    fn the_same_reply_again_is_nothing_new(all in replies(), file in persons_file()) {
        let mut file = file;
        for seen in &all {
            file = merge(Some(&file), seen).map_or(file, |learnt| learnt.contract);
            prop_assert_eq!(merge(Some(&file), seen), None);
        }
    }

    #[test]
    fn what_a_person_has_written_stays(all in replies(), file in persons_file()) {
        let (after, told) = merged(Some(&file), &all);
        let after = after.unwrap();
        prop_assert_eq!(file.is_partial(), after.is_partial());
        let owner = "  \"owner\": {\"x\":  1},\n";
        prop_assert!(after.to_string().contains(owner));
        let (before, now) = (outputs(&file), outputs(&after));
        for (name, entry) in before.iter() {
            let entry_now = now.get(name).expect("no entry is taken away");
            // What was said is said, in the same order and in the same words.
            let mut rest = entry_now.to_string();
            for member in entry.to_string().trim_matches(['{', '}', ' ']).split(", \"") {
                let member = member.trim_start_matches('"');
                let place = rest.find(member);
                prop_assert!(place.is_some(), "{} in {}", member, entry_now);
                rest = rest.split_off(place.unwrap());
            }
        }
        let order: Vec<_> = now.iter().map(|(name, _)| name).filter(|name| before.get(name).is_some()).collect();
        let order_before: Vec<_> = before.iter().map(|(name, _)| name).collect();
        prop_assert_eq!(order, order_before);
        // Each conflict is told when it is new, and only then.
        for conflict in &told {
            prop_assert_eq!(told.iter().filter(|other| *other == conflict).count(), 1);
            prop_assert!(after.has_conflict(conflict));
        }
    }

    #[test]
    fn what_is_printed_is_read_as_the_same(all in replies(), file in persons_file()) {
        let (contract, _) = merged(Some(&file), &all);
        let contract = contract.unwrap();
        let text = contract.to_string();
        prop_assert_eq!(&Contract::read(&text).unwrap(), &contract);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    /// From the text of a reply to the text of a file, with values that would be seen anywhere.
    #[test]
    fn no_value_is_in_the_file(values in btree_map("[a-e]", value(), 0..5), finished: bool) {
        let pairs: Vec<_> = values
            .iter()
            .map(|(name, value)| format!(r#"{{"api_name":"{name}","value":{value}}}"#))
            .collect();
        let seen = Observation::of(&format!("[{}]", pairs.join(",")), finished);
        let contract = seen.and_then(|seen| merge(None, &seen)).map(|learnt| learnt.contract.to_string());
        let text = contract.unwrap_or_default();
        for secret in ["v4lue", "99"] {
            prop_assert!(!text.contains(secret), "{}", text);
        }
        for name in values.keys().filter(|_| finished) {
            let quoted = format!("\"{name}\": {{");
            prop_assert!(text.contains(&quoted), "{}", text);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", file in "[\\[\\]{}\",:a-c0-9 ]{0,40}") {
        for finished in [true, false] {
            if let Some(seen) = Observation::of(&text, finished) {
                let _ = merge(None, &seen);
            }
            let _ = Observation::of(&file, finished);
        }
        if let Ok(contract) = Contract::read(&file) {
            let text = contract.to_string();
            prop_assert_eq!(Contract::read(&text), Ok(contract));
        }
    }
}

fn value() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        r#""v4lue""#,
        r#""99""#,
        "99",
        "99.99",
        r#"["v4lue",99]"#,
        r#"{"v4lue@example.com":{"a":"99"}}"#,
        r#"[{"a":"v4lue","b":{"99":1}}]"#,
        "true",
        "null",
    ])
    .prop_map(str::to_owned)
}
