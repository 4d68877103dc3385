//! Restored and cloned clusters and their members, for Terraform.

use super::{ClusterOutput, MemberOutput, create_member, is_aurora, restore_cluster};
use crate::database::terraform::{MANAGED, ORIGIN, PASSWORD, group, secret, settled, support, with_settings};
use crate::restored::DataApiInput;
use crate::snapshot::SnapshotOutput;
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, Value, label};

/// Hands over what the run made.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    let with_data_api = run.made(over, "cluster.enable_data_api");
    for step in ["cluster.restore_cluster", "cluster.clone_cluster"]
        .map(|action| run.made(over, action))
        .into_iter()
        .flatten()
    {
        let (Some(input), Some(made)) = (
            run.input::<restore_cluster::Input>(step),
            run.output::<ClusterOutput>(&step.id),
        ) else {
            continue;
        };
        let snapshot: Option<SnapshotOutput> = input.snapshot.as_ref().and_then(|step| run.output(step));
        let members: Vec<create_member::Input> = run
            .done("cluster.create_member")
            .filter_map(|step| run.input(step))
            .collect();
        let engine = snapshot.as_ref().map(|snapshot| snapshot.engine.clone()).or_else(|| {
            let mut members = members.iter().filter(|member| member.cluster == made.id);
            members.next().map(|member| member.engine.clone())
        });
        let aurora = engine.as_deref().is_some_and(is_aurora);
        let settings = input
            .settings
            .clone()
            .or(settled(run, over, "cluster.settle_cluster", &step.id));
        let managed = secret(run, over, "cluster.manage_secret", &step.id);
        let data_api = with_data_api
            .iter()
            .filter_map(|step| run.input::<DataApiInput>(step))
            .any(|api| api.restored == step.id);
        let config = Config::default()
            .set("cluster_identifier", &made.id)
            .set("engine", engine.unwrap_or_default())
            .maybe(
                "engine_version",
                snapshot.as_ref().map(|snapshot| snapshot.engine_version.clone()),
            )
            .maybe("db_cluster_instance_class", input.class.as_ref())
            // Of Aurora's usual storage RDS says nothing, and Terraform then leaves it alone.
            .maybe(
                "storage_type",
                Some(&input.storage_type).filter(|kind| !matches!(kind.as_str(), "" | "aurora")),
            )
            .set("storage_encrypted", true)
            .maybe("kms_key_id", over.key(run, &input.key))
            .set("db_subnet_group_name", input.subnet_group.to_ascii_lowercase())
            .set("vpc_security_group_ids", input.security_groups.clone())
            .set(
                "db_cluster_parameter_group_name",
                group(over, "aws_rds_cluster_parameter_group", &input.parameter_group),
            )
            .maybe("port", input.port)
            .set("deletion_protection", input.deletion_protection)
            .set("backup_retention_period", input.backup_retention_days)
            .set("iam_database_authentication_enabled", input.iam_auth)
            .maybe(
                "enabled_cloudwatch_logs_exports",
                Some(input.log_exports.clone()).filter(|logs| !logs.is_empty()),
            )
            .maybe("engine_lifecycle_support", input.extended_support.map(support))
            .maybe("enable_http_endpoint", data_api.then_some(true))
            .maybe("manage_master_user_password", managed.then_some(true));
        // What the restore says by itself stands above already.
        let mut others = settings.clone();
        (others.iam_auth, others.log_exports, others.auto_minor_version_upgrade) = (None, None, None);
        if aurora {
            // Of an Aurora cluster its members have these.
            (others.monitoring_interval, others.monitoring_role) = (None, None);
        }
        let mut config = with_settings(config, &others, over.key(run, &input.key))
            // Of a Multi-AZ cluster that is not Aurora.
            .maybe("iops", settings.iops)
            .maybe("preferred_backup_window", settings.backup_window.as_ref())
            .maybe("preferred_maintenance_window", settings.maintenance_window.as_ref())
            .set("skip_final_snapshot", true)
            .set("tags", &run.tags(&step.id, &input.tags));
        if let Some(scaling) = &input.scaling {
            let inside = Config::default()
                .set("min_capacity", Value::Float(scaling.min))
                .set("max_capacity", Value::Float(scaling.max))
                .maybe("seconds_until_auto_pause", scaling.pause);
            config = config.block("serverlessv2_scaling_configuration", inside);
        }
        let thing = Thing::new("aws_rds_cluster", &made.id, &made.id)
            .with(config)
            .keeps_data()
            .ignore(&["snapshot_identifier", "restore_to_point_in_time"], ORIGIN);
        over.add(match managed {
            true => thing.ignore(&["manage_master_user_password"], MANAGED),
            false => thing.ignore(&["master_password"], PASSWORD),
        });
        over.leave(Leaving {
            kind: "aws_rds_cluster",
            label: label(&input.cluster),
            known_by: vec![("cluster_identifier", input.cluster)],
            said: format!(
                "serves from the target at {}:{}. The source's still stands: delete it by hand in the end",
                made.host, made.port
            ),
            shared: false,
        });
    }
    members(run, over);
}

fn members(run: &Run, over: &mut HandOver) {
    for step in run.made(over, "cluster.create_member") {
        let (Some(input), Some(made)) = (
            run.input::<create_member::Input>(step),
            run.output::<MemberOutput>(&step.id),
        ) else {
            continue;
        };
        let config = Config::default()
            .set("identifier", &made.id)
            .set(
                "cluster_identifier",
                over.refer("aws_rds_cluster", &input.cluster, "cluster_identifier", &input.cluster),
            )
            .set("engine", &input.engine)
            .set("instance_class", &input.class)
            .set("promotion_tier", u32::from(input.promotion_tier))
            .set(
                "db_parameter_group_name",
                group(over, "aws_db_parameter_group", &input.parameter_group),
            )
            .set("publicly_accessible", input.public);
        let mut settings = input.settings.clone();
        // A member has these of its cluster.
        (settings.iam_auth, settings.log_exports, settings.network_type) = (None, None, None);
        settings.database_insights = None;
        let config = with_settings(config, &settings, over.key(run, &input.key))
            .maybe("ca_cert_identifier", settings.ca_certificate.as_ref())
            .maybe("preferred_maintenance_window", settings.maintenance_window.as_ref())
            .set("tags", &run.tags(&step.id, &input.tags));
        over.add(Thing::new("aws_rds_cluster_instance", &made.id, &made.id).with(config));
        over.leave(Leaving {
            kind: "aws_rds_cluster_instance",
            label: label(&input.id),
            known_by: vec![("identifier", input.id)],
            said: "a member of a cluster that has moved. The source's still stands: delete it by hand in the end"
                .to_owned(),
            shared: false,
        });
    }
}
