//! Traces with a bad row: an error with line and column, and nothing is half imported.

use crate::support::Bench;

const HEADER: &str = "batch,kind,sender,target,token_in,amount_in,min_out,nonce";
const WORLD: &str = "--accounts 20 --pools 2 --depth 8";

/// Two good rows with a bad one between them, and what is said of it.
const BAD: [(&str, &str); 12] = [
    ("0,tranfer,3,4,0,5,,", "line 3, column kind: expected"),
    ("0,transfer,x,4,0,5,,", "line 3, column sender: expected"),
    ("0,transfer,3,-4,0,5,,", "line 3, column target: expected"),
    ("0,transfer,3,4,9,5,,", "line 3, column token_in: expected"),
    ("0,transfer,3,4,0,1e3,,", "line 3, column amount_in: expected"),
    ("0,transfer,3,4,0,18446744073709551616,,", "line 3, column amount_in: expected"),
    ("0,swap,3,1,0,5,many,", "line 3, column min_out: expected"),
    ("0,transfer,3,4,0,5,,first", "line 3, column nonce: expected"),
    ("7,transfer,3,4,0,5,,", "line 3, column batch: expected 0 or 1, got 7"),
    ("0,transfer,3,4,0,5", "line 3: expected 8 cells, as in the header, got 6"),
    ("0,transfer,3,99,0,5,,", "line 3: "),
    ("0,transfer,3,4,0,18446744073709551615,,", "line 3: "),
];

fn with_row(row: &str) -> Bench {
    let bench = Bench::new();
    bench.write("bad.csv", &format!("{HEADER}\n0,transfer,1,2,0,5,,\n{row}\n0,transfer,2,1,0,5,,\n"));
    bench
}

#[test]
fn a_bad_row_is_named_by_line_and_column() {
    for (row, wanted) in BAD {
        let bench = with_row(row);
        for verb in ["replay", "inspect"] {
            let ran = bench.run(&format!("workload {verb} --trace bad.csv {WORLD}"));
            assert_eq!(ran.stdout, "", "{row}");
            ran.fails(2, &["error: bad.csv: ", wanted]);
        }
    }
}

#[test]
fn nothing_is_half_imported() {
    for (row, wanted) in BAD {
        let bench = with_row(row);
        let before = bench.everything();
        bench
            .run(&format!("workload generate --trace bad.csv --output copy.csv {WORLD}"))
            .fails(2, &[wanted]);
        let measure = format!(
            "measure --workload trace --trace bad.csv --batch-size 4 --batches-per-aggregation 1 --cores 1 \
             --proof-system scripted --output out {WORLD}"
        );
        bench.run(&measure).fails(2, &["bad.csv", wanted]);
        assert_eq!(bench.everything(), before, "{row}");
    }
}

#[test]
fn a_good_row_in_the_place_of_the_bad_one_is_imported() {
    let bench = with_row("0,transfer,3,4,0,5,,");
    let copied = bench.run(&format!("workload generate --trace bad.csv {WORLD}")).ok().stdout;
    assert_eq!(copied.lines().nth(2), Some("0,transfer,3,4,0,5,,0"));
}

#[test]
fn a_bad_header_is_named() {
    let bench = Bench::new();
    for (text, wanted) in [
        ("", "column \"kind\" is missing"),
        ("kind,sender,target,token_in\n", "column \"amount_in\" is missing"),
        ("kind,sender,target,token_in,amount_in,colour\n", "unknown column \"colour\""),
        ("kind,kind,sender,target,token_in,amount_in\n", "column \"kind\" stands twice"),
        ("kind,sender,target,token_in,amount_in\n", "the trace has no transactions"),
    ] {
        bench.write("bad.csv", text);
        bench.run("workload replay --trace bad.csv").fails(2, &["error: bad.csv: ", wanted]);
    }
}
