//! The guide: a page for each task, from the first call to several machines.
//!
//! | page | read it when |
//! |---|---|
//! | [The first real call](first_call) | you have credentials and no struct yet |
//! | [A call and its options](calls) | you need keys, time limits, or flows known only at run time |
//! | [Errors, and what to do](errors) | a call failed: did it run, and may you send it again? |
//! | [Testing](testing) | you write tests, without a tenant or a network |
//! | [Contracts](contracts) | a wrong api name should be a compile error |
//! | [Values](values) | you pass records, money, dates, options or files |
//! | [Many calls](many_calls) | you have hundreds or thousands of rows |
//! | [Several machines](several_machines) | several processes share one budget and one token; stats and metrics |
//! | [A web service](web_service) | a handler calls a flow: deadlines, keys, error mapping, graceful shutdown (axum) |
//! | [From an official SDK](from_an_sdk) | you have such a program: what each part of it becomes |

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
