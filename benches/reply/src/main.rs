//! Ours against the other two ways, in turn within one run: `kind size ours by-hand via-value ratio ratio`, in nanoseconds.
//!
//! Three samples of half a millisecond each make a round; a ratio is the median over the rounds, so that what disturbs
//! the machine for longer than a round disturbs both sides of it.

use std::hint::black_box;
use std::time::{Duration, Instant};

use reply::{Large, Medium, Sample, Small, operator};

const ROUNDS: usize = 401;
const SAMPLE: Duration = Duration::from_micros(500);

fn main() {
    // an argument, `decode-ours` for one, runs that alone over and over: for a profiler
    if let Some(only) = std::env::args().nth(1) {
        return alone(&only);
    }
    decode::<Small>();
    decode::<Medium>();
    decode::<Large>();
    encode::<Small>();
    encode::<Medium>();
    encode::<Large>();
}

fn decode<F: Sample>() {
    let reply = F::reply();
    compare(
        &format!("decode {}", F::NAME),
        &mut || drop(black_box(F::decode_ours(black_box(&reply)))),
        &mut || drop(black_box(F::decode_by_hand(black_box(&reply)))),
        &mut || drop(black_box(F::decode_via_value(black_box(&reply)))),
    );
}

fn encode<F: Sample>() {
    let (flow, operator) = (F::input(), operator());
    compare(
        &format!("encode {}", F::NAME),
        &mut || drop(black_box(black_box(&flow).encode_ours(&operator))),
        &mut || drop(black_box(black_box(&flow).encode_by_hand())),
        &mut || drop(black_box(black_box(&flow).encode_via_value())),
    );
}

fn compare<'a>(
    what: &str,
    ours: &'a mut dyn FnMut(),
    by_hand: &'a mut dyn FnMut(),
    via_value: &'a mut dyn FnMut(),
) {
    let mut ways = [ours, by_hand, via_value];
    let times = {
        let mut times = 1;
        while time(ways[0], times) < SAMPLE {
            times *= 2;
        }
        times
    };
    let rounds: Vec<[f64; 3]> = (0..ROUNDS)
        .map(|_| {
            ways.each_mut()
                .map(|way| nanoseconds(time(way, times)) / f64::from(times))
        })
        .collect();
    let of = |figure: &dyn Fn(&[f64; 3]) -> f64| median(rounds.iter().map(figure).collect());
    println!(
        "{what}\t{:.0}\t{:.0}\t{:.0}\t{:.3}\t{:.3}",
        of(&|round| round[0]),
        of(&|round| round[1]),
        of(&|round| round[2]),
        of(&|round| round[0] / round[1]),
        of(&|round| round[2] / round[0]),
    );
}

fn time(way: &mut dyn FnMut(), times: u32) -> Duration {
    let begun = Instant::now();
    for _ in 0..times {
        way();
    }
    begun.elapsed()
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn alone(only: &str) {
    let (way, size) = only.split_once('/').unwrap_or((only, "1"));
    for _ in 0..200 {
        match size {
            "0.4" => once::<Small>(way),
            "64" => once::<Large>(way),
            _ => once::<Medium>(way),
        }
    }
}

fn once<F: Sample>(way: &str) {
    let (reply, flow, operator) = (F::reply(), F::input(), operator());
    for _ in 0..20 {
        match way {
            "decode-ours" => drop(black_box(F::decode_ours(black_box(&reply)))),
            "decode-by-hand" => drop(black_box(F::decode_by_hand(black_box(&reply)))),
            "encode-ours" => drop(black_box(black_box(&flow).encode_ours(&operator))),
            "encode-by-hand" => drop(black_box(black_box(&flow).encode_by_hand())),
            _ => panic!(
                "decode-ours, decode-by-hand, encode-ours or encode-by-hand, and /0.4, /1 or /64 behind it"
            ),
        }
    }
}
