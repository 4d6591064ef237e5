//! What the platform's codes mean for a call: which kind of failure, whether the flow can have run, and what helps.
//!
//! Sources: the endpoint's document (2320001), its sibling endpoints' (2320002 to 2320006), the open platform's list of
//! common codes, and for the flow engine's `k_...` codes the engine's manual and the platform's own SDK, where they
//! belong to another gateway: that they appear here is likely, not documented.

use crate::error::{ErrorKind, Ran, Stage};

/// What a code says.
#[derive(Clone, Copy)]
pub(super) struct Meaning {
    pub(super) kind: ErrorKind,
    pub(super) ran: Ran,
    /// What a person can do about it; empty where nothing is known.
    pub(super) cure: &'static str,
}

const fn meaning(kind: ErrorKind, ran: Ran, cure: &'static str) -> Meaning {
    Meaning { kind, ran, cure }
}

const AUTHORISE: &str = "the low-code app's admin must authorise the App ID and tick the flow, see https://ae.feishu.cn/hc/zh-CN/articles/608213399053";

const CHECK_INPUTS: &str = "check the inputs' api names and values, and the operator";

const INTERNAL: &str = "an internal error of the platform, which may pass; try again later";

const NEW_TOKEN: &str = "the platform does not accept the token";

/// Whether this is a token that the platform does not take any more, so that a new one may help.
pub(crate) fn is_stale_token(code: Option<i64>) -> bool {
    matches!(
        code,
        Some(99_991_661 | 99_991_663 | 99_991_664 | 99_991_665 | 99_991_668 | 99_991_671)
    )
}

/// The outer `code`.
pub(super) fn outer(code: i64, http_status: u16, stage: Stage) -> Meaning {
    let meant = listed(code).unwrap_or_else(|| unlisted(http_status));
    match stage {
        Stage::Execute => meant,
        Stage::Token => at_token(meant),
    }
}

fn listed(code: i64) -> Option<Meaning> {
    use ErrorKind::{Gateway, Invalid, MonthlyQuota, Permission, RateLimited, Token};
    use Ran::{Maybe, No};

    Some(match code {
        2_320_001 | 2_320_006 | 99_992_402 | 4000 | 9499 | 10_001 | 10_100 | 10_400 => {
            meaning(Invalid, No, CHECK_INPUTS)
        }
        2_320_003 => meaning(
            Invalid,
            No,
            "the tenant does not exist on the low-code platform",
        ),
        2_320_004 => meaning(
            Invalid,
            No,
            "the operator must be a user's `_id` or email on the low-code platform, not an open_id",
        ),
        2_320_005 | 99_991_673 => meaning(Permission, No, AUTHORISE),
        99_991_672 | 99_991_676 => meaning(
            Permission,
            No,
            "grant the scope app_engine:flow:write to the app and publish a version of it",
        ),
        99_991_401 => meaning(
            Permission,
            No,
            "add this machine's address to the app's IP allow list",
        ),
        99_991_400 => meaning(
            RateLimited,
            No,
            "all flows of the app share 100 calls a minute",
        ),
        99_991_403 => meaning(
            MonthlyQuota,
            No,
            "the tenant's API calls of this month are used up; trying again does not help",
        ),
        // The gateway answers these itself: nothing behind it was asked.
        99_991_201 => meaning(
            Invalid,
            No,
            "the platform knows no such path; check `base_url`, the namespace and the flow id",
        ),
        99_991_301 => meaning(
            Invalid,
            No,
            "the platform takes no such request on this path; check `base_url`, and whether a proxy changes the request",
        ),
        code if is_stale_token(Some(code)) => meaning(Token, No, NEW_TOKEN),
        99_991_641..=99_991_645 | 99_991_664..=99_991_681 | 99_991_692 => meaning(
            Token,
            No,
            "the token is of the wrong kind; a flow is called with the tenant_access_token of a custom (self-built) app",
        ),
        99_991_543 | 10_003 | 10_015 => meaning(Token, No, "check the app id and the app secret"),
        99_991_662 | 10_014 => meaning(Token, No, "enable the app in the developer console"),
        10_005 | 10_013 => meaning(Token, No, "only a custom (self-built) app can call flows"),
        2_320_002 | 1500 | 1503 | 1551 | 1557 | 1642 | 1663 | 1665 | 1668 | 2200 | 5000
        | 10_101 | 10_105 | 10_500 => meaning(Gateway, Maybe, INTERNAL),
        _ => return None,
    })
}

/// A code that is in no list: what the HTTP status says, and no promise that nothing ran.
fn unlisted(http_status: u16) -> Meaning {
    use ErrorKind::{Flow, Gateway, Invalid, RateLimited};
    use Ran::{Maybe, No};

    match http_status {
        429 => meaning(RateLimited, No, ""),
        408 | 421 | 425 | 500.. => meaning(Gateway, Maybe, ""),
        400.. => meaning(Invalid, Maybe, ""),
        _ => meaning(Flow, Maybe, ""),
    }
}

/// No token request ever runs a flow, and none has inputs.
fn at_token(meant: Meaning) -> Meaning {
    use ErrorKind::{Gateway, MonthlyQuota, Permission, RateLimited, Token};

    match meant.kind {
        RateLimited => meaning(
            RateLimited,
            Ran::No,
            "the token endpoint has a limit of its own; share one client, which keeps its token",
        ),
        MonthlyQuota | Gateway | Permission | Token => Meaning {
            ran: Ran::No,
            ..meant
        },
        _ => meaning(
            Token,
            Ran::No,
            "check the app id, the app secret and `base_url`",
        ),
    }
}

/// The flow engine's `code`, inside `data`.
pub(super) fn inner(code: &str, has_execution: bool) -> Meaning {
    use ErrorKind::{Flow, Gateway, Invalid, KeyUsed, Permission, RateLimited};

    // Refused before it began, unless there is a run to show for it.
    let refused = if has_execution { Ran::Maybe } else { Ran::No };
    // A run that stopped at this is the flow's failure, and sending it again would only find its key used.
    let unless_begun = |kind, ran, cure| {
        if has_execution {
            meaning(Flow, Ran::Yes, cure)
        } else {
            meaning(kind, ran, cure)
        }
    };
    match code {
        "k_wf_ec_2001008" => meaning(
            KeyUsed,
            Ran::Maybe,
            "a run under this key may exist: look it up before you take another key",
        ),
        "k_wf_ec_200036" | "k_ec_000009" => meaning(Permission, refused, AUTHORISE),
        "k_ec_000027" => meaning(
            Permission,
            refused,
            "this operator may not trigger the flow: name another, or give this one the right on the low-code platform",
        ),
        "k_wf_ec_2001001" => meaning(
            Invalid,
            refused,
            "a parameter has an api name that the flow does not know",
        ),
        "k_wf_ec_2001002" => meaning(
            Invalid,
            refused,
            "a parameter that the flow requires is missing, or does not fit",
        ),
        "k_ec_000011" | "k_ec_000012" | "k_ec_000013" | "k_ec_000014" | "k_ec_000015" => {
            meaning(Invalid, refused, CHECK_INPUTS)
        }
        "k_wf_ec_2001004" => meaning(
            Invalid,
            refused,
            "a flow of this type cannot be called; only those that are triggered directly (直接触发流程) can",
        ),
        "k_wf_ec_2001005" | "k_wf_ec_2001006" => meaning(
            Invalid,
            refused,
            "check namespace and flow_id, and that the flow is published",
        ),
        "k_ec_000054" => meaning(
            Flow,
            Ran::Yes,
            "the flow ran longer than the platform allows; use `start` for long-running flows",
        ),
        "k_ec_000001" | "k_ec_000004" | "k_ec_000018" => {
            unless_begun(Gateway, Ran::Maybe, INTERNAL)
        }
        "k_ec_000032" => unless_begun(
            RateLimited,
            Ran::No,
            "too many calls for the flow engine; try again later",
        ),
        "k_ec_000040" => unless_begun(
            Gateway,
            Ran::Maybe,
            "a service that the flow engine calls has failed; try again later",
        ),
        "k_ec_000050" | "k_ec_000051" | "k_ec_000052" | "k_ec_000053" => unless_begun(
            Gateway,
            Ran::No,
            "the low-code app's environment is the wrong one, or is being upgraded; check the namespace, or try again later",
        ),
        _ => meaning(Flow, if has_execution { Ran::Yes } else { Ran::Maybe }, ""),
    }
}
