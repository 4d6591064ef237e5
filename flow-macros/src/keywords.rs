//! Every word the attribute knows, once.

pub(crate) const ATTRIBUTE: &str = "apaas_flow";

pub(crate) const NAMESPACE: &str = "namespace";
pub(crate) const FLOW_ID: &str = "flow_id";
pub(crate) const OUTPUT: &str = "output";
pub(crate) const EMULATE: &str = "emulate";
pub(crate) const METHODS: &str = "methods";
pub(crate) const CRATE: &str = "crate";
pub(crate) const CONTRACT: &str = "contract";
pub(crate) const ARGUMENTS: [&str; 7] = [
    NAMESPACE, FLOW_ID, OUTPUT, EMULATE, METHODS, CRATE, CONTRACT,
];

pub(crate) const INPUT: &str = "input";
pub(crate) const FIELD_ATTRS: [&str; 2] = [INPUT, OUTPUT];

pub(crate) const WITH: &str = "with";
pub(crate) const DEFAULT: &str = "default";
pub(crate) const OPTIONS: [&str; 2] = [WITH, DEFAULT];

pub(crate) const CFG: &str = "cfg";
pub(crate) const CFG_ATTR: &str = "cfg_attr";
pub(crate) const DEPRECATED: &str = "deprecated";
pub(crate) const DERIVE: &str = "derive";
pub(crate) const DOC: &str = "doc";
pub(crate) const EXPECT: &str = "expect";
pub(crate) const LINT_LEVELS: [&str; 5] = ["allow", EXPECT, "warn", "deny", "forbid"];
pub(crate) const SERDE: &str = "serde";
pub(crate) const SERDE_DERIVES: [&str; 2] = ["Serialize", "Deserialize"];

/// Where contracts are looked for.
pub(crate) const FOLDER: &str = "flows";
/// The variable of the environment that makes contracts required, or ignored.
pub(crate) const CONTRACTS: &str = "APAAS_FLOW_CONTRACTS";

pub(crate) const ITEMS: [&str; 15] = [
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro",
    "macro_rules",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "union",
    "use",
];
/// Items of their own, or in front of `fn`.
pub(crate) const MODIFIERS: [&str; 3] = ["async", "const", "extern"];
