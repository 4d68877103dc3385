//! A state as it is written down and read back: whoever only wants to look need not fold a million events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;

use crate::decided::Decided;
use crate::event::{PauseReason, Verdict, WorldKind};
use crate::ids::{Digest, GateName, RunId, StepId};
use crate::plan::Plan;
use crate::products::Agreement;
use crate::state::{GateState, State, StepState, Steps, UndoScope};
use crate::window::Opening;

/// A state as it is written down. What can be counted from the plan and the steps is not in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    run: RunId,
    world: WorldKind,
    seed: u64,
    plan: Plan,
    digest: Digest,
    started_at: Timestamp,
    last_seq: u64,
    last_at: Timestamp,
    steps: Vec<StepState>,
    gates: BTreeMap<GateName, GateState>,
    agreements: BTreeMap<String, Agreement>,
    granted: Option<Opening>,
    paused: Option<PauseReason>,
    undoing: Option<UndoScope>,
    ended: Option<Verdict>,
    extended: BTreeMap<StepId, Vec<StepId>>,
    decided: Vec<Decided>,
}

impl TryFrom<Written> for State {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        written.plan.check().map_err(|error| error.to_string())?;
        if !written.gates.keys().eq(written
            .plan
            .gates
            .iter()
            .map(|gate| &gate.name)
            .collect::<BTreeSet<_>>())
        {
            return Err("its gates are not the plan's".to_owned());
        }
        Ok(Self {
            steps: Steps::restored(&written.plan, written.steps).ok_or("its steps are not the plan's")?,
            run: written.run,
            world: written.world,
            seed: written.seed,
            plan: written.plan,
            digest: written.digest,
            started_at: written.started_at,
            last_seq: written.last_seq,
            last_at: written.last_at,
            gates: written.gates,
            agreements: written.agreements,
            granted: written.granted,
            paused: written.paused,
            undoing: written.undoing,
            ended: written.ended,
            extended: written.extended,
            decided: written.decided,
        })
    }
}
