//! Faults drawn from a seed.

use std::time::Duration;

use crate::fault::{Endpoint, Fault};

/// Where a redirect leads: the discard port of this machine, lest chaos send a secret anywhere.
const NOWHERE: &str = "http://127.0.0.1:9/";

/// The kinds of fault that both endpoints meet, and those that only the execute endpoint meets besides.
const ANYWHERE: u16 = 9;
const EXECUTE_ONLY: u16 = 2;

/// A draw for each request; the same seed gives the same draws by the request's number.
#[derive(Debug)]
pub(crate) struct Chaos {
    seed: u64,
    rate: f64,
    executes: u64,
    tokens: u64,
}

impl Chaos {
    /// `None` at a rate that never meets anybody.
    pub(crate) fn new(seed: u64, rate: f64) -> Option<Self> {
        (rate > 0.0).then_some(Self {
            seed,
            rate: rate.min(1.0),
            executes: 0,
            tokens: 0,
        })
    }

    pub(crate) fn draw(&mut self, endpoint: Endpoint) -> Option<Fault> {
        match endpoint {
            Endpoint::Execute => {
                let mut dice = Dice::new(self.seed, 2 * self.executes);
                self.executes += 1;
                dice.chance(self.rate)
                    .then(|| dice.fault(ANYWHERE + EXECUTE_ONLY))
            }
            Endpoint::Token => {
                let mut dice = Dice::new(self.seed, 2 * self.tokens + 1);
                self.tokens += 1;
                dice.chance(self.rate / 2.0).then(|| dice.fault(ANYWHERE))
            }
        }
    }
}

/// Numbers that look like chance, of the kind called `SplitMix64`.
struct Dice(u64);

impl Dice {
    /// The dice of one draw, which do not depend on the draws before it.
    fn new(seed: u64, draw: u64) -> Self {
        let mut dice = Self(seed);
        dice.0 = dice.roll() ^ draw;
        dice.0 = dice.roll();
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn roll_32(&mut self) -> u32 {
        u32::try_from(self.roll() >> 32).unwrap_or_default()
    }

    /// Always at 1, never at 0.
    fn chance(&mut self, rate: f64) -> bool {
        f64::from(self.roll_32()) / (f64::from(u32::MAX) + 1.0) < rate
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// So many possible numbers are a vanishing part of those rolled, and none is noticeably likelier.
    fn below(&mut self, end: u16) -> u16 {
        u16::try_from(self.roll_32() % u32::from(end)).unwrap_or_default()
    }

    /// One of the first so many kinds; each is as likely as the others.
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
    fn a_draw_belongs_to_the_seed_and_the_requests_number() {
        let first = draws(1, 0.5, Endpoint::Execute);
        assert_eq!(draws(1, 0.5, Endpoint::Execute), first);
        assert_ne!(draws(2, 0.5, Endpoint::Execute), first);
        // the other endpoint's requests come in between, and change nothing
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
    fn every_kind_that_ends_is_drawn_and_no_other() {
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
    fn nothing_takes_long() {
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
