//! Names of the platform as names of Rust.

use std::collections::BTreeSet;

/// Longer ones would make lines that rustfmt breaks.
const LONGEST_FIELD: usize = 30;
const LONGEST_TYPE: usize = 36;

const PREFIXES: [&str; 5] = ["variable_", "param_", "input_", "output_", "custom_"];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Not even with `r#`.
const NEVER: &[&str] = &["self", "super", "crate"];

/// Types that generated code, or the attribute, uses by these names.
const TAKEN_TYPES: &[&str] = &[
    "Attachment",
    "Avatar",
    "BigInt",
    "Choice",
    "Date",
    "DateTime",
    "Decimal",
    "Lookup",
    "Multilingual",
    "Phone",
    "RecordRef",
    "Region",
    "RichText",
    "String",
    "Vec",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Box",
    "Self",
    "Send",
    "Sync",
    "Sized",
    "Copy",
    "Clone",
    "Debug",
    "Default",
    "Drop",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Into",
    "Iterator",
    "ToString",
];

/// Whether the attribute takes it for the api name of an input or output.
pub(super) fn is_api_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// The field names of one struct, in the order of the api names.
pub(super) fn fields(api_names: &[&str]) -> Vec<String> {
    let whole: Vec<String> = api_names.iter().map(|name| snake(name)).collect();
    let shorts: Vec<&str> = whole.iter().map(|name| without_prefix(name)).collect();
    let mut taken = BTreeSet::new();
    let names = whole.iter().zip(&shorts).enumerate();
    names
        .map(|(i, (whole, short))| {
            let others = shorts.iter().filter(|other| *other == short).count();
            let name = if others == 1 { short } else { whole.as_str() };
            let name = capped(name, LONGEST_FIELD);
            let name = if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                name
            } else {
                capped(&format!("field_{}_{name}", i + 1), LONGEST_FIELD)
            };
            raw(unique(&name, &mut taken))
        })
        .collect()
}

/// The name of a type that no other has yet.
pub(super) fn type_name(words: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = String::new();
    for word in snake(words).split('_') {
        let mut letters = word.chars();
        name.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "Flow");
    }
    if TAKEN_TYPES.contains(&name.as_str()) {
        name.push_str("Value");
    }
    let name = capped(&name, LONGEST_TYPE);
    unique(&name, taken)
}

/// `deleteObject` of `deleteObject_99c656599f`.
pub(super) fn without_random_suffix(flow_id: &str) -> &str {
    match flow_id.rsplit_once('_') {
        Some((name, suffix))
            if !name.is_empty()
                && suffix.len() == 10
                && suffix.bytes().all(|b| b.is_ascii_hexdigit()) =>
        {
            name
        }
        _ => flow_id,
    }
}

fn without_prefix(name: &str) -> &str {
    let mut short = PREFIXES.iter().filter_map(|p| name.strip_prefix(p));
    let short = short.find(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    short.unwrap_or(name)
}

/// ASCII letters and digits, in words: `flow_execution_id` of `_flowExecutionID`.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, c) in letters.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| letters.get(i));
        let after = letters.get(i + 1);
        let begins_word = c.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || after.is_some_and(char::is_ascii_lowercase)
            });
        if (begins_word || !c.is_ascii_alphanumeric()) && !snake.is_empty() && !snake.ends_with('_')
        {
            snake.push('_');
        }
        if c.is_ascii_alphanumeric() {
            snake.push(c.to_ascii_lowercase());
        }
    }
    snake.trim_end_matches('_').to_owned()
}

fn capped(name: &str, longest: usize) -> String {
    let name: String = name.chars().take(longest).collect();
    name.trim_end_matches('_').to_owned()
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.to_owned();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        let is_type = name.starts_with(|c: char| c.is_ascii_uppercase());
        candidate = format!("{name}{}{number}", if is_type { "" } else { "_" });
        number += 1;
    }
    candidate
}

fn raw(name: String) -> String {
    if NEVER.contains(&name.as_str()) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("r#{name}")
    } else {
        name
    }
}
