//! What a monitoring system is told.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use apaas_flow::{Client, DynamicFlow, Quota, metrics};
use apaas_flow_emulator::{Emulator, Failure, Fault};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::time::sleep;

use crate::flows::{Bill, BillOutput, bill};

const MS: Duration = Duration::from_millis(1);

async fn until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never");
        sleep(MS).await;
    }
}

async fn emulator(app: &str) -> Emulator {
    let emulator = Emulator::builder()
        .app_credentials(app, "s3cr3t")
        .start()
        .await
        .unwrap();
    emulator.on::<Bill>(|bill| match bill.order.as_str() {
        "4711" => Ok(BillOutput {
            total: "128.50".to_owned(),
            lines: vec![],
            paid: true,
        }),
        _ => Err(Failure::new("no_order", "there is no such order")),
    });
    emulator
}

fn other_order() -> Bill {
    Bill {
        order: "0".to_owned(),
        note: None,
    }
}

fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let handle = PrometheusBuilder::new().install_recorder().unwrap();
        metrics::describe();
        handle
    })
}

/// The value of a metric with exactly these labels.
fn value(name: &str, labels: &str) -> Option<f64> {
    let text = recorder().render();
    let line = format!("{name}{{{labels}}} ");
    let value = text.lines().find_map(|known| known.strip_prefix(&line))?;
    value.parse().ok()
}

/// The metrics that the dashboard's queries ask for.
fn names_in_the_dashboard() -> BTreeSet<String> {
    let text = include_str!("../../../../examples/grafana/dashboard.json");
    let dashboard: serde_json::Value = serde_json::from_str(text).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap());
    let queries = targets.map(|target| target["expr"].as_str().unwrap());
    let names: BTreeSet<_> = queries
        .flat_map(|query| query.split(|c: char| !(c.is_ascii_lowercase() || c == '_')))
        .filter(|word| word.starts_with("apaas_flow_"))
        .map(|name| name.trim_end_matches("_bucket").to_owned())
        .collect();
    assert!(names.len() >= 10, "{names:?}");
    names
}

#[tokio::test]
async fn a_monitoring_system_is_told() {
    recorder();
    let emulator = emulator("cli_metrics").await;
    let client: Client = emulator
        .client_builder()
        .quota(Quota::new(50, Duration::from_secs(2)))
        .build()
        .unwrap();
    bill().execute(&client).await.unwrap();
    other_order().execute(&client).await.unwrap_err();
    emulator.inject(Fault::RateLimited { reset: 0.01 });
    bill().execute(&client).await.unwrap();

    let app = r#"app="cli_metrics""#;
    let flow = r#"app="cli_metrics",flow="package_shop__c/bill_0a1b2c3d4e""#;
    let of = |outcome: &str| format!(r#"{flow},outcome="{outcome}""#);
    assert_eq!(value("apaas_flow_calls_total", &of("ran")), Some(2.0));
    assert_eq!(value("apaas_flow_calls_total", &of("failed")), Some(1.0));
    assert_eq!(value("apaas_flow_attempts_total", flow), Some(4.0));
    assert_eq!(value("apaas_flow_rate_limited_total", flow), Some(1.0));
    assert_eq!(value("apaas_flow_queue_seconds_count", flow), Some(4.0));
    assert_eq!(value("apaas_flow_request_seconds_count", flow), Some(4.0));
    assert!(value("apaas_flow_request_seconds_sum", flow).unwrap() > 0.0);
    let fetches = format!(r#"{app},result="ok""#);
    assert_eq!(value("apaas_flow_token_fetches_total", &fetches), Some(1.0));
    // gauges follow within a second, and go back to what they are when all is quiet
    assert_eq!(value("apaas_flow_window_limit", app), Some(50.0));
    until(|| value("apaas_flow_window_used", app) == Some(4.0)).await;
    assert!(value("apaas_flow_token_expires_seconds", app).unwrap() > 7000.0);
    until(|| value("apaas_flow_window_used", app) == Some(0.0)).await;
    assert_eq!(value("apaas_flow_in_flight", app), Some(0.0));

    // whoever chooses a flow's name chooses no number of time series
    for n in 0..150 {
        let flow = DynamicFlow::new("package_shop__c", format!("made_up_{n}")).unwrap();
        flow.execute(&client).await.unwrap_err();
    }
    let text = recorder().render();
    let series = text
        .lines()
        .filter(|line| line.starts_with("apaas_flow_calls_total") && line.contains("cli_metrics"));
    assert!(series.count() <= 104);
    let other = r#"app="cli_metrics",flow="other",outcome="did_not_run""#;
    assert!(value("apaas_flow_calls_total", other).unwrap() >= 50.0);
    assert!(!text.contains("s3cr3t"));
    for name in names_in_the_dashboard() {
        assert!(text.contains(&format!("# TYPE {name} ")), "{name}");
    }
    assert!(text.contains("# HELP apaas_flow_calls_total calls of flows that ended"));
}
