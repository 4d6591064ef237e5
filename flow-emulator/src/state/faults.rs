//! The faults to come: injected by a test, or drawn at random.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::state::chaos::Chaos;
use crate::state::fault::{Endpoint, Fault};

/// A fault that was injected, for one request unless [`times`](Self::times) says otherwise.
#[derive(Debug)]
pub struct Injected<'a> {
    faults: &'a Faults,
    endpoint: Endpoint,
    turn: u64,
    fault: Fault,
}

impl Injected<'_> {
    /// Makes this many requests in a row meet the fault; 0 makes it none.
    pub fn times(self, times: usize) {
        self.faults.with(|pending| {
            let queue = pending.queue(self.endpoint);
            queue.repeat(self.turn, self.fault, times);
        });
    }
}

/// The faults to come, of both endpoints.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    execute: Queue,
    token: Queue,
    chaos: Option<Chaos>,
    met: usize,
}

impl Pending {
    fn queue(&mut self, endpoint: Endpoint) -> &mut Queue {
        match endpoint {
            Endpoint::Execute => &mut self.execute,
            Endpoint::Token => &mut self.token,
        }
    }
}

impl Faults {
    fn with<T>(&self, work: impl FnOnce(&mut Pending) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[track_caller]
    pub(crate) fn inject(&self, endpoint: Endpoint, fault: Fault) -> Injected<'_> {
        if let Some(why) = fault.invalid(endpoint) {
            #[expect(
                clippy::panic,
                reason = "a mistake in the test itself, reported at the line that makes it"
            )]
            {
                panic!("cannot inject {fault:?}: {why}");
            }
        }
        let turn = self.with(|pending| pending.queue(endpoint).push(fault.clone()));
        Injected {
            faults: self,
            endpoint,
            turn,
            fault,
        }
    }

    pub(crate) fn set_chaos(&self, chaos: Option<Chaos>) {
        self.with(|pending| pending.chaos = chaos);
    }

    pub(crate) fn clear(&self) {
        self.with(|pending| {
            pending.execute.clear();
            pending.token.clear();
        });
    }

    /// How many injected faults are left.
    pub(crate) fn pending(&self) -> usize {
        self.with(|pending| pending.execute.left().saturating_add(pending.token.left()))
    }

    /// How many requests have met a fault.
    pub(crate) fn met(&self) -> usize {
        self.with(|pending| pending.met)
    }

    /// The fault that the request which has just arrived meets, if any.
    pub(crate) fn next(&self, endpoint: Endpoint) -> Option<Fault> {
        self.with(|pending| {
            // drawn even if an injected fault goes first, since a draw belongs to the request's number
            let drawn = pending
                .chaos
                .as_mut()
                .and_then(|chaos| chaos.draw(endpoint));
            let fault = pending.queue(endpoint).pop().or(drawn);
            pending.met += usize::from(fault.is_some());
            fault
        })
    }
}

/// Injected faults in the order of their injection, which is their turn.
#[derive(Debug, Default)]
struct Queue {
    next_turn: u64,
    cleared_before: u64,
    waiting: BTreeMap<u64, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    fault: Fault,
    left: usize,
}

impl Queue {
    fn push(&mut self, fault: Fault) -> u64 {
        let turn = self.next_turn;
        self.next_turn += 1;
        self.waiting.insert(turn, Waiting { fault, left: 1 });
        turn
    }

    /// Sets how many requests meet the fault in all. One may have met it already, between `inject` and `times`.
    fn repeat(&mut self, turn: u64, fault: Fault, times: usize) {
        let met = usize::from(!self.waiting.contains_key(&turn));
        let left = times.saturating_sub(met);
        if left == 0 {
            self.waiting.remove(&turn);
        } else if turn >= self.cleared_before {
            self.waiting.insert(turn, Waiting { fault, left });
        }
    }

    fn pop(&mut self) -> Option<Fault> {
        let mut first = self.waiting.first_entry()?;
        let waiting = first.get_mut();
        if waiting.left > 1 {
            waiting.left -= 1;
            return Some(waiting.fault.clone());
        }
        Some(first.remove().fault)
    }

    fn clear(&mut self) {
        self.waiting.clear();
        self.cleared_before = self.next_turn;
    }

    fn left(&self) -> usize {
        let left = self.waiting.values().map(|waiting| waiting.left);
        left.fold(0, usize::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Fault = Fault::Dropped { after: false };
    const LATE: Fault = Fault::Dropped { after: true };

    fn next(faults: &Faults) -> Option<Fault> {
        faults.next(Endpoint::Execute)
    }

    #[test]
    fn faults_are_met_in_the_order_of_injection() {
        let faults = Faults::default();
        faults.inject(Endpoint::Execute, EARLY).times(2);
        faults.inject(Endpoint::Token, Fault::Endless);
        faults.inject(Endpoint::Execute, LATE);
        assert_eq!(faults.pending(), 4);
        assert_eq!(next(&faults), Some(EARLY));
        assert_eq!(next(&faults), Some(EARLY));
        assert_eq!(next(&faults), Some(LATE));
        assert_eq!(next(&faults), None);
        assert_eq!((faults.pending(), faults.met()), (1, 3));
        assert_eq!(faults.next(Endpoint::Token), Some(Fault::Endless));
    }

    #[test]
    fn times_counts_requests_that_met_the_fault_before_the_call() {
        for (times, left) in [(0, 0), (1, 0), (3, 2)] {
            let faults = Faults::default();
            let injected = faults.inject(Endpoint::Execute, EARLY);
            faults.inject(Endpoint::Execute, LATE);
            assert_eq!(next(&faults), Some(EARLY));
            injected.times(times);
            assert_eq!(faults.pending(), left + 1);
            for _ in 0..left {
                assert_eq!(next(&faults), Some(EARLY));
            }
            assert_eq!(next(&faults), Some(LATE));
        }
    }

    #[test]
    fn cleared_faults_do_not_come_back() {
        let faults = Faults::default();
        let injected = faults.inject(Endpoint::Execute, EARLY);
        faults.inject(Endpoint::Token, EARLY);
        faults.clear();
        injected.times(5);
        assert_eq!(faults.pending(), 0);
        faults.inject(Endpoint::Execute, LATE).times(usize::MAX);
        faults.inject(Endpoint::Execute, LATE);
        assert_eq!(faults.pending(), usize::MAX);
    }
}
