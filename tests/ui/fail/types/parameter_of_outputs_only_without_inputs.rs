use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price<T> {
    #[output("variable_total")]
    total: T,
}

fn total(price: PriceOutput<i64>) -> i64 {
    price.total
}

fn main() {
    let _ = (Price {}, total);
}
