//! The guide: a page for each thing that a program does with flows, from the first call to several machines.
//!
//! | page | for whom |
//! |---|---|
//! | [The first real call](first_call) | you have credentials and no struct yet |
//! | [A call and its options](calls) | keys, time limits, flows known only at run time |
//! | [Errors, and what to do](errors) | a call failed: did it run, and may it be sent again? |
//! | [Testing](testing) | your own tests, with no tenant and no network |
//! | [Contracts](contracts) | a wrong api name is a compile error |
//! | [Values](values) | records, money, dates, options and files |
//! | [Many calls](many_calls) | how many, how fast, how sure |
//! | [Several machines](several_machines) | one budget and one token; stats and metrics |
//! | [A web service](web_service) | deadlines, keys, error mapping, graceful shutdown (axum) |
//! | [From an official SDK](from_an_sdk) | what each part of such a program becomes |

// inner documentation, so that a page's links are found in its module
macro_rules! pages {
    ($($page:ident)+) => {$(
        pub mod $page {
            #![doc = include_str!(concat!("guide/", stringify!($page), ".md"))]

            #[allow(unused_imports)]
            use crate::*;
        }
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
