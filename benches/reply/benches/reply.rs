//! `cargo bench -p reply`: each way by itself, for a closer look. `benches/run reply` has the ratios.

use divan::{Bencher, black_box};
use reply::{Large, Medium, Sample, Small, operator};

fn main() {
    divan::main();
}

#[divan::bench_group]
mod decode {
    use super::*;

    #[divan::bench(types = [Small, Medium, Large])]
    fn ours<F: Sample>(bencher: Bencher<'_, '_>) {
        let reply = F::reply();
        bencher.bench(|| F::decode_ours(black_box(&reply)));
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
        bencher.bench(|| black_box(&flow).encode_ours(&operator));
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn by_hand<F: Sample>(bencher: Bencher<'_, '_>) {
        let flow = F::input();
        bencher.bench(|| black_box(&flow).encode_by_hand());
    }

    #[divan::bench(types = [Small, Medium, Large])]
    fn via_value<F: Sample>(bencher: Bencher<'_, '_>) {
        let flow = F::input();
        bencher.bench(|| black_box(&flow).encode_via_value());
    }
}
