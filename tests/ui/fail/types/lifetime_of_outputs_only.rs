use apaas_flow::{Client, apaas_flow};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price<'a> {
    #[input("variable_order")]
    order: i64,

    #[output("variable_total")]
    total: &'a str,
}

async fn total(client: &Client) -> &'static str {
    let price = Price { order: 4711 };
    price.execute(client).await.unwrap().output.total
}

fn main() {}
