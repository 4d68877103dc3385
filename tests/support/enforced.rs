//! Nights on which simcloud lets the roles of a plan do exactly what `cleave roles` derives for it: what they ask for, for which step, and what
//! they are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::run::SharedJournal;
use engine::{Begun, EngineError, Extension, Gatekeeper, Observed, Run, RunEnd, Step, StepContext, Verified};
use journal::{InboxItem, Journal, JournalError};
use model::{Failure, Inventory, Plan, Recorded, Side, State};
use moves::retire::{MayGo, Removal};
use moves::roles::{self, Purpose, Role};
use serde_json::Value;
use simcloud::cloud::Shared;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::services::iam_permissions::RoleName;

use crate::language::only_in_english;
use crate::night::{self, Before, Scenario, in_paused_time};
use crate::retirement::look;

/// What a look at what a move has left asks for serves no step, but this.
pub const LOOK: &str = "look";

/// How a night goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// To its end.
    Whole(FaultLevel, u64),
    /// Cut off when so many thousandths of what can be taken back are done, and taken back.
    Undone(FaultLevel, u64, u64),
    /// To its end, and three days later everything old that may go is taken away.
    Retired,
}

/// To its end, and nothing goes wrong.
pub const QUIET: Course = Course::Whole(FaultLevel::None, 1);
/// To its end, and much goes wrong.
pub const HARSH: Course = Course::Whole(FaultLevel::Harsh, 2);
/// Cut off as late as it can be taken back whole.
pub const UNDONE: Course = Course::Undone(FaultLevel::None, 1, 1000);

/// What roles have asked for, each with the steps that it served, by their actions.
pub type Asked = BTreeMap<RoleName, BTreeMap<String, BTreeSet<String>>>;

/// What roles were refused, as `action on resource`.
pub type Refused = BTreeMap<RoleName, BTreeSet<String>>;

/// What was asked and refused, by role.
pub struct Night {
    /// Why it is not as it should be; empty: it is.
    pub wrong: Vec<String>,
    /// What was asked.
    pub asked: Asked,
    /// What was refused.
    pub refused: Refused,
}

/// A plan with its accounts, and the roles that are derived from it.
pub struct Enforced {
    /// What it is called here.
    pub name: &'static str,
    /// The plan.
    pub plan: Plan,
    inventory: Inventory,
    /// Its roles, which may take away what is old, too.
    pub roles: Vec<Role>,
    before: Option<Before>,
    /// So many events on a quiet night come before the first of a step that cannot be taken back whole.
    undoable: OnceLock<u64>,
}

/// The role's name in its account.
pub fn name(role: &Role) -> RoleName {
    (role.account.clone(), role.name.clone())
}

/// The roles without an action of one of them.
fn without(roles: &[Role], of: &RoleName, action: &str) -> Vec<Role> {
    let mut roles = roles.to_vec();
    for role in roles.iter_mut().filter(|role| name(role) == *of) {
        for statement in &mut role.statements {
            statement.actions.remove(action);
        }
        role.statements.retain(|statement| !statement.actions.is_empty());
    }
    roles
}

impl Enforced {
    /// A scenario, with what was there before beyond what the inventory tells.
    pub fn with(name: &'static str, scenario: Scenario, before: Option<Before>) -> Self {
        let Scenario { plan, inventory } = scenario;
        Self {
            name,
            roles: roles::of_plan(&plan, &inventory, true),
            plan,
            inventory,
            before,
            undoable: OnceLock::new(),
        }
    }

    /// A scenario.
    pub fn of(name: &'static str, scenario: Scenario) -> Self {
        Self::with(name, scenario, None)
    }

    /// What is wrong with a course under exactly its roles: nothing may be refused, and it ends as it must.
    pub fn wrong(&self, course: Course) -> (Vec<String>, Asked) {
        let night = self.played(&self.roles, course);
        let mut wrong = night.wrong;
        for (role, refused) in &night.refused {
            wrong.extend(refused.iter().map(|what| format!("{} is refused {what}", role.1)));
        }
        (wrong, night.asked)
    }

    /// Plays one course with these roles.
    pub fn played(&self, roles: &[Role], course: Course) -> Night {
        self.played_until(roles, course, |_| false)
    }

    /// Plays one course without an action of one role, until it is refused: else, how it went on.
    pub fn goes_on_without(&self, course: Course, of: &RoleName, action: &str) -> Option<String> {
        let refused = |refused: &Refused| {
            let asked = format!("{action} on ");
            refused
                .get(of)
                .is_some_and(|all| all.iter().any(|one| one.starts_with(&asked)))
        };
        let night = self.played_until(&without(&self.roles, of, action), course, refused);
        (!refused(&night.refused)).then(|| format!("{course:?}: {} goes on without {action}: {:?}", of.1, night.wrong))
    }

    /// Plays one course with these roles, and no further than to where enough was refused: nobody comes to mend a role, and the night goes on for days.
    fn played_until(&self, roles: &[Role], course: Course, enough: impl Fn(&Refused) -> bool) -> Night {
        let cut = match course {
            // It is found by a night of its own, which cannot be played within another.
            Course::Undone(_, _, part) => Some((self.undoable() * part / 1000).max(1)),
            Course::Whole(..) | Course::Retired => None,
        };
        in_paused_time(async {
            let (level, seed) = match course {
                Course::Whole(level, seed) | Course::Undone(level, seed, _) => (level, seed),
                Course::Retired => (FaultLevel::None, 1),
            };
            let mut stage = self.stage(seed, level).await;
            for role in roles {
                let permissions = &mut lock(&stage.simulated.cloud).permissions;
                permissions.set(&role.account, &role.name, role.documents());
            }
            let cloud = Arc::clone(&stage.simulated.cloud);
            stage.around = Some(Rc::new(move |spec, step| {
                let (purpose, cloud) = (spec.action.clone(), Arc::clone(&cloud));
                Box::new(Serving { purpose, step, cloud })
            }));
            let watched = Arc::clone(&stage.simulated.cloud);
            let clock = stage.simulated.world.clock.clone();
            let until_refused = async {
                while !enough(&lock(&watched).permissions.refused()) {
                    clock.sleep_until(clock.after(Duration::from_secs(60))).await;
                }
            };
            let to_its_end = async {
                match (course, cut) {
                    (Course::Retired, _) => retired(stage).await,
                    (_, Some(cut)) => undone(&stage, cut).await,
                    (_, None) => {
                        let journal = in_memory(&stage);
                        let end = life(&stage, &journal).await;
                        judged(&stage, &journal, &end, &RunEnd::Completed)
                    }
                }
            };
            let wrong = tokio::select! {
                wrong = to_its_end => wrong,
                () = until_refused => vec!["it was refused".to_owned()],
            };
            let cloud = lock(&watched);
            Night {
                wrong,
                asked: cloud.permissions.asked(),
                refused: cloud.permissions.refused(),
            }
        })
    }

    async fn stage(&self, seed: u64, level: FaultLevel) -> Stage {
        let stage = Stage::set(&self.plan, &self.inventory, seed, level);
        let Some(before) = self.before else { return stage };
        before(&mut lock(&stage.simulated.cloud));
        let clock = &stage.simulated.world.clock;
        clock.sleep_until(clock.after(Duration::from_secs(3600))).await;
        let later = clock.now();
        lock(&stage.simulated.cloud).advance(later);
        stage.then(&self.plan)
    }

    fn undoable(&self) -> u64 {
        *self.undoable.get_or_init(|| {
            let events = in_paused_time(async {
                let stage = self.stage(1, FaultLevel::None).await;
                let journal = in_memory(&stage);
                let end = life(&stage, &journal).await;
                assert_eq!(judged(&stage, &journal, &end, &RunEnd::Completed), Vec::<String>::new());
                journal.lock().expect("nobody panicked").load().expect("events")
            });
            // Nor is a grant given again that was withdrawn once everything had arrived.
            let gone = |recorded: &Recorded| {
                let ends = ["/empty_source", "/withdraw_grant"];
                let of = recorded.event.step();
                of.is_some_and(|step| ends.iter().any(|end| step.as_str().ends_with(end)))
            };
            // The last event is the run's end.
            let last = events.iter().position(gone).unwrap_or(events.len());
            u64::try_from(last - 2).expect("a small number")
        })
    }

    /// What each step of the plan is allowed for, by the side of the role, without what was asked: step, side, action.
    pub fn allowed(&self) -> BTreeSet<(String, Side, String)> {
        let mut found = BTreeSet::new();
        for role in &self.roles {
            let Purpose::Run(side) = role.purpose else { continue };
            let held = role.actions();
            for (action, steps) in roles::asked_by_steps(&self.plan, side, true) {
                // What has nothing in the plan that it could be about is in no policy.
                if held.contains(action.as_str()) {
                    found.extend(steps.into_iter().map(|step| (step, side, action.clone())));
                }
            }
        }
        found
    }

    /// What roles have asked for: step, side, action.
    pub fn served(&self, asked: &Asked) -> BTreeSet<(String, Side, String)> {
        let mut found = BTreeSet::new();
        for role in &self.roles {
            let Purpose::Run(side) = role.purpose else { continue };
            for (action, steps) in asked.get(&name(role)).into_iter().flatten() {
                found.extend(steps.iter().map(|step| (step.clone(), side, action.clone())));
            }
        }
        found
    }
}

/// A step of which simcloud is told, whenever it is at it, that what is asked for serves it.
struct Serving {
    purpose: String,
    step: Box<dyn Step>,
    cloud: Shared,
}

impl Serving {
    async fn during<T>(&self, future: impl Future<Output = T>) -> T {
        serving(&self.cloud, &self.purpose, future).await
    }
}

async fn serving<T>(cloud: &Shared, purpose: &str, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        lock(cloud).permissions.serve(purpose);
        let polled: Poll<T> = future.as_mut().poll(cx);
        lock(cloud).permissions.serve("");
        polled
    })
    .await
}

#[async_trait(?Send)]
impl Step for Serving {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        self.during(self.step.observe(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        self.during(self.step.begin(cx)).await
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        self.during(self.step.verify(cx, output)).await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        self.during(self.step.undo(cx)).await
    }

    fn extends(&self, cx: &StepContext, output: &Value) -> Result<Option<Extension>, Failure> {
        self.step.extends(cx, output)
    }
}

fn gatekeeper() -> Gatekeeper {
    Gatekeeper::Automatic {
        by: "the test".to_owned(),
    }
}

/// Longer than any window keeps a run waiting.
const PATIENCE: Duration = Duration::from_secs(20 * 86_400);

/// How a life ended; none: it had not after all that time.
type Lived = Option<Result<RunEnd, EngineError>>;

async fn life(stage: &Stage, journal: &SharedJournal) -> Lived {
    let run = match Run::resume(Arc::clone(journal)) {
        Err(EngineError::NoRun) => stage.begin(journal),
        resumed => resumed,
    };
    let run = match run {
        Ok(run) => run,
        Err(error) => return Some(Err(error)),
    };
    let end = tokio::time::timeout(PATIENCE, stage.carry_on(journal, run, gatekeeper())).await;
    end.ok()
}

/// A stamped journal in memory.
pub fn in_memory(stage: &Stage) -> SharedJournal {
    let mut journal = Journal::in_memory().expect("memory");
    stage.stamp(&mut journal).expect("a new journal can be stamped");
    carriage::shared(journal)
}

/// What is wrong with a life that should have ended like that.
fn judged(stage: &Stage, journal: &SharedJournal, end: &Lived, wanted: &RunEnd) -> Vec<String> {
    let events = journal.lock().expect("nobody panicked").load().expect("events");
    let ended = end.as_ref().and_then(|end| end.as_ref().ok());
    let mut wrong = stage.laws_broken(ended, &events);
    wrong.extend(only_in_english(&events));
    match end {
        Some(Ok(end)) if end == wanted => {}
        other => {
            wrong.push(format!("it ended with {other:?}"));
            wrong.extend(night::stops(&events));
        }
    }
    wrong
}

async fn undone(stage: &Stage, cut: u64) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder for the journal");
    let path = folder.path().join("migrations.db");
    let mut journal = Journal::create(&path).expect("a new journal");
    stage.stamp(&mut journal).expect("a new journal can be stamped");
    journal.fail_after(cut);
    let journal = carriage::shared(journal);
    let cut = life(stage, &journal).await;
    if !matches!(cut, Some(Err(EngineError::Journal(JournalError::CrashSwitch)))) {
        return judged(stage, &journal, &cut, &RunEnd::Unwound);
    }
    drop(journal);
    let clock = &stage.simulated.world.clock;
    clock.sleep_until(clock.after(Duration::from_secs(20))).await;
    let mut journal = Journal::open(&path).expect("what a crash leaves can be opened");
    let undo = InboxItem::Undo {
        by: "the test".to_owned(),
        reason: "it was cut off".to_owned(),
        to: None,
    };
    journal.put_inbox(&undo).expect("the inbox takes a wish");
    let journal = carriage::shared(journal);
    let end = life(stage, &journal).await;
    judged(stage, &journal, &end, &RunEnd::Unwound)
}

async fn retired(stage: Stage) -> Vec<String> {
    let journal = in_memory(&stage);
    let end = life(&stage, &journal).await;
    let mut wrong = judged(&stage, &journal, &end, &RunEnd::Completed);
    if !wrong.is_empty() {
        return wrong;
    }
    let events = journal.lock().expect("nobody panicked").load().expect("events");
    let state = State::fold(&events).expect("events").expect("a run");
    let clock = &stage.simulated.world.clock;
    clock.sleep_until(clock.after(Duration::from_secs(3 * 86_400))).await;
    let cloud = Arc::clone(&stage.simulated.cloud);
    // What a look may not see is not taken away: its refusal is noted in the accounts.
    let (left, _) = serving(&cloud, LOOK, look(&stage, &state, &Removal::default())).await;
    let goes = left
        .iter()
        .filter(|one| matches!(one.may_go(), MayGo::Yes | MayGo::After));
    // Keys are ended by hand.
    let goes = goes.filter(|one| one.of.kind != "key");
    let mut goes: BTreeSet<String> = goes.map(|one| one.of.to_string()).collect();
    let plan = loop {
        let removal = Removal {
            despite_protection: goes.clone(),
            remove: goes.clone(),
        };
        match serving(&cloud, LOOK, look(&stage, &state, &removal)).await.1 {
            Ok(plan) => break plan,
            // Some things may go, and people take them away.
            Err(by_hand) if by_hand.iter().any(|one| goes.remove(&one.what)) => {}
            Err(refused) => {
                wrong.push(format!("{refused:?}"));
                return wrong;
            }
        }
    };
    let stage = stage.then(&plan);
    let journal = in_memory(&stage);
    let end = life(&stage, &journal).await;
    judged(&stage, &journal, &end, &RunEnd::Completed)
}
