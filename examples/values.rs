//! Records, money, dates, options and files, in whichever form the platform writes them: `cargo run --example values`

use apaas_flow::apaas_flow;
use apaas_flow::value::{
    Attachment, Choice, DateTime, Decimal, Language, Lookup, Multilingual, RecordRef,
};
use apaas_flow_emulator::Emulator;
use serde_json::json;

/// Looks up an order.
#[apaas_flow(namespace = "package_shop__c", flow_id = "look_up_0a1b2c3d4e", emulate)]
#[derive(Debug)]
pub struct LookUp {
    /// The order.
    #[input("variable_order")]
    pub order: RecordRef,
    /// Who ordered it.
    #[output("variable_customer")]
    pub customer: Lookup,
    /// The article, in the shop's languages.
    #[output("variable_article")]
    pub article: Multilingual,
    /// Its state.
    #[output("variable_state")]
    pub state: Choice,
    /// The sum, exact.
    #[output("variable_total")]
    pub total: Decimal,
    /// When it was paid, if at all.
    #[output("variable_paid_at")]
    pub paid_at: Option<DateTime>,
    /// The invoice and other files.
    #[output("variable_files", default)]
    pub files: Vec<Attachment>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> apaas_flow::Result<()> {
    let emulator = Emulator::start().await?;
    // Two flows of one app may write the same type in different forms; here is one of each.
    emulator.on_raw("package_shop__c", "look_up_0a1b2c3d4e", |params| {
        let order = params.get("variable_order").map(ToString::to_string);
        Ok(match order.as_deref() {
            Some(r#"{"_id":4711}"#) => json!({
                "variable_customer": { "_id": 1_767_211_281_913_907_i64, "_name": "Li Lei" },
                "variable_article": [
                    { "language_code": 1033, "text": "tea" },
                    { "language_code": 2052, "text": "茶" }
                ],
                "variable_state": "paid",
                "variable_total": "128.50",
                "variable_paid_at": 1_640_658_030_000_i64,
                "variable_files": [{ "id": "7", "name": "invoice.pdf", "size": 14_216, "token": "t1" }]
            }),
            _ => json!({
                "variable_customer": { "_id": "1767211281913907", "_name": { "zh_CN": "李雷" } },
                "variable_article": { "en_US": "tea", "zh_CN": "茶" },
                "variable_state": { "api_name": "open", "label": { "en_US": "Open" }, "color": "blue" },
                "variable_total": "64"
            }),
        })
    });
    let client = emulator.client();

    for order in [4711, 4712] {
        let order = RecordRef::new(order);
        let found = LookUp { order }.execute(&client).await?.output;
        println!("order {order}");
        println!(
            "  for    {} ({})",
            found.customer.name().unwrap_or("unknown"),
            found.customer.id()
        );
        println!(
            "  of     {} ({})",
            found.article.in_language(Language::EN_US).unwrap_or("?"),
            found.article
        );
        println!(
            "  is     {}",
            found.state.label().unwrap_or(found.state.api_name())
        );
        println!("  costs  {}", found.total);
        match found.paid_at {
            Some(paid_at) => println!("  paid   {paid_at}"),
            None => println!("  paid   not yet"),
        }
        for file in found.files {
            println!("  with   {}", file.name.as_deref().unwrap_or("a file"));
        }
    }
    Ok(())
}
