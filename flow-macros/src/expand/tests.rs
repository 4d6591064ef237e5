use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;

use crate::contract::build_env::BuildEnv;
use crate::generate;

fn expanded(arguments: TokenStream, item: TokenStream) -> String {
    let nowhere = BuildEnv::new(None, "/nowhere".into(), true, None);
    generate(arguments, item, &nowhere).to_string()
}

fn names() -> TokenStream {
    quote!(namespace = "package_shop__c", flow_id = "price_0a1b2c3d4e")
}

fn with_names(more: &TokenStream) -> TokenStream {
    let names = names();
    quote!(#names, #more)
}

#[track_caller]
fn assert_has(code: &str, expected: &TokenStream) {
    let expected = expected.to_string();
    assert!(code.contains(&expected), "no `{expected}` in\n{code}");
}

#[track_caller]
fn assert_has_not(code: &str, unexpected: &TokenStream) {
    let unexpected = unexpected.to_string();
    assert!(!code.contains(&unexpected), "`{unexpected}` in\n{code}");
}

#[test]
fn the_whole_of_a_flow() {
    let code = expanded(
        quote!(
            namespace = "package_7344545d87__c",
            flow_id = "deleteObject_99c656599f"
        ),
        quote! {
            /// Deletes one record.
            #[derive(Debug, Clone)]
            pub struct DeleteObject {
                /// The record to delete.
                #[input("variable_rgrtgqworiginal")]
                pub record: RecordRef,
                /// The platform's number for this run.
                #[output("_flowExecutionID")]
                pub flow_execution_id: i64,
            }
        },
    );
    let table = "Runs `deleteObject_99c656599f` of `package_7344545d87__c`.\n\n\
        | | api name | field |\n\
        |---|---|---|\n\
        | input | `variable_rgrtgqworiginal` | `record: RecordRef` |\n\
        | output | `_flowExecutionID` | `flow_execution_id: i64` |\n\n\
        Needs the scope `app_engine:flow:write`. All flows of an app share 100 calls a minute.";
    let described = r#"{
  "description": "Deletes one record.",
  "inputs": {
    "variable_rgrtgqworiginal": { "type": "lookup", "description": "The record to delete." }
  },
  "outputs": {
    "_flowExecutionID": { "type": "integer", "description": "The platform's number for this run." }
  }
}
"#;
    let expected = quote! {
        /// Deletes one record.
        #[derive(Debug, Clone)]
        #[doc = ""]
        #[doc = "# Flow"]
        #[doc = ""]
        #[doc = #table]
        pub struct DeleteObject {
            /// The record to delete.
            pub record: RecordRef,
        }
        #[doc = "What [`DeleteObject`] gives back."]
        #[derive(Debug, Clone)]
        pub struct DeleteObjectOutput {
            /// The platform's number for this run.
            pub flow_execution_id: i64,
        }
        #[automatically_derived]
        impl ::apaas_flow::__private::Flow for DeleteObject {
            const NAMESPACE: &'static ::core::primitive::str = "package_7344545d87__c";
            const FLOW_ID: &'static ::core::primitive::str = "deleteObject_99c656599f";
            const DESCRIBED: &'static ::core::primitive::str = #described;
            type Output = DeleteObjectOutput;
            fn write_params(&self, __to: &mut ::apaas_flow::__private::Params) -> ::apaas_flow::__private::Result<()> {
                let _ = ::core::option_env!("APAAS_FLOW_CONTRACTS");
                __to.put::<RecordRef>("variable_rgrtgqworiginal", &self.record);
                __to.written()
            }
            fn read_outputs(__from: &mut ::apaas_flow::__private::Outputs<'_>) -> ::apaas_flow::__private::Result<Self::Output> {
                use ::core::option::Option::Some as __Some;
                let (__Some(__field_0),) = (__from.get::<i64>("_flowExecutionID"),) else {
                    return __from.failure();
                };
                ::core::result::Result::Ok(DeleteObjectOutput { flow_execution_id: __field_0, })
            }
        }
        impl DeleteObject {
            /// Runs the flow; awaiting the call sends it and gives the outputs.
            pub fn execute(&self, client: &::apaas_flow::__private::Client) -> ::apaas_flow::__private::Execute<DeleteObjectOutput> {
                client.execute(self)
            }
            /// Starts the flow without waiting for its end, so there are no outputs.
            pub fn start(&self, client: &::apaas_flow::__private::Client) -> ::apaas_flow::__private::Start {
                client.start(self)
            }
        }
    };
    assert_eq!(code, expected.to_string());
}

fn everything() -> TokenStream {
    quote! {
        struct Price<'a, T: Clone> where T: Display {
            #[input("a")] a: &'a str,
            #[input] #[output("bb")] b: T,
            #[input(with = dates)] c: i64,
            #[output] d: Option<i64>,
            #[output] e: Option<Option<i64>>,
            #[output(default)] f: i64,
            #[output(with = dates)] g: i64,
            #[output("hh", with = dates::or_none, default)] h: Option<i64>,
        }
    }
}

#[test]
fn a_line_for_each_field_and_no_more() {
    let code = expanded(names(), everything());
    let count = |tokens: TokenStream| code.matches(&tokens.to_string()).count();
    assert_eq!(count(quote!(self.)), 3);
    assert_eq!(count(quote!(__from.)), 7);
    assert_eq!(count(quote!(let)), 2);
    assert_eq!(count(quote!(fn)), 4);
    assert_eq!(count(quote!(impl)), 2);
    for line in [
        quote!(__to.put::<&'a str>("a", &self.a);),
        quote!(__to.put::<T>("b", &self.b);),
        quote!(__to.put_with("c", |__value| dates::serialize(&self.c, __value));),
        quote!(let (__Some(__field_0), __Some(__field_1), __Some(__field_2), __Some(__field_3), __Some(__field_4), __Some(__field_5),) =),
        quote!(__from.get::<T>("bb"),),
        quote!(__from.get::<Option<i64>>("d"),),
        quote!(__from.get_nullable::<i64>("e"),),
        quote!(__from.get_or_default::<i64>("f"),),
        quote!(__from.get_with::<i64>("g", |__value| dates::deserialize(__value)),),
        quote!(, __from.get_with_or_default::<Option<i64> >("hh", |__value| dates::or_none::deserialize(__value)),),
    ] {
        assert_has(
            &code.replace("> >", ">>"),
            &line.to_string().replace("> >", ">>").parse().unwrap(),
        );
    }
}

#[test]
fn what_is_not_there() {
    let code = expanded(names(), everything());
    for word in [
        "serde",
        "Serialize",
        "Deserialize",
        "async",
        "Box",
        "Vec",
        "format",
        "std",
        "PhantomData",
        "unwrap",
    ] {
        assert!(!code.contains(word), "{word} in\n{code}");
    }
    assert_has_not(&code, &quote!(Emulated));
    assert_has_not(&code, &quote!(const _));
    assert_has_not(&code, &quote!(include_bytes));
    assert!(
        !code.contains("# [input") && !code.contains("# [output"),
        "{code}"
    );
    assert_has_not(&code, &quote!(compile_error));
}

#[test]
fn each_type_has_the_parameters_it_uses() {
    let code = expanded(names(), everything());
    assert_has(&code, &quote!(struct Price<'a, T: Clone> where T: Display));
    assert_has(
        &code,
        &quote!(struct PriceOutput<T: Clone> where T: Display),
    );
    assert_has(
        &code,
        &quote!(impl<'a, T: Clone> ::apaas_flow::__private::Flow for Price<'a, T> where T: Display),
    );
    assert_has(
        &code,
        &quote!(
            type Output = PriceOutput<T>;
        ),
    );
}

#[test]
fn emulate_turns_the_two_types_around() {
    let code = expanded(with_names(&quote!(emulate)), everything());
    assert_has(
        &code,
        &quote!(impl<'a, T: Clone> ::apaas_flow::__private::Flow for Price<'a, T>),
    );
    let code = expanded(
        with_names(&quote!(emulate)),
        quote!(
            struct Price {
                #[input]
                a: Option<Option<i64>>,
                #[input(with = m)]
                b: Option<i64>,
                #[output("o")]
                c: i64,
            }
        ),
    );
    for line in [
        quote!(__from.get_nullable::<i64>("a"),),
        quote!(m::deserialize(__value)),
        quote!(::core::result::Result::Ok(Self {
            a: __field_0,
            b: __field_1,
        })),
        quote!(__to.put::<i64>("o", &__output.c);),
    ] {
        assert_has(&code, &line);
    }
    assert!(code.contains("get_with_or_default"));
}

#[test]
fn conditions_and_lints_stand_on_the_lines() {
    let code = expanded(
        names(),
        quote! {
            #[cfg(unix)]
            #[expect(dead_code)]
            struct Price {
                #[cfg(a)] #[input] #[expect(deprecated)] a: Old,
                #[output] #[cfg(b)] #[doc(alias = "x")] b: i64,
            }
        },
    );
    assert_has(
        &code,
        &quote!(#[cfg(a)] #[allow(deprecated)] __to.put::<Old>("a", &self.a);),
    );
    assert_has(
        &code,
        &quote!(#[cfg(b)] let __field_0 = __from.get::<i64>("b");),
    );
    assert_has(
        &code,
        &quote!(#[cfg(b)] let ::core::option::Option::Some(__field_0) = __field_0 else),
    );
    assert_has(
        &code,
        &quote!(PriceOutput {
            #[cfg(b)]
            b: __field_0,
        }),
    );
    assert_has(
        &code,
        &quote!(#[cfg(unix)] #[allow(dead_code)] struct Price),
    );
    assert_has(
        &code,
        &quote!(#[cfg(unix)] #[allow(dead_code)] #[automatically_derived] impl),
    );
    assert_has(
        &code,
        &quote!(#[cfg_attr(all(a), doc = "| input | `a` | `a: Old` |")]),
    );
    assert_eq!(code.matches("# [cfg (unix)]").count(), 4);
    // the flow has both, whatever is built
    assert_has(
        &code,
        &quote!(
            "{\n  \"inputs\": {\n    \"a\": {}\n  },\n  \"outputs\": {\n    \"b\": { \"type\": \"integer\" }\n  }\n}\n"
        ),
    );
}

#[test]
fn what_is_deprecated_is_named_in_a_derive() {
    let item = |deprecated: TokenStream| {
        quote! {
            #[cfg(unix)]
            struct Price {
                #[input] #deprecated gen: i64,
                #[output] total: $crate::Total,
            }
        }
    };
    let emulate = with_names(&quote!(emulate));
    let plain = expanded(emulate.clone(), item(quote!()));
    let deprecated = expanded(emulate, item(quote!(#[deprecated])));
    assert_has(&deprecated, &quote!(#[derive(::apaas_flow::__Generated)]));
    assert!(!plain.contains("# [derive"), "{plain}");
    // nor is a lint allowed, which could be forbidden
    assert_has_not(&deprecated, &quote!(allow));

    let struct_and_more = deprecated.parse().unwrap();
    let generated = super::deprecated::generated(struct_and_more).to_string();
    assert!(plain.ends_with(&generated), "{generated}\n{plain}");
    assert!(generated.contains("impl Price"), "{generated}");
}

#[test]
fn a_constant_name_is_checked_before_anything_is_built() {
    let arguments = || quote!(namespace = crate::SHOP, flow_id = "price_0a1b2c3d4e");
    let code = expanded(
        arguments(),
        quote!(
            struct Price<'a> {
                #[input]
                a: &'a str,
            }
        ),
    );
    assert_has(
        &code,
        &quote!(check_namespace(
            <Price<'static> as ::apaas_flow::__private::Flow>::NAMESPACE
        )),
    );
    assert_has(
        &code,
        &quote!(
            const NAMESPACE: &'static ::core::primitive::str = crate::SHOP;
        ),
    );
    assert_has_not(&code, &quote!(check_flow_id));
    let code = expanded(
        arguments(),
        quote!(
            struct Price<T> {
                #[input]
                a: T,
            }
        ),
    );
    assert_has_not(&code, &quote!(check_namespace));
}

#[test]
fn arguments_change_what_is_generated() {
    let item = || {
        quote!(
            struct Price {
                #[input]
                a: i64,
            }
        )
    };
    let code = expanded(with_names(&quote!(methods = false)), item());
    assert_has_not(&code, &quote!(execute));
    let code = expanded(with_names(&quote!(crate = my::flows)), item());
    assert_has(&code, &quote!(impl my::flows::__private::Flow for Price));
    assert_has_not(&code, &quote!(::apaas_flow));
    let code = expanded(with_names(&quote!(output = Totals)), item());
    assert_has(
        &code,
        &quote!(
            type Output = Totals;
        ),
    );
    assert_has(&code, &quote!(__from.take_all::<Totals>()));
    assert_has_not(&code, &quote!(PriceOutput));
    for nothing in [quote!(output = ()), quote!()] {
        let code = expanded(with_names(&nothing), item());
        assert_has(
            &code,
            &quote!(
                type Output = ();
            ),
        );
        assert_has_not(&code, &quote!(PriceOutput));
        assert_has_not(&code, &quote!(get));
        assert_has_not(&code, &quote!(take_all));
    }
}

#[test]
fn missing_docs_stays_the_users_to_hear() {
    let code = expanded(
        names(),
        quote!(
            pub struct Price {
                #[input]
                pub a: i64,
            }
        ),
    );
    assert!(code.starts_with("pub struct Price"), "{code}");
    assert_has(&code, &quote!(a: i64,));
    assert!(
        code.contains("Runs `price_0a1b2c3d4e` of `package_shop__c`."),
        "{code}"
    );
}

#[test]
fn a_mistake_leaves_a_struct_that_compiles() {
    let code = expanded(
        quote!(namespace = "a/b", flow_id = "c", emulate),
        quote! {
            pub struct Price<T> {
                #[input("x", defualt)] a: i64,
                b: i64,
                #[output] #[serde(default)] c: &str,
                #[output] d: T,
            }
        },
    );
    assert_eq!(code.matches("compile_error").count(), 6, "{code}");
    for attribute in ["# [input", "# [output", "# [serde"] {
        assert!(!code.contains(attribute), "{attribute} in\n{code}");
    }
    assert_has(&code, &quote!(pub struct Price<T>));
    assert_has(&code, &quote!(b: i64,));
    assert_has(
        &code,
        &quote!(
            pub struct PriceOutput<T> {
                c: &'static str,
                d: T,
            }
        ),
    );
    assert_has(&code, &quote!(::apaas_flow::__private::Flow for Price<T>));
    assert_has(
        &code,
        &quote!(::apaas_flow::__private::Emulated for Price<T>),
    );
    assert_has(&code, &quote!(pub fn execute));
}

/// What an editor sends while a person types: the struct, its fields and its methods must not flicker.
#[test]
fn a_struct_that_is_being_typed_stays() {
    let whole = || {
        quote!(
            pub struct Price {
                #[input]
                pub order: i64,
                #[output]
                pub total: String,
            }
        )
    };
    for arguments in [
        quote!(),
        quote!(namespace),
        quote!(namespace =),
        quote!(namespace = ""),
        quote!(namespace = "package_shop__c"),
        quote!(namespace = "package_shop__c",),
        quote!(namespace = "package_shop__c" flow),
        quote!(namespace = "package_shop__c", flow_id),
        quote!(namespace = "package_shop__c", flow_id =),
        quote!(namespace = "package_shop__c", flow_id = "price",, ),
        quote!(namespace = "package_shop__c", flow_id = "price", output =),
        quote!(namespace = "package_shop__c", flow_id = "price", em),
        quote!(
            namespace = "package_shop__c",
            flow_id = "price",
            contract = ""
        ),
    ] {
        let code = expanded(arguments.clone(), whole());
        for part in [
            quote!(
                pub struct Price {
                    pub order: i64,
                }
            ),
            quote!(
                pub struct PriceOutput {
                    pub total: String,
                }
            ),
            quote!(::apaas_flow::__private::Flow for Price),
            quote!(pub fn execute(&self, client: &::apaas_flow::__private::Client) -> ::apaas_flow::__private::Execute<PriceOutput>),
            quote!(pub fn start),
        ] {
            assert_has(&code, &part);
        }
    }
}

#[test]
fn a_field_that_is_being_typed_stays() {
    for (typed, inputs, outputs) in [
        (quote!(note), &["order", "note"][..], &["total"][..]),
        (quote!(pub note), &["order", "note"], &["total"]),
        (quote!(pub note:), &["order", "note"], &["total"]),
        (quote!(pub note:,), &["order", "note"], &["total"]),
        (quote!(pub note: Option<), &["order", "note"], &["total"]),
        (
            quote!(pub note: Vec<Option<,),
            &["order", "note"],
            &["total"],
        ),
        (quote!(pub note: String,), &["order", "note"], &["total"]),
        (
            quote!(#[input] pub note: String),
            &["order", "note"],
            &["total"],
        ),
        (
            quote!(#[input("a")] pub note: crate::),
            &["order", "note"],
            &["total"],
        ),
        (
            quote!(#[input("variable_no")] note:),
            &["order", "note"],
            &["total"],
        ),
        (
            quote!(#[inpu] note: String,),
            &["order", "note"],
            &["total"],
        ),
        (
            quote!(#[output("x",)] note: &str,),
            &["order"],
            &["note", "total"],
        ),
        (
            quote!(
                #[output]
                note
            ),
            &["order"],
            &["note", "total"],
        ),
        (quote!(#[]), &["order"], &["total"]),
        (quote!(pub), &["order"], &["total"]),
        (quote!(pub(crate)), &["order"], &["total"]),
        (quote!(#[input],), &["order"], &["total"]),
    ] {
        let item =
            quote!(struct Price { #[input] pub order: i64, #typed #[output] pub total: String });
        let code = expanded(names(), item);
        let fields = |of: &str| -> Vec<String> {
            let body = code
                .split(&format!("struct {of} {{"))
                .nth(1)
                .unwrap_or_default();
            let body = body.split("impl ").next().unwrap_or_default();
            ["order", "note", "total"]
                .iter()
                .filter(|field| {
                    body.split("struct")
                        .next()
                        .is_some_and(|body| body.contains(&format!("{field} :")))
                })
                .map(ToString::to_string)
                .collect()
        };
        assert_eq!(fields("Price"), inputs, "{typed}: {code}");
        assert_eq!(fields("PriceOutput"), outputs, "{typed}: {code}");
        assert_has(&code, &quote!(fn execute));
        assert_eq!(code.matches("compile_error").count(), 1, "{typed}: {code}");
    }
}

#[test]
fn of_several_fields_that_are_being_typed_each_is_told_once() {
    let code = expanded(
        quote!(namespace = "a", flow_id),
        quote!(struct Price { #[input] a: i64, #[input] b: , #[output] c d: i64, #[output] e: i64 }),
    );
    assert_eq!(code.matches("compile_error").count(), 3, "{code}");
    assert_has(&code, &quote!(d: i64, e: i64,));
}

/// rustc's own error says that there is no field to it.
#[test]
fn a_field_of_which_only_the_documentation_is_typed_is_no_second_error() {
    let code = expanded(
        names(),
        quote!(struct Price { #[input] order: i64, #[doc = " The note."] }),
    );
    assert_eq!(code.matches("compile_error").count(), 0, "{code}");
    assert_has(&code, &quote!(order: i64));
    assert_has(&code, &quote!(fn execute));
}

#[test]
fn another_item_is_left_as_it_is() {
    let code = expanded(
        names(),
        quote!(
            pub fn price(#[input] order: i64) {}
        ),
    );
    assert!(
        code.ends_with(
            &quote!(
                pub fn price(#[input] order: i64) {}
            )
            .to_string()
        ),
        "{code}"
    );
    let code = expanded(
        names(),
        quote!(
            enum Price {
                #[input("a")]
                A {
                    #[output]
                    b: i64,
                    #[doc = "c"]
                    c: i64,
                },
            }
        ),
    );
    assert_has(
        &code,
        &quote!(
            enum Price {
                A {
                    b: i64,
                    #[doc = "c"]
                    c: i64,
                },
            }
        ),
    );
    assert_eq!(code.matches("compile_error").count(), 1, "{code}");
}

/// Every tree that comes from taking one token out, or putting another in its place.
fn mutations(tokens: &TokenStream) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut all = Vec::new();
    for at in 0..trees.len() {
        let around = |middle: TokenStream| -> TokenStream {
            trees[..at]
                .iter()
                .cloned()
                .chain(middle)
                .chain(trees[at + 1..].iter().cloned())
                .collect()
        };
        for instead in [
            quote!(),
            quote!(,),
            quote!("x"),
            quote!(x),
            quote!(=),
            quote!(<),
            quote!(>),
            quote!('a),
            quote!(#),
        ] {
            all.push(around(instead));
        }
        if let TokenTree::Group(group) = &trees[at] {
            for inner in mutations(&group.stream()) {
                all.push(around(
                    TokenTree::Group(Group::new(group.delimiter(), inner)).into(),
                ));
            }
        }
    }
    all
}

#[test]
fn nothing_panics_and_nothing_is_silent() {
    let arguments = quote!(namespace = "a", flow_id = crate::B, output = HashMap<String, i64>, emulate, methods = false, crate = c);
    let item = quote!(
        struct P {
            #[input("a", with = m)]
            a: &'a str,
        }
    );
    for arguments in mutations(&arguments) {
        assert!(!expanded(arguments, item.clone()).is_empty());
    }
    let item = quote! {
        /// Doc.
        #[derive(Debug)]
        pub(crate) struct P<'a, T: Clone + 'a, const N: usize = 3> where T: Copy {
            #[input("a", with = m)] a: Cow<'a, [T; N]>,
            #[cfg(x)] #[serde(rename = "y")] #[output(default)] pub b: Option<Option<i64>>,
        }
    };
    for item in mutations(&item) {
        let _ = expanded(quote!(namespace = "a", flow_id = "b"), item);
    }
}

/// What a field adds to what is compiled for a flow, in tokens: the budget of `benches/run counts`, which reads the
/// line that this prints.
#[test]
fn tokens_of_a_field() {
    fn tokens(stream: TokenStream) -> usize {
        let of_tree = |tree| match tree {
            TokenTree::Group(group) => 2 + tokens(group.stream()),
            _ => 1,
        };
        stream.into_iter().map(of_tree).sum()
    }
    let flow = |fields: TokenStream| {
        let nowhere = BuildEnv::new(None, "/nowhere".into(), true, None);
        let item = quote!(
            pub struct Price {
                #[input("variable_a")]
                pub a: i64,
                #[output("variable_b")]
                pub b: i64,
                #fields
            }
        );
        tokens(generate(names(), item, &nowhere))
    };
    let all = flow(quote!());
    let input = flow(quote!(#[input("variable_c")] pub c: i64,)) - all;
    let output = flow(quote!(#[output("variable_c")] pub c: i64,)) - all;
    println!("tokens: {all} a flow, {input} an input, {output} an output");
    assert!(input < 40 && output < 40, "a field is a line or two");
}
