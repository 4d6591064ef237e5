use std::collections::BTreeMap;

use apaas_flow::{Client, Execute, Flow, apaas_flow, wire};
use serde_json::json;

use super::{client, output, params};

const NAMESPACE: &str = "package_shop__c";

trait Tenant {
    const NAMESPACE: &'static str;
}

struct Shop;

impl Tenant for Shop {
    const NAMESPACE: &'static str = "package_other__c";
}

#[apaas_flow(namespace = NAMESPACE, flow_id = self::ids::PRICE)]
struct Price {
    #[input]
    order: i64,
}

mod ids {
    pub(super) const PRICE: &str = "price_0a1b2c3d4e";
}

#[apaas_flow(namespace = <Shop as Tenant>::NAMESPACE, flow_id = "discount_5f6a7b8c9d")]
struct Discount<'a> {
    #[input]
    reason: &'a str,
}

#[test]
fn names_may_be_constants() {
    assert_eq!(
        wire::path::<Price>(),
        "/open-apis/apaas/v1/applications/package_shop__c/flows/price_0a1b2c3d4e/execute"
    );
    assert_eq!(Discount::NAMESPACE, "package_other__c");
    assert_eq!(Discount::FLOW_ID, "discount_5f6a7b8c9d");
    assert_eq!(params(&Price { order: 1 }), json!({ "order": 1 }));
    assert_eq!(params(&Discount { reason: "r" }), json!({ "reason": "r" }));
}

#[derive(serde::Deserialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Totals {
    grand_total: i64,
    #[serde(default)]
    items: Vec<String>,
}

#[apaas_flow(namespace = NAMESPACE, flow_id = "total_0a1b2c3d4e", output = Totals)]
struct Total {
    #[input]
    order: i64,
}

#[apaas_flow(namespace = NAMESPACE, flow_id = "total_0a1b2c3d4e", output = BTreeMap<String, Option<i64>>)]
struct Mapped;

#[test]
fn outputs_may_be_read_into_a_type_of_ones_own() {
    assert_eq!(params(&Total { order: 1 }), json!({ "order": 1 }));
    let totals = output::<Total>(json!({ "grandTotal": 5, "other": 1 })).unwrap();
    assert_eq!(
        totals,
        Totals {
            grand_total: 5,
            items: vec![]
        }
    );
    let mapped = output::<Mapped>(json!({ "a": 1, "b": null })).unwrap();
    assert_eq!(
        mapped,
        BTreeMap::from([("a".into(), Some(1)), ("b".into(), None)])
    );
}

#[apaas_flow(namespace = NAMESPACE, flow_id = "ping_0a1b2c3d4e", output = ())]
struct Silent;

#[apaas_flow(namespace = NAMESPACE, flow_id = "ping_0a1b2c3d4e")]
struct Ping;

#[test]
fn no_outputs_read_nothing() {
    let () = output::<Silent>(json!({ "a": 1 })).unwrap();
    let () = output::<Ping>(json!({ "a": 1 })).unwrap();
}

#[apaas_flow(namespace = NAMESPACE, flow_id = "own_0a1b2c3d4e", methods = false)]
struct Own {
    #[input]
    order: i64,
}

impl Own {
    fn execute(&self, client: &Client) -> Execute<()> {
        client.execute(self)
    }

    fn start(&self) -> i64 {
        self.order
    }
}

#[test]
fn methods_may_be_the_users_own() {
    let client = client();
    assert_eq!(Own { order: 1 }.start(), 1);
    drop(Own { order: 1 }.execute(&client));
    drop(Ping.execute(&client));
    drop(Ping.start(&client));
}

#[apaas_flow(namespace = NAMESPACE, flow_id = "moved_0a1b2c3d4e", crate = crate::macros::arguments::vendor::flows)]
struct Moved {
    #[output]
    total: i64,
}

mod vendor {
    pub(super) use apaas_flow as flows;
}

#[test]
fn the_crate_may_be_found_elsewhere() {
    assert_eq!(output::<Moved>(json!({ "total": 1 })).unwrap().total, 1);
}
