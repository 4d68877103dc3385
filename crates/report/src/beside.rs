//! How long each resource was expected not to serve, beside how long it did not.

use crate::document::{Table, code, text};
use crate::facts::{Down, Facts};
use crate::moments::lasting;
use crate::tables::headings;
use crate::words::{Language, Text};

/// One resource, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) name: String,
    pub(crate) expected: i64,
    /// What nine in ten stay within.
    pub(crate) late: i64,
    pub(crate) taken: i64,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) language: Language,
    pub(crate) pairs: Vec<Pair>,
}

impl Beside {
    /// Of what does not serve any more or serves again; none for a plan.
    pub(crate) fn of(facts: &Facts<'_>, language: Language) -> Option<Self> {
        facts.run.as_ref()?;
        let pair = |resource: model::ResourceRef| match facts.down(&resource) {
            Down::Never | Down::NotYet => None,
            down @ (Down::Was { .. } | Down::Still { .. }) => Some(Pair {
                name: resource.to_string(),
                expected: facts.expected_down(&resource).millis(),
                late: facts.late_down(&resource).millis(),
                taken: down.millis(),
            }),
        };
        let pairs: Vec<Pair> = facts.plan.resources().into_iter().filter_map(pair).collect();
        (!pairs.is_empty()).then_some(Self { language, pairs })
    }

    /// The same in words.
    pub(crate) fn table(&self) -> Table {
        let length = |millis: i64| vec![text(lasting(millis, self.language))];
        let row = |pair: &Pair| {
            let more = pair.taken - pair.expected;
            let sign = if more < 0 { "−" } else { "+" };
            let more = format!("{sign}{}", lasting(more.abs(), self.language));
            vec![
                vec![code(&pair.name)],
                length(pair.expected),
                length(pair.late),
                length(pair.taken),
                vec![text(more)],
            ]
        };
        let columns = [
            Text::Resource,
            Text::DownExpected,
            Text::DownLate,
            Text::DownFor,
            Text::Error,
        ];
        Table {
            caption: Text::BesideCaption.say(self.language).to_owned(),
            headings: headings(&columns, self.language),
            rows: self.pairs.iter().map(row).collect(),
            numbers: vec![],
        }
    }
}
