use apaas_flow::{Client, apaas_flow};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
#[derive(Debug)]
pub struct Price(#[input("variable_order")] pub i64, #[output] pub i64);

pub async fn total(client: &Client) -> apaas_flow::Result<()> {
    let price = Price(4711, 0);
    price.start(client).await?;
    client.execute(&price).await?;
    println!("{:?}", price.execute(client).await?.output);
    Ok(())
}

fn main() {}
