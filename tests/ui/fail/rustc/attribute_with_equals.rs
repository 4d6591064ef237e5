use apaas_flow::apaas_flow;

#[apaas_flow = "price_0a1b2c3d4e"]
struct Price {
    #[input]
    order: i64,
}

fn main() {}
