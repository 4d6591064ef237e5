//! The faults to come: injected by a test, or drawn at random.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use apaas_flow_runtime::Flow;

use crate::handler::flow_name::flow_name;
use crate::state::chaos::Chaos;
use crate::state::fault::{Endpoint, Fault};

/// A fault that was injected, for one request unless [`times`](Self::times) says otherwise, of any flow unless
/// [`for_flow`](Self::for_flow) does.
///
/// ```
/// use apaas_flow_emulator::{Emulator, Fault};
///
/// # fn main() -> apaas_flow::Result<()> {
/// let emulator = Emulator::start_blocking()?;
/// emulator
///     .inject(Fault::Dropped { after: true })
///     .for_flow_named("package_x__c", "flow_y")
///     .times(2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Injected<'a> {
    faults: &'a Faults,
    endpoint: Endpoint,
    turn: u64,
    waiting: Waiting,
}

impl Injected<'_> {
    /// Makes this many requests in a row meet the fault; 0 makes it none.
    pub fn times(mut self, times: usize) -> Self {
        self.waiting.left = times;
        self.faults.with(|pending| {
            let queue = pending.queue(self.endpoint);
            queue.repeat(self.turn, &self.waiting);
        });
        self
    }

    /// Only requests of this flow meet the fault; those of others pass it by.
    ///
    /// Set it before calls are under way: until then, the fault is for any flow.
    ///
    /// ```
    /// use apaas_flow::apaas_flow;
    /// use apaas_flow_emulator::{Emulator, Fault};
    ///
    /// #[apaas_flow(namespace = "package_x__c", flow_id = "flow_y", emulate)]
    /// struct Discount {}
    ///
    /// # fn main() -> apaas_flow::Result<()> {
    /// let emulator = Emulator::start_blocking()?;
    /// emulator.inject(Fault::RateLimited { reset: 1.0 }).for_flow::<Discount>();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the fault is one of the token endpoint, where no request is of a flow.
    #[track_caller]
    pub fn for_flow<F: Flow>(self) -> Self {
        self.for_flow_named(F::NAMESPACE, F::FLOW_ID)
    }

    /// As [`for_flow`](Self::for_flow), for a flow that is known by its names only: those of the request's path.
    ///
    /// # Panics
    /// As [`for_flow`](Self::for_flow).
    #[track_caller]
    pub fn for_flow_named(mut self, namespace: &str, flow_id: &str) -> Self {
        if self.endpoint == Endpoint::Token {
            refuse(&self.waiting.fault, "the token endpoint serves no flow");
        }
        let flow = flow_name(namespace, flow_id);
        self.faults.with(|pending| {
            let waiting = pending.queue(self.endpoint).waiting.get_mut(&self.turn);
            if let Some(waiting) = waiting {
                waiting.flow = Some(flow.clone());
            }
        });
        self.waiting.flow = Some(flow);
        self
    }
}

#[track_caller]
#[expect(
    clippy::panic,
    reason = "a mistake in the test itself, reported at the line that makes it"
)]
fn refuse(fault: &Fault, why: &str) -> ! {
    panic!("cannot inject {fault:?}: {why}")
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
            refuse(&fault, &why);
        }
        let waiting = Waiting {
            fault,
            flow: None,
            left: 1,
        };
        let turn = self.with(|pending| pending.queue(endpoint).push(waiting.clone()));
        Injected {
            faults: self,
            endpoint,
            turn,
            waiting,
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

    /// The injected faults that are left, in their order: where, which, of which flow, and how often.
    #[cfg(feature = "cli")]
    pub(crate) fn waiting(&self) -> Vec<(Endpoint, Fault, Option<String>, usize)> {
        self.with(|pending| {
            let queues = [
                (Endpoint::Execute, &pending.execute),
                (Endpoint::Token, &pending.token),
            ];
            let waiting = queues.into_iter().flat_map(|(endpoint, queue)| {
                let waiting = queue.waiting.values().cloned();
                waiting.map(move |Waiting { fault, flow, left }| (endpoint, fault, flow, left))
            });
            waiting.collect()
        })
    }

    /// The seed and the rate of the chaos, if there is any.
    #[cfg(feature = "cli")]
    pub(crate) fn chaos(&self) -> Option<(u64, f64)> {
        self.with(|pending| pending.chaos.as_ref().map(Chaos::setting))
    }

    /// How many injected faults are left.
    pub(crate) fn pending(&self) -> usize {
        self.with(|pending| pending.execute.left().saturating_add(pending.token.left()))
    }

    /// How many requests have met a fault.
    pub(crate) fn met(&self) -> usize {
        self.with(|pending| pending.met)
    }

    /// The fault that the request which has just arrived meets, if any. `flow` is `NAMESPACE/FLOW_ID`, as it was sent.
    pub(crate) fn next(&self, endpoint: Endpoint, flow: Option<&str>) -> Option<Fault> {
        self.with(|pending| {
            // drawn even if an injected fault goes first, since a draw belongs to the request's number
            let drawn = pending
                .chaos
                .as_mut()
                .and_then(|chaos| chaos.draw(endpoint));
            let fault = pending.queue(endpoint).pop(flow).or(drawn);
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

#[derive(Debug, Clone)]
struct Waiting {
    fault: Fault,
    /// `NAMESPACE/FLOW_ID` of the only flow that meets it; any flow if `None`.
    flow: Option<String>,
    left: usize,
}

impl Queue {
    fn push(&mut self, waiting: Waiting) -> u64 {
        let turn = self.next_turn;
        self.next_turn += 1;
        self.waiting.insert(turn, waiting);
        turn
    }

    /// Sets how many requests meet the fault in all. One may have met it already, between `inject` and `times`.
    fn repeat(&mut self, turn: u64, in_all: &Waiting) {
        let met = usize::from(!self.waiting.contains_key(&turn));
        let mut waiting = in_all.clone();
        waiting.left = in_all.left.saturating_sub(met);
        if waiting.left == 0 {
            self.waiting.remove(&turn);
        } else if turn >= self.cleared_before {
            self.waiting.insert(turn, waiting);
        }
    }

    /// The first fault that is for this flow, or for any.
    fn pop(&mut self, flow: Option<&str>) -> Option<Fault> {
        let is_met = |waiting: &Waiting| waiting.flow.is_none() || waiting.flow.as_deref() == flow;
        let (&turn, waiting) = self
            .waiting
            .iter_mut()
            .find(|(_, waiting)| is_met(waiting))?;
        let fault = waiting.fault.clone();
        waiting.left -= 1;
        if waiting.left == 0 {
            self.waiting.remove(&turn);
        }
        Some(fault)
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
        next_of(faults, "x/y")
    }

    fn next_of(faults: &Faults, flow: &str) -> Option<Fault> {
        faults.next(Endpoint::Execute, Some(flow))
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
        assert_eq!(faults.next(Endpoint::Token, None), Some(Fault::Endless));
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
    fn a_fault_for_one_flow_waits_for_it() {
        let faults = Faults::default();
        let inject = |fault| faults.inject(Endpoint::Execute, fault);
        inject(EARLY).for_flow_named("a", "b").times(2);
        inject(EARLY).times(2).for_flow_named("c", "d");
        inject(LATE);
        assert_eq!(faults.pending(), 5);
        assert_eq!(next_of(&faults, "a/x"), Some(LATE));
        assert_eq!(next_of(&faults, "a/x"), None);
        for flow in ["a/b", "c/d", "a/b", "c/d"] {
            assert_eq!(next_of(&faults, flow), Some(EARLY), "{flow}");
        }
        assert_eq!(
            (next_of(&faults, "a/b"), next_of(&faults, "c/d")),
            (None, None)
        );
        assert_eq!(faults.met(), 5);
    }

    #[test]
    fn a_fault_for_one_flow_keeps_its_turn_and_can_be_cleared() {
        let faults = Faults::default();
        faults.inject(Endpoint::Execute, LATE);
        faults
            .inject(Endpoint::Execute, EARLY)
            .for_flow_named("x", "y");
        assert_eq!(next(&faults), Some(LATE));
        let injected = faults.inject(Endpoint::Execute, LATE);
        faults.clear();
        injected.for_flow_named("x", "y").times(2);
        assert_eq!((faults.pending(), next(&faults)), (0, None));
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
