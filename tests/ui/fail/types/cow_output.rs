use std::borrow::Cow;

use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price<'a> {
    #[input("variable_order")]
    order: &'a str,

    #[output("variable_total")]
    total: Cow<'a, str>,
}

fn total(price: &Price<'_>, output: PriceOutput) -> usize {
    price.order.len() + output.total.len()
}

fn main() {}
