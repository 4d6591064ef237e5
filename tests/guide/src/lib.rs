//! The pages of `apaas_flow::guide`, as documentation of this package, so that `cargo test -p apaas-flow-guide-tests` runs
//! their examples.

macro_rules! pages {
    ($($page:ident)+) => {$(
        #[doc = include_str!(concat!("../../../src/guide/", stringify!($page), ".md"))]
        #[allow(rustdoc::broken_intra_doc_links)] // the guide's own, checked there
        pub mod $page {}
    )+};
}

pages! {
    first_call
    calls
    errors
    testing
    contracts
    values
    many_calls
    several_machines
    web_service
    from_an_sdk
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::{env, fs};

    /// A page that is in one list and not in the other is not tested, or not shown.
    #[test]
    #[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn every_page_is_in_both_lists() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../src/guide");
        let pages = fs::read_dir(folder).unwrap().map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".md").unwrap().to_owned()
        });
        let pages: BTreeSet<String> = pages.collect();
        for list in [
            include_str!("lib.rs"),
            include_str!("../../../src/guide.rs"),
        ] {
            let (_, list) = list.split_once("\npages! {\n").unwrap();
            let (list, _) = list.split_once('}').unwrap();
            let listed: BTreeSet<String> = list.split_whitespace().map(str::to_owned).collect();
            assert_eq!(listed, pages);
        }
    }
}
