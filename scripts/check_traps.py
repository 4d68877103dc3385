#!/usr/bin/env python3
"""Takes the guard against each trap of docs/database-traps.md out of the code, one by one, and looks whether its test then fails.

    scripts/check_traps.py            all of them: some minutes each build, half an hour to an hour in all
    scripts/check_traps.py 9 17       only these traps

Edits files of this checkout and puts them back, also when it is interrupted; refuses a checkout with changes in crates/. A guard that is not
found any more as it is written here is told: then this table is out of date. A build that fails is no failing test.
"""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOVES = "crates/moves/src/"
AWS = "crates/aws/src/"
UNIT = ("--lib",)
DATABASES = ("--test", "databases")
CLUSTERS = ("--test", "clusters")
MATRIX = ("--test", "database_matrix")
STOPPED = ("--test", "stopped_writes")


@dataclass(frozen=True)
class Guard:
    """What keeps a trap shut, what the code is without it, and the test that notices."""

    trap: int
    file: str
    guard: str
    without: str
    target: tuple[str, ...]
    test: str


GUARDS = [
    Guard(1, MOVES + "snapshot/plan.rs", "let managed = under.is_some_and(|key| key.aws_managed);\n        let (taken",
          "let managed = under.is_some_and(|key| key.aws_managed) && self.gib == u64::MAX;\n        let (taken",
          DATABASES, "databases_on_awss_key_arrive_configured_as_they_were"),
    Guard(1, MOVES + "database/plan.rs", "_ if database.encryption_type.as_deref() == Some(SSE_RDS) =>",
          "_ if database.encryption_type.as_deref() == Some(\"another\") =>",
          UNIT, "a_database_on_a_key_that_aws_owns_is_rekeyed_whether_or_not_rds_calls_it_encrypted"),
    Guard(2, MOVES + "key/policy.rs", '["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]', '["kms:ListGrants", "kms:RevokeGrant"]',
          DATABASES, "databases_on_a_customer_key_arrive_configured_as_they_were"),
    Guard(4, MOVES + "snapshot/create_snapshot.rs", 'self.input.shared_itself && made.encryption_type == "sse-rds"',
          'self.input.shared_itself && made.encryption_type == "another"',
          DATABASES, "a_database_that_lies_on_a_key_of_awss_own_though_the_inventory_says_otherwise_is_not_shared"),
    Guard(5, MOVES + "snapshot/made_snapshot.rs", "if copy.key.as_deref() != key_arn {", "if copy.arn.is_empty() && copy.key.as_deref() != key_arn {",
          UNIT, "a_copy_that_stayed_on_the_sources_key_or_is_of_another_version_is_wrong"),
    Guard(5, MOVES + "database/restore_instance.rs", "found.key.as_deref() == Some(key_arn),\n            format!(\"its key is",
          "found.key.as_deref() == Some(key_arn) || !key_arn.is_empty(),\n            format!(\"its key is",
          UNIT, "database::restore_instance::tests::only_what_differs_from_what_was_asked_is_wrong"),
    Guard(6, MOVES + "database/plan.rs", "let copied = self.copy(&left, gib);", "let _ = self.copy(&left, gib);\n        let copied = left.travels.clone();",
          DATABASES, "databases_on_a_customer_key_arrive_configured_as_they_were"),
    Guard(7, MOVES + "snapshot/copy_in_source.rs", "made_snapshot::look(cx, self.family, &self.world.source().rds, &self.name(cx)).await",
          "match self.original(cx).await? {\n            Some(found) if self.input.key.is_none() => Ok(Observed::Present(serde_json::json!(found.output))),\n"
          "            _ => made_snapshot::look(cx, self.family, &self.world.source().rds, &self.name(cx)).await,\n        }",
          MATRIX, "every_kind_on_every_key_from_either_snapshot_arrives_on_every_night_or_is_refused_with_its_reason"),
    Guard(8, MOVES + "snapshot/mod.rs", "|input, world| CreateSnapshot::new(Family::Cluster, input, world)",
          "|input, world| CreateSnapshot::new(Family::Instance, input, world)",
          CLUSTERS, "a_cluster_on_any_kind_of_key_and_served_in_any_way_arrives_with_its_members_and_its_writer"),
    Guard(8, MOVES + "database/plan.rs", 'engine.starts_with("aurora")', 'engine.starts_with("another")', UNIT, "database::plan_tests::what_is_missing_in_the_target_blocks"),
    Guard(9, MOVES + "snapshot/mod.rs", 'if quota && failure.message.contains("Cannot copy more than")', 'if quota && failure.message.contains("another")',
          UNIT, "the_two_refusals_of_one_code_are_told_apart"),
    Guard(10, MOVES + "database/plan.rs", '.filter(|name| !name.starts_with("default:")),\n            stays', ".filter(String::is_empty),\n            stays",
          DATABASES, "databases_on_a_customer_key_arrive_configured_as_they_were"),
    Guard(10, MOVES + "database/plan_groups.rs", '["TDE", "TDE_HSM", "TRANSPARENT_DATA_ENCRYPTION"]', '["another", "TDE_HSM", "none"]',
          UNIT, "transparent_data_encryption_blocks_and_other_options_are_made_before_the_copy"),
    Guard(11, MOVES + "database/plan_groups.rs", "option.security_groups.clone_from(&instead);", "let _ = &instead;",
          DATABASES, "an_option_group_is_made_anew_in_the_targets_vpc"),
    Guard(12, AWS + "rds.rs", ".multi_az(restore.multi_az).publicly_accessible(restore.public);", ".multi_az(restore.multi_az);",
          DATABASES, "databases_on_a_customer_key_arrive_configured_as_they_were"),
    Guard(12, AWS + "rds.rs", "\n            .db_subnet_group_name(&restore.subnet_group);", ";",
          DATABASES, "databases_on_a_customer_key_arrive_configured_as_they_were"),
    Guard(12, MOVES + "database/restore_instance.rs", "found.public == asked.public,", "found.public == asked.public || asked.class == found.class,",
          UNIT, "database::restore_instance::tests::only_what_differs_from_what_was_asked_is_wrong"),
    Guard(13, AWS + "rds.rs", "\n            .db_parameter_group_name(&restore.parameter_group)\n            .set_port", "\n            .set_port",
          DATABASES, "databases_on_a_customer_key_arrive_configured_as_they_were"),
    Guard(14, AWS + "rds_clusters.rs", "call.engine(engine).engine_version(engine_version).send().await", "call.engine(engine).set_engine_version(Some(engine_version.to_lowercase()).filter(|_| false)).send().await",
          CLUSTERS, "a_cluster_on_any_kind_of_key_and_served_in_any_way_arrives_with_its_members_and_its_writer"),
    Guard(15, MOVES + "database/plan.rs", "if database.managed_secret {", "if database.managed_secret && database.id.is_empty() {",
          DATABASES, "databases_on_awss_key_arrive_configured_as_they_were"),
    Guard(16, MOVES + "cluster/restore_cluster.rs", "scaling: self.input.scaling.as_ref().map(capacity),\n            extended", "scaling: self.input.scaling.as_ref().map(capacity).filter(|_| false),\n            extended",
          CLUSTERS, "a_cluster_on_any_kind_of_key_and_served_in_any_way_arrives_with_its_members_and_its_writer"),
    Guard(16, MOVES + "cluster/plan_notes.rs", "if serverless && cluster.scaling.is_none() {", "if serverless && cluster.scaling.is_none() && cluster.id.is_empty() {",
          UNIT, "cluster::plan_tests::what_stands_in_the_way_blocks"),
    Guard(17, MOVES + "database/restore_instance.rs", '"gp3" if snapshot.gib >= stripes_from => wanted.filter(|iops| stripes_from == 0 || *iops >= 12_000),', '"gp3" => wanted,',
          UNIT, "iops_are_given_only_where_rds_takes_them"),
    Guard(17, MOVES + "database/restore_instance.rs", '"gp3" if snapshot.gib >= stripes_from => wanted.filter(|iops| stripes_from == 0 || *iops >= 12_000),', '"gp3" => wanted,',
          DATABASES, "databases_on_a_customer_key_arrive_configured_as_they_were"),
    Guard(18, MOVES + "database/plan.rs", '.filter(|(k, _)| !k.starts_with("aws:"))', '.filter(|(k, _)| !k.is_empty())',
          UNIT, "database::plan_tests::a_restore_is_told_what_aws_would_decide_badly"),
    Guard(20, MOVES + "cluster/plan.rs", "if how.settings.data_api {", "if how.settings.data_api && self.cluster.id.is_empty() {",
          CLUSTERS, "a_cluster_on_any_kind_of_key_and_served_in_any_way_arrives_with_its_members_and_its_writer"),
    Guard(21, AWS + "rds_clusters.rs", ".set_preferred_maintenance_window(asked.maintenance_window);\n        let call = call\n            .set_monitoring_interval(asked.monitoring_interval)\n            .set_monitoring_role_arn(asked.monitoring_role);", ";",
          CLUSTERS, "a_cluster_on_any_kind_of_key_and_served_in_any_way_arrives_with_its_members_and_its_writer"),
    Guard(24, MOVES + "cluster/plan.rs", "true if !plan_clone::note(draft, &resource, spec, cluster, under.as_ref()) => return,", "",
          UNIT, "cluster::plan_tests::what_cannot_be_cloned_blocks"),
    Guard(27, MOVES + "writes/prove_quiet.rs", "if minute.most > 0.0 || !adjoins {", "if !adjoins {",
          STOPPED, "who_stays_connected_stops_the_run_before_the_snapshot_and_is_told_of"),
    Guard(28, MOVES + "key/prove_independence.rs", "if let Some(ours) = dependent.iter().find(|found| made_by_this_run(cx, found)) {", "if let Some(ours) = dependent.iter().find(|found| made_by_this_run(cx, found) && found.key.is_empty()) {",
          DATABASES, "what_the_run_made_under_a_key_of_the_source_stops_it"),
    Guard(28, MOVES + "key/prove_independence.rs", ".filter(|found| account_in(&found.key) == source.id.as_str())", ".filter(|found| account_in(&found.key) == \"another\")",
          DATABASES, "what_in_the_target_lies_under_a_key_of_the_source_is_told_at_the_end"),
    Guard(30, MOVES + "terraform_plan.rs", 'actions.iter().any(|action| action == "create")', 'actions.iter().any(|action| action == "another")',
          UNIT, "what_terraform_would_create_is_read_from_its_plan"),
    Guard(30, MOVES + "terraform_plan.rs", "moved(draft, created) else {", "moved(draft, created).filter(|_| created.name.is_empty()) else {",
          UNIT, "a_terraform_that_would_create_what_moves_is_found"),
]


def cargo(guard: Guard, *more: str) -> subprocess.CompletedProcess[str]:
    # The whole workspace, so that dependencies are built with the features that every other build has.
    command = ["cargo", "test", "--workspace", "--locked", "--quiet", *guard.target, *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def verdict(guard: Guard) -> str:
    """Takes it out, and says what its test does."""
    path = ROOT / guard.file
    whole = path.read_text()
    if whole.count(guard.guard) != 1:
        return f"NOT FOUND: {whole.count(guard.guard)} times in {guard.file}"
    try:
        path.write_text(whole.replace(guard.guard, guard.without))
        built = cargo(guard, "--no-run")
        if built.returncode != 0:
            return "DOES NOT BUILD: " + next((line for line in built.stderr.splitlines() if line.startswith("error")), "")
        ran = cargo(guard, "--", guard.test)
        if ran.returncode != 0:
            return "fails without it"
        return "STILL PASSES" if "running 1 test" in ran.stdout else "NO SUCH TEST"
    finally:
        path.write_text(whole)


def main() -> int:
    # An end by a signal puts the file back, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wanted = {int(argument) for argument in sys.argv[1:]}
    dirty = subprocess.run(["git", "status", "--porcelain", "crates"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    if dirty:
        print(f"crates/ has changes; commit or stash them first:\n{dirty}")
        return 2
    wrong = 0
    for guard in GUARDS:
        if wanted and guard.trap not in wanted:
            continue
        said = verdict(guard)
        wrong += said != "fails without it"
        print(f"trap {guard.trap:2}  {said:16}  {guard.file}  {guard.test}", flush=True)
    print("every guard has a test that fails without it" if wrong == 0 else f"{wrong} to look at")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
