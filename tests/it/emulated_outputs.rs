//! What a typed handler returns reaches the client whole.

use std::collections::BTreeMap;

use apaas_flow::value::{
    Attachment, Avatar, Choice, Language, Lookup, Multilingual, Phone, Region, RichText,
};
use apaas_flow::{ErrorKind, Result, apaas_flow};
use apaas_flow_emulator::Emulator;
use serde::{Deserialize, Serialize};

/// A struct of the user's, with values of the platform's inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    owner: Lookup,
    states: Vec<Choice>,
    #[serde(flatten)]
    rest: BTreeMap<String, Option<Choice>>,
}

mod shouted {
    use super::{Choice, Deserialize, Serialize};

    pub fn serialize<S: serde::Serializer>(choice: &Choice, to: S) -> Result<S::Ok, S::Error> {
        (choice, "!").serialize(to)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Choice, D::Error> {
        <(Choice, String)>::deserialize(from).map(|(choice, _)| choice)
    }
}

#[apaas_flow(namespace = "package_crm__c", flow_id = "customer", emulate)]
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    #[input("variable_owner")]
    owner: Lookup,
    #[input("variable_state")]
    state: Choice,
    #[output("variable_lookup")]
    lookup: Lookup,
    #[output("variable_lookups")]
    lookups: Vec<Lookup>,
    #[output("variable_choice")]
    choice: Option<Choice>,
    #[output("variable_no_choice")]
    no_choice: Option<Choice>,
    #[output("variable_with", with = shouted)]
    with: Choice,
    #[output("variable_lines")]
    lines: Vec<Line>,
    #[output("variable_names")]
    names: Multilingual,
    #[output("variable_phone")]
    phone: Phone,
    #[output("variable_region")]
    region: Region,
    #[output("variable_avatar")]
    avatar: Avatar,
    #[output("variable_files")]
    files: Vec<Attachment>,
    #[output("variable_text")]
    text: RichText,
}

/// An output type of the user's.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    owner: Lookup,
    states: Option<Vec<Choice>>,
}

#[apaas_flow(namespace = "package_crm__c", flow_id = "whole", emulate, output = Case)]
#[derive(Debug)]
pub struct Whole {}

#[apaas_flow(namespace = "package_crm__c", flow_id = "ratios", emulate, output = BTreeMap<String, f64>)]
#[derive(Debug)]
pub struct Ratios {}

fn texts() -> Multilingual {
    Multilingual::from([
        (Language::ZH_CN, "启用"),
        (Language::EN_US, "Enabled"),
        (Language::from(1041), "有効"),
    ])
}

fn owner() -> Lookup {
    Lookup::new(1_767_211_281_913_907).with_name("Li Lei")
}

fn state() -> Choice {
    Choice::new("enable")
        .with_labels(texts())
        .with_color("green")
}

fn line() -> Line {
    Line {
        owner: owner(),
        states: vec![state(), Choice::new("bare")],
        rest: BTreeMap::from([("a".to_owned(), Some(state())), ("b".to_owned(), None)]),
    }
}

fn output() -> CustomerOutput {
    let mut region = Region::new(1_736_322_142_527_502);
    region.full_path = texts();
    region.region_code = Some("CN".to_owned());
    let mut file = Attachment::new("t1");
    file.size = Some(14_216_083);
    file.uri = Some("/img/a.png".to_owned());
    let mut avatar = Avatar::image(file.clone());
    avatar.color = Some("#3370ff".to_owned());
    let mut text = RichText::new("<p>Hello</p>");
    text.preview = Some("Hello".to_owned());
    CustomerOutput {
        lookup: Lookup::new(1).with_names(texts()),
        lookups: vec![owner(), Lookup::new(2)],
        choice: Some(state()),
        no_choice: None,
        with: state(),
        lines: vec![line()],
        names: texts(),
        phone: Phone::new("+86", "CN", "17600000000"),
        region,
        avatar,
        files: vec![file],
        text,
    }
}

#[tokio::test]
async fn every_part_of_every_value_arrives() -> Result<()> {
    let emulator = Emulator::start().await?;
    emulator.on::<Customer>(|input| {
        // an input is what the platform takes: no name, no label
        assert_eq!(input.owner, Lookup::new(1_767_211_281_913_907));
        assert_eq!(input.state, Choice::new("enable"));
        Ok(output())
    });
    let customer = Customer {
        owner: owner(),
        state: state(),
    };
    let run = customer.execute(&emulator.client()).await?;
    assert_eq!(run.output, output());
    assert_eq!(run.output.lookups[0].name(), Some("Li Lei"));
    Ok(())
}

#[tokio::test]
async fn an_output_type_of_the_users_arrives_whole() -> Result<()> {
    let emulator = Emulator::start().await?;
    let case = || Case {
        owner: owner(),
        states: Some(vec![state()]),
    };
    emulator.on::<Whole>(move |_| Ok(case()));
    let run = Whole {}.execute(&emulator.client()).await?;
    assert_eq!(run.output, case());
    Ok(())
}

#[tokio::test]
async fn a_number_that_json_does_not_have_fails_the_test() -> Result<()> {
    let emulator = Emulator::start().await?;
    emulator.on::<Ratios>(|_| Ok(BTreeMap::from([("ratio".to_owned(), f64::NAN)])));
    let error = Ratios {}.execute(&emulator.client()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Flow);
    assert!(
        error
            .to_string()
            .contains("a value of the output type is a number that is not finite"),
        "{error}"
    );
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(emulator)));
    assert!(dropped.is_err());
    Ok(())
}
