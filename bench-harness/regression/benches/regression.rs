//! The gate's own arithmetic: 200 cells of 20 pairs, and one cell.

use criterion::{Criterion, criterion_group, criterion_main};
use regression::paired::PairedRules;
use regression::paired::block::ShiftTest;
use regression::paired::decide::{judge, verdict};
use std::hint::black_box;

fn differences(cells: u64) -> Vec<Vec<f64>> {
    let one = |cell: u64, pair: u64| ((cell * 131 + pair * 7919) % 1009) as f64 / 20_000.0 - 0.02;
    (0..cells).map(|cell| (0..20).map(|pair| one(cell, pair)).collect()).collect()
}

fn verdicts(differences: &[Vec<f64>], rules: &PairedRules) -> usize {
    let figures: Vec<_> = differences.iter().map(|one| ShiftTest::of(one, rules.level)).collect();
    let judged = judge(&figures, rules);
    judged.iter().map(|one| verdict(one, Some(one), rules).reason.len()).sum()
}

fn arithmetic(criterion: &mut Criterion) {
    let rules = PairedRules { pairs: 20, ..PairedRules::default() };
    for cells in [1, 200] {
        let differences = differences(cells);
        criterion.bench_function(&format!("verdicts of {cells} cells of 20 pairs"), |bencher| {
            bencher.iter(|| verdicts(black_box(&differences), &rules));
        });
    }
}

criterion_group!(gate, arithmetic);
criterion_main!(gate);
