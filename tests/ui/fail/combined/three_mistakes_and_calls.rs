use apaas_flow::{Client, apaas_flow};

#[apaas_flow(namespce = "package_shop__c", flow_id = "price/0a1b2c3d4e")]
#[derive(Debug, Clone)]
pub struct Price {
    #[input("variable_order")]
    pub order: i64,

    #[output("variable_total")]
    pub total: i64,

    pub currency: String,
}

pub async fn total(client: &Client) -> apaas_flow::Result<PriceOutput> {
    let price = Price { order: 4711 };
    let started = price.start(client).await?;
    let run = price.execute(client).await?;
    println!("{} {} {}", started.execution_id, run.output.total, run.output.currency);
    let _ = client.execute(&price).await?;
    Ok(PriceOutput { total: 1, currency: String::new() })
}

fn main() {}
