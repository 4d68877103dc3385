//! The example's run as tests of several rooms need it: not begun, its first event. No other code comes in here.

use std::path::Path;

use model::event::WorldKind;
use model::{Event, Plan, RunId};

use crate::commands::files::Written;

/// The plan of `runbooks/shop-staging`.
pub(crate) fn plan() -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runbooks/shop-staging/runbook.toml");
    let plan = Written::read(&path, None).and_then(|written| written.unblocked_plan());
    plan.unwrap_or_else(|error| panic!("{error}"))
}

/// Its run's first event, in AWS itself.
pub(crate) fn started(plan: Plan) -> Event {
    Event::RunStarted {
        run: RunId::new("abcdef012345").expect("a run id"),
        world: WorldKind::Live,
        seed: 1,
        digest: plan.digest(),
        plan: Box::new(plan),
    }
}
