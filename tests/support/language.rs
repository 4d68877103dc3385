//! What a night has said, and who reads Japanese could not read: a proof or a reason that no table has.

use model::{Event, Recorded};
use moves::words::in_japanese;

/// What the steps and the engine itself have said, and is in no table. AWS's own words and those of a team's command are nobody's to translate.
pub fn only_in_english(events: &[Recorded]) -> Vec<String> {
    let said = events.iter().filter_map(|recorded| match &recorded.event {
        Event::StepVerified { evidence, .. } | Event::StepUndone { evidence, .. } => Some(evidence),
        // The engine's own codes stand in brackets, and its words and the steps' behind them.
        Event::StepStopped { failure, .. } if OWN.contains(&failure.code.as_str()) => Some(&failure.message),
        _ => None,
    });
    let unread = said.filter(|text| !text.is_empty()).filter(|text| is_unread(text));
    unread
        .map(|text| format!("in no language but English: {text}"))
        .collect()
}

/// The codes under which a step stops for a reason of its own.
const OWN: [&str; 6] = [
    "[Foreign]",
    "[Stuck]",
    "[Broken]",
    "[VerifyFailed]",
    "[ByHand]",
    "[NoWayBack]",
];

/// Whether some fact of it stands in Japanese as it does in English.
fn is_unread(text: &str) -> bool {
    let Some(japanese) = in_japanese(text) else { return true };
    // A value may be a list of words; a fact is a sentence.
    text.split("; ")
        .any(|fact| fact.split(' ').count() > 4 && japanese.contains(fact))
}
