//! What the page is told, as JSON.

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::fault_form;
use crate::state::State;
use crate::state::end::End;
use crate::state::fault::Endpoint;
use crate::state::page::{Answer, Exchange, Message, News, Page};

/// The text of an event: what has happened, and how things stand; `flows` if they are not as they were told before.
pub(super) fn event(
    state: &State,
    page: &Page,
    news: &News,
    first: bool,
    flows: Option<&Value>,
) -> String {
    let exchanges: Vec<Value> = news.exchanges.iter().map(exchange).collect();
    json!({
        // a page that was open before the emulator was started again begins anew
        "cleared": news.cleared || first,
        "exchanges": exchanges,
        "oldest": news.oldest,
        "forgotten": news.forgotten,
        "exposed": !is_loopback(&page.host),
        "now": millis(SystemTime::now()),
        "runs": state.ledger.runs(),
        "requests": state.ledger.execute_requests(),
        "faults": faults(state),
        "chaos": state.faults.chaos().map(|(seed, rate)| json!({"seed": seed.to_string(), "rate": rate})),
        "quota": quota(state),
        "flows": flows,
    })
    .to_string()
}

fn exchange(exchange: &Exchange) -> Value {
    json!({
        "log_id": exchange.log_id,
        "arrived": millis(exchange.arrived),
        "method": exchange.method,
        "path": exchange.path,
        "endpoint": exchange.endpoint.map(endpoint),
        "flow": exchange.flow,
        "key": exchange.key,
        "sent": message(&exchange.sent),
        "answer": exchange.answer.as_ref().map(answer),
    })
}

fn answer(answer: &Answer) -> Value {
    json!({
        "after": answer.after.as_secs_f64() * 1000.0,
        "http_status": answer.http_status,
        "end": answer.end.map(end),
        "fault": answer.fault.as_ref().map(fault_form::write),
        "lost": answer.fault.as_ref().is_some_and(fault_form::loses_the_reply),
        "summary": answer.summary,
        "received": message(&answer.received),
    })
}

fn message(message: &Message) -> Value {
    json!({
        "headers": message.headers,
        "body": message.body,
        "cut_from": message.cut_from,
    })
}

/// What is known of each flow, whole contracts among it: too much to be told each time.
pub(super) fn flows(state: &State) -> Value {
    let flows = state.flows.described().into_iter();
    let flows = flows.map(|(name, description, edited)| {
        json!({
            "name": name,
            "contract": description.contract,
            "outputs": description.outputs.map(|outputs| outputs.to_string()),
            "edited": edited,
        })
    });
    flows.collect()
}

fn faults(state: &State) -> Vec<Value> {
    let waiting = state.faults.waiting().into_iter();
    let waiting = waiting.map(|(at, fault, flow, left)| {
        json!({"endpoint": endpoint(at), "fault": fault_form::write(&fault), "flow": flow, "left": left})
    });
    waiting.collect()
}

fn quota(state: &State) -> Option<Value> {
    let quota = state.quota.as_ref()?;
    let apps = quota.arrivals(state.clock.now()).into_iter();
    let apps: Vec<Value> = apps
        .map(|(app, arrivals)| {
            let arrivals = arrivals.into_iter();
            let arrivals: Vec<Value> = arrivals
                .map(|(age, n)| json!([whole_millis(age), n]))
                .collect();
            json!({"app": app, "arrivals": arrivals})
        })
        .collect();
    Some(json!({
        "calls": quota.calls,
        "period": whole_millis(quota.period),
        "refused": quota.refused(),
        "apps": apps,
    }))
}

fn endpoint(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Execute => "execute",
        Endpoint::Token => "token",
    }
}

fn end(end: End) -> &'static str {
    match end {
        End::Ran => "ran",
        End::Failed => "failed",
        End::Started => "started",
        End::DidNotRun => "did_not_run",
    }
}

/// Since 1970.
fn millis(time: SystemTime) -> u64 {
    whole_millis(time.duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn whole_millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_others_reach() {
        assert!(is_loopback("127.0.0.1") && is_loopback("::1") && is_loopback("localhost"));
        assert!(!is_loopback("0.0.0.0") && !is_loopback("::") && !is_loopback("emulator"));
    }
}
