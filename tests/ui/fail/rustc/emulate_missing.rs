use apaas_flow::{Emulated, apaas_flow};

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[input("variable_order")]
    order: i64,
}

fn serve<F: Emulated>() {}

fn main() {
    serve::<Price>();
}
