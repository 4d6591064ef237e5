//! The store in Redis, asked directly, as two processes would.

use std::time::{Duration, Instant, SystemTime};

use apaas_flow::shared::{Claim, HeldPlace, QuotaStore, RedisStore, Reservation};
use apaas_flow::{ErrorKind, StoredToken, TokenStore};
use tokio::time::sleep;

use crate::redis_server::RedisServer;

pub const KEY: &str = "https://open.feishu.cn#cli_a1b2#flows/execute";
pub const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

async fn store(server: &RedisServer) -> RedisStore {
    RedisStore::connect(server.url()).await.unwrap()
}

pub fn claim(id: u64, calls: usize, period: Duration) -> Claim {
    Claim::new(id, calls, period)
}

pub async fn reserve(store: &RedisStore, claim: &Claim) -> Reservation {
    store.reserve(KEY, claim).await.unwrap()
}

fn wait(reservation: Reservation) -> Duration {
    match reservation {
        Reservation::Wait(wait) => wait,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn two_stores_have_one_window_that_slides() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let (one, two) = (store(&server).await, store(&server).await);
    let begun = Instant::now();
    for (id, store) in [(1, &one), (2, &two), (3, &one)] {
        let reserved = reserve(store, &claim(id, 3, SECOND)).await;
        assert_eq!(reserved, Reservation::Granted);
        sleep(100 * MS).await;
    }
    let told = wait(reserve(&two, &claim(4, 3, SECOND)).await);
    assert!(told <= 750 * MS, "{told:?}");
    assert!(told + begun.elapsed() >= SECOND, "{told:?}");
    // asking for a place that one has is no other place
    let again = reserve(&one, &claim(3, 3, SECOND)).await;
    assert_eq!(again, Reservation::Granted);
    sleep(told + MS).await;
    assert_eq!(
        reserve(&two, &claim(4, 3, SECOND)).await,
        Reservation::Granted
    );
    assert!(begun.elapsed() >= SECOND);
    // another budget is not touched
    let other = one.reserve("other", &claim(9, 1, SECOND)).await.unwrap();
    assert_eq!(other, Reservation::Granted);
}

#[tokio::test]
async fn who_came_first_goes_first_and_who_can_wait_last() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store(&server).await;
    let minute = 60 * SECOND;
    reserve(&store, &claim(1, 1, minute)).await;
    let mut can_wait = claim(2, 1, minute);
    can_wait.can_wait = true;
    let (first, second) = (claim(3, 1, minute), claim(4, 1, minute));
    for waiting in [&can_wait, &first, &second] {
        wait(reserve(&store, waiting).await);
    }
    store.give_back(KEY, 1).await.unwrap();
    for waiting in [&second, &can_wait] {
        wait(reserve(&store, waiting).await);
    }
    assert_eq!(reserve(&store, &first).await, Reservation::Granted);
    store.give_back(KEY, 3).await.unwrap();
    wait(reserve(&store, &can_wait).await);
    assert_eq!(reserve(&store, &second).await, Reservation::Granted);
    store.give_back(KEY, 4).await.unwrap();
    assert_eq!(reserve(&store, &can_wait).await, Reservation::Granted);
}

#[tokio::test]
async fn who_died_in_the_line_holds_nobody_up_for_long() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store(&server).await.with_timeout(10 * MS);
    reserve(&store, &claim(1, 1, 60 * SECOND)).await;
    let mut dead = claim(2, 1, 60 * SECOND);
    dead.asks_every = 10 * MS;
    wait(reserve(&store, &dead).await);
    store.give_back(KEY, 1).await.unwrap();
    let begun = Instant::now();
    let living = claim(3, 1, 60 * SECOND);
    while reserve(&store, &living).await != Reservation::Granted {
        assert!(begun.elapsed() < 3 * SECOND);
        sleep(20 * MS).await;
    }
    assert!(begun.elapsed() >= SECOND, "it was not dead yet");
}

#[tokio::test]
async fn the_last_place_is_left_to_who_cannot_wait() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store(&server).await;
    let can_wait = |id| {
        let mut claim = claim(id, 3, SECOND);
        claim.can_wait = true;
        claim
    };
    let begun = Instant::now();
    for id in [1, 2] {
        assert_eq!(reserve(&store, &can_wait(id)).await, Reservation::Granted);
    }
    let told = wait(reserve(&store, &can_wait(3)).await);
    assert!(told <= 900 * MS && told + begun.elapsed() >= 900 * MS);
    let cannot = reserve(&store, &claim(4, 3, SECOND)).await;
    assert_eq!(cannot, Reservation::Granted);
}

#[tokio::test]
async fn a_place_is_held_from_when_its_request_left_or_arrived() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store(&server).await;
    reserve(&store, &claim(1, 1, SECOND)).await;
    let told = |wait: Duration, from: Duration, to: Duration| {
        assert!(from < wait && wait <= to, "{wait:?}");
    };
    let second = claim(2, 1, SECOND);
    for held_for in [10 * SECOND, 2 * SECOND] {
        let place = [HeldPlace::new(1, held_for)];
        store.left(KEY, &place).await.unwrap();
        let waits = wait(reserve(&store, &second).await);
        told(waits, held_for / 2, held_for);
    }
    // what the store did not know of: 1490 places, with one that is held and a claim that waits
    let many: Vec<_> = (10..1500)
        .map(|id| HeldPlace::new(id, 60 * SECOND))
        .collect();
    store.left(KEY, &many).await.unwrap();
    let waits = wait(reserve(&store, &second).await);
    told(waits, 59 * SECOND, 60 * SECOND);
    let third = claim(3, 1493, SECOND);
    wait(reserve(&store, &claim(4, 1492, SECOND)).await);
    store.give_back(KEY, 4).await.unwrap();
    assert_eq!(reserve(&store, &third).await, Reservation::Granted);
}

#[tokio::test]
async fn the_longest_pause_holds_for_all() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let (one, two) = (store(&server).await, store(&server).await);
    one.pause(KEY, 600 * MS).await.unwrap();
    two.pause(KEY, 100 * MS).await.unwrap();
    let asks = claim(1, 5, SECOND);
    let told = wait(reserve(&two, &asks).await);
    assert!(300 * MS < told && told <= 600 * MS, "{told:?}");
    sleep(told + MS).await;
    assert_eq!(reserve(&two, &asks).await, Reservation::Granted);
    two.pause(KEY, Duration::MAX).await.unwrap();
    assert!(wait(reserve(&one, &asks_other()).await) > 300 * 24 * 60 * 60 * SECOND);
}

fn asks_other() -> Claim {
    claim(2, 5, SECOND)
}

#[tokio::test]
async fn nothing_is_stored_but_numbers_and_the_token_and_all_of_it_ends() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store(&server).await;
    reserve(&store, &claim(1, 1, SECOND)).await;
    reserve(&store, &claim(2, 1, SECOND)).await;
    store.pause(KEY, SECOND).await.unwrap();
    let token_key = "https://open.feishu.cn#cli_a1b2#6a6d1118";
    let token = StoredToken::new("t-7f1b", SystemTime::now() + 100 * SECOND);
    store.put(token_key, token).await.unwrap();
    assert!(store.lock(token_key, "5f37").await.unwrap());
    let keys = server.keys();
    assert_eq!(keys.len(), 6, "{keys:?}");
    for key in keys {
        assert!(
            key.starts_with("apaas-flow:{") && !key.contains("cli"),
            "{key}"
        );
        let ttl: i64 = server.cli(&["PTTL", &key]).parse().unwrap();
        assert!((0..=125_000).contains(&ttl), "{key}: {ttl}");
        let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        let (_, what) = key.rsplit_once(':').unwrap();
        let holds = match what {
            "places" | "line" => server.cli(&["ZRANGE", &key, "0", "-1", "WITHSCORES"]),
            "seen" => server.cli(&["HGETALL", &key]),
            _ => server.cli(&["GET", &key]),
        };
        match what {
            "token" => assert_eq!(holds, "t-7f1b"),
            "lock" => assert_eq!(holds, "5f37"),
            _ => assert!(
                !holds.is_empty() && holds.lines().all(is_number),
                "{key}: {holds}"
            ),
        }
    }
}

#[tokio::test]
async fn the_token_and_its_lock() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let (one, two) = (store(&server).await, store(&server).await);
    assert_eq!(one.get(KEY).await.unwrap(), None);
    let ends = SystemTime::now() + 3600 * SECOND;
    one.put(KEY, StoredToken::new("t-1", ends)).await.unwrap();
    let stored = two.get(KEY).await.unwrap().unwrap();
    assert_eq!(stored.token, "t-1");
    let off = stored
        .expires_at
        .duration_since(ends)
        .unwrap_or_else(|error| error.duration());
    assert!(off < SECOND, "{off:?}");
    // only what was refused is forgotten
    two.invalidate(KEY, "t-0").await.unwrap();
    assert!(one.get(KEY).await.unwrap().is_some());
    two.invalidate(KEY, "t-1").await.unwrap();
    assert_eq!(one.get(KEY).await.unwrap(), None);
    // what has ended is not kept
    one.put(KEY, StoredToken::new("t-2", SystemTime::UNIX_EPOCH))
        .await
        .unwrap();
    assert_eq!(one.get(KEY).await.unwrap(), None);

    assert!(one.lock(KEY, "a").await.unwrap());
    assert!(!two.lock(KEY, "b").await.unwrap());
    two.unlock(KEY, "b").await.unwrap();
    assert!(!two.lock(KEY, "b").await.unwrap(), "it was not his");
    one.unlock(KEY, "a").await.unwrap();
    assert!(two.lock(KEY, "b").await.unwrap());
    let lock = server.keys().into_iter().find(|key| key.ends_with(":lock"));
    let ttl: i64 = server.cli(&["PTTL", &lock.unwrap()]).parse().unwrap();
    assert!((1..=5000).contains(&ttl), "{ttl}");
}

#[tokio::test]
async fn it_comes_back_by_itself() {
    let Some(mut server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store(&server).await;
    reserve(&store, &claim(1, 5, SECOND)).await;
    server.kill();
    let error = store.reserve(KEY, &claim(2, 5, SECOND)).await.unwrap_err();
    assert!(error.to_string().starts_with("no connection"), "{error}");
    server.restart();
    let begun = Instant::now();
    while store.reserve(KEY, &claim(2, 5, SECOND)).await.is_err() {
        assert!(begun.elapsed() < 5 * SECOND);
        sleep(10 * MS).await;
    }
}

#[tokio::test]
async fn a_password_is_in_no_message() {
    let Some(server) = RedisServer::start(&["--requirepass", "hunter2"]) else {
        return;
    };
    let with = |password: &str| format!("redis://:{password}@127.0.0.1:{}", server.port());
    let right = RedisStore::connect(with("hunter2")).await.unwrap();
    let shown = format!("{right:?}");
    assert!(
        shown.contains("127.0.0.1") && !shown.contains("hunter2"),
        "{shown}"
    );
    for (url, says) in [
        (with("hunter3"), "refuses the user or the password"),
        (server.url(), "wants a password"),
        (
            format!("redis://:hunter3@127.0.0.1:{}/x", server.port()),
            "invalid Redis URL",
        ),
        (
            "redis://:hunter3@127.0.0.1:1/".to_owned(),
            "Connection refused",
        ),
        (
            "rediss://:hunter3@127.0.0.1:1/".to_owned(),
            "Connection refused",
        ),
        ("http://:hunter3@127.0.0.1".to_owned(), "invalid Redis URL"),
        (
            "redis://:hunter3@no-such-host.invalid:1/".to_owned(),
            "no connection",
        ),
    ] {
        let error = RedisStore::connect(&url).await.unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::Config | ErrorKind::Connect
        ));
        let text = format!("{error} {error:?}");
        assert!(text.contains(says) && !text.contains("hunter"), "{text}");
    }
}

#[tokio::test]
async fn what_others_have_put_under_our_keys_is_an_error_or_ignored() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let store = store(&server).await;
    reserve(&store, &claim(1, 1, SECOND)).await;
    wait(reserve(&store, &claim(2, 1, SECOND)).await);
    let places = server
        .keys()
        .into_iter()
        .find(|key| key.ends_with(":places"));
    let places = places.unwrap();
    let key = |what: &str| places.replace("places", what);

    let minute = 60 * SECOND;
    for score in ["1e300", "inf", "-inf", "-5", "99999999999999999"] {
        server.cli(&["ZADD", &places, score, score]);
    }
    server.cli(&["ZADD", &key("line"), "0", "never seen"]);
    server.cli(&["ZADD", &key("line"), "-inf", "seen for ever"]);
    server.cli(&["HSET", &key("seen"), "seen for ever", "1e300"]);
    server.cli(&["ZADD", &key("line"), "1", "seen in words"]);
    server.cli(&["HSET", &key("seen"), "seen in words", "nan"]);
    store.give_back(KEY, 1).await.unwrap();
    assert_eq!(
        reserve(&store, &claim(2, 1, minute)).await,
        Reservation::Granted
    );
    store.give_back(KEY, 2).await.unwrap();

    for (what, value) in [("pause", "soon"), ("pause", "nan"), ("pause", "1e300")] {
        server.cli(&["SET", &key(what), value]);
        let error = store.reserve(KEY, &claim(3, 1, minute)).await.unwrap_err();
        assert!(
            error.to_string().contains("apaas-flow:*"),
            "{value}: {error}"
        );
        // a new pause puts it right
        store.pause(KEY, MS).await.unwrap();
        sleep(2 * MS).await;
        assert_eq!(
            reserve(&store, &claim(3, 1, minute)).await,
            Reservation::Granted
        );
        store.give_back(KEY, 3).await.unwrap();
    }
    server.cli(&["SET", &key("pause"), "-7"]);
    assert_eq!(
        reserve(&store, &claim(3, 1, minute)).await,
        Reservation::Granted
    );
    store.give_back(KEY, 3).await.unwrap();

    for what in ["places", "line", "seen", "pause"] {
        server.cli(&["FLUSHALL"]);
        server.cli(&["RPUSH", &key(what), "x"]);
        let error = store.reserve(KEY, &claim(4, 1, minute)).await.unwrap_err();
        assert!(error.to_string().contains("WRONGTYPE"), "{what}: {error}");
    }
    server.cli(&["FLUSHALL"]);
    store
        .put(KEY, StoredToken::new("t-1", SystemTime::now() + minute))
        .await
        .unwrap();
    let token = server.keys().remove(0);
    for (value, arguments) in [("t-1", &[][..]), (&"x".repeat(5000), &["PX", "5000"])] {
        server.cli(&[&["SET", &token, value], arguments].concat());
        assert!(store.get(KEY).await.is_err());
    }
    server.cli(&["DEL", &token]);
    server.cli(&["RPUSH", &token, "x"]);
    assert!(
        store
            .get(KEY)
            .await
            .unwrap_err()
            .to_string()
            .contains("WRONGTYPE")
    );
}
