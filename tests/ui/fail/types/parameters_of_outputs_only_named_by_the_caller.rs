use apaas_flow::{Client, apaas_flow};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug, Clone)]
struct Price<'a, K: Clone, V: Clone> {
    #[input("variable_order")]
    order: i64,

    #[output("variable_keys")]
    keys: Vec<K>,

    #[output("variable_values")]
    values: Vec<&'a V>,
}

async fn total(client: &Client) -> Option<i64> {
    let price = Price::<'_, String, i64> { order: 4711 }.clone();
    let output = price.execute(client).await.unwrap().output;
    println!("{:?} {}", output, output.keys.concat());
    output.values.first().copied().copied()
}

fn main() {}
