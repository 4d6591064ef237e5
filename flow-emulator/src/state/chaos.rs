//! Faults drawn at random, from a seed.

use std::time::Duration;

use crate::state::fault::{Endpoint, Fault};

/// Where a redirect leads: the discard port of this machine, so that chaos sends no secret anywhere.
const NOWHERE: &str = "http://127.0.0.1:9/";

/// How many kinds of fault both endpoints can meet, and how many more the execute endpoint.
const SHARED_KINDS: u16 = 9;
const EXECUTE_KINDS: u16 = 2;

/// Draws once for each request. A draw depends on the seed and the request's number alone.
#[derive(Debug)]
pub(crate) struct Chaos {
    seed: u64,
    rate: f64,
    executes: u64,
    tokens: u64,
}

impl Chaos {
    /// `None` if the rate spares every request: 0 or less, or NaN.
    pub(crate) fn new(seed: u64, rate: f64) -> Option<Self> {
        (rate > 0.0).then_some(Self {
            seed,
            rate: rate.min(1.0),
            executes: 0,
            tokens: 0,
        })
    }

    /// The seed and the rate.
    #[cfg(feature = "cli")]
    pub(crate) fn setting(&self) -> (u64, f64) {
        (self.seed, self.rate)
    }

    pub(crate) fn draw(&mut self, endpoint: Endpoint) -> Option<Fault> {
        match endpoint {
            Endpoint::Execute => {
                let mut random = SplitMix64::new(self.seed, 2 * self.executes);
                self.executes += 1;
                random
                    .chance(self.rate)
                    .then(|| random.fault(SHARED_KINDS + EXECUTE_KINDS))
            }
            Endpoint::Token => {
                let mut random = SplitMix64::new(self.seed, 2 * self.tokens + 1);
                self.tokens += 1;
                random
                    .chance(self.rate / 2.0)
                    .then(|| random.fault(SHARED_KINDS))
            }
        }
    }
}

/// The generator `SplitMix64`: small, and the same on every machine and in every release.
struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator of one draw, independent of the draws before it.
    fn new(seed: u64, draw: u64) -> Self {
        let mut random = Self(seed);
        random.0 = random.next_u64() ^ draw;
        random.0 = random.next_u64();
        random
    }

    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn next_u32(&mut self) -> u32 {
        u32::try_from(self.next_u64() >> 32).unwrap_or_default()
    }

    /// True with this probability: always at 1, never at 0.
    fn chance(&mut self, rate: f64) -> bool {
        f64::from(self.next_u32()) / (f64::from(u32::MAX) + 1.0) < rate
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// A number below `end`. The modulo favours some of them, but by less than `end` in 2^32.
    fn below(&mut self, end: u16) -> u16 {
        u16::try_from(self.next_u32() % u32::from(end)).unwrap_or_default()
    }

    /// One of the first `kinds` kinds of fault, all equally likely.
    fn fault(&mut self, kinds: u16) -> Fault {
        match self.below(kinds) {
            0 => Fault::RateLimited {
                reset: f64::from(10 + self.below(41)) / 1000.0,
            },
            1 => Fault::Gateway {
                http_status: 502 + self.below(3),
                after: self.coin(),
            },
            2 => Fault::Internal { after: self.coin() },
            3 => Fault::Dropped { after: self.coin() },
            4 => Fault::Slow(Duration::from_millis((1 + self.below(20)).into())),
            5 => Fault::Truncated,
            6 => Fault::CutOff,
            7 => Fault::Html { after: self.coin() },
            8 => Fault::Redirect {
                location: NOWHERE.to_owned(),
            },
            9 => Fault::StaleToken {
                http_status: if self.coin() { 400 } else { 200 },
            },
            _ => Fault::Status(self.status().to_owned()),
        }
    }

    fn status(&mut self) -> &'static str {
        match self.below(5) {
            0 => "failed",
            1 => "rejected",
            2 => "canceled",
            3 => "wait",
            _ => "in_process",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::mem::{Discriminant, discriminant};

    use super::*;

    const MANY: usize = 20_000;

    fn draws(seed: u64, rate: f64, endpoint: Endpoint) -> Vec<Option<Fault>> {
        let mut chaos = Chaos::new(seed, rate).unwrap();
        (0..MANY).map(|_| chaos.draw(endpoint)).collect()
    }

    #[test]
    fn a_draw_depends_on_the_seed_and_the_requests_number() {
        let first = draws(1, 0.5, Endpoint::Execute);
        assert_eq!(draws(1, 0.5, Endpoint::Execute), first);
        assert_ne!(draws(2, 0.5, Endpoint::Execute), first);
        // requests to the other endpoint in between change nothing
        let mut chaos = Chaos::new(1, 0.5).unwrap();
        for draw in first {
            chaos.draw(Endpoint::Token);
            assert_eq!(chaos.draw(Endpoint::Execute), draw);
        }
    }

    #[test]
    fn the_rate_is_the_share_of_faults_and_half_of_it_at_the_token_endpoint() {
        let share = |rate, endpoint| {
            let met = draws(3, rate, endpoint).iter().flatten().count();
            f64::from(u32::try_from(met).unwrap()) / 20_000.0
        };
        assert!((share(0.3, Endpoint::Execute) - 0.3).abs() < 0.01);
        assert!((share(0.3, Endpoint::Token) - 0.15).abs() < 0.01);
        for all in [1.0, 3.0, f64::INFINITY] {
            assert!((share(all, Endpoint::Execute) - 1.0).abs() < f64::EPSILON);
            assert!((share(all, Endpoint::Token) - 0.5).abs() < 0.01);
        }
        for never in [0.0, -1.0, f64::NAN] {
            assert!(Chaos::new(3, never).is_none());
        }
    }

    #[test]
    fn only_faults_that_end_are_drawn() {
        let kinds = |endpoint| -> HashSet<Discriminant<Fault>> {
            let drawn = draws(4, 1.0, endpoint).into_iter().flatten();
            drawn.map(|fault| discriminant(&fault)).collect()
        };
        let execute = kinds(Endpoint::Execute);
        let token = kinds(Endpoint::Token);
        assert_eq!((execute.len(), token.len()), (11, 9));
        for endless in [Fault::Endless, Fault::Silent { after: true }] {
            assert!(!execute.contains(&discriminant(&endless)));
            assert!(!token.contains(&discriminant(&endless)));
        }
        let status = discriminant(&Fault::Status(String::new()));
        assert!(execute.contains(&status) && !token.contains(&status));
    }

    #[test]
    fn drawn_faults_are_short() {
        let mut before_and_after = HashSet::new();
        for fault in draws(5, 1.0, Endpoint::Execute).into_iter().flatten() {
            match fault {
                Fault::RateLimited { reset } => assert!((0.01..=0.05).contains(&reset)),
                Fault::Slow(by) => assert!(by <= Duration::from_millis(20)),
                Fault::Dropped { after } => {
                    before_and_after.insert(after);
                }
                _ => {}
            }
        }
        assert_eq!(before_and_after.len(), 2);
    }
}
