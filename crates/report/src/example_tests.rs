//! A plan and a night for it, built with the model's own types: what the tests of the report look at.

use std::collections::BTreeMap;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use model::event::{Direction, Outcome, PauseReason, Verdict, WorldKind};
use model::plan::{AccountAccess, Estimate, Note, PLAN_FORMAT, Weight};
use model::{
    AccountId, Digest, Event, Failure, FailureClass, GateName, GateSpec, Phase, Plan, Recorded, Region, ResourceRef,
    Rewrite, RunId, Side, StepId, StepSpec, Undo, Window,
};
use serde_json::json;

/// A name that would break a page which does not escape.
pub(crate) const HOSTILE: &str = "shop<script>alert('x')</script>|a`b";

/// A step as the example draws it up.
fn step(
    resource: &ResourceRef,
    verb: &str,
    side: Side,
    phase: Phase,
    title: &str,
    seconds: u64,
    needs: &[&StepId],
) -> StepSpec {
    StepSpec {
        id: resource.step(verb),
        action: format!("{}.{verb}", resource.kind),
        version: 1,
        resource: resource.clone(),
        side,
        title: title.to_owned(),
        phase,
        needs: needs.iter().map(|id| (*id).clone()).collect(),
        gates: Vec::new(),
        disturbs: matches!(phase, Phase::Freeze | Phase::Cutover),
        presses_on: false,
        undo: Undo::Auto,
        estimate: Estimate {
            p50: seconds,
            p90: seconds * 2,
        },
        learned: None,
        patience: 900,
        limit: None,
        input: json!({ "name": resource.name }),
    }
}

/// The example's resources.
pub(crate) fn resources() -> [ResourceRef; 4] {
    [
        ResourceRef::new("database", "shop-stg"),
        ResourceRef::new("bucket", "shop-stg-assets"),
        ResourceRef::new("image", HOSTILE),
        ResourceRef::new("zone", "stg.shop.example.com"),
    ]
}

/// A gate's name.
pub(crate) fn gate(name: &str) -> GateName {
    GateName::new(name).expect("a name in a test")
}

/// The plan.
pub(crate) fn plan() -> Plan {
    let [database, bucket, image, zone] = resources();
    let mut steps = Vec::new();
    let mut add = |step: StepSpec| {
        let id = step.id.clone();
        steps.push(step);
        id
    };
    use Phase::{CleanUp, Cutover, Freeze, Prepare, Settle};
    use Side::{Source, Target};
    let key = add(step(
        &database,
        "create_target_key",
        Target,
        Prepare,
        "Create the target's key",
        20,
        &[],
    ));
    let copy_ami = add(step(
        &image,
        "copy",
        Target,
        Prepare,
        "Copy the image into the target",
        1500,
        &[],
    ));
    add(step(
        &image,
        "check",
        Target,
        Settle,
        "Compare the copy with its original",
        60,
        &[&copy_ami],
    ));
    let new_bucket = add(step(
        &bucket,
        "create_interim",
        Target,
        Prepare,
        "Create the interim bucket",
        10,
        &[],
    ));
    let copy = add(step(
        &bucket,
        "copy_versions",
        Source,
        Prepare,
        "Copy all versions into the interim bucket",
        5400,
        &[&new_bucket],
    ));
    let new_zone = add(step(
        &zone,
        "create_zone",
        Target,
        Prepare,
        "Create the zone in the target",
        15,
        &[],
    ));
    let records = add(step(
        &zone,
        "copy_records",
        Target,
        Prepare,
        "Copy the records",
        30,
        &[&new_zone],
    ));

    let mut snapshot = step(
        &database,
        "take_snapshot",
        Source,
        Freeze,
        "Take the last snapshot",
        900,
        &[&key],
    );
    snapshot.gates = vec![gate("service-stopped")];
    let snapshot = add(snapshot);
    let rekey = add(step(
        &database,
        "rekey_snapshot",
        Source,
        Freeze,
        "Copy the snapshot under a key that can be shared",
        1800,
        &[&snapshot],
    ));
    let share = add(step(
        &database,
        "share_snapshot",
        Source,
        Freeze,
        "Share the snapshot with the target",
        10,
        &[&rekey],
    ));
    let restore = add(step(
        &database,
        "restore",
        Target,
        Cutover,
        "Restore the database in the target",
        1500,
        &[&share],
    ));

    let mut empty = step(
        &bucket,
        "empty_source",
        Source,
        Cutover,
        "Empty the source bucket",
        1200,
        &[&copy],
    );
    empty.gates = vec![gate("hand-over:shop-stg-assets")];
    empty.undo = Undo::None {
        reason: "deleted versions cannot be brought back into the source bucket".into(),
    };
    empty.presses_on = true;
    let empty = add(empty);
    let mut win = step(
        &bucket,
        "win_name",
        Target,
        Cutover,
        "Delete the source bucket and win its name",
        1800,
        &[&empty],
    );
    win.undo = Undo::Manual {
        guide: "Delete the target's bucket, then create it again in the source account.".into(),
    };
    let win = add(win);
    add(step(
        &bucket,
        "copy_back",
        Target,
        Settle,
        "Copy from the interim bucket under the old name",
        3600,
        &[&win],
    ));
    let mut delegate = step(
        &zone,
        "move_delegation",
        Source,
        Cutover,
        "Point the delegation at the new zone",
        20,
        &[&records, &restore],
    );
    delegate.limit = Some("route53".into());
    let delegate = add(delegate);
    let mut settle = step(
        &zone,
        "wait_for_caches",
        Source,
        Settle,
        "Wait until no cache holds the old delegation",
        3600,
        &[&delegate],
    );
    settle.disturbs = false;
    add(settle);
    let mut unshare = step(
        &database,
        "unshare_snapshot",
        Source,
        CleanUp,
        "Take the share back",
        10,
        &[&restore],
    );
    unshare.undo = Undo::Nothing;
    add(unshare);

    let access = |account: &str, role: &str| AccountAccess {
        account: AccountId::new(account).expect("an account in a test"),
        role: Some(role.to_owned()),
        external_id: None,
    };
    Plan {
        format: PLAN_FORMAT,
        migration: "shop-staging".into(),
        region: Region::new("ap-northeast-1").expect("a region in a test"),
        accounts: BTreeMap::from([
            (Source, access("111111111111", "cleave-source")),
            (Target, access("222222222222", "cleave-target")),
        ]),
        runbook: Digest::of(b"runbook"),
        frozen: Vec::new(),
        overrun: Default::default(),
        windows: vec![Window::Weekly {
            weekday: 6,
            at: Time::constant(22, 0, 0, 0),
            seconds: 8 * 3600,
            timezone: "Asia/Tokyo".into(),
        }],
        gates: vec![
            GateSpec {
                name: gate("service-stopped"),
                ask: "Is staging scaled to zero?".into(),
                after: vec![key],
                typed: None,
                people: 1,
            },
            GateSpec {
                name: gate("hand-over:shop-stg-assets"),
                ask: "Every version is copied and compared. Give up the source bucket's name?".into(),
                after: vec![copy],
                typed: Some("shop-stg-assets".into()),
                people: 1,
            },
        ],
        limits: BTreeMap::from([("route53".to_owned(), 1)]),
        steps,
        notes: vec![
            Note {
                resource: Some(resources()[0].clone()),
                weight: Weight::Warns,
                text: "Encrypted with aws/rds, which cannot be shared: its snapshot is copied under a new key first."
                    .into(),
                check: "",
            },
            Note {
                resource: None,
                weight: Weight::Tells,
                text: "Two buckets carry lifecycle rules; they are carried over last.".into(),
                check: "",
            },
        ],
        costs: Default::default(),
        rewrites: vec![Rewrite {
            resource: resources()[1].clone(),
            document: "policy".into(),
            before: "{\n  \"Principal\": \"arn:aws:iam::111111111111:root\"\n}".into(),
            after: "{\n  \"Principal\": \"arn:aws:iam::222222222222:root\"\n}".into(),
            meanwhile: None,
        }],
        products: Default::default(),
    }
}

/// A night, event by event.
pub(crate) struct Night {
    pub(crate) events: Vec<Recorded>,
    now: Timestamp,
}

/// A moment of a test.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time in a test")
}

impl Night {
    /// A run that has begun.
    pub(crate) fn begin(plan: &Plan, world: WorldKind, now: &str) -> Self {
        let run = RunId::new("k3v9x2m1q8ab").expect("a run in a test");
        let start = Event::RunStarted {
            run,
            world,
            seed: 7,
            plan: Box::new(plan.clone()),
            digest: plan.digest(),
        };
        let mut night = Self {
            events: Vec::new(),
            now: at(now),
        };
        night.tell(start);
        night
    }

    /// Records an event.
    pub(crate) fn tell(&mut self, event: Event) {
        let seq = self.events.len() as u64 + 1;
        self.events.push(Recorded {
            seq,
            at: self.now,
            event,
        });
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, seconds: i64) -> &mut Self {
        self.now = self
            .now
            .checked_add(SignedDuration::from_secs(seconds))
            .expect("a time in a test");
        self
    }

    /// It becomes this moment.
    pub(crate) fn until(&mut self, moment: &str) {
        assert!(at(moment) >= self.now, "time does not run backwards");
        self.now = at(moment);
    }

    /// A call is made and accepted.
    pub(crate) fn begin_step(&mut self, step: &StepId, attempt: u32) {
        self.intend(step, attempt, Direction::Do);
        self.tell(Event::AttemptEnded {
            step: step.clone(),
            attempt,
            outcome: Outcome::Done,
            again_at: None,
        });
    }

    /// A call is about to be made.
    pub(crate) fn intend(&mut self, step: &StepId, attempt: u32, direction: Direction) {
        self.tell(Event::IntentRecorded {
            step: step.clone(),
            attempt,
            direction,
            token: "token".into(),
        });
    }

    /// A call that changed nothing.
    pub(crate) fn refuse(&mut self, step: &StepId, attempt: u32, failure: Failure) {
        self.intend(step, attempt, Direction::Do);
        let outcome = Outcome::NotDone { failure };
        self.tell(Event::AttemptEnded {
            step: step.clone(),
            attempt,
            outcome,
            again_at: None,
        });
    }

    /// The thing is there and right.
    pub(crate) fn finish(&mut self, step: &StepId, evidence: &str) {
        self.tell(Event::OutputSeen {
            step: step.clone(),
            output: json!({}),
        });
        self.tell(Event::StepVerified {
            step: step.clone(),
            evidence: evidence.into(),
        });
    }

    /// A whole step of so many seconds.
    pub(crate) fn carry(&mut self, step: &StepId, seconds: i64, evidence: &str) {
        self.begin_step(step, 1);
        self.pass(seconds);
        self.finish(step, evidence);
        self.pass(2);
    }

    /// A person agrees after a while.
    pub(crate) fn agree(&mut self, plan: &Plan, name: &str, seconds: i64) {
        self.tell(Event::GateAsked {
            gate: gate(name),
            evidence: "12,034 versions equal".into(),
        });
        self.pass(seconds);
        let (digest, evidence) = (plan.digest(), Digest::of(b"12,034 versions equal"));
        self.tell(Event::GateApproved {
            gate: gate(name),
            by: "tanaka <ops>".into(),
            digest,
            evidence,
        });
    }
}

/// A failed call.
pub(crate) fn failure(service: &str, operation: &str, class: FailureClass, code: &str) -> Failure {
    Failure {
        account: "222222222222".into(),
        service: service.into(),
        operation: operation.into(),
        class,
        code: code.into(),
        message: "A conflicting conditional operation is currently in progress <against> this resource.".into(),
        request_id: Some("4442587FB7D0A2F9".into()),
    }
}

/// The whole night: prepared on a Thursday, cut over in Saturday's window, with a pause and a name that stays taken for a while.
pub(crate) fn night(plan: &Plan, world: WorldKind) -> Night {
    let [database, bucket, image, zone] = resources();
    let mut night = Night::begin(plan, world, "2026-11-19T05:00:00Z");
    night.pass(1);
    night.carry(
        &database.step("create_target_key"),
        4,
        "arn carries account 222222222222",
    );
    night.carry(
        &bucket.step("create_interim"),
        3,
        "versioning on, public access blocked",
    );
    night.begin_step(&image.step("copy"), 1);
    night.begin_step(&bucket.step("copy_versions"), 1);
    night.carry(&zone.step("create_zone"), 6, "4 name servers answer");
    night.carry(&zone.step("copy_records"), 21, "118 of 118 record sets equal");
    night.pass(1400);
    let lost = failure("ec2", "DescribeImages", FailureClass::Unavailable, "InternalError");
    let again_at = night.now;
    for _ in 0..3 {
        night.tell(Event::LookFailed {
            step: image.step("copy"),
            failure: lost.clone(),
            again_at,
        });
        night.pass(20);
    }
    night.finish(&image.step("copy"), "3 snapshots of 3, sizes equal");
    night.carry(&image.step("check"), 41, "block devices equal");
    night.pass(3100);
    night.finish(
        &bucket.step("copy_versions"),
        "12,034 versions, 48,201,337,912 bytes equal",
    );

    night.until("2026-11-21T13:02:10Z");
    night.agree(plan, "service-stopped", 95);
    night.agree(plan, "hand-over:shop-stg-assets", 610);
    night.begin_step(&database.step("take_snapshot"), 1);
    night.intend(&bucket.step("empty_source"), 1, Direction::Do);
    night.tell(Event::SweepAdvanced {
        step: bucket.step("empty_source"),
        cursor: json!({}),
        done: 12_034,
        total: Some(12_034),
    });
    night.pass(700);
    night.finish(&database.step("take_snapshot"), "available, 200 GiB");
    night.begin_step(&database.step("rekey_snapshot"), 1);
    night.pass(300);
    let step = bucket.step("empty_source");
    night.tell(Event::AttemptEnded {
        step,
        attempt: 1,
        outcome: Outcome::Done,
        again_at: None,
    });
    night.finish(&bucket.step("empty_source"), "0 versions, 0 delete markers");
    for attempt in 1..=9 {
        let taken = failure("s3", "CreateBucket", FailureClass::WrongState, "OperationAborted");
        night.refuse(&bucket.step("win_name"), attempt, taken);
        night.pass(90);
    }
    night.tell(Event::RunPaused {
        reason: PauseReason::Operator { by: "SIGHUP".into() },
    });
    night.pass(240);
    night.tell(Event::RunResumed { by: "tanaka".into() });
    night.begin_step(&bucket.step("win_name"), 10);
    night.pass(4);
    night.finish(
        &bucket.step("win_name"),
        "HeadBucket with ExpectedBucketOwner 222222222222: 200",
    );
    night.begin_step(&bucket.step("copy_back"), 1);
    night.pass(400);
    night.finish(&database.step("rekey_snapshot"), "key arn carries account 111111111111");
    night.carry(
        &database.step("share_snapshot"),
        3,
        "restore attribute: 222222222222 only",
    );
    let slow = failure(
        "rds",
        "RestoreDBInstanceFromDBSnapshot",
        FailureClass::NoAnswer,
        "(timed out)",
    );
    night.intend(&database.step("restore"), 1, Direction::Do);
    let outcome = Outcome::Unknown { failure: slow };
    night.tell(Event::AttemptEnded {
        step: database.step("restore"),
        attempt: 1,
        outcome,
        again_at: None,
    });
    night.pass(1310);
    night.finish(&database.step("restore"), "available; storage key is the target's");
    night.carry(
        &zone.step("move_delegation"),
        12,
        "parent answers with the new name servers",
    );
    night.begin_step(&zone.step("wait_for_caches"), 1);
    night.carry(&database.step("unshare_snapshot"), 3, "no account left");
    night.pass(900);
    night.finish(&bucket.step("copy_back"), "12,034 versions equal");
    night.pass(2500);
    night.finish(&zone.step("wait_for_caches"), "TTL of 3600 s has passed");
    night.tell(Event::RunEnded {
        verdict: Verdict::Completed,
    });
    night
}
