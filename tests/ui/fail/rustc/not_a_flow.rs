use apaas_flow::Client;

struct Price {
    order: i64,
}

async fn price(client: &Client) -> apaas_flow::Result<()> {
    client.execute(&Price { order: 1 }).await?;
    Ok(())
}

fn main() {}
