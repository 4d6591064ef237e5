use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price<'a, T, U>
where
    U: Default,
{
    #[input("variable_order", wiht = order)]
    order: &'a T,

    #[output("variable_total")]
    total: U,

    #[output("variable_note")]
    note: &'a str,
}

fn main() {
    let _ = |price: Price<'_, i64, String>, client: apaas_flow::Client| price.execute(&client);
}
