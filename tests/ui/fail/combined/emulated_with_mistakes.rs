use apaas_flow::{Emulated, apaas_flow};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", emulate)]
struct Price<'a> {
    #[input("variable_order")]
    order: &'a str,

    #[output("variable_total", with = "cents")]
    total: i64,
}

fn on<F: Emulated>(answer: impl Fn(F) -> F::Output) {
    drop(answer);
}

fn main() {
    on::<Price>(|price| PriceOutput { total: price.order.len() as i64 });
}
