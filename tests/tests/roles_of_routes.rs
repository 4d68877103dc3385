//! Every route that the other whole runs take, with exactly the roles that are derived from its own plan: on quiet and harsh nights, taken back,
//! and with what is old taken away. Over all of them nothing is refused, and nothing is allowed that no step asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use model::Side;
use moves::roles::Purpose;
use simcloud::faults::FaultLevel;
use simcloud::services::iam_permissions::RoleName;
use whole_runs::enforced::{Asked, Course, Enforced, HARSH, LOOK, QUIET, UNDONE, name};
use whole_runs::night::Before;
use whole_runs::points::try_all;
use whole_runs::zones::{self, Shape};

use crate::roles::{PRODUCTS, SHOP};
use crate::{
    bucket_nights, caches, certificates_and_repointing, clusters, configurations, databases, delivery_flow, images,
    machines, private_zones, replicated, reports_and_athena, retired_caches, retired_disks, retired_groups,
    retirements, round_trips, routed_by_address_and_health, stopped_writes,
};

/// The scenarios of the other tests.
pub(crate) static ROUTES: LazyLock<Vec<Enforced>> = LazyLock::new(|| {
    let shape = |name, shape| Enforced::of(name, zones::scenario(shape));
    let routed = |name, shape, checks| Enforced::of(name, routed_by_address_and_health::scenario(shape, checks));
    let mut all = vec![
        Enforced::of("clusters", clusters::SCENARIO.clone()),
        Enforced::of("writes to clusters stopped", clusters::stopped()),
        Enforced::of("caches", caches::SCENARIO.clone()),
        Enforced::of("machines", machines::SCENARIO.clone()),
        Enforced::of("images", images::scenario()),
        Enforced::of("databases with groups", databases::with_groups()),
        Enforced::of("databases on a default key", databases::on_default()),
        Enforced::of("stopped writes", stopped_writes::rebooted()),
        Enforced::of("hooks", stopped_writes::hooked()),
        Enforced::of("buckets configured", configurations::SCENARIO.clone()),
        Enforced::of("buckets replicated", replicated::both()),
        Enforced::of("buckets under a key", round_trips::under_a_key()),
        Enforced::of("buckets reported", reports_and_athena::BOTH_WAYS.clone()),
        shape("zone delegated", Shape::Delegated),
        shape("zone carved", Shape::Carved),
        shape("zone carved elsewhere", Shape::CarvedElsewhere),
        shape("zone adopted", Shape::Adopted),
        shape("zone outside", Shape::Outside),
        Enforced::of(
            "private zone shared",
            private_zones::scenario(private_zones::Route::Share),
        ),
        Enforced::of(
            "private zone copied",
            private_zones::scenario(private_zones::Route::Copy),
        ),
        Enforced::of("certificates", certificates_and_repointing::certified()),
        Enforced::of("certificates carved", certificates_and_repointing::carved()),
        Enforced::of("records re-pointed", certificates_and_repointing::with_a_database()),
        routed("routed, kept", Shape::Delegated, "keep"),
        routed("routed, copied", Shape::CarvedElsewhere, "copy"),
        routed("routed, delegated and copied", Shape::Delegated, "copy"),
        Enforced::of("routed, adopted", routed_by_address_and_health::adopted()),
        Enforced::of("delivery flow", delivery_flow::scenario(true)),
        Enforced::of("delivery flow of a service", delivery_flow::deployed()),
        Enforced::of("retired databases and zones", retirements::MOVED.clone()),
        Enforced::of("retired caches", retired_caches::MOVED.clone()),
        Enforced::of("retired disks", retired_disks::MOVED.clone()),
        Enforced::with(
            "retired groups",
            retired_groups::MOVED.clone(),
            Some(retired_groups::taken_before as Before),
        ),
    ];
    let pairs = bucket_nights::PAIRS.iter().cloned();
    all.extend(pairs.map(|pair| Enforced::of("buckets of every shape", pair)));
    all
});

fn every_route() -> impl Iterator<Item = &'static Enforced> {
    ROUTES.iter().chain([&*SHOP, &*PRODUCTS])
}

type Point = (&'static Enforced, Course);

fn told((enforced, course): &Point) -> String {
    format!("{}: {course:?}", enforced.name)
}

/// Quiet, harsh, taken back as late as can be, and what is old taken away where a test does that.
fn courses(enforced: &'static Enforced) -> Vec<Point> {
    let mut all = vec![QUIET, HARSH, UNDONE];
    if enforced.name.starts_with("retired") || std::ptr::eq(enforced, &*SHOP) {
        all.push(Course::Retired);
    }
    all.into_iter().map(|course| (enforced, course)).collect()
}

#[test]
fn given_exactly_the_derived_roles_some_routes_come_to_their_ends() {
    let sample = ["clusters", "zone adopted", "stopped writes", "private zone shared"];
    let some: Vec<Point> = ROUTES
        .iter()
        .filter(|enforced| sample.contains(&enforced.name))
        .map(|enforced| (enforced, QUIET))
        .collect();
    assert_eq!(some.len(), sample.len());
    try_all(&some, told, |(enforced, course)| enforced.wrong(*course).0);
}

#[test]
#[ignore = "minutes: every route, quiet, harsh and taken back"]
fn given_exactly_the_derived_roles_every_route_comes_to_its_end() {
    let all: Vec<Point> = every_route().flat_map(courses).collect();
    try_all(&all, told, |(enforced, course)| enforced.wrong(*course).0);
}

/// A night that asks for an action: for how many in all, its place, and as which role.
type AskedOn = (usize, usize, RoleName);

#[test]
#[ignore = "minutes: every action that is asked for is taken away in turn"]
fn without_any_of_the_actions_that_they_ask_for_the_roles_are_refused() {
    let all: Vec<(usize, Point)> = every_route().flat_map(courses).enumerate().collect();
    // Of the nights that ask for an action, the one that asks for the fewest in all: it is over the soonest.
    let asked_on: Mutex<BTreeMap<(Purpose, String), AskedOn>> = Mutex::default();
    try_all(
        &all,
        |(_, point)| told(point),
        |(place, (enforced, course))| {
            let (wrong, asked) = enforced.wrong(*course);
            let of = asked.values().map(BTreeMap::len).sum();
            let mut asked_on = asked_on.lock().expect("nobody panicked");
            for role in &enforced.roles {
                for action in asked.get(&name(role)).into_iter().flat_map(BTreeMap::keys) {
                    let here = (of, *place, name(role));
                    let fewest = asked_on.entry((role.purpose, action.clone())).or_insert(here.clone());
                    *fewest = here.min(fewest.clone());
                }
            }
            wrong
        },
    );
    let asked_on = asked_on.into_inner().expect("nobody panicked");
    let points: Vec<_> = asked_on.iter().collect();
    println!("{} actions are taken away, one by one", points.len());
    try_all(
        &points,
        |((purpose, action), (_, place, _))| format!("{purpose:?} without {action}, {}", told(&all[*place].1)),
        |((_, action), (_, place, role))| {
            let (enforced, course) = all[*place].1;
            enforced.goes_on_without(course, role, action).into_iter().collect()
        },
    );
}

/// What no night asks for and the roles must be allowed all the same, with the reason.
const UNPROVEN: &[(&str, &str)] = &[
    (
        "s3:GetObjectAcl",
        "AWS documents it for the role of Batch Operations; simcloud copies no ACLs",
    ),
    ("s3:GetObjectVersionAcl", "the same"),
    (
        "s3:PutObjectVersionTagging",
        "AWS documents it for the role of Batch Operations",
    ),
    (
        "s3:GetBucketLocation",
        "AWS documents it for the role of Batch Operations and for Athena's results",
    ),
    (
        "s3:DeleteObject",
        "DeleteObjects always needs it (API_DeleteObjects.html); simcloud asks for s3:DeleteObjectVersion alone where a version is named",
    ),
    (
        "kms:ReEncryptTo",
        "AWS documents kms:ReEncrypt for whoever uses EBS encryption (ebs-encryption-requirements.html); simcloud asks for kms:ReEncryptFrom alone",
    ),
];

/// The same of one role alone.
const UNPROVEN_OF: &[(Purpose, &str, &str)] = &[
    (
        Purpose::Run(Side::Source),
        "s3:GetObject",
        "S3 asks for it where no version is named; cleave names one, and of a bucket that never was versioned that is `null`: no source says which S3 asks for then",
    ),
    (Purpose::Run(Side::Source), "s3:GetObjectTagging", "the same"),
    (Purpose::Run(Side::Target), "s3:GetObjectTagging", "the same"),
    (
        Purpose::Batch,
        "s3:GetObjectTagging",
        "AWS documents it for the role of Batch Operations",
    ),
    (
        Purpose::Replication(Side::Source),
        "s3:ListBucket",
        "AWS documents it for the role of replication",
    ),
    (
        Purpose::Replication(Side::Source),
        "s3:GetObjectVersion",
        "AWS documents it for Batch Replication, which reads its manifest; simcloud's makes its own",
    ),
    (Purpose::Replication(Side::Target), "s3:GetObjectVersion", "the same"),
    (
        Purpose::Run(Side::Source),
        "s3:UpdateJobStatus",
        "where a job is at work in the very moment in which it is taken back: `replicated.rs`, upon any event",
    ),
    (
        Purpose::Run(Side::Source),
        "s3:AbortMultipartUpload",
        "for uploads that a team's clients left in a source bucket; no night has such",
    ),
    (
        Purpose::Run(Side::Target),
        "s3:DeleteBucketWebsite",
        "where the target's Terraform made the bucket with a website that the source's does not have",
    ),
    (
        Purpose::Run(Side::Source),
        "rds:DeleteOptionGroup",
        "an option group goes once the last snapshot of what had it is gone, in a removal of a later day",
    ),
];

/// What `cleave check` asks, and no night: `checked_roles.rs` misses them where they are taken away.
const OF_CHECK: [&str; 2] = ["iam:GetRole", "iam:SimulatePrincipalPolicy"];

fn is_unproven_of(purpose: Purpose, action: &str) -> bool {
    UNPROVEN_OF
        .iter()
        .any(|(role, one, _)| (*role, *one) == (purpose, action))
        || OF_CHECK.contains(&action)
}

fn is_unproven(action: &str) -> bool {
    UNPROVEN.iter().any(|(one, _)| *one == action)
}

/// All that was asked on some nights.
#[derive(Default)]
struct Heard {
    /// By steps: their action, the side, the IAM action.
    steps: BTreeSet<(String, Side, String)>,
    /// By services.
    services: BTreeMap<Purpose, BTreeSet<String>>,
    /// By whoever has a role, step or service.
    roles: BTreeSet<(Purpose, String)>,
    /// What went wrong.
    wrong: Vec<String>,
}

impl Heard {
    fn hear(&mut self, enforced: &Enforced, asked: &Asked) {
        self.steps.extend(enforced.served(asked));
        for role in &enforced.roles {
            let asked = asked.get(&name(role)).into_iter().flatten();
            self.roles
                .extend(asked.map(|(action, _)| (role.purpose, action.clone())));
        }
        for role in enforced.roles.iter().filter(|role| !role.services.is_empty()) {
            let asked = asked.get(&name(role)).into_iter().flatten();
            let of_service = self.services.entry(role.purpose).or_default();
            of_service.extend(asked.map(|(action, _)| action.clone()));
        }
    }

    /// What a role of some route allows, and no step and no service has asked for on any night of any route.
    fn in_no_use(&self, enforced: &Enforced) -> BTreeSet<String> {
        let all = enforced.roles.iter().flat_map(|role| {
            let actions = role.actions().into_iter();
            actions.map(|action| (role.purpose, action.to_owned()))
        });
        let idle =
            all.filter(|one| !is_unproven(&one.1) && !is_unproven_of(one.0, &one.1) && !self.roles.contains(one));
        idle.map(|(purpose, action)| format!("{purpose:?}: {action}")).collect()
    }

    /// What roles allow for a step without that step's ever having asked for it.
    fn needless(&self, enforced: &Enforced) -> Vec<String> {
        let asked =
            |step: &str, side: Side, action: &str| self.steps.contains(&(step.to_owned(), side, action.to_owned()));
        let idle = enforced.allowed().into_iter().filter(|(step, side, action)| {
            let of_look = moves::roles::is_retirement(step) && asked(LOOK, *side, action);
            // RDS and EBS use a key when they get to it, whichever step is at work just then; what a query asks of Glue, its statement decides.
            let of_others = (action.starts_with("kms:") || action.starts_with("glue:"))
                && self.steps.iter().any(|(_, at, one)| (at, one) == (side, action));
            !of_look && !of_others && !is_unproven(action) && !asked(step, *side, action)
        });
        let mut found: Vec<String> = idle
            .map(|(step, side, action)| format!("{step} in the {side:?}: {action}"))
            .collect();
        for role in enforced.roles.iter().filter(|role| !role.services.is_empty()) {
            let asked = self.services.get(&role.purpose);
            let idle = role
                .actions()
                .into_iter()
                .filter(|action| !is_unproven(action) && !asked.is_some_and(|asked| asked.contains(*action)));
            found.extend(idle.map(|action| format!("{:?}: {action}", role.purpose)));
        }
        found
    }
}

/// Nights of a route on which everything is asked for that any of its steps asks for: more go wrong, and they are taken back from more places.
fn many_courses(enforced: &'static Enforced) -> Vec<Point> {
    let mut all = courses(enforced);
    // Its steps are those of the others.
    if std::ptr::eq(enforced, &*PRODUCTS) {
        return all;
    }
    let harsh = (3..5).map(|seed| Course::Whole(FaultLevel::Harsh, seed));
    let undone = (1..4).map(|part| Course::Undone(FaultLevel::None, 1, part * 250));
    let more = harsh.chain(undone);
    all.extend(more.map(|course| (enforced, course)));
    all
}

/// All nights of all routes.
static HEARD: LazyLock<Heard> = LazyLock::new(|| {
    let heard = Mutex::new(Heard::default());
    let all: Vec<Point> = every_route().flat_map(many_courses).collect();
    try_all(&all, told, |(enforced, course)| {
        let (amiss, asked) = enforced.wrong(*course);
        let mut heard = heard.lock().expect("nobody panicked");
        heard.hear(enforced, &asked);
        // That nothing is refused is asked for elsewhere, and here of nights on which more goes wrong.
        if !amiss.is_empty() {
            heard.wrong.push(format!("{}: {amiss:?}", told(&(*enforced, *course))));
        }
        Vec::new()
    });
    heard.into_inner().expect("nobody panicked")
});

#[test]
#[ignore = "minutes: every route, quiet, harsh and taken back from many places"]
fn no_action_is_in_a_role_that_no_night_asks_for() {
    assert_eq!(HEARD.wrong, Vec::<String>::new());
    let idle: BTreeSet<String> = every_route().flat_map(|enforced| HEARD.in_no_use(enforced)).collect();
    assert!(idle.is_empty(), "{}", Vec::from_iter(idle).join("\n"));
}

#[test]
#[ignore = "open: some steps' actions belong to what no night has yet (services of ECS, late changes of zones, documents taken back); see docs/roles.md"]
fn no_action_is_needless_to_the_step_that_it_is_for() {
    let needless: BTreeSet<String> = every_route().flat_map(|enforced| HEARD.needless(enforced)).collect();
    assert!(
        needless.is_empty(),
        "{} are needless:\n{}",
        needless.len(),
        Vec::from_iter(needless).join("\n")
    );
}
