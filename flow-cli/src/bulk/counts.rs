//! Numbers of rows by name, for people and for programs.

pub(super) fn text(counts: &[(&str, u64)]) -> String {
    let lines = counts.iter();
    let lines: Vec<_> = lines
        .map(|(name, rows)| format!("{name:<12}{rows:>10}\n"))
        .collect();
    lines.concat()
}

/// The members of a JSON object.
pub(super) fn members(counts: &[(&str, u64)]) -> String {
    let members = counts.iter();
    let members: Vec<_> = members
        .map(|(name, rows)| format!("\"{name}\":{rows}"))
        .collect();
    members.join(",")
}
