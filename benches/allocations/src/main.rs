//! Allocations of a decode and an encode: prints lines of `what size allocations`.

use std::hint::black_box;

use reply::{Large, Medium, Sample, Small, decode_ours, encode_ours, operator};

fn main() {
    count::<Small>();
    count::<Medium>();
    count::<Large>();
}

fn count<F: Sample>() {
    let (reply, flow, operator) = (F::reply(), F::input(), operator());
    let (reversed, output) = (F::reversed_reply(), F::output());
    let size = F::NAME;
    let allocations = |what: &str, run: &mut dyn FnMut()| {
        // warm-up: allocations made once per thread do not count
        run();
        let all = allocation_counter::measure(run);
        println!("{what}\t{size}\t{}", all.count_total);
    };
    allocations("owned by the output", &mut || {
        drop(black_box(output.clone()))
    });
    allocations("decode", &mut || drop(black_box(decode_ours::<F>(&reply))));
    allocations("decode, reversed", &mut || {
        drop(black_box(decode_ours::<F>(&reversed)))
    });
    allocations("decode, output = Type", &mut || {
        drop(black_box(decode_ours::<F::Typed>(&reply)))
    });
    allocations("decode by hand", &mut || {
        drop(black_box(F::decode_by_hand(&reply)))
    });
    allocations("decode through Value", &mut || {
        drop(black_box(F::decode_via_value(&reply)))
    });
    allocations("encode", &mut || {
        drop(black_box(encode_ours(&flow, &operator)))
    });
    allocations("encode by hand", &mut || {
        drop(black_box(flow.encode_by_hand()))
    });
}
