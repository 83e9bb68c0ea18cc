//! The first hour of three kinds of user, as transcripts in `tests/hours`: what they type, what they must see, and how it
//! ends.

use crate::support::{Bench, Ran, root};

/// One command of a transcript.
#[derive(Debug, Default, PartialEq, Eq)]
struct Step {
    /// As it is typed, lines of one command joined as a shell reads them.
    command: String,
    /// Each must be somewhere in what it prints.
    sees: Vec<String>,
    /// How it ends.
    code: i32,
}

/// `$` begins a command, further lines go on with it, `>` is what must be seen, `exit` how it ends if not well, `#` a
/// remark. Lines that begin with two spaces go on with the words of the command; others are lines of its input.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { command: command.to_owned(), ..Step::default() });
            continue;
        }
        let Some(step) = steps.last_mut() else { continue };
        if let Some(words) = line.strip_prefix("> ") {
            step.sees.push(words.to_owned());
        } else if let Some(code) = line.strip_prefix("exit ") {
            step.code = code.parse().expect("an exit code");
        } else if let Some(words) = line.strip_prefix("  ") {
            step.command += &format!(" {words}");
        } else if !line.is_empty() && !line.starts_with("# ") {
            step.command += &format!("\n{line}");
        }
    }
    steps
}

/// Follows a transcript to its end.
fn follow(name: &str) {
    let text = std::fs::read_to_string(root().join("tests/hours").join(name)).expect(name);
    let bench = Bench::new();
    let steps = steps(&text);
    assert!(steps.len() >= 10, "{name}: only {} steps were read", steps.len());
    for Step { command, sees, code } in steps {
        let mut shell = bench.shell(&command);
        shell.env("EXAMPLES", root().join("bench-harness/prover/examples"));
        let ran = Ran::to_end(&mut shell, &command);
        assert_eq!(ran.code, Some(code), "{name}: {ran:#?}");
        // A person sees both, and does not care where a line is broken.
        let said = format!("{} {}", ran.stdout, ran.stderr);
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in sees {
            assert!(said.contains(&words), "{name}: `{words}` is not to be seen: {ran:#?}");
        }
    }
}

#[test]
fn a_transcript_is_read_as_it_is_written() {
    let text = "# A remark.\n$ cat <<END\na\nEND\n> a\n\n$ false --and\n  more\nexit 1\n> b c\n";
    let step = |command: &str, sees: &str, code| Step {
        command: command.to_owned(),
        sees: vec![sees.to_owned()],
        code,
    };
    assert_eq!(steps(text), [step("cat <<END\na\nEND", "a", 0), step("false --and more", "b c", 1)]);
}

#[test]
fn a_rollup_operator() {
    follow("operator.txt");
}

#[test]
fn a_prover_engineer() {
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        crate::skip::skip!("python3", "there is no python3 here: the example prover cannot run");
    }
    follow("prover_engineer.txt");
}

#[test]
fn a_ci_engineer() {
    follow("ci_engineer.txt");
}
