use apaas_flow::{Client, apaas_flow};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price<const N: usize> {
    #[input("variable_order")]
    order: i64,

    #[output("variable_totals")]
    totals: [i64; N],
}

async fn totals(client: &Client) -> [i64; 2] {
    let price = Price { order: 4711 };
    price.execute(client).await.unwrap().output.totals
}

fn main() {}
