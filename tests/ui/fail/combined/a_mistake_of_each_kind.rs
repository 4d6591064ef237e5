use apaas_flow::{Client, apaas_flow};

#[apaas_flow(namespace = 7, flow_id = "", emulate = true, methods = false)]
#[serde(rename_all = "camelCase")]
pub struct Price<T> {
    #[input("variable_order", with = "dates")]
    pub order: i64,

    #[serde(rename = "variable_customer")]
    pub customer: i64,

    #[output("variable_total", defualt)]
    pub total: &str,

    #[output("variable_total")]
    pub gross: T,
}

pub async fn total(client: &Client) -> i64 {
    let run = client.execute(&Price { order: 1, customer: 2 }).await.unwrap();
    println!("{}", run.output.total.len());
    run.output.gross
}

fn main() {}
