//! `cargo bench -p reply`: each variant separately, for a closer look. `benches/run reply` has the ratios.

use divan::{Bencher, black_box};
use reply::{Large, Medium, Sample, Small, decode_ours, encode_ours, operator};

fn main() {
    divan::main();
}

#[divan::bench_group]
mod decode {
    use super::*;

    #[divan::bench(types = [Small, Medium, Large])]
    fn ours<F: Sample>(bencher: Bencher<'_, '_>) {
        let reply = F::reply();
        bencher.bench(|| decode_ours::<F>(black_box(&reply)));
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn ours_reversed<F: Sample>(bencher: Bencher<'_, '_>) {
        let reply = F::reversed_reply();
        bencher.bench(|| decode_ours::<F>(black_box(&reply)));
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn ours_as_a_type<F: Sample>(bencher: Bencher<'_, '_>) {
        let reply = F::reply();
        bencher.bench(|| decode_ours::<F::Typed>(black_box(&reply)));
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn by_hand<F: Sample>(bencher: Bencher<'_, '_>) {
        let reply = F::reply();
        bencher.bench(|| F::decode_by_hand(black_box(&reply)));
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn via_value<F: Sample>(bencher: Bencher<'_, '_>) {
        let reply = F::reply();
        bencher.bench(|| F::decode_via_value(black_box(&reply)));
    }
}

#[divan::bench_group]
mod encode {
    use super::*;

    #[divan::bench(types = [Small, Medium, Large])]
    fn ours<F: Sample>(bencher: Bencher<'_, '_>) {
        let (flow, operator) = (F::input(), operator());
        bencher.bench(|| encode_ours(black_box(&flow), &operator));
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn by_hand<F: Sample>(bencher: Bencher<'_, '_>) {
        let flow = F::input();
        bencher.bench(|| black_box(&flow).encode_by_hand());
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn in_one_pass<F: Sample>(bencher: Bencher<'_, '_>) {
        let flow = F::input();
        bencher.bench(|| black_box(&flow).encode_in_one_pass());
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn via_value<F: Sample>(bencher: Bencher<'_, '_>) {
        let flow = F::input();
        bencher.bench(|| black_box(&flow).encode_via_value());
    }
}
