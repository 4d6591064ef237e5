//! `methods = false` leaves the two names to the user.
#![deny(warnings)]

use apaas_flow::{Client, Execute, apaas_flow};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e", methods = false)]
struct Price {
    #[input]
    order: i64,
    #[output]
    total: i64,
}

impl Price {
    fn execute(&self, client: &Client, _traced: bool) -> Execute<PriceOutput> {
        client.execute(self)
    }
}

fn main() {
    let _ = |client: &Client| Price { order: 1 }.execute(client, true);
    let _ = |output: PriceOutput| output.total;
}
