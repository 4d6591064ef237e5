//! The values of the flows, and the replies that carry them.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    Large, LargeOutput, LargeTyped, Line, Medium, MediumOutput, MediumTyped, Run, Sample, Small,
    SmallOutput, SmallTyped, by_hand, via_value,
};

fn line(n: u32) -> Line {
    Line {
        article: format!("A-{n:05}"),
        price: format!("{}.{:02}", 10 + n % 90, n % 100),
        count: n % 7,
        stock: !n.is_multiple_of(3),
        note: n.is_multiple_of(4).then(|| format!("第 {n} 行 \"ok\"")),
    }
}

/// As the emulator writes it: every key, outputs as text inside text.
pub fn reply(outputs: &[(&str, Value)]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Pair<'a> {
        api_name: &'a str,
        value: &'a Value,
    }
    let pairs: Vec<_> = outputs
        .iter()
        .map(|(api_name, value)| Pair { api_name, value })
        .collect();
    let out_params = serde_json::to_string(&pairs).expect("JSON");
    let reply = json!({
        "code": 0,
        "msg": "success",
        "data": {
            "status": "end",
            "out_params": out_params,
            "execution_id": "1816970091484211",
            "error_msg": "",
            "code": "",
        },
    });
    serde_json::to_vec(&reply).expect("JSON")
}

/// A reply of [`Large`] with this many lines, and its text scaled to the same share as in the sample.
pub fn large_reply(lines: u32) -> Vec<u8> {
    reply(&[
        ("variable_count", json!(lines)),
        (
            "variable_lines",
            json!((0..lines).map(line).collect::<Vec<_>>()),
        ),
        ("variable_text", json!(text(lines))),
    ])
}

fn text(lines: u32) -> String {
    "A long text, with \"quotes\",\nlines and 中文.".repeat(lines as usize * 120 / 630)
}

macro_rules! sample {
    ($name:literal $flow:ident $typed:ident $output:ident { $($field:ident: $api:literal $type:ty = $value:expr,)* }) => {
        impl Sample for $flow {
            const NAME: &'static str = $name;

            type Typed = $typed;

            fn input() -> Self {
                $flow { $($field: $value,)* }
            }

            fn output() -> $output {
                $output { $($field: $value,)* }
            }

            fn outputs() -> Vec<(&'static str, Value)> {
                vec![$(($api, via_value::value::<$type>($value)),)*]
            }

            fn decode_by_hand(body: &[u8]) -> Run<$output> {
                by_hand::decode(body)
            }

            fn decode_via_value(body: &[u8]) -> Run<$output> {
                via_value::decode(body)
            }

            fn encode_by_hand(&self) -> Vec<u8> {
                by_hand::encode(self)
            }

            fn encode_in_one_pass(&self) -> Vec<u8> {
                by_hand::encode_in_one_pass(self)
            }

            fn encode_via_value(&self) -> Vec<u8> {
                via_value::encode(self)
            }
        }

        by_hand::flow!($flow $output { $($field: $api $type,)* });
        via_value::flow!($flow $output { $($field: $api $type,)* });
    };
}

sample! { "0.4 KB" Small SmallTyped SmallOutput {
    order: "variable_order" i64 = 1_767_211_281_913_907,
    note: "variable_note" Option<String> = Some("Please leave it at the \"front\" door, third floor, and ring the bell twice: 谢谢!".to_owned()),
    total: "variable_total" String = "128.50".to_owned(),
} }

sample! { "1 KB" Medium MediumTyped MediumOutput {
    order: "variable_order" i64 = 1_767_211_281_913_907,
    customer: "variable_customer" String = "李雷".to_owned(),
    total: "variable_total" String = "128.50".to_owned(),
    paid: "variable_paid" bool = true,
    note: "variable_note" Option<String> = Some("ring twice".to_owned()),
    weight: "variable_weight" f64 = 12.75,
    numbers: "variable_numbers" Vec<i64> = vec![1, 22, 333, 4444, 55_555],
    lines: "variable_lines" Vec<Line> = (0..5).map(line).collect(),
} }

sample! { "64 KB" Large LargeTyped LargeOutput {
    count: "variable_count" i64 = 630,
    lines: "variable_lines" Vec<Line> = (0..630).map(line).collect(),
    text: "variable_text" String = text(630),
} }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode_ours, encode_ours, operator};

    fn all_agree<F: Sample>(sizes: std::ops::Range<usize>) {
        println!("{}: {} bytes", F::NAME, F::reply().len());
        assert!(sizes.contains(&F::reply().len()));
        assert_ne!(F::reply(), F::reversed_reply());
        for reply in [F::reply(), F::reversed_reply()] {
            let ours = decode_ours::<F>(&reply);
            assert_eq!(ours.output, F::output());
            assert_eq!(ours, decode_ours::<F::Typed>(&reply));
            assert_eq!(ours, F::decode_by_hand(&reply));
            assert_eq!(ours, F::decode_via_value(&reply));
        }
        let parsed = |body: Vec<u8>| -> (Value, Value) {
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            let params = body["params"].as_str().expect("a string");
            (
                body["operator"].clone(),
                serde_json::from_str(params).expect("JSON"),
            )
        };
        let ours = parsed(encode_ours(&F::input(), &operator()));
        assert_eq!(ours, parsed(F::input().encode_by_hand()));
        assert_eq!(ours, parsed(F::input().encode_via_value()));
        assert_eq!(F::input().encode_by_hand(), F::input().encode_in_one_pass());
    }

    #[test]
    fn all_ways_agree_and_the_sizes_are_those_named() {
        all_agree::<Small>(350..450);
        all_agree::<Medium>(950..1100);
        all_agree::<Large>(62_000..68_000);
        assert_eq!(large_reply(630), Large::reply());
    }
}
