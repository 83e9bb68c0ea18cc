//! E-divisive against the figures of an independent implementation; its version and calls stand in the file.

use regression::history::e_divisive::{ChangePointRules, change_points, statistics};

struct Series {
    name: String,
    values: Vec<f64>,
    statistics: Vec<f64>,
    change_points: Vec<usize>,
}

fn golden() -> Vec<Series> {
    let mut all: Vec<Series> = Vec::new();
    let lines = include_str!("data/e_divisive.csv").lines();
    for line in lines.filter(|line| !line.starts_with('#')).skip(1) {
        let cells: Vec<_> = line.split(',').collect();
        let [name, index, value, statistic, is_change_point] = cells[..] else { panic!("{line}") };
        if index == "0" {
            let name = name.to_owned();
            all.push(Series { name, values: Vec::new(), statistics: Vec::new(), change_points: Vec::new() });
        }
        let series = all.last_mut().expect("an index 0 first");
        assert_eq!(series.name, name);
        series.values.push(value.parse().expect("a number"));
        series.statistics.push(statistic.parse().expect("a number"));
        if is_change_point == "1" {
            series.change_points.push(index.parse().expect("an index"));
        }
    }
    all
}

#[test]
fn the_statistic_of_every_split() {
    let all = golden();
    assert_eq!(all.len(), 7);
    for Series { name, values, statistics: wanted, .. } in all {
        let greatest = wanted.iter().copied().fold(0.0, f64::max);
        for (at, (got, wanted)) in statistics(&values).iter().zip(&wanted).enumerate() {
            assert!((got - wanted).abs() <= 1e-12 * greatest.max(1.0), "{name}, {at}: {got}, {wanted}");
        }
    }
}

#[test]
fn the_change_points_whatever_the_seed() {
    for Series { name, values, change_points: wanted, .. } in golden() {
        for seed in 0..3 {
            let rules = ChangePointRules { permutations: 999, level: 0.01, min_values: 1, seed };
            let found: Vec<_> = change_points(&values, &rules).iter().map(|point| point.index).collect();
            assert_eq!(found, wanted, "{name}, seed {seed}");
        }
    }
}
