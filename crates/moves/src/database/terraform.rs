//! Restored instances, and the option groups made for them, for Terraform.

use model::databases::Settings;

use super::InstanceOutput;
use super::carry_option_group::{Adding, Input as GroupInput};
use super::restore_instance::{self, given};
use crate::restored::{SecretInput, SettleInput};
use crate::snapshot::SnapshotOutput;
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, Value, label};

/// Why the password is not compared.
pub(crate) const PASSWORD: &str =
    "RDS never shows it, so nothing here can know it: the restored database has the source's";
/// Why it is not compared that RDS keeps the password.
pub(crate) const MANAGED: &str =
    "RDS keeps the password in a secret already, which no import reads; once imported this can be taken away";
/// Why the origin is not compared.
pub(crate) const ORIGIN: &str = "it was restored, and naming a snapshot afterwards would make it anew";

/// Hands over what the run made.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    option_groups(run, over);
    for step in run.made(over, "database.restore_instance") {
        let (Some(input), Some(made)) = (
            run.input::<restore_instance::Input>(step),
            run.output::<InstanceOutput>(&step.id),
        ) else {
            continue;
        };
        let snapshot: SnapshotOutput = run.output(&input.snapshot).unwrap_or_default();
        let afterwards = settled(run, over, "database.settle_instance", &step.id);
        let settings = given(&input.settings, &snapshot).or(afterwards);
        let managed = secret(run, over, "database.manage_secret", &step.id);
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        let config = Config::default()
            .set("identifier", &made.id)
            .maybe("engine", text(&snapshot.engine))
            .maybe("engine_version", text(&snapshot.engine_version))
            .set("instance_class", &input.class)
            .maybe("allocated_storage", Some(snapshot.gib).filter(|gib| *gib > 0))
            .maybe("storage_type", text(&snapshot.storage_type))
            .set("storage_encrypted", true)
            .maybe("kms_key_id", over.key(run, &input.key))
            // RDS keeps the names of groups in lower case, and shows them so.
            .set("db_subnet_group_name", input.subnet_group.to_ascii_lowercase())
            .set("vpc_security_group_ids", input.security_groups.clone())
            .set(
                "parameter_group_name",
                group(over, "aws_db_parameter_group", &input.parameter_group),
            )
            .maybe("port", input.port)
            .set("multi_az", input.multi_az)
            .set("publicly_accessible", input.public)
            .set("deletion_protection", input.deletion_protection)
            .maybe("engine_lifecycle_support", input.extended_support.map(support))
            .maybe("manage_master_user_password", managed.then_some(true));
        let config = with_settings(config, &settings, over.key(run, &input.key))
            .maybe("iops", settings.iops)
            .maybe("storage_throughput", settings.storage_throughput)
            .maybe(
                "max_allocated_storage",
                settings.max_allocated_storage.filter(|gib| *gib > 0),
            )
            .maybe(
                "option_group_name",
                settings
                    .option_group
                    .as_ref()
                    .map(|name| group(over, "aws_db_option_group", name)),
            )
            .maybe("license_model", settings.license_model.as_ref())
            .maybe("ca_cert_identifier", settings.ca_certificate.as_ref())
            .maybe("backup_retention_period", settings.backup_retention_days)
            .maybe("backup_window", settings.backup_window.as_ref())
            .maybe("maintenance_window", settings.maintenance_window.as_ref())
            // An import sets it so. With false Terraform wants a name for the last snapshot as well.
            .set("skip_final_snapshot", true)
            .set("tags", &run.tags(&step.id, &input.tags));
        let thing = Thing::new("aws_db_instance", &made.id, &made.id)
            .with(config)
            .keeps_data();
        over.add(origin(thing, managed));
        over.leave(Leaving {
            kind: "aws_db_instance",
            label: label(&input.instance),
            known_by: vec![("identifier", input.instance)],
            said: format!(
                "serves from the target at {}:{}. The source's still stands: delete it by hand in the end",
                made.host, made.port
            ),
            shared: false,
        });
    }
}

fn option_groups(run: &Run, over: &mut HandOver) {
    let added = run.made(over, "database.add_options");
    for step in run.made(over, "database.create_option_group") {
        let Some(GroupInput { group }) = run.input(step) else {
            continue;
        };
        let mut config = Config::default()
            .set("name", group.name.to_ascii_lowercase())
            .set("engine_name", &group.engine)
            .set("major_engine_version", &group.major_version)
            .set(
                "option_group_description",
                crate::parameter_group::or_name(&group.description, &group.name),
            )
            .set("tags", &run.tags(&step.id, &group.tags));
        let options = added.iter().filter_map(|step| run.input::<Adding>(step));
        for option in options
            .filter(|adding| adding.made == step.id)
            .flat_map(|adding| adding.options)
        {
            let mut inside = Config::default()
                .set("option_name", &option.name)
                .maybe("version", option.version.as_ref())
                .maybe("port", option.port)
                .maybe(
                    "vpc_security_group_memberships",
                    Some(option.security_groups.clone()).filter(|groups| !groups.is_empty()),
                );
            for (name, value) in &option.settings {
                inside = inside.block(
                    "option_settings",
                    Config::default().set("name", name).set("value", value),
                );
            }
            config = config.block("option", inside);
        }
        over.add(Thing::new("aws_db_option_group", &group.name, group.name.to_ascii_lowercase()).with(config));
        over.leave(Leaving {
            kind: "aws_db_option_group",
            label: label(&group.name),
            known_by: vec![("name", group.name)],
            said: "the target has a group of this name, as the source's".to_owned(),
            shared: true,
        });
    }
}

/// What RDS was told once it was there.
pub(crate) fn settled(run: &Run, over: &mut HandOver, action: &str, of: &model::StepId) -> Settings {
    let settled = run.made(over, action);
    let inputs = settled.into_iter().filter_map(|step| run.input::<SettleInput>(step));
    inputs
        .filter(|input| input.restored == *of)
        .map(|input| input.settings)
        .next()
        .unwrap_or_default()
}

/// Whether RDS keeps the master password in a secret.
pub(crate) fn secret(run: &Run, over: &mut HandOver, action: &str, of: &model::StepId) -> bool {
    let kept = run.made(over, action);
    kept.into_iter()
        .filter_map(|step| run.input::<SecretInput>(step))
        .any(|input| input.restored == *of)
}

/// What instances, clusters and members are told alike.
pub(crate) fn with_settings(config: Config, settings: &Settings, key: Option<Value>) -> Config {
    let insights = settings.performance_insights == Some(true);
    config
        .maybe("iam_database_authentication_enabled", settings.iam_auth)
        .maybe(
            "enabled_cloudwatch_logs_exports",
            settings
                .log_exports
                .as_ref()
                .filter(|logs| !logs.is_empty())
                .map(|logs| logs.iter().cloned().collect::<Vec<_>>()),
        )
        .maybe("copy_tags_to_snapshot", settings.copy_tags_to_snapshot)
        .maybe("auto_minor_version_upgrade", settings.auto_minor_version_upgrade)
        .maybe("network_type", settings.network_type.as_ref())
        .maybe("monitoring_interval", settings.monitoring_interval)
        .maybe("monitoring_role_arn", settings.monitoring_role.as_ref())
        .maybe("performance_insights_enabled", settings.performance_insights)
        .maybe("performance_insights_kms_key_id", key.filter(|_| insights))
        .maybe(
            "performance_insights_retention_period",
            settings.performance_insights_retention_days.filter(|_| insights),
        )
        .maybe("database_insights_mode", settings.database_insights.as_ref())
}

/// A group that is handed over too, else its name.
pub(crate) fn group(over: &HandOver, kind: &str, name: &str) -> Value {
    let name = name.to_ascii_lowercase();
    over.refer(kind, &name, "name", &name)
}

/// As RDS words it.
pub(crate) fn support(enrolled: bool) -> &'static str {
    match enrolled {
        true => "open-source-rds-extended-support",
        false => "open-source-rds-extended-support-disabled",
    }
}

/// What of an instance cannot be known.
fn origin(thing: Thing, managed: bool) -> Thing {
    let thing = thing.ignore(&["snapshot_identifier"], ORIGIN);
    match managed {
        true => thing.ignore(&["manage_master_user_password"], MANAGED),
        false => thing.ignore(&["password"], PASSWORD),
    }
}
