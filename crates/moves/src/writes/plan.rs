//! From `stop_writes` to steps.

use aws::rds::Family;
use model::{GateName, Phase, ResourceRef, Said, Side, StepId};

use super::spec::StopWrites;
use super::words::Text;
use super::{Database, block_access, closed_group, drop_connections, prove_quiet, prove_unwritten, record_access};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::hook;

/// How long the database may be busy (a backup, a change) before its groups can be exchanged, in seconds.
const BUSY_WITHIN: u64 = 3600;

/// That writes are stopped.
pub(crate) struct Stopped {
    /// The step after which the snapshot may be taken.
    pub(crate) proved: StepId,
    database: Database,
}

/// Adds the steps that stop what writes to a database, all before its snapshot; none where the runbook says `no`. `gates` are those that stand
/// before the resource.
pub(crate) fn before_snapshot(
    draft: &mut Draft,
    resource: &ResourceRef,
    family: Family,
    how: StopWrites,
    gates: &[GateName],
) -> Option<Stopped> {
    let id = &resource.name;
    let database = Database { family, id: id.clone() };
    let hooks = hook::hooks_before(draft, resource);
    note(draft, resource, how, gates, &hooks);
    let step = |verb: &str, title: Said, input: serde_json::Value| {
        DraftStep::new(resource, &format!("writes.{verb}"), Side::Source, title, input).phase(Phase::Freeze)
    };
    let blocked = match how {
        StopWrites::No => return None,
        StopWrites::Gate => None,
        StopWrites::Block | StopWrites::BlockAndReboot => {
            let input = serde_json::json!(record_access::Input {
                database: database.clone()
            });
            let recorded = step("record_access", Text::RecordAccess.fill(&[id]), input);
            let recorded = draft.push(recorded.phase(Phase::Prepare).leaves_nothing());
            let input = serde_json::json!(closed_group::Input {
                database: id.clone(),
                recorded: recorded.clone(),
            });
            let made = step("create_closed_group", Text::MakeClosedGroup.into(), input);
            let closed = draft.push(made.phase(Phase::Prepare).needs([&recorded]));
            let input = serde_json::json!(block_access::Input {
                database: database.clone(),
                recorded: recorded.clone(),
                closed: closed.clone(),
            });
            let blocked = step("block_access", Text::BlockAccess.fill(&[id]), input)
                .needs([&recorded, &closed])
                .needs(&hooks)
                .gates(gates.iter().cloned())
                .disturbs()
                .estimate(60, 300)
                .patience(BUSY_WITHIN);
            Some(draft.push(blocked))
        }
    };
    let rebooted = (how == StopWrites::BlockAndReboot).then(|| {
        let input = serde_json::json!(drop_connections::Input {
            database: database.clone()
        });
        let rebooted = step("drop_connections", Text::Reboot.fill(&[id]), input)
            .needs(&blocked)
            .disturbs()
            .leaves_nothing()
            .estimate(120, 600)
            .patience(BUSY_WITHIN);
        draft.push(rebooted)
    });
    let input = serde_json::json!(prove_quiet::Input {
        database: database.clone(),
        how,
    });
    let mut proved = step("prove_quiet", Text::ProveQuiet.fill(&[id]), input)
        .needs(&blocked)
        .needs(&rebooted)
        .leaves_nothing()
        // Five minutes, told a minute or two late.
        .estimate(480, 1800);
    if blocked.is_none() {
        proved = proved.needs(&hooks).gates(gates.iter().cloned()).disturbs();
    }
    Some(Stopped {
        proved: draft.push(proved),
        database,
    })
}

/// Adds the proof that nobody was connected until the snapshot was taken. What is restored from the snapshot waits for it.
pub(crate) fn after_snapshot(draft: &mut Draft, resource: &ResourceRef, stopped: &Stopped, taken: &StepId) -> StepId {
    let input = prove_unwritten::Input {
        database: stopped.database.clone(),
        quiet: stopped.proved.clone(),
        snapshot: taken.clone(),
    };
    let (action, title) = ("writes.prove_unwritten", Text::ProveUnwritten);
    let step = DraftStep::new(resource, action, Side::Source, title, input);
    let step = step
        .phase(Phase::Freeze)
        .needs([&stopped.proved, taken])
        .leaves_nothing()
        .estimate(90, 240);
    draft.push(step)
}

fn note(draft: &mut Draft, resource: &ResourceRef, how: StopWrites, gates: &[GateName], hooks: &[StepId]) {
    let id = &resource.name;
    let (weight, text) = match how {
        StopWrites::Block => (Says::Tells, Text::Blocked.fill(&[id])),
        StopWrites::BlockAndReboot => (Says::Warns(&known::WRITES_STOP), Text::BlockedAndRebooted.fill(&[id])),
        StopWrites::Gate if gates.is_empty() && hooks.is_empty() => (
            Says::Blocks(&known::WRITES_GATE),
            Text::NoGate.fill(&[&resource.to_string()]),
        ),
        StopWrites::Gate => (Says::Tells, Text::ByGate.into()),
        StopWrites::No => (Says::Warns(&known::WRITES_STOP), Text::NotStopped.into()),
    };
    draft.note(Some(resource), weight, text);
    if how != StopWrites::No {
        draft.note(Some(resource), Says::Tells, Text::NoReturn);
    }
}
