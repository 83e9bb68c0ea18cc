//! The gate on machines with planted noise, as a table in Markdown: what METHODOLOGY.md shows.

use regression::aa::noise::planted;
use regression::aa::trials::trials;
use regression::paired::Rules;

/// Numbers of pairs in the table.
const PAIRS: [usize; 3] = [5, 10, 20];

/// A row for each noise and number of pairs, each figure from so many whole comparisons.
pub(crate) fn table(rules: &Rules, count: u64) -> String {
    let mut text = format!(
        "{count} comparisons a figure, least effect {:.0} %, level {:.0} %, seed {}.\n\n\
         | noise | pairs | unchanged: fails | one block alone would | passes | inconclusive | +3 %: passes | +5 %: fails | +10 %: fails |\n\
         |---|---|---|---|---|---|---|---|---|\n",
        rules.min_effect * 100.0,
        rules.level * 100.0,
        rules.seed
    );
    for (name, noise) in planted() {
        for pairs in PAIRS {
            let rules = Rules { pairs, repeat_discarded: pairs, ..*rules };
            let at = |factor| trials(noise, factor, &rules, count, rules.seed);
            let (nothing, three, five, ten) = (at(1.0), at(1.03), at(1.05), at(1.10));
            let percent = |share: f64| format!("{:.1} %", share * 100.0);
            let cells = [
                name.to_owned(),
                pairs.to_string(),
                format!("{:.2} %", nothing.share(nothing.regressed) * 100.0),
                percent(nothing.share(nothing.suspected)),
                percent(nothing.share(nothing.pass)),
                percent(nothing.share(nothing.inconclusive)),
                percent(three.share(three.pass)),
                percent(five.share(five.regressed)),
                percent(ten.share(ten.regressed)),
            ];
            text += &format!("| {} |\n", cells.join(" | "));
        }
    }
    text
}
