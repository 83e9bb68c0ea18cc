//! The gate alone: its forms agree, and each of its constraints refuses a lie that no other refuses.

use super::{REGISTERS_MAX, RegisterGate, access};
use crate::circuit::{Builder, Config, EXTENSION};
use plonky2::field::extension::Extendable;
use plonky2::field::types::Field;
use plonky2::gates::gate::Gate;
use plonky2::gates::gate_testing::{test_eval_fns, test_low_degree};
use plonky2::hash::hash_types::HashOut;
use plonky2::iop::witness::{PartialWitness, WitnessWrite};
use plonky2::plonk::circuit_data::CircuitConfig;
use plonky2::plonk::vars::EvaluationVars;
use workloads::hash::Felt;

type Extension = <Felt as Extendable<EXTENSION>>::Extension;

const SIZES: [usize; 6] = [1, 3, 4, 8, 16, REGISTERS_MAX];

fn felt(number: u64) -> Felt {
    Felt::from_canonical_u64(number)
}

/// The wires of a row in which operation 0 chooses as it says, all others nothing.
struct Row {
    gate: RegisterGate,
    wires: Vec<Felt>,
}

impl Row {
    /// An honest operation: registers hold 100, 101, …, and the chosen one gets 7 more.
    fn choosing(registers: usize, choice: usize) -> Self {
        let gate = RegisterGate { registers };
        let mut row =
            Self { gate, wires: vec![Felt::ZERO; <RegisterGate as Gate<Felt, EXTENSION>>::num_wires(&gate)] };
        row.wires[gate.choice_wire(0)] = felt(choice as u64);
        row.wires[gate.change_wire(0)] = felt(7);
        for register in 0..registers {
            let is_chosen = register + 1 == choice;
            row.wires[gate.before_wire(0, register)] = felt(100 + register as u64);
            row.wires[gate.chosen_wire(0, register)] = Felt::from_bool(is_chosen);
        }
        row.follow();
        row
    }

    /// What is read and what is written, from the choices as they are, be they bits or not.
    fn follow(&mut self) {
        let gate = self.gate;
        let mut held = Felt::ZERO;
        for register in 0..gate.registers {
            let chosen = self.wires[gate.chosen_wire(0, register)];
            let before = self.wires[gate.before_wire(0, register)];
            held += chosen * before;
            self.wires[gate.after_wire(0, register)] = before + chosen * self.wires[gate.change_wire(0)];
        }
        self.wires[gate.held_wire(0)] = held;
    }

    fn broken(&self) -> usize {
        let wires: Vec<Extension> = self.wires.iter().map(|wire| (*wire).into()).collect();
        let public_inputs_hash = &HashOut { elements: [Felt::ZERO; 4] };
        let vars = EvaluationVars { local_constants: &[], local_wires: &wires, public_inputs_hash };
        let constraints = <RegisterGate as Gate<Felt, EXTENSION>>::eval_unfiltered(&self.gate, vars);
        constraints.iter().filter(|value| **value != Extension::ZERO).count()
    }
}

#[test]
fn the_constraints_have_the_degree_they_claim_and_three_forms_that_agree() {
    for registers in SIZES {
        let gate = RegisterGate { registers };
        test_low_degree::<Felt, _, EXTENSION>(gate);
        test_eval_fns::<Felt, Config, _, EXTENSION>(gate).expect("the three forms agree");
        let width = <RegisterGate as Gate<Felt, EXTENSION>>::num_wires(&gate);
        assert!(gate.operations() >= 1 && width <= super::WIRES, "{registers} registers, {width} wires");
    }
}

#[test]
fn an_honest_choice_of_any_register_or_of_none() {
    for registers in SIZES {
        for choice in 0..=registers {
            assert_eq!(Row::choosing(registers, choice).broken(), 0, "{choice} of {registers}");
        }
    }
}

#[test]
fn each_constraint_stands_alone() {
    let registers = 4;
    let gate = RegisterGate { registers };
    let alone = |what: &str, change: &dyn Fn(&mut Row)| {
        let mut row = Row::choosing(registers, 2);
        change(&mut row);
        assert_eq!(row.broken(), 1, "{what}");
    };
    let chosen = |register| gate.chosen_wire(0, register);
    for register in 0..registers {
        alone("a register that changes without having been chosen, or otherwise", &|row| {
            row.wires[gate.after_wire(0, register)] += Felt::ONE;
        });
    }
    alone("another number is read", &|row| row.wires[gate.held_wire(0)] += Felt::ONE);
    alone("another choice is told", &|row| row.wires[gate.choice_wire(0)] += Felt::ONE);
    // Two at once, whose numbers sum to the choice: 1 + 3 for 4.
    alone("two registers are chosen", &|row| {
        row.wires[gate.choice_wire(0)] = felt(4);
        (0..registers).for_each(|register| row.wires[chosen(register)] = Felt::from_bool(register % 2 == 0));
        row.follow();
    });
    // What is no bit: one register less another, which reads the difference of both.
    for (first, second) in [(0, 1), (1, 3), (2, 0), (3, 2)] {
        alone("a register is chosen minus once", &|row| {
            (0..registers).for_each(|register| row.wires[chosen(register)] = Felt::ZERO);
            (row.wires[chosen(first)], row.wires[chosen(second)]) = (Felt::NEG_ONE, Felt::ONE);
            row.wires[gate.choice_wire(0)] = felt(second as u64 + 1) - felt(first as u64 + 1);
            row.follow();
        });
    }
}

#[test]
fn what_was_chosen_is_read_and_changed_in_a_circuit() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut builder = Builder::new(CircuitConfig::standard_recursion_config());
    let before = builder.add_virtual_targets(5);
    let [choice, held, change, told] = builder.add_virtual_target_arr();
    let after = access(&mut builder, choice, &before, held, change);
    let sum = builder.add_many(after);
    builder.connect(sum, told);
    let circuit = builder.build::<Config>();
    let accepted = |numbers: [u64; 4]| {
        let mut witness = PartialWitness::new();
        for (register, target) in before.iter().enumerate() {
            witness.set_target(*target, felt(10 * (register as u64 + 1))).expect("free");
        }
        for (target, number) in [choice, held, change, told].into_iter().zip(numbers) {
            witness.set_target(target, felt(number)).expect("free");
        }
        crate::plonk::prove_with(&circuit, witness, "a test")
            .is_ok_and(|timed| circuit.verify(timed.proof).is_ok())
    };
    // Registers hold 10 to 50, which is 150 together.
    assert!(accepted([3, 30, 4, 154]));
    assert!(accepted([0, 0, 4, 150]));
    for lie in
        [[3, 20, 4, 154], [3, 30, 4, 150], [0, 10, 4, 150], [0, 0, 4, 154], [6, 0, 4, 150], [6, 50, 4, 154]]
    {
        assert!(!accepted(lie), "{lie:?}");
    }
}
