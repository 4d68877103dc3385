//! What a run has left, as text, as Markdown and as JSON.

use std::fmt::Write as _;

use jiff::Timestamp;
use model::State;
use moves::retire::{How, Left, MayGo, Prices, Standing, month_of};
use serde_json::{Value, json};

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
        MayGo::Gone => "it is gone",
    }
}

fn head(state: &State, prices: &Prices, looked: Option<Timestamp>) -> String {
    let looked = match looked {
        Some(at) => format!("looked at {at}"),
        None => "from the journal alone: nothing was looked at".to_owned(),
    };
    format!(
        "run {} of {}, ended at {}; {looked}; list prices of {}",
        state.run, state.plan.migration, state.last_at, prices.priced_on
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
