//! What a run has left, as text, as Markdown and as JSON.

use std::fmt::Write as _;

use jiff::Timestamp;
use model::State;
use moves::Prices;
use moves::retire::{How, Left, MayGo, Standing, month_of};
use serde_json::{Value, json};

use crate::rehearsal::removal::RemovalRehearsed;
use crate::screen::{planned, rehearsed as lines_of};

/// One thing, with whether it may go.
pub(crate) fn object(left: &Left) -> Value {
    let mut object = json!(left);
    object["may_go"] = json!(left.may_go());
    object
}

fn may_go(left: &Left) -> &'static str {
    match left.may_go() {
        MayGo::NotTold => "not told: nobody has looked",
        MayGo::Yes => "yes",
        MayGo::No => "no",
        MayGo::After => "after what needs it",
        MayGo::Gone => "it is gone",
    }
}

fn head(state: &State, prices: &Prices, looked: Option<Timestamp>) -> String {
    let looked = match looked {
        Some(at) => format!("looked at {at}"),
        None => "from the journal alone: nothing was looked at".to_owned(),
    };
    format!(
        "run {} of {}, ended at {}; {looked}; {}",
        state.run,
        state.plan.migration,
        state.last_at,
        planned::prices_of(prices.priced_on(), prices.own_priced_on())
    )
}

fn sum(left: &[Left]) -> String {
    let (month, unknown) = month_of(left);
    match unknown {
        0 => format!("together {month} a month"),
        unknown => {
            format!("together {month} a month, and what is not known of {unknown}: --prices takes prices of your own")
        }
    }
}

/// What is said of one thing beside its name, size and price.
fn lines(left: &Left) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if let Some(instead) = &left.instead {
        lines.push(("in the target", instead.clone()));
    }
    match &left.standing {
        Standing::Drifted { what } => lines.extend(what.iter().map(|what| ("CHANGED", what.clone()))),
        Standing::NotLooked | Standing::There | Standing::Gone => {}
    }
    if let Some(quiet) = &left.quiet {
        lines.push(("nothing reads it", format!("since {}: {}", quiet.since, quiet.why)));
    }
    let until = left
        .way_back
        .until
        .map_or_else(String::new, |until| format!("until {until}: "));
    lines.push(("way back", format!("{until}{}", left.way_back.why)));
    lines.push(("may go", may_go(left).to_owned()));
    lines.extend(left.blocked.iter().map(|why| ("not yet", why.clone())));
    lines.extend(left.after.iter().map(|of| ("after", of.to_string())));
    lines.extend(left.told.iter().map(|text| ("know", text.clone())));
    if let How::Hand { command } = &left.removal {
        lines.push(("by hand", command.clone()));
    }
    lines
}

/// For a terminal.
pub(crate) fn text(state: &State, left: &[Left], prices: &Prices, looked: Option<Timestamp>) -> String {
    let mut text = head(state, prices, looked) + "\n";
    // Writing to a String cannot fail.
    for one in left {
        let size = one.size.as_deref().unwrap_or("size not known");
        let month = one.month.shown(&state.plan.region);
        let _ = write!(
            text,
            "\n{}  {}\n  {}, {size}; {month} a month\n",
            one.of, one.id, one.what
        );
        for (what, line) in lines(one) {
            let _ = writeln!(text, "  {what:<16} {line}");
        }
    }
    if left.is_empty() {
        text.push_str("\nNothing that this run moved is left behind.\n");
    }
    let _ = write!(text, "\n{}\n", sum(left));
    text
}

/// For a page.
pub(crate) fn markdown(state: &State, left: &[Left], prices: &Prices, looked: Option<Timestamp>) -> String {
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut text = format!(
        "# {}: what is left in the source\n\n{}\n\n| what | id | size | a month | may go |\n|---|---|---|---|---|\n",
        state.plan.migration,
        head(state, prices, looked)
    );
    for one in left {
        let size = one.size.as_deref().unwrap_or("not known");
        let month = one.month.shown(&state.plan.region);
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {} |",
            cell(&one.of.to_string()),
            cell(&one.id),
            cell(size),
            cell(&month),
            may_go(one)
        );
    }
    if left.is_empty() {
        text.push_str("\nNothing that this run moved is left behind.\n");
    }
    let _ = write!(text, "\n{}\n", sum(left));
    for one in left {
        let _ = write!(text, "\n## {}\n\n{}\n\n", one.of, one.what);
        for (what, line) in lines(one) {
            let _ = writeln!(text, "- {what}: {line}");
        }
    }
    text
}

/// What a removal did not take away, each with the reason.
fn stays(rehearsed: &RemovalRehearsed) -> Vec<(String, String)> {
    let taken: Vec<&model::ResourceRef> = match &rehearsed.plan {
        Ok(plan) => plan.steps.iter().map(|step| &step.resource).collect(),
        Err(refused) => return refused.iter().map(|one| (one.what.clone(), one.why.clone())).collect(),
    };
    let left = rehearsed.left.iter().filter(|one| !taken.contains(&&one.of));
    let why = |one: &Left| match (&one.removal, one.blocked.as_slice()) {
        (How::Hand { command }, []) => format!("by hand: {command}"),
        (_, []) => may_go(one).to_owned(),
        (_, blocked) => blocked.join("; "),
    };
    left.map(|one| (one.of.to_string(), why(one))).collect()
}

fn taken(rehearsed: &RemovalRehearsed) -> Vec<String> {
    let resources = rehearsed.plan.as_ref().map(model::Plan::resources).unwrap_or_default();
    resources.iter().map(ToString::to_string).collect()
}

/// A rehearsal of a removal, as text.
pub(crate) fn rehearsed(rehearsed: &RemovalRehearsed) -> String {
    let mut text = format!("the night:   {}\n", lines_of::line(&rehearsed.night));
    match &rehearsed.removal {
        Some(removal) => {
            let _ = writeln!(text, "the removal: {}", lines_of::line(removal));
        }
        None => text.push_str("the removal: did not take place\n"),
    }
    for of in taken(rehearsed) {
        let _ = writeln!(text, "  taken away  {of}");
    }
    for (of, why) in stays(rehearsed) {
        let _ = writeln!(text, "  stays       {of}: {why}");
    }
    for broken in rehearsed.night.law_violations.iter().chain(laws(rehearsed)) {
        let _ = writeln!(text, "BROKEN {broken}");
    }
    text
}

fn laws(rehearsed: &RemovalRehearsed) -> impl Iterator<Item = &String> {
    rehearsed.removal.iter().flat_map(|run| &run.law_violations)
}

/// The same as JSON.
pub(crate) fn rehearsed_object(rehearsed: &RemovalRehearsed) -> Value {
    let stays = stays(rehearsed)
        .into_iter()
        .map(|(of, why)| json!({ "of": of, "why": why }));
    json!({
        "seed": rehearsed.night.seed,
        "night_completed": rehearsed.night.completed(),
        "removal_completed": rehearsed.removal.as_ref().is_some_and(crate::rehearsal::Rehearsed::completed),
        "taken_away": taken(rehearsed),
        "stays": stays.collect::<Vec<_>>(),
        "steps": rehearsed.removal.as_ref().map(|run| run.steps),
        "api_calls": rehearsed.removal.as_ref().map(|run| run.api_calls),
        "law_violations": rehearsed.night.law_violations.iter().chain(laws(rehearsed)).collect::<Vec<_>>(),
    })
}
