//! The attribute of [apaas-flow](https://docs.rs/apaas-flow). Use it from there.
//!
//! parse -> model -> check, against the contract too -> expand, and fallback in the place of expand when something is
//! wrong.
#![forbid(unsafe_code)]

mod attributes;
mod check;
mod contract;
mod ctxt;
mod expand;
mod fallback;
mod generics;
mod keywords;
mod model;
mod names;
mod parse;
mod types;

use proc_macro2::TokenStream;

use crate::contract::build_env::BuildEnv;
use crate::ctxt::Ctxt;
use crate::model::{CratePath, Flow};
use crate::parse::arguments::Arguments;
use crate::parse::item::Item;

#[doc = include_str!("apaas_flow.md")]
#[proc_macro_attribute]
pub fn apaas_flow(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let env = BuildEnv::of_this_compilation();
    generate(arguments.into(), item.into(), &env).into()
}

#[doc(hidden)]
#[proc_macro_derive(__Generated, attributes(apaas_flow_generated))]
pub fn generated(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::deprecated::generated(item.into()).into()
}

fn generate(arguments: TokenStream, item: TokenStream, env: &BuildEnv) -> TokenStream {
    let cx = Ctxt::new();
    let arguments = Arguments::parse(arguments, &cx);
    match Item::parse(item, &cx) {
        Item::Other(other) => match cx.check() {
            Ok(()) => other.tokens,
            Err(errors) => {
                fallback::of_other_item(&other, &CratePath::from(&arguments.krate), &errors)
            }
        },
        Item::Struct(item) => {
            let flow = Flow::resolve(arguments, item, &cx);
            check::check(&flow, &cx);
            let found = env.contract(&flow, &cx);
            if let Some(found) = &found {
                contract::check::check(&flow, found, &cx);
            }
            match cx.check() {
                Ok(()) => expand::expand(&flow, found.as_ref(), &env.tracked(found.as_ref())),
                Err(errors) => fallback::of_flow(flow, found.as_ref(), &errors),
            }
        }
    }
}
