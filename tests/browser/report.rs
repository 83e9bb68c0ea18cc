//! The report from disk: nothing is fetched, nothing complains, every chart has marks, the sliders say what `plan`
//! prints.

use crate::chromium::{Chromium, NAMES, found};
use crate::devtools::Page;
use crate::skip::skip;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_bench-harness");

/// A small run whose every figure is scripted; times scatter, so that simulation has something to say.
const SPEC: &str = "proof_system = \"scripted\"\nscript = \"script.toml\"\nworkloads = [\"mix\"]\naccounts = 20\n\
    pools = 2\ndepth = 8\nbatch_sizes = [400]\ncores = 1\ninterval_width = 0.0\nrepeats = 6\nbatches_per_aggregation = 2\n";
const SCRIPT: &str = "prove = { values_s = [1.0, 1.1, 0.9, 1.3, 1.05] }\nmerge = { fixed_s = 0.5 }\nharness = { fixed_s = 0.25 }\n";

/// A folder with a run in `out`, which no test changes.
pub(crate) struct Run {
    folder: PathBuf,
}

impl Run {
    /// The run of all tests: measured once, into a folder that the next build of the tests empties.
    pub(crate) fn shared() -> &'static Self {
        static RUN: LazyLock<Run> = LazyLock::new(|| {
            let run = Run { folder: Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-run") };
            // Of an earlier run of the tests; there need be none.
            let _ = std::fs::remove_dir_all(run.folder());
            std::fs::create_dir_all(run.folder()).expect("a folder");
            std::fs::write(run.folder().join("spec.toml"), SPEC).expect("written");
            std::fs::write(run.folder().join("script.toml"), SCRIPT).expect("written");
            run.ok("measure --spec spec.toml --output out");
            run
        });
        &RUN
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    fn output(&self, arguments: &str) -> Output {
        let mut command = Command::new(PROGRAM);
        command.args(arguments.split_whitespace()).current_dir(self.folder());
        command.output().expect("starts")
    }

    /// What it says when no plan meets the target.
    fn refusal(&self, command: &str) -> String {
        let output = self.output(command.strip_prefix("bench-harness ").expect("a command of this program"));
        assert_eq!(output.status.code(), Some(7), "{command}: {output:?}");
        String::from_utf8(output.stderr).expect("text")
    }

    /// Its standard output, when it went well.
    pub(crate) fn ok(&self, arguments: &str) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "{arguments}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }
}

/// Where pictures of the page are kept.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report-pictures");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[track_caller]
fn nothing_is_wrong(page: &mut Page, own: &str) {
    let complaints = page.complaints();
    assert!(complaints.is_empty(), "the page complains: {complaints:#?}");
    let requests = page.requests();
    let others: Vec<_> =
        requests.iter().filter(|url| !url.starts_with(own) && !url.starts_with("data:")).collect();
    assert!(!requests.is_empty() && others.is_empty(), "requests leave: {others:?} of {requests:?}");
}

/// Every chart that is shown has at least one mark; how many there are.
fn charts(page: &mut Page) -> u64 {
    let script = "(() => {
        const shown = [...document.querySelectorAll('figure svg')].filter(svg => svg.getBoundingClientRect().width > 0);
        const empty = shown.filter(svg => ![...svg.querySelectorAll('path,rect,circle,line,polyline,polygon')]
            .some(mark => { const box = mark.getBBox(); return mark.closest('[class]') && (box.width > 0 || box.height > 0); }));
        return { shown: shown.length, empty: empty.map(svg => svg.closest('figure').id) };
    })()";
    let seen = page.value(script);
    assert_eq!(seen["empty"], serde_json::json!([]), "charts without a mark");
    seen["shown"].as_u64().expect("a count")
}

#[test]
fn it_opens_from_disk_on_every_screen_light_and_dark() {
    let Some(program) = found() else { skip!("chromium", "no browser was found: looked for {NAMES:?}") };
    let run = Run::shared();
    run.ok("report out --html screens.html --target-tx-per-s 500 --headroom 0");
    let address = format!("file://{}", run.folder().join("screens.html").display());
    let browser = Chromium::start(&program);
    let mut page = browser.page();
    for (name, width, height) in [("desktop", 1280, 900), ("phone", 400, 800)] {
        for dark in [false, true] {
            page.screen(width, height, dark);
            page.open(&address);
            nothing_is_wrong(&mut page, "file://");
            assert!(charts(&mut page) >= 3, "{name}: few charts");
            let overflow = page.value("document.documentElement.scrollWidth - window.innerWidth");
            assert!(overflow.as_i64() <= Some(0), "{name}: wider than the screen by {overflow}");
            let ground = page.text("getComputedStyle(document.body).backgroundColor");
            let sum: u32 =
                ground.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse::<u32>().ok()).sum();
            assert_eq!(sum < 3 * 128, dark, "{name}: the ground is {ground}");
            let theme = if dark { "dark" } else { "light" };
            std::fs::write(pictures().join(format!("{name}-{theme}.png")), page.picture()).expect("kept");
        }
    }
}

/// The answer of the page, and the command under it.
pub(crate) fn answer(page: &mut Page) -> (String, String) {
    let shown = page.text("document.getElementById('what-if-answer').innerText");
    (shown, page.text("document.getElementById('what-if-command').innerText"))
}

/// What `plan` prints for the command that the page shows.
pub(crate) fn printed(run: &Run, command: &str) -> (String, Value) {
    let arguments = command.strip_prefix("bench-harness ").expect("a command of this program");
    let record = run.ok(&format!("{arguments} --format json"));
    // Lines are filled to a width: words are what is compared.
    let text = run.ok(arguments).split_whitespace().collect::<Vec<_>>().join(" ");
    (text, serde_json::from_str(&record).expect("JSON"))
}

/// The fact of this name in the answer.
#[track_caller]
fn fact<'a>(shown: &'a str, name: &str) -> &'a str {
    let mut lines = shown.lines().map(str::trim);
    lines
        .find(|line| *line == name || line.starts_with(name))
        .unwrap_or_else(|| panic!("no {name} in {shown}"));
    let rest = &shown[shown.find(name).expect("there") + name.len()..];
    rest.trim_start().lines().next().unwrap_or_default().trim()
}

#[test]
fn the_sliders_say_what_the_plan_prints() {
    let Some(program) = found() else { skip!("chromium", "no browser was found: looked for {NAMES:?}") };
    let run = Run::shared();
    run.ok("report out --html sliders.html --target-tx-per-s 200 --prover-usd-per-hour 2");
    let browser = Chromium::start(&program);
    let mut page = browser.page();
    page.screen(1280, 900, false);
    page.open(&format!("file://{}", run.folder().join("sliders.html").display()));
    let (mut seen, mut refused) = (Vec::new(), 0);
    // Each control in turn, by the keys that a person without a mouse has.
    for (control, key, times) in [
        ("target", "ArrowRight", 2),
        ("n", "End", 1),
        ("p", "End", 1),
        ("block", "Home", 1),
        ("usd", "ArrowLeft", 1),
    ] {
        page.value(&format!("document.getElementById('what-if-{control}-slider').focus(), 1"));
        let code = match key {
            "ArrowRight" => 39,
            "ArrowLeft" => 37,
            "End" => 35,
            _ => 36,
        };
        for _ in 0..times {
            for kind in ["rawKeyDown", "keyUp"] {
                let press = serde_json::json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
                page.call("Input.dispatchKeyEvent", press);
            }
        }
        let (shown, command) = answer(&mut page);
        assert!(!seen.contains(&command), "{control} by {key} changed nothing: {command}");
        if shown.starts_with("No plan.") {
            // Then `plan` refuses it as well, in the same words.
            let why = fact(&shown, "No plan.").trim_end_matches('.');
            assert!(run.refusal(&command).contains(why), "{control}: {why}");
            refused += 1;
            seen.push(command);
            continue;
        }
        let (text, record) = printed(run, &command);
        let headline = shown.lines().next().expect("a headline").trim_end_matches('.');
        assert!(text.contains(headline), "{control}: `{headline}` is not in: {text}");
        let fleet_estimate = &record["fleet_estimates"][0];
        assert_eq!(fleet_estimate["provers"], record["recommendation"]["provers"]);
        for (name, field) in [
            ("to consolidated, corrected form", "corrected_delay_s"),
            ("to consolidated, formula as published", "published_delay_s"),
        ] {
            let exact = reports_like(fleet_estimate[field].as_f64().expect("a number"), 4);
            assert_eq!(fact(&shown, name), format!("{exact} s"), "{control}: {command}");
        }
        let batch = reports_like(record["recommendation"]["usd_per_batch"].as_f64().expect("a price"), 3);
        assert_eq!(fact(&shown, "cost of a batch"), format!("${batch}"), "{control}: {command}");
        assert_eq!(fact(&shown, "limited by"), record["recommendation"]["bottleneck"], "{control}");
        seen.push(command);
    }
    assert_eq!((seen.len(), refused), (5, 1), "{seen:#?}");
    // The state is in the address: another page that is opened with it shows the same.
    let (shown, command) = answer(&mut page);
    let address = page.text("location.href");
    assert!(address.contains("#what-if&") && address.contains("target="), "{address}");
    page.open(&address);
    assert_eq!(answer(&mut page), (shown, command));
    // And a number that is typed goes to the nearest position.
    page.value(
        "(() => { const field = document.getElementById('what-if-target'); field.value = '210';
         field.dispatchEvent(new Event('change')); })()",
    );
    assert_eq!(page.text("document.getElementById('what-if-target').value"), "200");
    page.value(
        "(() => { const field = document.getElementById('what-if-target'); field.value = '<b>many</b>';
         field.dispatchEvent(new Event('change')); })()",
    );
    assert_eq!(page.text("document.getElementById('what-if-target').getAttribute('aria-invalid')"), "true");
    nothing_is_wrong(&mut page, "file://");
    assert_eq!(page.text("document.getElementById('what-if-answer').getAttribute('aria-live')"), "polite");
}

/// A number with this many significant digits and no tail of zeros, by another way than the program's.
fn reports_like(x: f64, digits: i32) -> String {
    let exponent = x.abs().log10().floor() as i32;
    let decimals = (digits - 1 - exponent).max(0) as usize;
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
