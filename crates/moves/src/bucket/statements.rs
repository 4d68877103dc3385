//! What every step has in common that has Athena run one statement: it is asked for once, and again when it fails by itself.

use aws::athena::StatementSeen;
use engine::{Begun, Observed, Progress, StepContext};
use model::{Digest, Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::place::Place;
use crate::pace;
use crate::underway::Underway;
use crate::world::World;

/// The statement that was asked for last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    execution: String,
    /// 1 for the first.
    nth: u32,
    /// How often a person had had the step tried again then.
    round: u32,
}

/// So many times a statement is asked for that fails; as many again whenever a person has put something right.
const MOST: u32 = 3;
/// The same where Athena says that it fails for now.
const MOST_FOR_NOW: u32 = 12;

/// What a look saw of it.
pub(super) enum Seen {
    /// Ask for it.
    Absent,
    /// It waits or runs.
    Underway(Observed),
    /// It is done: its id.
    Succeeded(String),
}

/// The database of a run's bucket: made by one step, named after the run and it.
pub(super) fn database(cx: &StepContext) -> String {
    format!("cleave_{}_{}", cx.run, &cx.token[..8])
}

fn asked(cx: &StepContext) -> Option<Asked> {
    let asked = cx.cursor.as_ref().and_then(|cursor| Asked::deserialize(cursor).ok())?;
    (asked.round >= cx.retried).then_some(asked)
}

/// Looks at the step's statement.
pub(super) async fn look(world: &World, cx: &StepContext) -> Result<Seen, Failure> {
    let Some(asked) = asked(cx) else {
        return Ok(Seen::Absent);
    };
    Ok(match world.target().athena.statement(&asked.execution).await? {
        StatementSeen::Succeeded { .. } => Seen::Succeeded(asked.execution),
        StatementSeen::Failed { .. } => Seen::Absent,
        StatementSeen::Underway => Seen::Underway(Observed::Underway {
            progress: Progress::words(Underway::AthenaRuns.fill(&[&asked.execution])),
            look_again: pace::look_again(cx, None),
        }),
    })
}

/// Asks for the step's statement. With the same token it runs once, however often it is asked for.
pub(super) async fn ask(world: &World, cx: &StepContext, ops: &Place, statement: &str) -> Result<Begun, Failure> {
    let target = world.target();
    let before = asked(cx);
    let mut nth = before.as_ref().map_or(1, |asked| asked.nth);
    if let Some(before) = &before
        && let StatementSeen::Failed { why, for_now } = target.athena.statement(&before.execution).await?
    {
        if nth >= if for_now { MOST_FOR_NOW } else { MOST } {
            let what = format!(
                "Athena failed {nth} times, the last time ({}) with: {why}. The role of the target needs Athena, Glue's catalog and the \
                 bucket of manifests",
                before.execution
            );
            return Err(cx.failure(FailureClass::WrongState, "[Athena]", what));
        }
        nth += 1;
    }
    let token = Digest::of(format!("{} athena {} {nth}", cx.token, cx.retried).as_bytes());
    let output = format!("s3://{}/athena/{}/", ops.name(cx)?, cx.spec.id);
    let execution = target.athena.start(statement, &output, &token.as_str()[..32]).await?;
    let asked = Asked {
        execution,
        nth,
        round: cx.retried,
    };
    Ok(Begun::Swept {
        cursor: json!(asked),
        done: 0,
        total: None,
        more: false,
    })
}
