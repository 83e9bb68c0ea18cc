//! The event queue: a binary heap of one number an event, and the one closing that is ever due beside it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    Close,
    Ready,
    Proved(u32),
    Crashed(u32),
    Repaired(u32),
    Merged(u32),
    Included,
    Rescale,
}

/// The event queue. A key is time, then sequence number, then what happens; times are never negative, so
/// that the bits of a time sort as the time does.
#[derive(Debug)]
pub(super) struct Events {
    heap: BinaryHeap<Reverse<u128>>,
    /// The next closing: every second event or so, and never two at once. `NEVER` if none is due.
    close: u128,
    count: u64,
}

/// A key after all others.
const NEVER: u128 = u128::MAX;

impl Events {
    pub(super) fn new() -> Self {
        Self { heap: BinaryHeap::new(), close: NEVER, count: 0 }
    }

    #[inline]
    pub(super) fn push(&mut self, at_s: f64, event: Event) {
        let (kind, id) = match event {
            Event::Close => (0, 0),
            Event::Ready => (1, 0),
            Event::Proved(id) => (2, id),
            Event::Crashed(id) => (3, id),
            Event::Repaired(id) => (4, id),
            Event::Merged(id) => (5, id),
            Event::Included => (6, 0),
            Event::Rescale => (7, 0),
        };
        let low = (self.count << 24) | (kind << 21) | u64::from(id);
        self.count += 1;
        let key = (u128::from(at_s.to_bits()) << 64) | u128::from(low);
        if matches!(event, Event::Close) {
            assert!(self.close == NEVER, "one batch is filled at a time");
            self.close = key;
        } else {
            self.heap.push(Reverse(key));
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the key is taken apart as it was put together")]
    pub(super) fn pop(&mut self) -> Option<(f64, Event)> {
        let soonest = self.heap.peek().map_or(NEVER, |&Reverse(key)| key);
        let key =
            if self.close < soonest { std::mem::replace(&mut self.close, NEVER) } else { self.heap.pop()?.0 };
        let low = key as u64;
        let id = (low & 0x1F_FFFF) as u32;
        let event = match (low >> 21) & 7 {
            0 => Event::Close,
            1 => Event::Ready,
            2 => Event::Proved(id),
            3 => Event::Crashed(id),
            4 => Event::Repaired(id),
            5 => Event::Merged(id),
            6 => Event::Included,
            _ => Event::Rescale,
        };
        Some((f64::from_bits((key >> 64) as u64), event))
    }
}
