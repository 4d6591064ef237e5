use apaas_flow::apaas_flow;
use apaas_flow::value::Choice;

#[apaas_flow(namespace = "package_shop__c", flow_id = "tags_5f6a7b8c9d")]
struct Tag {
    #[input("variable_tags")]
    tags: String,

    #[output("variable_tags")]
    tag: Choice,
}

fn main() {}
