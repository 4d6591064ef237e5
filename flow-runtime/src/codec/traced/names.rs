//! The names that a type knows of what is inside of it. Every other key of an object may be data.

/// What a newtype's name begins with that announces one of our own values: its keys stand behind it, `$apaas_flow(_id,_name)`.
pub(crate) const ANNOUNCED: &str = "$apaas_flow(";

/// The fields of a struct or the variants of an enum, as far as its type has said which they are.
#[derive(Clone, Copy)]
pub(super) enum Names {
    /// Of a map, or of a struct that is read as one (`flatten`).
    Unknown,
    Listed(&'static [&'static str]),
    /// Of one of our own values: what the newtype's name announced.
    Announced(&'static str),
}

impl Names {
    /// From a newtype's name, if it announces one of our own values.
    pub(super) fn announced(name: &'static str) -> Option<Self> {
        let names = name.strip_prefix(ANNOUNCED)?.strip_suffix(')')?;
        Some(Self::Announced(names))
    }

    /// The name itself, if it is known: the text that is shown is then the program's, not the reply's.
    pub(super) fn find(self, name: &str) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Listed(names) => names.iter().find(|known| **known == name).copied(),
            Self::Announced(names) => names.split(',').find(|known| *known == name),
        }
    }
}

/// The last part of a type's path: `Order` of `shop::Order`.
pub(super) fn last_part(rust_type: &str) -> &str {
    let path = rust_type.split('<').next().unwrap_or_default();
    path.rsplit("::").next().unwrap_or_default()
}
