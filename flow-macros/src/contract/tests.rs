#[path = "../../../flow-contract/tests/odd_files/mod.rs"]
mod odd_files;
mod recordings;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use proc_macro2::TokenStream;
use quote::quote;

use super::build_env::BuildEnv;
use super::check;
use super::find::Found;
use crate::ctxt::Ctxt;
use crate::model::Flow;
use crate::parse::arguments::Arguments;
use crate::parse::item::Item;

const SHOP: &str = r#"{
  "inputs": {
    "variable_order": { "type": "lookup", "required": true, "description": "the <order>|" },
    "variable_note": { "type": "text" }
  },
  "outputs": {
    "variable_total": { "type": "decimal", "optional": true },
    "variable_count": { "type": "integer" },
    "variable_files": { "type": "attachment" }
  }
}"#;

/// A user's repository, for as long as a test.
struct Repository {
    root: PathBuf,
    package: PathBuf,
    here: PathBuf,
    is_primary: bool,
    setting: Option<&'static str>,
}

impl Repository {
    fn new(files: &[(&str, &str)]) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "apaas-flow-macros-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let root = std::env::temp_dir().join(name);
        for (file, text) in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir_all(root.join("shop")).unwrap();
        Repository {
            package: root.join("shop"),
            here: root.join("shop"),
            is_primary: true,
            root,
            setting: None,
        }
    }

    /// As cargo builds the package if it belongs to the workspace.
    fn built_in_workspace(mut self) -> Self {
        self.here = self.root.clone();
        self.is_primary = false;
        self
    }

    /// As cargo builds the package if another one needs it.
    fn built_as_dependency(mut self) -> Self {
        self.is_primary = false;
        self
    }

    fn with(contract: &str) -> Self {
        Repository::new(&[
            ("Cargo.lock", ""),
            ("flows/package_shop__c/price_0a1b.json", contract),
        ])
    }

    fn setting(mut self, setting: &'static str) -> Self {
        self.setting = Some(setting);
        self
    }

    fn env(&self) -> BuildEnv {
        BuildEnv {
            package: self.package.clone(),
            here: self.here.clone(),
            is_primary: self.is_primary,
            setting: self.setting.map(str::to_owned),
        }
    }

    fn resolved(&self, arguments: TokenStream, item: TokenStream) -> (Option<Found>, Vec<String>) {
        let cx = Ctxt::new();
        let arguments = Arguments::parse(arguments, &cx);
        let found = match Item::parse(item, &cx) {
            Item::Other(_) => None,
            Item::Struct(item) => {
                let flow = Flow::resolve(arguments, item, &cx);
                crate::check::check(&flow, &cx);
                let found = self.env().contract(&flow, &cx);
                if let Some(found) = &found {
                    check::check(&flow, found, &cx);
                }
                found
            }
        };
        let messages = cx.check().err().map(|errors| errors.messages());
        (found, messages.unwrap_or_default())
    }

    fn messages(&self, fields: &TokenStream) -> Vec<String> {
        self.resolved(
            quote!(namespace = "package_shop__c", flow_id = "price_0a1b"),
            quote!(struct Price { #fields }),
        )
        .1
    }

    fn found(&self, arguments: TokenStream) -> Option<PathBuf> {
        let (found, messages) = self.resolved(
            arguments,
            quote!(
                struct Price;
            ),
        );
        assert_eq!(messages, Vec::<String>::new());
        let path = found?.path;
        Some(path.strip_prefix(&self.root).unwrap_or(&path).to_owned())
    }

    fn refused(&self, arguments: TokenStream) -> String {
        let (_, messages) = self.resolved(
            arguments,
            quote!(
                struct Price;
            ),
        );
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.concat()
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn plain() -> TokenStream {
    quote!(namespace = "package_shop__c", flow_id = "price_0a1b")
}

#[test]
fn the_contract_is_beside_the_package_or_above_it() {
    let file = "flows/package_shop__c/price_0a1b.json";
    let beside = format!("shop/{file}");
    let at = |files: &[(&str, &str)]| Repository::new(files).found(plain());
    assert_eq!(
        at(&[("Cargo.lock", ""), (&beside, "{}")]),
        Some(beside.clone().into())
    );
    assert_eq!(at(&[("Cargo.lock", ""), (file, "{}")]), Some(file.into()));
    assert_eq!(at(&[("shop/Cargo.toml", ""), ("Cargo.lock", "")]), None);
    // a folder of this name may be anything
    assert_eq!(
        at(&[("shop/flows/mod.rs", ""), ("Cargo.lock", ""), (file, "{}")]),
        Some(file.into())
    );
    assert_eq!(
        at(&[("shop/flows", ""), ("Cargo.lock", ""), (file, "{}")]),
        Some(file.into())
    );
}

#[test]
fn nothing_is_looked_for_above_the_workspace() {
    let file = "flows/package_shop__c/price_0a1b.json";
    assert_eq!(
        Repository::new(&[("shop/Cargo.lock", ""), (file, "{}")]).found(plain()),
        None
    );
    assert_eq!(Repository::new(&[(file, "{}")]).found(plain()), None);
}

/// The member was a package of its own once, or is built so at times.
#[test]
fn what_a_member_has_of_its_own_hides_no_contract() {
    let file = "flows/package_shop__c/price_0a1b.json";
    let files = [
        ("shop/Cargo.lock", ""),
        ("shop/flows/package_shop__c/other_0a1b.json", "{"),
        ("shop/flows/package_store__c/other_0a1b.json", "{"),
        ("Cargo.lock", ""),
        (file, "{}"),
    ];
    for arguments in [
        plain(),
        quote!(namespace = crate::SHOP, flow_id = "price_0a1b"),
    ] {
        assert_eq!(
            Repository::new(&files)
                .built_in_workspace()
                .found(arguments),
            Some(file.into())
        );
    }
}

#[cfg(unix)]
#[test]
fn a_workspace_is_known_by_any_of_its_paths() {
    let file = "flows/package_shop__c/price_0a1b.json";
    let mut repository = Repository::new(&[(file, "{}")]).built_in_workspace();
    let link = repository.root.with_extension("link");
    std::os::unix::fs::symlink(&repository.root, &link).unwrap();
    repository.package = link.join("shop");
    assert_eq!(repository.found(plain()), Some(link.join(file)));
    fs::remove_file(link).unwrap();
}

#[test]
fn two_contracts_for_one_flow_are_one_too_many() {
    let file = "flows/package_shop__c/price_0a1b.json";
    let beside = format!("shop/{file}");
    let both = [("Cargo.lock", ""), (&*beside, "{}"), (file, "{")];
    for repository in [
        Repository::new(&both),
        Repository::new(&both).built_in_workspace(),
    ] {
        assert_eq!(
            repository.refused(plain()),
            format!(
                "this flow has several contracts: `{beside}` and `{file}`; remove all but one, or name one with `contract = \"...\"`"
            )
        );
        let named = quote!(namespace = "a", flow_id = "b", contract = #file);
        assert_eq!(repository.found(named), Some(beside.clone().into()));
    }
    #[cfg(unix)]
    {
        let one = Repository::new(&[(file, "{}")]).built_in_workspace();
        let link = one.package.join("flows");
        std::os::unix::fs::symlink(one.root.join("flows"), link).unwrap();
        for arguments in [
            plain(),
            quote!(namespace = crate::SHOP, flow_id = "price_0a1b"),
        ] {
            assert_eq!(one.found(arguments), Some(beside.clone().into()));
        }
    }
    let other = "flows/package_store__c/price_0a1b.json";
    assert_eq!(
        Repository::new(&[(&beside, "{}"), (other, "{}")])
            .built_in_workspace()
            .refused(quote!(namespace = crate::SHOP, flow_id = "price_0a1b")),
        format!(
            "several contracts could be this flow's: `{beside}` and `{other}`; name one with `contract = \"...\"`"
        )
    );
}

#[test]
fn a_dependency_has_nothing_but_its_own() {
    let file = "flows/package_shop__c/price_0a1b.json";
    // a user's contract of the same flow may be another one
    let vendored = [("Cargo.lock", ""), (file, "{}")];
    assert_eq!(
        Repository::new(&vendored)
            .built_as_dependency()
            .found(plain()),
        None
    );
    let beside = format!("shop/{file}");
    assert_eq!(
        Repository::new(&[("Cargo.lock", ""), (&beside, "{}"), (file, "{")])
            .built_as_dependency()
            .found(plain()),
        Some(beside.into())
    );
}

#[test]
fn only_a_users_own_packages_need_contracts() {
    let nothing = || Repository::new(&[("Cargo.lock", "")]);
    for setting in ["require", "requier"] {
        let dependency = nothing().built_as_dependency().setting(setting);
        assert_eq!(dependency.found(plain()), None);
        let constant = quote!(namespace = "a", flow_id = crate::ID);
        assert_eq!(dependency.found(constant), None);
    }
    let member = nothing().built_in_workspace().setting("require");
    assert!(member.refused(plain()).contains("there is no contract"));
    let broken = Repository::with("{");
    assert_eq!(
        broken
            .built_as_dependency()
            .setting("ignore")
            .found(plain()),
        None
    );
}

/// As other build systems have it. What is tracked is found from the source file on.
#[test]
fn the_packages_folder_may_be_relative() {
    let env = BuildEnv::new(Some("shop".into()), "/repository".into(), false, None);
    assert_eq!(env.package, Path::new("/repository/shop"));
    let env = BuildEnv::new(Some("/elsewhere".into()), "/repository".into(), false, None);
    assert_eq!(env.package, Path::new("/elsewhere"));
    for same in [Some("."), Some(""), None] {
        let same = same.map(Into::into);
        let env = BuildEnv::new(same, "/repository".into(), false, None);
        assert_eq!(env.package, Path::new("/repository"));
    }
    let repository = Repository::new(&[("app/main.rs", "")]);
    let app = repository.root.join("app");
    let env = BuildEnv::new(Some("../shop".into()), app, false, None);
    assert_eq!(env.package, repository.package.canonicalize().unwrap());
}

#[test]
fn of_a_constant_namespace_only_rustc_knows_the_folder() {
    let arguments = || quote!(namespace = crate::SHOP, flow_id = "price_0a1b");
    let one = Repository::with("{}");
    let (found, _) = one.resolved(
        arguments(),
        quote!(
            struct Price;
        ),
    );
    assert_eq!(
        found.and_then(|found| found.namespace).as_deref(),
        Some("package_shop__c")
    );
    let (found, _) = one.resolved(
        plain(),
        quote!(
            struct Price;
        ),
    );
    assert_eq!(found.and_then(|found| found.namespace), None);

    let two = Repository::new(&[
        ("Cargo.lock", ""),
        ("flows/a/price_0a1b.json", "{}"),
        ("flows/b/price_0a1b.json", "{}"),
    ]);
    assert_eq!(
        two.refused(arguments()),
        "several contracts could be this flow's: `flows/a/price_0a1b.json` and `flows/b/price_0a1b.json`; name one with `contract = \"...\"`"
    );
    let named = quote!(
        namespace = crate::SHOP,
        flow_id = "price_0a1b",
        contract = "../flows/b/price_0a1b.json"
    );
    assert_eq!(
        two.found(named),
        Some("shop/../flows/b/price_0a1b.json".into())
    );
}

#[test]
fn a_contract_that_is_named_must_be_there() {
    let repository = Repository::with("{}");
    let named = |path: &str| quote!(namespace = "a", flow_id = "b", contract = #path);
    let path = "../flows/package_shop__c/price_0a1b.json";
    assert!(repository.found(named(path)).is_some());
    assert_eq!(
        repository.refused(named("../flows/package_shop__c/prise_0a1b.json")),
        "there is no contract `../flows/package_shop__c/prise_0a1b.json`; did you mean `price_0a1b.json`?"
    );
    assert_eq!(
        repository.refused(named("flows/x.json")),
        "there is no contract `flows/x.json`; the path starts at the folder of Cargo.toml"
    );
    assert!(
        repository
            .refused(named("../flows"))
            .starts_with("cannot read the contract `../flows`: ")
    );
}

#[test]
fn the_environment_makes_contracts_required_or_ignored() {
    let nothing = || Repository::new(&[("Cargo.lock", "")]);
    assert_eq!(nothing().found(plain()), None);
    assert_eq!(nothing().setting("").found(plain()), None);
    assert_eq!(
        nothing().setting("require").refused(plain()),
        "APAAS_FLOW_CONTRACTS=require, and there is no contract flows/package_shop__c/price_0a1b.json beside Cargo.toml or above it; write it or record it"
    );
    assert!(
        Repository::with("{}")
            .setting("require")
            .refused(quote!(
                namespace = "package_shop__c",
                flow_id = "price_0a1c"
            ))
            .ends_with("; did you mean `price_0a1b`?")
    );
    assert!(
        Repository::with("{}")
            .setting("require")
            .refused(quote!(
                namespace = "package_shpo__c",
                flow_id = "price_0a1b"
            ))
            .ends_with("; did you mean the namespace `package_shop__c`?")
    );
    assert!(
        nothing()
            .setting("require")
            .refused(quote!(namespace = "a", flow_id = crate::ID))
            .contains("name it with `contract = ")
    );
    assert_eq!(
        nothing().found(quote!(namespace = "a", flow_id = crate::ID)),
        None
    );
    let broken = Repository::with("{").setting("ignore");
    assert_eq!(broken.found(plain()), None);
    assert_eq!(
        nothing().setting("required").refused(plain()),
        "expected the environment's APAAS_FLOW_CONTRACTS to be `require` or `ignore`, found `required`"
    );
}

#[test]
fn a_malformed_contract_says_where() {
    let repository =
        Repository::with("{\n  \"outputs\": { \"a\": { \"type\": \"strnig\" }, \"b\": 5 }\n}");
    assert_eq!(
        repository.messages(&quote!(#[output] c: i64)),
        [
            "contract flows/package_shop__c/price_0a1b.json:2:31: unknown type `strnig`; did you mean `string`?",
            "contract flows/package_shop__c/price_0a1b.json:2:48: expected `b` to be an object, found a number",
        ]
    );
}

/// As the recorder and the emulator do.
#[test]
fn odd_files_are_refused_and_accepted() {
    for (text, mistakes) in odd_files::odd_files() {
        let told = Repository::with(&text).messages(&quote!());
        let file = "contract flows/package_shop__c/price_0a1b.json:";
        let told = told
            .iter()
            .map(|told| told.strip_prefix(file).unwrap_or(told));
        let told: Vec<_> = told.collect();
        assert_eq!(told, mistakes, "{text}");
    }
}

#[test]
fn a_file_may_come_from_windows() {
    let text = SHOP.replace('\n', "\r\n");
    let order = quote!(#[input("variable_order")] order: RecordRef);
    let marked = Repository::with(&format!("\u{feff}{text}"));
    assert_eq!(marked.messages(&order), Vec::<String>::new());
    // as the other readers of the file have it
    assert_eq!(
        Repository::with(&format!("\u{feff}\u{feff}{text}")).messages(&order),
        ["contract flows/package_shop__c/price_0a1b.json:1:1: expected a value, found `\\u{feff}`"]
    );
}

#[test]
fn what_agrees_is_silent() {
    let repository = Repository::with(SHOP);
    for fields in [
        quote!(#[input] variable_order: RecordRef),
        quote!(#[input("variable_order")] a: Lookup, #[output("variable_total")] t: Option<value::Decimal>),
        quote!(#[input("variable_order")] a: Own, #[output("variable_total", default)] t: String),
        quote!(#[input("variable_order")] a: RecordRef, #[output("variable_total")] t: Box<Option<Decimal>>),
        quote!(#[input("variable_order", with = m)] a: bool, #[output("variable_count", with = m)] t: bool),
        quote!(#[input("variable_order")] a: RecordRef, #[output("variable_total")] t: Own, #[output("variable_files")] f: Vec<Attachment>),
        quote!(#[cfg(x)] #[input("variable_order")] a: RecordRef),
    ] {
        assert_eq!(
            repository.messages(&fields),
            Vec::<String>::new(),
            "{fields}"
        );
    }
}

#[test]
fn each_disagreement_is_one_message() {
    let file = "flows/package_shop__c/price_0a1b.json";
    let order = quote!(#[input("variable_order")] order: RecordRef);
    for (fields, expected) in [
        (
            quote!(#order, #[output("variable_totl")] t: i64),
            format!("no output `variable_totl` in {file}; did you mean `variable_total`?"),
        ),
        (
            quote!(#order, #[output] variable_cuont: i64),
            format!(
                "no output `variable_cuont` in {file}; did you mean `#[output(\"variable_count\")]`?"
            ),
        ),
        (
            quote!(#order, #[output("sum")] t: i64),
            format!(
                "no output `sum` in {file}; the outputs are `variable_total`, `variable_count` and `variable_files`; if the flow has it, add it to the file"
            ),
        ),
        (
            quote!(#order, #[output("variable_note")] t: String),
            format!("`variable_note` is an input in {file}; mark it `#[input(\"variable_note\")]`"),
        ),
        (
            quote!(#order, #[input] variable_count: i64),
            format!("`variable_count` is an output in {file}; mark it `#[output]`"),
        ),
        // the required input is there, under a wrong name
        (
            quote!(#[input("variable_ordre")] order: RecordRef),
            format!("no input `variable_ordre` in {file}; did you mean `variable_order`?"),
        ),
        (
            quote!(),
            format!(
                "missing required input `variable_order` of {file}; add a field with `#[input(\"variable_order\")]`"
            ),
        ),
        (
            quote!(#[input("variable_order")] order: i64),
            format!(
                "`i64` cannot hold `variable_order`, which is of type `lookup` in {file}; use `value::RecordRef` or `value::Lookup`"
            ),
        ),
        (
            quote!(#order, #[output("variable_total")] t: Option<f64>),
            format!(
                "`Option<f64>` cannot hold `variable_total`, which is of type `decimal` in {file}; use `Option<value::Decimal>` or `Option<String>`"
            ),
        ),
        (
            quote!(#order, #[output("variable_total")] t: f64),
            format!(
                "`f64` cannot hold `variable_total`, which is of type `decimal` in {file}; use `Option<value::Decimal>` or `Option<String>`"
            ),
        ),
        (
            quote!(#order, #[output("variable_total")] t: String),
            format!(
                "`variable_total` may be missing or null, says {file}; use `Option<String>` or `#[output(\"variable_total\", default)]`"
            ),
        ),
        (
            quote!(#order, #[output] variable_total: String),
            format!(
                "`variable_total` may be missing or null, says {file}; use `Option<String>` or `#[output(default)]`"
            ),
        ),
        // said by the struct's own check already
        (
            quote!(#order, #[output("variable_total ")] t: String),
            "the api name may not contain a space; write it as the flow's editor shows it"
                .to_owned(),
        ),
        (
            quote!(variable_order: RecordRef),
            "field `variable_order` is neither input nor output; mark it `#[input]` or `#[output]`"
                .to_owned(),
        ),
    ] {
        assert_eq!(
            Repository::with(SHOP).messages(&fields),
            [expected],
            "{fields}"
        );
    }
    let two = r#"{"inputs": {"a": {"required": true}, "b": {"required": true}}, "outputs": {}}"#;
    assert_eq!(
        Repository::with(two).messages(&quote!(#[output("x")] x: i64)),
        [
            format!(
                "no output `x` in {file}; it lists none; if the flow has it, add it to the file"
            ),
            format!("missing required inputs `a` and `b` of {file}; add a field for each"),
        ]
    );
}

#[test]
fn a_list_and_one_value_are_told_apart() {
    let file = "flows/package_shop__c/price_0a1b.json";
    let messages = |entry: &str, field: TokenStream| {
        let contract =
            format!(r#"{{"inputs": {{"tags": {entry}}}, "outputs": {{"tags": {entry}}}}}"#);
        let repository = Repository::with(&contract);
        [
            quote!(#[input] tags: #field),
            quote!(#[output] tags: #field),
        ]
        .map(|field| repository.messages(&field))
    };
    let several = r#"{"type": "option", "several": true}"#;
    let single = r#"{"type": "option", "several": false}"#;
    let either = r#"{"type": "option"}"#;
    for (entry, fields) in [
        (
            several,
            &[
                quote!(Vec<Choice>),
                quote!(Option<Vec<String>>),
                quote!(Vec<Own>),
                quote!(Own),
            ][..],
        ),
        (
            single,
            &[quote!(Choice), quote!(Option<String>), quote!(Own)],
        ),
        (
            either,
            &[quote!(Vec<Choice>), quote!(Choice), quote!(String)],
        ),
    ] {
        for field in fields {
            let told = messages(entry, field.clone()).concat();
            assert_eq!(told, Vec::<String>::new(), "{entry} {field}");
        }
    }
    for (entry, field, cure) in [
        (
            several,
            quote!(Choice),
            "a list of `option` in {file}; use `Vec<value::Choice>` or `Vec<String>`",
        ),
        (
            several,
            quote!(Option<String>),
            "a list of `option` in {file}; use `Option<Vec<value::Choice>>` or `Option<Vec<String>>`",
        ),
        (
            single,
            quote!(Vec<Choice>),
            "a single `option` in {file}; use `value::Choice` or `String`",
        ),
        (
            single,
            quote!(Vec<Own>),
            "a single `option` in {file}; use `value::Choice` or `String`",
        ),
        (
            r#"{"type": "integer", "several": true}"#,
            quote!(Vec<String>),
            "a list of `integer` in {file}; use `Vec<i64>`",
        ),
        (
            r#"{"type": "object", "several": true}"#,
            quote!(HashMap<String, i64>),
            "a list of `object` in {file}; use `Vec<HashMap<String, ...>>` or `Vec<...>`",
        ),
    ] {
        let spelt = crate::types::text(&field);
        let cure = cure.replace("{file}", file);
        let expected = format!("`{spelt}` cannot hold `tags`, which is {cure}");
        for told in messages(entry, field) {
            assert_eq!(told, std::slice::from_ref(&expected));
        }
    }
}

#[test]
fn a_type_of_ones_own_may_be_called_like_one_of_ours() {
    let contract = r#"{"outputs": {"due": {"type": "datetime"}}}"#;
    let messages =
        |field: TokenStream| Repository::with(contract).messages(&quote!(#[output] due: #field));
    let file = "flows/package_shop__c/price_0a1b.json";
    for spelt in ["Phone", "Option<Box<Phone>>"] {
        let field: TokenStream = spelt.parse().unwrap();
        let cure = match spelt {
            "Phone" => "`value::DateTime` or `i64`",
            _ => "`Option<value::DateTime>` or `Option<i64>`",
        };
        assert_eq!(
            messages(field),
            [format!(
                "`{spelt}` cannot hold `due`, which is of type `datetime` in {file}; use {cure}; if `Phone` is a type of your own, write it with its module, such as `model::Phone`"
            )]
        );
    }
    assert_eq!(messages(quote!(model::Phone)), Vec::<String>::new());
    assert_eq!(
        messages(quote!(value::Phone)),
        [format!(
            "`value::Phone` cannot hold `due`, which is of type `datetime` in {file}; use `value::DateTime` or `i64`"
        )]
    );
}

#[test]
fn what_was_reported_is_not_held_against_the_contract_as_well() {
    let messages = |arguments: TokenStream, fields: TokenStream| {
        Repository::with(SHOP)
            .setting("require")
            .resolved(arguments, quote!(struct Price { #fields }))
            .1
    };
    for arguments in [
        quote!(
            namespace = "package_shop__c",
            flow_id = "price_0a1b",
            contract = 5
        ),
        quote!(namespace = "package_shop__c", flow_id = "price/0a1b"),
        quote!(namespace = "", flow_id = "price_0a1b"),
    ] {
        let told = messages(arguments.clone(), quote!(#[output("sum")] sum: i64));
        assert_eq!(told.len(), 1, "{arguments}: {told:?}");
    }
    // a name with another mistake beside it is still free for the one that was meant
    assert_eq!(
        messages(
            plain(),
            quote!(
                #[input("variable_order")] order: RecordRef,
                #[output("variable_total", with = 5)] a: i64,
                #[output("variable_totl")] b: Option<Decimal>
            )
        )
        .iter()
        .filter(|told| told.ends_with("did you mean `variable_total`?"))
        .count(),
        1
    );
}

#[test]
fn an_input_is_never_missing_for_being_optional() {
    let repository =
        Repository::with(r#"{"inputs": {"a": {"type": "integer", "optional": true}}}"#);
    assert_eq!(
        repository.messages(&quote!(#[input] a: i64)),
        Vec::<String>::new()
    );
}

#[test]
fn a_side_that_is_not_there_is_unchecked() {
    let repository = Repository::with(r#"{"outputs": {"a": {}}}"#);
    assert_eq!(
        repository.messages(&quote!(#[input] x: i64, #[output] a: i64)),
        Vec::<String>::new()
    );
}

#[test]
fn in_a_partial_contract_only_a_slip_is_a_mistake() {
    let file = "flows/package_shop__c/price_0a1b.json";
    let repository = Repository::with(
        r#"{"partial": true, "outputs": {"variable_total": {"type": "string"}, "item_1": {"type": "integer"}}}"#,
    );
    for fields in [
        quote!(#[output("item_2")] a: i64, #[output("variable_totals")] b: i64, #[output("other")] c: i64),
        quote!(#[output("variable_total")] a: Region, #[output("variableTotal")] b: i64),
        quote!(#[output("variable_total")] a: Decimal),
    ] {
        assert_eq!(
            repository.messages(&fields),
            Vec::<String>::new(),
            "{fields}"
        );
    }
    assert_eq!(
        repository.messages(&quote!(#[output("varaible_total")] a: String)),
        [format!(
            "no output `varaible_total` in {file}; did you mean `variable_total`? if there are both, add `varaible_total` to the file, which is partial"
        )]
    );
    assert_eq!(
        repository.messages(&quote!(#[output("variable_total")] a: i64)),
        [format!(
            "`i64` cannot hold `variable_total`, which is of type `string` in {file}; use `String`"
        )]
    );
}

#[test]
fn what_replies_disagree_with_is_not_held_against_the_code() {
    let repository = Repository::with(
        r#"{"partial": true, "outputs": {"a": {"type": "integer"}}, "conflicts": [{"output": "a", "contract": "integer", "reply": "string"}]}"#,
    );
    assert_eq!(
        repository.messages(&quote!(#[output] a: String)),
        Vec::<String>::new()
    );
}

#[test]
fn what_was_looked_at_is_looked_at_again() {
    let repository = Repository::with(SHOP);
    let item = quote! {
        /// Asks the price.
        struct Price { #[input("variable_order")] order: RecordRef, #[input("variable_note")] note: String }
    };
    let code = crate::generate(plain(), item, &repository.env()).to_string();
    let path = repository
        .root
        .join("flows/package_shop__c/price_0a1b.json");
    let path = path.to_str();
    assert!(
        code.contains(&quote!(::core::include_bytes!(#path)).to_string()),
        "{code}"
    );
    assert!(
        code.contains("option_env ! (\"APAAS_FLOW_CONTRACTS\")"),
        "{code}"
    );
    // and what it says stands in the documentation, as text
    assert!(code.contains(r"`order: RecordRef` | the \\<order\\>\\| |\n| input | `variable_note` | `note: String` | |"), "{code}");
    assert!(
        code.contains("| | api name | field | description |"),
        "{code}"
    );
}

#[test]
fn the_namespace_of_a_constant_is_compared_with_the_folder() {
    let repository = Repository::with("{}");
    let code = |item: TokenStream| {
        let arguments = quote!(namespace = crate::SHOP, flow_id = "price_0a1b");
        let code = crate::generate(arguments, item, &repository.env());
        code.to_string().replace(' ', "")
    };
    let check = |owner: &str| {
        format!(
            "check_contract(<{owner}as::apaas_flow::__private::Flow>::NAMESPACE,\"package_shop__c\")"
        )
    };
    let plain = code(quote!(
        struct Price;
    ));
    assert!(plain.contains(&check("Price<>")), "{plain}");
    // where its parameters are not known before the call
    for generic in [
        quote!(
            struct Price<T> {
                #[input]
                a: T,
            }
        ),
        quote!(
            struct Price<const N: usize> {
                #[input]
                a: [u8; N],
            }
        ),
    ] {
        let generic = code(generic);
        let check = format!("const{{::apaas_flow::__private::{}}}", check("Self"));
        assert!(generic.contains(&check), "{generic}");
    }
}
