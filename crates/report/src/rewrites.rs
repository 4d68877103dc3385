//! What documents and names become, line by line, for good or for a part of the run: what goes and what comes is marked by a sign, and not by colour
//! alone.

use model::state::StepStatus;
use model::{Meanwhile, ResourceRef, Rewrite};

use crate::document::{Block, Compared, Line, Piece, Tone, code, text};
use crate::facts::Facts;
use crate::words::{self, Language, Text};

/// How many lines around a change are shown, so that it can be seen where it is.
const AROUND: usize = 2;

/// The section; none where every text is carried over as it stands.
pub(crate) fn blocks(facts: &Facts<'_>, language: Language) -> Option<Vec<Block>> {
    let folds = folds(facts, language, |_| true);
    (!folds.is_empty()).then(|| {
        let says = vec![text(Text::RewritesMean.say(language))];
        [Block::Paragraph(says)].into_iter().chain(folds).collect()
    })
}

/// A comparison for each text of these resources.
pub(crate) fn folds(facts: &Facts<'_>, language: Language, whose: impl Fn(&ResourceRef) -> bool) -> Vec<Block> {
    let rewrites = facts.plan.rewrites.iter().filter(|rewrite| whose(&rewrite.resource));
    let fold = |rewrite: &Rewrite| {
        let mut summary = vec![
            text(format!("{} ", Text::RewriteOf.say(language))),
            code(&rewrite.document),
            text(" "),
            code(&rewrite.resource),
        ];
        let mut blocks = Vec::new();
        if let Some(meanwhile) = &rewrite.meanwhile {
            let words = Text::ForAWhile.fill(language, &[words::side(meanwhile.side).say(language)]);
            summary.extend([text(" "), Piece::Mark(Tone::Plain, words)]);
            blocks.push(Block::List(String::new(), from_to(facts, meanwhile, language)));
        }
        if rewrite.before.is_empty() {
            blocks.push(Block::Paragraph(vec![text(Text::BeforeUnknown.say(language))]));
        }
        blocks.push(Block::Comparison(compared(&rewrite.before, &rewrite.after), language));
        Block::Fold(summary, blocks)
    };
    rewrites.map(fold).collect()
}

/// When a change was, or is expected to be, taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) at: i64,
    /// Of a plan: by when in nine cases of ten.
    pub(crate) late: Option<i64>,
    /// With the step that made it, and not by the one behind it.
    undone: bool,
}

/// When it is taken back; none where it is not yet.
pub(crate) fn closed(facts: &Facts<'_>, meanwhile: &Meanwhile) -> Option<Closed> {
    let opened = facts.step_state(&meanwhile.opened);
    let undone = opened.filter(|state| state.status == StepStatus::Undone);
    if let Some(at) = undone.and_then(|state| state.ended_at) {
        return Some(Closed {
            at: at.as_millisecond(),
            late: None,
            undone: true,
        });
    }
    let place = facts.takes_place(&meanwhile.closed)?;
    Some(Closed {
        at: place.ends?,
        late: place.late,
        undone: false,
    })
}

/// What opens it and when, and what takes that back.
fn from_to(facts: &Facts<'_>, meanwhile: &Meanwhile, language: Language) -> Vec<Line> {
    let line = |step: &model::StepId, words: String| vec![text(words), text(" "), code(step)];
    let opened = facts.takes_place(&meanwhile.opened);
    let begins = opened.map(|place| facts.written(place.begins, language));
    let begins = match begins {
        Some(at) => Text::OpenedAt.fill(language, &[&at]),
        None => Text::NotOpenedYet.say(language).to_owned(),
    };
    let closed = closed(facts, meanwhile);
    let at = closed
        .map(|closed| facts.written(closed.at, language))
        .unwrap_or_default();
    let late = closed.and_then(|closed| closed.late);
    let (ends, by) = match (closed, late) {
        (None, _) => (Text::NotClosedYet.say(language).to_owned(), &meanwhile.closed),
        (Some(Closed { undone: true, .. }), _) => (Text::UndoneAt.fill(language, &[&at]), &meanwhile.opened),
        (Some(_), Some(late)) => {
            let late = facts.written(late, language);
            (Text::ClosedAtOrLate.fill(language, &[&at, &late]), &meanwhile.closed)
        }
        (Some(_), None) => (Text::ClosedAt.fill(language, &[&at]), &meanwhile.closed),
    };
    vec![line(&meanwhile.opened, begins), line(by, ends)]
}

/// Two texts, line by line; what lies far from any change is left out.
fn compared(before: &str, after: &str) -> Vec<Compared> {
    if before.is_empty() {
        return after.lines().map(|line| Compared::New(line.to_owned())).collect();
    }
    let lines: Vec<Compared> = diff::lines(before, after)
        .into_iter()
        .map(|line| match line {
            diff::Result::Left(gone) => Compared::Gone(gone.to_owned()),
            diff::Result::Right(new) => Compared::New(new.to_owned()),
            diff::Result::Both(same, _) => Compared::Same(same.to_owned()),
        })
        .collect();
    let near = |place: usize| {
        let (from, to) = (place.saturating_sub(AROUND), (place + AROUND + 1).min(lines.len()));
        lines[from..to].iter().any(|line| !matches!(line, Compared::Same(_)))
    };
    let mut shown = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        if near(place) {
            shown.push(line.clone());
        } else if shown.last() != Some(&Compared::LeftOut) {
            shown.push(Compared::LeftOut);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_shown_with_what_is_around_it() {
        let before = "a\nb\nc\nd\nold\ne\nf\ng\nh";
        let after = before.replace("old", "new");
        let same = |text: &str| Compared::Same(text.to_owned());
        assert_eq!(
            compared(before, &after),
            [
                Compared::LeftOut,
                same("c"),
                same("d"),
                Compared::Gone("old".into()),
                Compared::New("new".into()),
                same("e"),
                same("f"),
                Compared::LeftOut,
            ]
        );
    }
}
