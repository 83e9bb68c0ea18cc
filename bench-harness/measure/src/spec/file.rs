//! A spec from TOML, with the line in every error, and to TOML.

use crate::spec::error::{SpecError, nearest};
use crate::spec::layer::{KEYS, Overrides};
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// Reads a spec file. Paths in it are relative to its folder.
///
/// # Errors
/// [`SpecError`] with file and line.
pub fn read(file: &Path) -> Result<Overrides, SpecError> {
    let text =
        std::fs::read_to_string(file).map_err(|source| SpecError::Io { file: file.to_owned(), source })?;
    parse(&text, file)
}

/// The spec of a text that stands in `file`.
///
/// # Errors
/// [`SpecError`] with file and line.
pub fn parse(text: &str, file: &Path) -> Result<Overrides, SpecError> {
    let wrong = |error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        // The parser names the type that it wants; the line of the text says for which key.
        let here = text[..start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
        let key = text[here..].split(['=', '\n']).next().unwrap_or("").trim();
        let key = if KEYS.contains(&key) { format!("{key}: ") } else { String::new() };
        SpecError::Toml {
            file: file.to_owned(),
            line: line_of(text, start),
            problem: format!("{key}{}", error.message()),
        }
    };
    let table = DeTable::parse(text).map_err(wrong)?;
    for key in table.get_ref().keys() {
        let name = key.get_ref();
        if !KEYS.contains(&name.as_ref()) {
            return Err(SpecError::UnknownKey {
                file: file.to_owned(),
                line: line_of(text, key.span().start),
                key: name.to_string(),
                nearest: nearest(name, KEYS),
            });
        }
    }
    let mut layer: Overrides = toml::from_str(text).map_err(wrong)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let beside = |path: &mut Option<PathBuf>| {
        if let Some(path) = path {
            *path = folder.join(&*path);
        }
    };
    beside(&mut layer.trace);
    beside(&mut layer.script);
    Ok(layer)
}

/// A layer as TOML.
///
/// # Errors
/// [`SpecError::Field`] where TOML cannot hold a value: a seed of 2^63 and more, or a path that is no text.
pub fn write(layer: &Overrides) -> Result<String, SpecError> {
    toml::to_string(layer).map_err(|error| SpecError::Field {
        field: "spec",
        expected: "what TOML can hold: whole numbers below 2^63, and paths that are text".to_owned(),
        got: error.to_string(),
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::{parse, write};
    use crate::spec::layer::{KEYS, Overrides};
    use std::path::Path;

    fn error(text: &str) -> String {
        let error = parse(text, Path::new("runs/spec.toml")).expect_err("bad");
        error.to_string()
    }

    #[test]
    fn errors_name_line_and_key() {
        assert_eq!(
            error("seed = 1\nrepeat = 3\n"),
            "runs/spec.toml, line 2: unknown key `repeat`; did you mean `repeats`?"
        );
        assert_eq!(error("colour = 3\n"), "runs/spec.toml, line 1: unknown key `colour`");
        let wrong = error("seed = 1\n\naccounts = \"many\"\n");
        assert!(wrong.starts_with("runs/spec.toml, line 3: accounts: invalid type: string"), "{wrong}");
        assert!(error("seed = = 1").starts_with("runs/spec.toml, line 1: "));
        assert!(error("accounts = -1").contains("accounts: "));
        assert!(error("cores = 1.5").contains("words or numbers"));
        assert!(error("seed = 1\nseed = 2\n").contains("line 2"));
    }

    #[test]
    fn a_whole_spec_is_read_back() {
        let defaults = Overrides {
            trace: Some("/a/trace.csv".into()),
            script: Some("/a/script.toml".into()),
            command: Some(vec!["prove".to_owned()]),
            capacity: Some(64),
            memory_limit_bytes: Some(1 << 30),
            ..Overrides::defaults()
        };
        let text = write(&defaults).expect("writes");
        assert_eq!(parse(&text, Path::new("spec.toml")).expect("reads"), defaults);
        // Every key is written, and so KEYS is complete.
        assert_eq!(text.lines().count(), KEYS.len());
        for key in KEYS {
            assert!(text.contains(&format!("{key} = ")), "{key}");
        }
    }

    #[test]
    fn paths_stand_beside_the_file_and_cores_take_lists() {
        let text = "trace = \"t.csv\"\ncores = [1, 2]\n";
        let layer = parse(text, Path::new("runs/spec.toml")).expect("reads");
        assert_eq!(layer.trace.as_deref(), Some(Path::new("runs/t.csv")));
        assert_eq!(layer.cores.as_deref(), Some("1,2"));
    }

    #[test]
    fn flags_lie_over_the_file() {
        let flags = Overrides { seed: Some(9), ..Overrides::default() };
        let file = parse("seed = 2\nrepeats = 3\n", Path::new("s")).expect("reads");
        let both = flags.over(file).over(Overrides::defaults());
        assert_eq!((both.seed, both.repeats, both.depth), (Some(9), Some(3), Some(24)));
    }
}
