//! The colours of charts: on a light page, on a dark one, and on paper; and the style sheet that uses them.
//!
//! The four tones are of Okabe and Ito's set, which people with any common difference of colour vision tell apart,
//! darkened for a white page and lightened for a dark one. One style sheet serves both places: in a page its
//! variables follow the theme, in a file each is replaced by its light value, since few programs that read SVG know
//! variables.

use crate::chart::model::Tone;

/// A variable with its light and its dark value.
const COLOURS: [(&str, &str, &str); 12] = [
    ("--paper", "#ffffff", "#14181d"),
    ("--ink", "#1b2430", "#e6eaef"),
    ("--ink-soft", "#5a6675", "#a3afbd"),
    ("--line", "#dfe4ea", "#2c343d"),
    ("--axis", "#8b96a3", "#66717e"),
    ("--main", "#0a63a5", "#5fb2ec"),
    ("--second", "#c2500a", "#f2994b"),
    ("--third", "#00785a", "#3ec6a0"),
    ("--fourth", "#8f4a86", "#d59acb"),
    ("--muted", "#9aa5b1", "#6d7987"),
    ("--warning", "#b3261e", "#f2867c"),
    ("--soft", "#f4f6f9", "#1b2128"),
];

/// What the classes of a drawing look like.
const STYLE: &str = include_str!("chart.css");

impl Tone {
    /// Its class in a drawing.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Second => "second",
            Self::Third => "third",
            Self::Fourth => "fourth",
            Self::Muted => "muted",
            Self::Warning => "warning",
        }
    }
}

/// The variables of a page in both themes, and the style of its charts. A page is dark where its reader's system is,
/// unless `data-theme` on the root says otherwise; paper is light.
pub(crate) fn style_for_page() -> String {
    let all = |pick: fn(&(&str, &str, &str)) -> String| COLOURS.iter().map(pick).collect::<String>();
    let light = all(|(name, light, _)| format!("{name}:{light};"));
    let dark = all(|(name, _, dark)| format!("{name}:{dark};"));
    format!(
        ":root{{color-scheme:light;{light}}}\n\
         @media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n\
         {STYLE}"
    )
}

/// The style of a chart in a file: no variables.
pub(crate) fn style_for_file() -> String {
    COLOURS
        .iter()
        .fold(STYLE.to_owned(), |style, (name, light, _)| style.replace(&format!("var({name})"), light))
}

#[cfg(test)]
mod tests {
    use super::{COLOURS, style_for_file};

    #[test]
    fn a_file_has_no_variables() {
        assert!(!style_for_file().contains("var("), "{}", style_for_file());
    }

    /// WCAG 2.2, 1.4.3 and 1.4.11: text against its ground 4.5, marks 3.
    #[test]
    fn every_colour_stands_out_from_its_ground() {
        let linear = |byte: u8| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = |colour: &str| {
            let part = |at: usize| linear(u8::from_str_radix(&colour[at..at + 2], 16).expect("hex"));
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        let contrast = |a: &str, b: &str| {
            let (a, b) = (luminance(a), luminance(b));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        let (_, light, dark) = COLOURS[0];
        for (name, on_light, on_dark) in COLOURS {
            let least = match name {
                "--paper" | "--line" | "--soft" => continue,
                "--axis" | "--muted" => 2.4,
                "--ink" | "--ink-soft" | "--main" | "--warning" => 4.5,
                _ => 3.0,
            };
            assert!(contrast(on_light, light) >= least, "{name} on light: {}", contrast(on_light, light));
            assert!(contrast(on_dark, dark) >= least, "{name} on dark: {}", contrast(on_dark, dark));
        }
    }
}
