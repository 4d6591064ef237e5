//! Ours against the alternatives. Without arguments, or with `sizes`: time, alternating in one run; prints lines of
//! `case size side nanoseconds ratio`, where the ratio is our time over that side's. With `CASE SIZE SIDE TIMES`: runs
//! only that, this many times, for valgrind and profilers.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use reply::samples::large_reply;
use reply::{Large, Medium, Sample, Small, decode_ours, encode_ours, operator};

/// A round is about half a millisecond per side; figures and ratios are medians over the rounds, so a disturbance
/// longer than a round affects all sides alike. Time is the thread's CPU time, which excludes other processes on the
/// core.
const ROUNDS: usize = 401;
const SAMPLE: Duration = Duration::from_micros(500);

/// The numbers of lines in [`Large`] that make replies of 0.3 to 256 KB.
const LINES: [u32; 8] = [0, 2, 6, 18, 38, 156, 630, 2520];

struct Case {
    name: &'static str,
    size: String,
    /// Ours comes first.
    sides: Vec<Side>,
}

struct Side {
    name: &'static str,
    run: Box<dyn FnMut()>,
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => all().into_iter().for_each(compare),
        ["sizes"] => LINES.into_iter().map(decode_of_size).for_each(compare),
        [case, size, side, times] => alone(case, size, side, times.parse().expect("a number")),
        _ => panic!("no argument, `sizes`, or `CASE SIZE SIDE TIMES`"),
    }
}

fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(cases_of::<Small>());
    cases.extend(cases_of::<Medium>());
    cases.extend(cases_of::<Large>());
    cases
}

fn cases_of<F: Sample + 'static>() -> [Case; 4] {
    let size = F::NAME;
    [
        decode::<F>("decode", size, F::reply(), decode_ours::<F>),
        decode::<F>("reversed", size, F::reversed_reply(), decode_ours::<F>),
        decode::<F>("type", size, F::reply(), decode_ours::<F::Typed>),
        encode::<F>(size),
    ]
}

fn decode_of_size(lines: u32) -> Case {
    let reply = large_reply(lines);
    let size = reply.len().to_string();
    decode::<Large>("decode", &size, reply, decode_ours::<Large>)
}

fn decode<F: Sample + 'static>(
    name: &'static str,
    size: &str,
    reply: Vec<u8>,
    ours: fn(&[u8]) -> reply::Run<F::Output>,
) -> Case {
    let side = |name, decode: fn(&[u8]) -> reply::Run<F::Output>| {
        let reply = reply.clone();
        side(name, move || drop(black_box(decode(black_box(&reply)))))
    };
    Case {
        name,
        size: size.to_owned(),
        sides: vec![
            side("ours", ours),
            side("by hand", F::decode_by_hand),
            side("through Value", F::decode_via_value),
        ],
    }
}

fn encode<F: Sample + 'static>(size: &str) -> Case {
    fn side<F: Sample + 'static>(
        name: &'static str,
        encode: impl Fn(&F) -> Vec<u8> + 'static,
    ) -> Side {
        let flow = F::input();
        self::side(name, move || drop(black_box(encode(black_box(&flow)))))
    }
    let operator = operator();
    Case {
        name: "encode",
        size: size.to_owned(),
        sides: vec![
            side::<F>("ours", move |flow| encode_ours(flow, &operator)),
            side("by hand", F::encode_by_hand),
            side("in one pass", F::encode_in_one_pass),
            side("through Value", F::encode_via_value),
        ],
    }
}

fn side(name: &'static str, run: impl FnMut() + 'static) -> Side {
    Side {
        name,
        run: Box::new(run),
    }
}

fn compare(mut case: Case) {
    let times: Vec<u32> = case.sides.iter_mut().map(times).collect();
    let sides = case.sides.len();
    let rounds: Vec<Vec<f64>> = (0..ROUNDS)
        .map(|round| {
            let mut figures = vec![0.0; sides];
            // forwards and backwards, so that no side always follows the same one
            for turn in 0..sides {
                let at = if round % 2 == 0 {
                    turn
                } else {
                    sides - 1 - turn
                };
                let time = time(&mut case.sides[at], times[at]);
                figures[at] = time.as_secs_f64() * 1e9 / f64::from(times[at]);
            }
            figures
        })
        .collect();
    for (at, side) in case.sides.iter().enumerate() {
        println!(
            "{}\t{}\t{}\t{:.1}\t{:.4}",
            case.name,
            case.size,
            side.name,
            median(rounds.iter().map(|round| round[at])),
            median(rounds.iter().map(|round| round[0] / round[at])),
        );
    }
}

/// How many runs of a side make a sample.
fn times(side: &mut Side) -> u32 {
    let mut times = 1;
    while time(side, times) < SAMPLE {
        times *= 2;
    }
    times
}

fn time(side: &mut Side, times: u32) -> Duration {
    let begun = ThreadTime::now();
    for _ in 0..times {
        (side.run)();
    }
    begun.elapsed()
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn alone(name: &str, size: &str, side: &str, times: u32) {
    let mut sides = all()
        .into_iter()
        .filter(|case| case.name == name && case.size == size)
        .flat_map(|case| case.sides)
        .filter(|each| each.name == side);
    let mut side = sides
        .next()
        .expect("a case, its size and a side, as they are printed");
    for _ in 0..times {
        (side.run)();
    }
}
