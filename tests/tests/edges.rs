//! The rooms of the house and the doors between them: who may know whom, kept over what cargo itself says of the workspace.

use std::process::Command;

/// Which of our rooms each room may know. A room that stands here without a line of its own may know none.
const MAY_KNOW: [(&str, &[&str]); 9] = [
    ("model", &[]),
    ("journal", &["model"]),
    ("engine", &["model", "journal"]),
    ("aws", &["model"]),
    ("listing", &["model", "aws"]),
    ("moves", &["model", "engine", "aws", "listing"]),
    ("simcloud", &["model"]),
    ("report", &["model"]),
    (
        "cleave",
        &[
            "model", "journal", "engine", "aws", "listing", "moves", "simcloud", "report",
        ],
    ),
];

/// What comes from outside and is known in one room only.
const ONLY_IN: [(&str, Named, &str); 5] = [
    ("rusqlite", Named::Exactly, "journal"),
    ("aws-sdk-", Named::Beginning, "aws"),
    ("clap", Named::Exactly, "cleave"),
    ("indicatif", Named::Exactly, "cleave"),
    ("anyhow", Named::Exactly, "cleave"),
];

/// The exceptions, each with its reason in docs/design. simcloud's Athena runs SQL in memory: no file, and nothing of a run's state (004).
const BUT_ALSO: [(&str, &str); 1] = [("rusqlite", "simcloud")];

/// Rooms in which no crate of the AWS SDK is known, not even those below its services.
const WITHOUT_SDK: [&str; 5] = ["model", "journal", "engine", "moves", "report"];

/// Whole runs look at a run from all sides: what their tests need is no door between rooms.
const WHOLE_RUNS: &str = "whole-runs";

#[derive(Clone, Copy)]
enum Named {
    Exactly,
    Beginning,
}

/// One line in a Cargo.toml of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edge {
    from: String,
    to: String,
    /// Needed by tests and benchmarks only.
    dev: bool,
}

impl Edge {
    fn new(from: &str, to: &str) -> Self {
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            dev: false,
        }
    }
}

/// What is wrong with these edges, a line for each. A door for tests is a door: a room that is tested through another cannot be
/// changed without it.
fn forbidden(edges: &[Edge]) -> Vec<String> {
    edges
        .iter()
        .filter(|edge| !(edge.from == WHOLE_RUNS && edge.dev))
        .flat_map(wrong_with)
        .collect()
}

fn wrong_with(edge: &Edge) -> Vec<String> {
    let Edge { from, to, .. } = edge;
    let mut wrong = Vec::new();
    let is_ours = MAY_KNOW.iter().any(|(room, _)| room == to);
    let may_know = MAY_KNOW
        .iter()
        .find(|(room, _)| room == from)
        .is_some_and(|(_, known)| known.contains(&to.as_str()));
    if is_ours && !may_know && from != WHOLE_RUNS {
        wrong.push(format!("{from} may not know {to}"));
    }
    for (name, named, room) in ONLY_IN {
        let meant = match named {
            Named::Exactly => to == name,
            Named::Beginning => to.starts_with(name),
        };
        let also = BUT_ALSO.contains(&(to.as_str(), from.as_str()));
        if meant && from != room && !also {
            wrong.push(format!("{to} is known in {room} only, not in {from}"));
        }
    }
    if WITHOUT_SDK.contains(&from.as_str()) && to.starts_with("aws-") && !to.starts_with("aws-sdk-") {
        wrong.push(format!("{from} may not know the SDK: {to}"));
    }
    wrong
}

/// Every direct dependency of every room, as cargo reads the manifests. Nothing is resolved, so no network is asked.
fn edges_of_the_house() -> Vec<Edge> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
            "--manifest-path",
            manifest,
        ])
        .output()
        .expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata writes JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let mut edges = Vec::new();
    for package in packages {
        for dependency in package["dependencies"].as_array().expect("a list of dependencies") {
            edges.push(Edge {
                from: package["name"].as_str().expect("a package has a name").to_owned(),
                to: dependency["name"].as_str().expect("a dependency has a name").to_owned(),
                dev: dependency["kind"] == "dev",
            });
        }
    }
    edges
}

#[test]
fn no_room_knows_what_it_must_not() {
    let edges = edges_of_the_house();
    assert_eq!(forbidden(&edges), Vec::<String>::new());
    // Were the listing empty or cut, nothing would be forbidden in it.
    for (room, _) in MAY_KNOW.iter().filter(|(_, known)| !known.is_empty()) {
        assert!(
            edges.contains(&Edge::new(room, "model")),
            "{room} is not in the listing"
        );
    }
}

#[test]
fn a_planted_edge_is_found() {
    let house = edges_of_the_house();
    // Each "never" of the architecture, one by one.
    let never = [
        ("model", "journal"),
        ("model", "report"),
        ("journal", "engine"),
        ("journal", "aws"),
        ("aws", "journal"),
        ("aws", "engine"),
        ("aws", "simcloud"),
        ("engine", "aws"),
        ("engine", "moves"),
        ("engine", "aws-sdk-s3"),
        ("engine", "aws-config"),
        ("engine", "aws-smithy-types"),
        ("simcloud", "aws"),
        ("simcloud", "engine"),
        ("simcloud", "moves"),
        ("simcloud", "journal"),
        ("moves", "journal"),
        ("moves", "simcloud"),
        ("moves", "cleave"),
        ("moves", "aws-sdk-rds"),
        ("report", "journal"),
        ("report", "aws"),
        ("report", "engine"),
        ("engine", "rusqlite"),
        ("cleave", "rusqlite"),
        ("cleave", "aws-sdk-ec2"),
        ("simcloud", "aws-sdk-s3"),
        ("moves", "clap"),
        ("report", "indicatif"),
        ("engine", "anyhow"),
        ("attic", "model"),
        ("whole-runs", "rusqlite"),
    ];
    for (from, to) in never {
        for dev in [false, true] {
            let planted = Edge {
                dev,
                ..Edge::new(from, to)
            };
            let found = forbidden(&[house.clone(), vec![planted]].concat());
            let expected = usize::from(!(from == WHOLE_RUNS && dev));
            assert_eq!(found.len(), expected, "{from} -> {to}, dev: {dev}: {found:?}");
        }
    }
}
