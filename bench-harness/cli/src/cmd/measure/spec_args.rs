//! A spec on the command line: every field as a flag, over a file.

use clap::Arg;
use measure::host::Host;
use measure::run::MeasureError;
use measure::spec::{Overrides, Spec, file};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What a verb takes for each flag of a spec that is not given, shown in the help of the flag: `own` over the defaults
/// of all. Flags of other structs are left as they are.
pub(crate) fn with_defaults(own: Overrides) -> impl FnMut(Arg) -> Arg {
    // A layer of plain values; one that JSON could not hold would have no default to show.
    let fields = serde_json::to_value(own.over(Overrides::defaults())).unwrap_or_default();
    move |arg| {
        let shown = fields.get(arg.get_id().as_str()).and_then(|value| shown(arg.get_id().as_str(), value));
        match (shown, arg.get_help().map(ToString::to_string)) {
            (Some(default), Some(help)) if arg.get_default_values().is_empty() => {
                arg.help(format!("{help} [default: {default}]"))
            }
            _ => arg,
        }
    }
}

/// A default as it would be typed; none for a switch and for nothing.
fn shown(field: &str, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null | Value::Bool(_) | Value::Object(_) => return None,
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let words =
                values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let words: Vec<_> = words.collect();
            // What holds a comma of its own is told apart by a space, and given by a flag each.
            words.join(if words.iter().any(|word| word.contains(',')) { " " } else { "," })
        }
        // A time is a number of seconds in a spec.
        Value::Number(number) => match (number.as_f64(), field.ends_with("_s")) {
            (Some(seconds), true) => format!("{seconds}s"),
            (Some(number), false) => number.to_string(),
            (None, _) => number.to_string(),
        },
    };
    (!text.is_empty()).then_some(text)
}

/// What to measure.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What to measure (each also a field of the spec file)")]
pub(crate) struct SpecArgs {
    /// Read the spec from this TOML file; flags override it.
    #[arg(long, value_name = "FILE", display_order = 0)]
    spec: Option<PathBuf>,
    #[command(flatten)]
    flags: Overrides,
}

impl SpecArgs {
    /// The file of the spec, where one was named.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.spec.as_deref()
    }

    /// Whether anything is said of how often or how long a cell is measured, so that nothing else decides it.
    pub(crate) fn limits_cells(&self) -> bool {
        let Overrides { repeats, reruns, interval_width, min_repeats, time_limit_s, .. } = &self.flags;
        let counts = [repeats, reruns, min_repeats].iter().any(|count| count.is_some());
        counts || interval_width.is_some() || time_limit_s.is_some() || self.spec.is_some()
    }

    /// The spec of these flags, over the file they name, over `below`, over the defaults.
    pub(crate) fn resolve(self, below: Overrides, host: &Host) -> anyhow::Result<Spec> {
        let file = match &self.spec {
            Some(path) => file::read(path).map_err(MeasureError::from)?,
            None => Overrides::default(),
        };
        let above = self.flags.of_flags().over(file);
        // Who says which sizes means them for every system.
        let own = below.batch_sizes_of.filter(|_| above.batch_sizes.is_none());
        let layer = above.over(Overrides { batch_sizes_of: own, ..below });
        Ok(Spec::new(layer, &host.allowance).map_err(MeasureError::from)?)
    }
}

#[cfg(test)]
mod tests {
    use super::with_defaults;
    use clap::{Arg, Command};
    use measure::spec::Overrides;

    /// The help of a flag of this id, once defaults are shown.
    fn help(arg: Arg) -> String {
        let own = Overrides { cores: Some("all".to_owned()), ..Overrides::default() };
        let command = Command::new("measure").arg(arg).mut_args(with_defaults(own));
        command.get_arguments().next().and_then(Arg::get_help).expect("help").to_string()
    }

    #[test]
    fn what_is_taken_if_nothing_is_given_is_shown() {
        let named = |id: &'static str| help(Arg::new(id).long(id).help("What it is"));
        assert_eq!(named("accounts"), "What it is [default: 10000]");
        assert_eq!(named("batch_sizes"), "What it is [default: 16,64]");
        assert_eq!(named("time_limit_s"), "What it is [default: 60s]");
        assert_eq!(named("cores"), "What it is [default: all]");
        // A switch, a field without a default, a flag of something else, one that has its own.
        for id in ["keep_discarded", "capacity", "folder"] {
            assert_eq!(named(id), "What it is");
        }
        assert_eq!(help(Arg::new("seed").help("What it is").default_value("7")), "What it is");
    }
}
