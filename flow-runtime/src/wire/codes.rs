//! What the platform's codes mean for a call: which kind of failure, and whether the flow can have run.
//!
//! Sources: the endpoint's document (2320001), its sibling endpoints' (2320002 to 2320006), the open platform's list
//! of common codes (the 9999.... ones), and for the flow engine's `k_...` codes the platform's own SDK, where they
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

/// Whether this is a token that the platform does not take any more, so that a new one may help.
pub(crate) fn is_stale_token(code: Option<i64>) -> bool {
    matches!(
        code,
        Some(99_991_661 | 99_991_663 | 99_991_664 | 99_991_665 | 99_991_668 | 99_991_671)
    )
}

/// The outer `code`.
pub(super) fn outer(code: i64, http_status: u16, stage: Stage) -> Meaning {
    use ErrorKind::{Flow, Gateway, Invalid, MonthlyQuota, Permission, RateLimited, Token};
    use Ran::{Maybe, No};

    let meant = match code {
        2_320_001 => meaning(
            Invalid,
            No,
            "check the inputs' api names and values, and the operator",
        ),
        2_320_002 => meaning(Gateway, Maybe, "the platform's own fault"),
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
        2_320_005 => meaning(Permission, No, AUTHORISE),
        2_320_006 | 99_992_402 => meaning(Invalid, No, ""),
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
        code if is_stale_token(Some(code)) => {
            meaning(Token, No, "the platform does not take the token")
        }
        99_991_543 | 10_003 | 10_015 => meaning(Token, No, "check the app id and the app secret"),
        99_991_662 | 10_014 => meaning(Token, No, "enable the app in the developer console"),
        10_005 | 10_013 => meaning(Token, No, "only a custom (self-built) app can call flows"),
        99_991_672 | 99_991_676 => meaning(
            Permission,
            No,
            "grant the scope app_engine:flow:write to the app and publish a version of it",
        ),
        99_991_673 => meaning(Permission, No, AUTHORISE),
        99_991_401 => meaning(
            Permission,
            No,
            "add this machine's address to the app's IP allow list",
        ),
        1500 | 2200 => meaning(Gateway, Maybe, "the platform's own fault"),
        // Not in any list: what the HTTP status says, and no promise that nothing ran.
        _ => match http_status {
            429 => meaning(RateLimited, No, ""),
            500.. => meaning(Gateway, Maybe, ""),
            400.. => meaning(Invalid, Maybe, ""),
            _ => meaning(Flow, Maybe, ""),
        },
    };
    match (stage, meant.kind) {
        // No token call ever runs a flow.
        (Stage::Token, RateLimited | MonthlyQuota | Gateway | Permission) => {
            Meaning { ran: No, ..meant }
        }
        (Stage::Token, _) => Meaning {
            kind: Token,
            ran: No,
            ..meant
        },
        (Stage::Execute, _) => meant,
    }
}

const AUTHORISE: &str = "the low-code app's admin must authorise the App ID and tick the flow";

/// The flow engine's `code`, inside `data`.
pub(super) fn inner(code: &str, has_execution: bool) -> Meaning {
    use ErrorKind::{Flow, Invalid, KeyUsed, Permission};

    // Refused before it began, unless there is a run to show for it.
    let refused = if has_execution { Ran::Maybe } else { Ran::No };
    match code {
        "k_wf_ec_2001008" => meaning(
            KeyUsed,
            Ran::Maybe,
            "a run under this key may exist: look it up before you take another key",
        ),
        "k_wf_ec_200036" => meaning(Permission, refused, AUTHORISE),
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
        "k_wf_ec_2001004" => meaning(Invalid, refused, "a flow of this type cannot be called"),
        "k_wf_ec_2001005" | "k_wf_ec_2001006" => meaning(
            Invalid,
            refused,
            "check namespace and flow_id, and that the flow is published",
        ),
        "k_ec_000054" => meaning(
            Flow,
            Ran::Yes,
            "the flow ran longer than the platform allows; a long one wants `start`",
        ),
        _ => meaning(Flow, if has_execution { Ran::Yes } else { Ran::Maybe }, ""),
    }
}
