//! What documents and names become, line by line: what goes and what comes is marked by a sign, and not by colour alone.

use model::{ResourceRef, Rewrite};

use crate::document::{Block, Compared, code, text};
use crate::facts::Facts;
use crate::words::{Language, Text};

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
        let summary = vec![
            text(format!("{} ", Text::RewriteOf.say(language))),
            code(&rewrite.document),
            text(" "),
            code(&rewrite.resource),
        ];
        Block::Fold(
            summary,
            vec![Block::Comparison(compared(&rewrite.before, &rewrite.after), language)],
        )
    };
    rewrites.map(fold).collect()
}

/// Two texts, line by line; what lies far from any change is left out.
fn compared(before: &str, after: &str) -> Vec<Compared> {
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
