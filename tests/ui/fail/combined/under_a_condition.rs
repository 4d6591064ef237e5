use apaas_flow::apaas_flow;

#[apaas_flow(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")]
struct Price {
    #[cfg(not(any()))]
    #[input("variable order")]
    order: i64,

    // said of what is not built too: it is built somewhere
    #[cfg(any())]
    #[output("variable_total", defualt)]
    total: String,

    #[cfg_attr(any(), output("variable_count"))]
    count: i64,
}

fn main() {}
