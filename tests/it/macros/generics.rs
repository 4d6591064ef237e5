use std::borrow::Cow;
use std::fmt::Debug;

use apaas_flow::apaas_flow;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::{output, params};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, Clone)]
struct Borrowed<'a, 'b: 'a> {
    #[input]
    order: &'a str,
    #[input]
    lines: &'b [i64],
    #[input]
    note: Cow<'b, str>,
    #[output]
    total: Cow<'static, str>,
}

#[test]
fn inputs_may_borrow() {
    let order = String::from("4711");
    let flow = Borrowed {
        order: &order,
        lines: &[1, 2],
        note: "n".into(),
    };
    assert_eq!(
        params(&flow),
        json!({ "order": "4711", "lines": [1, 2], "note": "n" })
    );
    let output: BorrowedOutput = output::<Borrowed<'_, '_>>(json!({ "total": "5" })).unwrap();
    drop(order);
    assert_eq!(output.total, "5");
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, Clone, PartialEq)]
struct Generic<'a, K: Clone + Into<i64>, V, const N: usize = 2>
where
    K: Serialize,
    V: Serialize + DeserializeOwned + Debug,
    Vec<K>: Debug,
{
    #[input]
    key: K,
    #[input]
    values: [(i64, &'a V); 1],
    #[input]
    more: Number<N>,
    #[output]
    result: Vec<V>,
}

#[derive(Debug, Clone, PartialEq)]
struct Number<const N: usize>;

impl<const N: usize> Serialize for Number<N> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        N.serialize(to)
    }
}

#[test]
fn each_type_has_the_parameters_it_uses() {
    let flow: Generic<'_, i32, String> = Generic {
        key: 1,
        values: [(1, &"v".to_owned())],
        more: Number::<2>,
    };
    assert_eq!(
        params(&flow),
        json!({ "key": 1, "values": [[1, "v"]], "more": 2 })
    );
    let output: GenericOutput<String> =
        output::<Generic<'_, i32, String>>(json!({ "result": ["r"] })).unwrap();
    assert_eq!(
        output,
        GenericOutput {
            result: vec!["r".to_owned()]
        }
    );
}

trait Kind {
    type Content: Serialize;
}

struct Plain;

impl Kind for Plain {
    type Content = i64;
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Projected<T: Kind> {
    #[input]
    content: T::Content,
}

#[test]
fn a_projection_needs_no_value_of_its_parameter() {
    assert_eq!(
        params(&Projected::<Plain> { content: 1 }),
        json!({ "content": 1 })
    );
}

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", output = T)]
struct Whole<T>
where
    T: Serialize + DeserializeOwned,
{
    #[input]
    previous: Option<T>,
}

#[test]
fn a_parameter_may_be_the_whole_output() {
    assert_eq!(params(&Whole::<i64> { previous: None }), json!({}));
    assert_eq!(
        output::<Whole<serde_json::Value>>(json!({ "a": 1 })).unwrap(),
        json!({ "a": 1 })
    );
}
