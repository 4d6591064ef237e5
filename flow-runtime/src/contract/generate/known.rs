//! The platform's own objects by their keys, in either dialect.

use std::collections::BTreeSet;

pub(super) const MULTILINGUAL: &str = "Multilingual";

/// The keys of an object.
pub(super) type Keys<'a> = BTreeSet<&'a str>;

/// The one of `apaas_flow::value` that all of these objects are.
pub(super) fn of_keys(objects: &[Keys<'_>]) -> Option<&'static str> {
    if objects.is_empty() {
        return None;
    }
    let kind = KINDS
        .iter()
        .find(|kind| objects.iter().all(|keys| kind.has(keys)));
    if let Some(kind) = kind {
        return Some(kind.name);
    }
    let is_multilingual =
        |keys: &Keys<'_>| !keys.is_empty() && keys.iter().all(|key| is_language(key));
    objects.iter().all(is_multilingual).then_some(MULTILINGUAL)
}

/// `{"language_code":1033,"text":".."}`
pub(super) fn is_translation<'a>(keys: impl IntoIterator<Item = &'a str>) -> bool {
    let keys: Keys<'_> = keys.into_iter().collect();
    keys.contains("language_code") && keys.contains("text")
}

struct Kind {
    name: &'static str,
    needed: &'static [&'static str],
    one_of: &'static [&'static str],
    others: &'static [&'static str],
}

/// In this order: what has more keys comes first.
const KINDS: [Kind; 8] = [
    Kind {
        name: "Lookup",
        needed: &["_id", "_name"],
        one_of: &[],
        others: &[],
    },
    Kind {
        name: "RecordRef",
        needed: &["_id"],
        one_of: &[],
        others: &["_name"],
    },
    Kind {
        name: "Choice",
        needed: &["api_name"],
        one_of: &["color", "label"],
        others: &[],
    },
    Kind {
        name: "Phone",
        needed: &["number"],
        one_of: &[
            "code",
            "key",
            "region_code",
            "dialing_code",
            "countryCode",
            "dialingCode",
        ],
        others: &[],
    },
    Kind {
        name: "Region",
        needed: &[],
        one_of: &["regionCode", "fullPath", "region_code", "full_path"],
        others: &["id", "_id", "level"],
    },
    Kind {
        name: "Avatar",
        needed: &["source"],
        one_of: &["image", "color", "content"],
        others: &["color_id"],
    },
    Kind {
        name: "RichText",
        needed: &["raw"],
        one_of: &["preview", "config"],
        others: &[],
    },
    Kind {
        name: "Attachment",
        needed: &["token"],
        one_of: &["mime_type", "size"],
        others: &["name", "uri", "id"],
    },
];

impl Kind {
    fn has(&self, keys: &Keys<'_>) -> bool {
        let known = [self.needed, self.one_of, self.others].concat();
        self.needed.iter().all(|key| keys.contains(key))
            && (self.one_of.is_empty() || self.one_of.iter().any(|key| keys.contains(key)))
            && keys.iter().all(|key| known.contains(key))
    }
}

/// `en_US`
fn is_language(key: &str) -> bool {
    matches!(key.split_once('_'), Some((language, country))
        if language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase())
            && country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic()))
}
