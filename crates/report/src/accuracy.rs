//! What steps were expected to take beside what they took: whoever plans the next night sees how far the figures are to be trusted.

use std::collections::BTreeMap;

use model::StepSpec;
use model::state::StepStatus;

use crate::document::{Block, Line, Table, code, text};
use crate::facts::{Facts, done_millis, expected_millis};
use crate::moments::lasting;
use crate::tables::{dash, headings, number};
use crate::words::{Language, Text};

/// One sort of step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Accuracy {
    pub(crate) steps: usize,
    pub(crate) expected: i64,
    pub(crate) taken: i64,
    /// Of how many the time lay within what nine in ten were expected to take.
    pub(crate) within: usize,
    /// On how many samples of earlier runs the estimates rest; 0: on what AWS documents.
    pub(crate) samples: u64,
}

impl Accuracy {
    fn and(&mut self, expected: i64, late: i64, taken: i64) {
        self.steps += 1;
        self.expected += expected;
        self.taken += taken;
        self.within += usize::from(taken <= late);
    }

    /// By how much more it took, in per cent of what was expected.
    pub(crate) fn error(&self) -> Option<i64> {
        (self.expected > 0).then(|| (self.taken - self.expected).saturating_mul(100) / self.expected)
    }
}

/// The steps that are done, by their actions; nothing for a plan.
pub(crate) fn by_action(facts: &Facts<'_>) -> BTreeMap<String, Accuracy> {
    let mut found: BTreeMap<String, Accuracy> = BTreeMap::new();
    let done = |step: &&StepSpec| {
        facts
            .step_state(&step.id)
            .is_some_and(|state| state.status == StepStatus::Done)
    };
    for step in facts.plan.steps.iter().filter(done) {
        let late = i64::try_from(step.estimate.p90)
            .unwrap_or(i64::MAX / 1000)
            .saturating_mul(1000);
        let taken = done_millis(facts.spans_of(&step.id));
        let sort = found.entry(step.action.clone()).or_default();
        sort.and(expected_millis(step), late, taken);
        sort.samples = sort.samples.max(step.learned.map_or(0, |learned| learned.samples));
    }
    found
}

/// The table; none where nothing is done.
pub(crate) fn blocks(facts: &Facts<'_>, language: Language) -> Option<Vec<Block>> {
    let sorts = by_action(facts);
    if sorts.is_empty() {
        return None;
    }
    let mut all = Accuracy::default();
    for sort in sorts.values() {
        all.steps += sort.steps;
        all.expected += sort.expected;
        all.taken += sort.taken;
        all.within += sort.within;
    }
    let mut rows: Vec<Vec<Line>> = sorts
        .iter()
        .map(|(action, sort)| {
            let rests = match sort.samples {
                0 => Text::Documented.say(language).to_owned(),
                samples => Text::Samples.fill(language, &[&samples.to_string()]),
            };
            row(vec![code(action)], sort, vec![text(rests)], language)
        })
        .collect();
    rows.push(row(vec![text(Text::AllSteps.say(language))], &all, dash(), language));
    let columns = [
        Text::SortOfStep,
        Text::Steps,
        Text::Expected,
        Text::Taken,
        Text::Error,
        Text::WithinLate,
        Text::RestsOn,
    ];
    Some(vec![Block::Table(Table {
        caption: Text::AccuracyCaption.say(language).to_owned(),
        headings: headings(&columns, language),
        rows,
        numbers: vec![1],
    })])
}

fn row(name: Line, sort: &Accuracy, rests: Line, language: Language) -> Vec<Line> {
    let error = sort
        .error()
        .map_or_else(dash, |error| vec![text(format!("{error:+} %"))]);
    let within = Text::DoneOf.fill(language, &[&sort.within.to_string(), &sort.steps.to_string()]);
    vec![
        name,
        number(sort.steps),
        vec![text(lasting(sort.expected, language))],
        vec![text(lasting(sort.taken, language))],
        error,
        vec![text(within)],
        rests,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_what_it_took_more_than_expected() {
        let mut sort = Accuracy::default();
        assert_eq!(sort.error(), None);
        sort.and(1000, 3000, 1500);
        sort.and(1000, 3000, 4000);
        assert_eq!((sort.error(), sort.within, sort.steps), (Some(175), 1, 2));
    }
}
