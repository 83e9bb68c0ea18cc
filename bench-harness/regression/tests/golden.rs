//! The statistics against figures of scipy and statsmodels; the versions and calls stand in the files.

use regression::statistics::hodges_lehmann::shift;
use regression::statistics::holm::holm;
use regression::statistics::signed_rank::signed_rank;

fn rows(text: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row")).collect()
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(' ').map(number).collect()
}

fn number(text: &str) -> f64 {
    text.parse().expect(text)
}

#[track_caller]
fn close(what: &str, got: f64, wanted: f64) {
    assert!((got - wanted).abs() <= 1e-12, "{what}: {got}, expected {wanted}");
}

#[test]
fn signed_rank_and_interval_for_3_to_20_pairs() {
    let rows = rows(include_str!("data/signed_rank.csv"));
    assert_eq!(rows.len(), 18 * 3);
    for row in &rows {
        let differences = numbers(&row[2]);
        let n: usize = row[0].parse().expect("n");
        assert_eq!(differences.len(), n);
        let what = format!("n = {n}, {}", &row[1]);
        let test = signed_rank(&differences);
        close(&format!("{what}, p_greater"), test.p_greater, number(&row[3]));
        close(&format!("{what}, p_less"), test.p_less, number(&row[4]));
        let shift = shift(&differences, 0.05).expect("some");
        close(&format!("{what}, estimate"), shift.estimate, number(&row[5]));
        close(&format!("{what}, low"), shift.low, number(&row[6]));
        close(&format!("{what}, high"), shift.high, number(&row[7]));
        close(&format!("{what}, coverage"), shift.coverage, number(&row[8]));
    }
}

#[test]
fn the_samples_have_ties_and_zeros() {
    let rows = rows(include_str!("data/signed_rank.csv"));
    let with = |kind: &str, has: &dyn Fn(&[f64]) -> bool| {
        rows.iter().filter(|row| &row[1] == kind && has(&numbers(&row[2]))).count()
    };
    let has_zero = |values: &[f64]| values.contains(&0.0);
    let has_tie = |values: &[f64]| {
        let mut sizes: Vec<_> = values.iter().map(|value| value.abs().to_bits()).collect();
        sizes.sort_unstable();
        sizes.windows(2).any(|two| two[0] == two[1])
    };
    assert_eq!(with("zeros", &has_zero), 18);
    assert!(with("ties", &has_tie) >= 15);
    assert_eq!(with("plain", &|values| has_zero(values) || has_tie(values)), 0);
}

#[test]
fn holm_for_1_to_200_tests() {
    let rows = rows(include_str!("data/holm.csv"));
    assert_eq!(rows.len(), 7 * 3);
    for row in &rows {
        let adjusted = holm(&numbers(&row[0]));
        for (got, wanted) in adjusted.iter().zip(numbers(&row[1])) {
            close("adjusted", *got, wanted);
        }
        assert_eq!(adjusted.len(), numbers(&row[1]).len());
    }
}
