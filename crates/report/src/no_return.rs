//! What cannot be undone, and what is undone by hand: gathered by what it is where people read first, one by one in a section of its own. Thirty
//! buckets give up their names for the same reason.

use std::collections::BTreeMap;

use model::state::StepStatus;
use model::{ResourceRef, StepSpec, Undo};

use crate::document::{Block, Line, Piece, Tone, code, text};
use crate::facts::Facts;
use crate::words::{Language, Text};

/// The anchor of its section.
pub(crate) const ANCHOR: &str = "no-return";
/// So many like steps are named where others are counted.
const NAMED: usize = 3;

/// How a step is taken back that the tool does not take back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// There is none.
    None,
    /// A person does it.
    ByHand,
}

impl Way {
    fn heading(self) -> Text {
        match self {
            Way::None => Text::CannotBeUndone,
            Way::ByHand => Text::ByHandOnly,
        }
    }

    /// Why a step cannot be taken back, or how; none where the tool itself does it.
    fn words(self, step: &StepSpec) -> Option<&str> {
        match (&step.undo, self) {
            (Undo::None { reason }, Way::None) => Some(reason),
            (Undo::Manual { guide }, Way::ByHand) => Some(guide),
            (Undo::Auto | Undo::Nothing | Undo::None { .. } | Undo::Manual { .. }, _) => None,
        }
    }
}

/// Like steps of like resources.
#[derive(Debug, Clone, PartialEq)]
struct Alike<'f> {
    kind: &'f str,
    steps: Vec<(&'f StepSpec, &'f str)>,
}

/// The steps that go this way, like beside like, in the order in which the plan has the first of each.
fn gathered<'f>(facts: &'f Facts<'_>, way: Way) -> Vec<Alike<'f>> {
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut gathered: Vec<Alike<'f>> = Vec::new();
    for step in &facts.plan.steps {
        let Some(words) = way.words(step) else { continue };
        let kind = step.resource.kind.as_str();
        let place = *places.entry((kind, step.action.as_str())).or_insert_with(|| {
            gathered.push(Alike {
                kind,
                steps: Vec::new(),
            });
            gathered.len() - 1
        });
        gathered[place].steps.push((step, words));
    }
    gathered
}

/// How many resources these steps are of.
fn resources<'s>(steps: impl Iterator<Item = &'s StepSpec>) -> usize {
    let mut resources: Vec<&ResourceRef> = steps.map(|step| &step.resource).collect();
    resources.sort();
    resources.dedup();
    resources.len()
}

/// How many steps cannot be undone, and of how many resources.
pub(crate) fn counted(facts: &Facts<'_>) -> (usize, usize) {
    let steps = || facts.plan.steps.iter().filter(|step| Way::None.words(step).is_some());
    (steps().count(), resources(steps()))
}

/// What all of them have in common: their reason, the reason without their names, or what they do.
fn in_common(steps: &[(&StepSpec, &str)]) -> String {
    let same = |of: &dyn Fn(&StepSpec, &str) -> String| {
        let mut all = steps.iter().map(|(step, words)| of(step, words));
        let first = all.next()?;
        all.all(|other| other == first).then_some(first)
    };
    same(&|_, words| words.to_owned())
        .or_else(|| same(&|step, words| words.replace(&step.resource.name, "…")))
        .or_else(|| same(&|step, _| step.title.replace(&step.resource.name, "…")))
        .unwrap_or_else(|| steps.first().map(|(step, _)| step.action.clone()).unwrap_or_default())
}

fn is_begun(facts: &Facts<'_>, step: &StepSpec) -> bool {
    let state = facts.step_state(&step.id);
    state.is_none_or(|state| state.status != StepStatus::Waiting)
}

/// One line for like steps: a few by their names where they are not listed anyway, many by their number.
fn line(facts: &Facts<'_>, alike: &Alike<'_>, listed: bool, language: Language) -> Line {
    let mut line: Line = Vec::new();
    if listed || alike.steps.len() > NAMED {
        let count = resources(alike.steps.iter().map(|(step, _)| *step)).to_string();
        line.push(text(Text::SoManyOf.fill(language, &[&count, alike.kind])));
    } else {
        for (place, (step, _)) in alike.steps.iter().enumerate() {
            if place > 0 {
                line.push(text(", "));
            }
            line.push(code(&step.id));
        }
    }
    line.extend([text(": "), text(in_common(&alike.steps))]);
    let waiting = alike.steps.iter().filter(|(step, _)| !is_begun(facts, step)).count();
    if waiting > 0 {
        let words = match waiting == alike.steps.len() {
            true => Text::NotYetDone.say(language).to_owned(),
            false => Text::SoManyNotYetDone.fill(language, &[&waiting.to_string()]),
        };
        line.extend([text(" "), Piece::Mark(Tone::Plain, words)]);
    }
    line
}

/// What the summary says of it.
pub(crate) fn gist(facts: &Facts<'_>, way: Way, language: Language) -> Option<Block> {
    let heading = way.heading().say(language).to_owned();
    let gathered = gathered(facts, way);
    if gathered.is_empty() {
        let by_hand = facts.plan.steps.iter().any(|step| Way::ByHand.words(step).is_some());
        let words = match by_hand {
            true => Text::NobodyDown,
            false => Text::NothingIrreversible,
        };
        return (way == Way::None).then(|| Block::List(heading, vec![vec![text(words.say(language))]]));
    }
    let mut lines: Vec<Line> = gathered
        .iter()
        .map(|alike| line(facts, alike, false, language))
        .collect();
    if gathered.iter().any(|alike| alike.steps.len() > NAMED) {
        let all = Text::OneByOne.say(language).to_owned();
        lines.push(vec![Piece::Link(all, ANCHOR.to_owned())]);
    }
    Some(match way {
        Way::None => Block::Notice(Tone::Careful, heading, lines),
        Way::ByHand => Block::List(heading, lines),
    })
}

/// The section: each of them. None where the tool itself takes everything back.
pub(crate) fn blocks(facts: &Facts<'_>, language: Language) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    for way in [Way::None, Way::ByHand] {
        let gathered = gathered(facts, way);
        if gathered.is_empty() {
            continue;
        }
        let says = match way {
            Way::None => Text::NoReturnMeans,
            Way::ByHand => Text::ByHandMeans,
        };
        blocks.push(Block::Paragraph(vec![text(says.say(language))]));
        for alike in &gathered {
            let steps = alike
                .steps
                .iter()
                .map(|(step, words)| one(facts, step, words, language));
            blocks.push(Block::Fold(
                line(facts, alike, true, language),
                vec![Block::List(String::new(), steps.collect())],
            ));
        }
    }
    (!blocks.is_empty()).then_some(blocks)
}

/// One step, with its moment.
fn one(facts: &Facts<'_>, step: &StepSpec, words: &str, language: Language) -> Line {
    let mut line = vec![
        code(&step.id),
        text(" "),
        text(step.title.clone()),
        text(": "),
        text(words),
    ];
    if let Some(place) = facts.takes_place(&step.id) {
        line.extend([text(" "), Piece::Small(facts.written(place.begins, language))]);
    }
    if !is_begun(facts, step) {
        let words = Text::NotYetDone.say(language).to_owned();
        line.extend([text(" "), Piece::Mark(Tone::Plain, words)]);
    }
    line
}
