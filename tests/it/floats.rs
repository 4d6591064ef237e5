//! A fraction reads as the very number that was written, to the last bit, wherever it stands and in both directions.

use std::collections::BTreeMap;

use apaas_flow::value::Phone;
use apaas_flow::{DynamicFlow, apaas_flow, wire};
use apaas_flow_emulator::Emulator;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Reading these by one multiplication or division is off by one in the last place.
const ODD: [f64; 6] = [
    117.633_313_394_000_17,
    0.123_456_789_012_345_68,
    1.797_693_134_862_315_7e308,
    2.225_073_858_507_201e-308,
    5e-324,
    -9.007_199_254_740_993e23,
];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Measured {
    weight: f64,
    short: f32,
    by_name: BTreeMap<String, f64>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rest {
    buffered: f64,
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "measure_0a1b2c3d4e", emulate)]
#[derive(Debug, Clone, PartialEq)]
struct Measure {
    #[input]
    #[output]
    number: f64,
    #[input]
    #[output]
    short: f32,
    #[input]
    #[output]
    perhaps: Option<f64>,
    #[input]
    #[output]
    several: Vec<f64>,
    #[input]
    #[output]
    measured: Measured,
    #[input]
    #[output]
    any: Value,
    #[input]
    #[output]
    phone: Phone,
}

#[expect(clippy::cast_possible_truncation, reason = "an f32 of about the size")]
fn measure(number: f64) -> Measure {
    let short = if (number as f32).is_finite() {
        number as f32
    } else {
        f32::MAX
    };
    let mut phone = Phone::new("+86", "CN", "1");
    phone.extra.insert("weight".to_owned(), json!(number));
    Measure {
        number,
        short,
        perhaps: Some(number),
        several: vec![number, -number],
        measured: Measured {
            weight: number,
            short,
            by_name: BTreeMap::from([("a".to_owned(), number)]),
            rest: Rest { buffered: number },
        },
        any: json!([number, { "a": number }]),
        phone,
    }
}

/// Finite numbers of all sizes, the odd ones first.
fn numbers(count: usize) -> impl Iterator<Item = f64> {
    let mut bits = 88_172_645_463_325_252_u64;
    let random = std::iter::repeat_with(move || {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        // every other one as people have them: a few digits before the point, all that there are behind it
        match bits % 2 {
            0 => f64::from_bits(bits),
            _ => f64::from_bits(bits >> 12 | 1023 << 52) * 100.0,
        }
    });
    ODD.into_iter()
        .chain(random.filter(|number| number.is_finite()))
        .take(count)
}

#[test]
fn every_fraction_of_a_reply_is_read_to_its_last_bit() {
    for number in numbers(2000) {
        let sent = measure(number);
        let outputs = json!([
            { "api_name": "number", "value": sent.number },
            { "api_name": "short", "value": sent.short },
            { "api_name": "perhaps", "value": sent.perhaps },
            { "api_name": "several", "value": sent.several },
            { "api_name": "measured", "value": sent.measured },
            { "api_name": "any", "value": sent.any },
            { "api_name": "phone", "value": sent.phone },
        ]);
        let reply = json!({
            "code": 0,
            "data": { "status": "end", "execution_id": "1", "out_params": outputs.to_string() },
        });
        let run = wire::reply::<Measure>(200, reply.to_string().as_bytes()).unwrap();
        assert_eq!(run.output, output(sent), "{number:e}");
    }
}

fn output(sent: Measure) -> MeasureOutput {
    MeasureOutput {
        number: sent.number,
        short: sent.short,
        perhaps: sent.perhaps,
        several: sent.several,
        measured: sent.measured,
        any: sent.any,
        phone: sent.phone,
    }
}

#[tokio::test]
async fn fractions_travel_both_ways_through_the_emulator() {
    let emulator = Emulator::start().await.unwrap();
    let client = emulator.client();
    emulator.on::<Measure>(|input| Ok(output(input)));
    emulator.on_raw("package_shop__c", "echo", Ok);
    for number in numbers(40) {
        let sent = measure(number);
        let run = sent.execute(&client).await.unwrap();
        assert_eq!(run.output, output(sent), "{number:e}");

        let run = DynamicFlow::new("package_shop__c", "echo")
            .and_then(|flow| flow.param("number", number)?.param("list", [number]))
            .unwrap()
            .execute(&client)
            .await
            .unwrap();
        let read = run.output.get::<f64>("number").unwrap();
        assert_eq!(read.to_bits(), number.to_bits(), "{number:e}");
        assert_eq!(run.output.get::<Value>("list").unwrap(), json!([number]));
    }
}
