//! Chains of additions and multiplications whose length in cycles is known.
//!
//! Owns the inline assembly of the probes, and nothing else. x86-64 only. The instructions are
//! fixed here because a compiler may fold, widen or reorder whatever it is given instead.

use std::arch::asm;

/// Adds of one turn of [`dependent_adds`], each waiting for the one before: one cycle each.
pub(crate) const ADDS_PER_TURN: u64 = 64;

/// Multiplications of one turn of [`dependent_multiplies`].
pub(crate) const MULTIPLIES_PER_TURN: u64 = 16;

/// Cycles of a 64-bit register multiplication on every Intel core since Nehalem (2008) and every
/// AMD core since Zen (2017), by Agner Fog's instruction tables. Where it is not so, the two clocks
/// disagree and the reading is refused.
pub(crate) const CYCLES_PER_MULTIPLY: u64 = 3;

/// Adds of one turn of [`independent_adds`], in eight chains that do not wait for each other.
pub(crate) const INDEPENDENT_ADDS_PER_TURN: u64 = 64;

/// Runs one chain of register-register adds. Not add-immediate: newer cores do that at rename.
pub(crate) fn dependent_adds(turns: u64) {
    if turns == 0 {
        return;
    }
    // SAFETY: the code touches only the registers it declares and the flags, no memory and no
    // stack; it ends, since `turns` is counted down from above zero.
    unsafe {
        asm!(
            "2:",
            ".rept 64",
            "add {sum}, {step}",
            ".endr",
            "sub {turns}, 1",
            "jnz 2b",
            sum = inout(reg) 1_u64 => _,
            step = in(reg) 3_u64,
            turns = inout(reg) turns => _,
            options(nomem, nostack),
        );
    }
}

/// Runs one chain of register multiplications.
pub(crate) fn dependent_multiplies(turns: u64) {
    if turns == 0 {
        return;
    }
    // SAFETY: as in `dependent_adds`.
    unsafe {
        asm!(
            "2:",
            ".rept 16",
            "imul {product}, {factor}",
            ".endr",
            "sub {turns}, 1",
            "jnz 2b",
            product = inout(reg) 3_u64 => _,
            factor = in(reg) 5_u64,
            turns = inout(reg) turns => _,
            options(nomem, nostack),
        );
    }
}

/// Runs eight chains of adds side by side, which fill the core's adders.
pub(crate) fn independent_adds(turns: u64) {
    if turns == 0 {
        return;
    }
    // SAFETY: as in `dependent_adds`.
    unsafe {
        asm!(
            "2:",
            ".rept 8",
            "add {a}, {step}",
            "add {b}, {step}",
            "add {c}, {step}",
            "add {d}, {step}",
            "add {e}, {step}",
            "add {f}, {step}",
            "add {g}, {step}",
            "add {h}, {step}",
            ".endr",
            "sub {turns}, 1",
            "jnz 2b",
            a = inout(reg) 1_u64 => _,
            b = inout(reg) 2_u64 => _,
            c = inout(reg) 3_u64 => _,
            d = inout(reg) 4_u64 => _,
            e = inout(reg) 5_u64 => _,
            f = inout(reg) 6_u64 => _,
            g = inout(reg) 7_u64 => _,
            h = inout(reg) 8_u64 => _,
            step = in(reg) 3_u64,
            turns = inout(reg) turns => _,
            options(nomem, nostack),
        );
    }
}
