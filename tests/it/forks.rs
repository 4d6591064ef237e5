//! A process that forks after its first call, as a server with several workers does.

use std::process::exit;
use std::thread;
use std::time::Duration;

use apaas_flow::{Client, ErrorKind, Quota};
use fork::{Fork, fork, waitpid};

use crate::child;
use crate::flows::{SUCCESS, delete};
use crate::server::{Server, json};

#[test]
fn a_child_works_with_a_new_client_and_an_old_one_says_why_it_cannot() {
    child::run("forks::in_a_process_that_forks", |_| {});
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn in_a_process_that_forks() {
    if !child::is_one() {
        return;
    }
    let server = Server::platform(|_| json(SUCCESS));
    let shared = Quota::per_minute(100);
    let used = server.builder().quota(shared.clone()).build().unwrap();
    let unused = server.client();
    delete().execute(&used).blocking().unwrap();

    // a child that forks itself, too
    assert_eq!(in_child(|| in_child(|| works(&server, &unused))), 0);
    assert_eq!(in_child(|| works(&server, &unused)), 0);
    assert_eq!(in_child(|| says_why(&used)), 0);
    assert_eq!(
        in_child(|| says_why(&server.builder().quota(shared.clone()).build().unwrap())),
        0
    );
    delete().execute(&used).blocking().unwrap();
}

/// 0 if all is well, for the exit status.
fn works(server: &Server, unused: &Client) -> i32 {
    for client in [&server.client(), unused] {
        for _ in 0..2 {
            if delete().execute(client).blocking().is_err() {
                return 1;
            }
        }
    }
    0
}

fn says_why(old: &Client) -> i32 {
    let call = delete().execute(old).timeout(Duration::from_secs(2));
    match call.blocking() {
        Err(error)
            if error.kind() == ErrorKind::Config
                && error.to_string().contains("used before the process forked")
                && !error.may_have_run() =>
        {
            0
        }
        _ => 2,
    }
}

/// The exit status of a forked process that does this. Nothing is printed there: the parent's other threads are gone,
/// and so is whoever held the lock of the output.
fn in_child(work: impl FnOnce() -> i32) -> i32 {
    match fork().unwrap() {
        Fork::Child => {
            thread::spawn(|| {
                thread::sleep(Duration::from_secs(20));
                exit(3); // it hangs
            });
            exit(work());
        }
        Fork::Parent(child) => waitpid(child).unwrap() >> 8,
    }
}
