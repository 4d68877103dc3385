//! ECS: task definitions are looked in and not changed.

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{ContainerDefinition, TaskDefinition, TaskDefinitionFamilyStatus};
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify::{self, Modelled, SdkFailure};
use crate::written::{Of, Texts};

/// `DescribeServices` takes so many.
const SERVICES_AT_ONCE: usize = 10;

/// ECS in one account.
pub struct Ecs {
    read: aws_sdk_ecs::Client,
    account: AccountId,
}

impl Ecs {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_ecs, "ecs");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    fn failed<E: Modelled>(&self, operation: &'static str) -> impl FnOnce(SdkFailure<E>) -> Failure {
        classify::failed(self.account.as_str(), "ecs", operation)
    }

    /// The names of the families that have an active revision: each stands for its latest.
    pub async fn families(&self) -> Result<BTreeSet<String>, Failure> {
        let call = self.read.list_task_definition_families();
        let call = call.status(TaskDefinitionFamilyStatus::Active);
        let mut pages = call.into_paginator().items().send();
        let mut found = BTreeSet::new();
        while let Some(family) = pages.next().await {
            found.insert(family.map_err(self.failed("ListTaskDefinitionFamilies"))?);
        }
        Ok(found)
    }

    /// The ARNs of the task definitions that services run, or are about to run.
    pub async fn used_by_services(&self) -> Result<BTreeSet<String>, Failure> {
        let mut clusters = self.read.list_clusters().into_paginator().items().send();
        let mut found = BTreeSet::new();
        while let Some(cluster) = clusters.next().await {
            let cluster = cluster.map_err(self.failed("ListClusters"))?;
            let call = self.read.list_services().cluster(&cluster).max_results(100);
            let mut pages = call.into_paginator().items().send();
            let mut services = Vec::new();
            while let Some(service) = pages.next().await {
                services.push(service.map_err(self.failed("ListServices"))?);
            }
            for some in services.chunks(SERVICES_AT_ONCE) {
                let call = self.read.describe_services().cluster(&cluster);
                let told = call.set_services(Some(some.to_vec())).send().await;
                let told = told.map_err(self.failed("DescribeServices"))?;
                for service in told.services() {
                    let deployed = service.deployments().iter().filter_map(|one| one.task_definition());
                    let own = service.task_definition().into_iter();
                    found.extend(own.chain(deployed).map(str::to_owned));
                }
            }
        }
        Ok(found)
    }

    /// Adds the texts of a task definition, by ARN or by its family, which stands for the latest active revision; none where it is gone.
    /// What was read before, as its ARN tells, is not added again.
    pub async fn read_definition(
        &self,
        named: &str,
        texts: &mut Texts,
        seen: &mut BTreeSet<String>,
    ) -> Result<(), Failure> {
        let told = self.read.describe_task_definition().task_definition(named).send().await;
        let told = match told.map_err(self.failed("DescribeTaskDefinition")) {
            Ok(told) => told,
            // Deregistered and deleted since it was listed.
            Err(failure) if failure.code == "ClientException" => return Ok(()),
            Err(failure) => return Err(failure),
        };
        let Some(definition) = told.task_definition() else {
            return Ok(());
        };
        let arn = definition.task_definition_arn().unwrap_or(named);
        if seen.insert(arn.to_owned()) {
            texts.things += 1;
            of_definition(definition, &mut Of { arn, texts });
        }
        Ok(())
    }
}

fn of_definition(from: &TaskDefinition, of: &mut Of<'_>) {
    of.add("task role", from.task_role_arn());
    of.add("execution role", from.execution_role_arn());
    for volume in from.volumes() {
        let name = volume.name().unwrap_or_default();
        if let Some(efs) = volume.efs_volume_configuration() {
            of.add(format!("volume {name}, file system"), Some(efs.file_system_id()));
            of.add(format!("volume {name}, root directory"), efs.root_directory());
        }
        let options = volume
            .docker_volume_configuration()
            .and_then(|docker| docker.driver_opts());
        for (option, value) in sorted(options) {
            of.add(format!("volume {name}, driver option {option}"), Some(value));
        }
    }
    for container in from.container_definitions() {
        of_container(container, of);
    }
}

fn of_container(from: &ContainerDefinition, of: &mut Of<'_>) {
    let container = format!("container {}", from.name().unwrap_or_default());
    of.add(format!("{container}, image"), from.image());
    let credentials = from.repository_credentials().map(|one| one.credentials_parameter());
    of.add(format!("{container}, repository credentials"), credentials);
    for variable in from.environment() {
        let name = variable.name().unwrap_or_default();
        of.add(format!("{container}, environment {name}"), variable.value());
    }
    for secret in from.secrets() {
        of.add(
            format!("{container}, secret {}", secret.name()),
            Some(secret.value_from()),
        );
    }
    for file in from.environment_files() {
        of.add(format!("{container}, environment file"), Some(file.value()));
    }
    of.add_all(&format!("{container}, command"), from.command());
    of.add_all(&format!("{container}, entry point"), from.entry_point());
    if let Some(check) = from.health_check() {
        of.add_all(&format!("{container}, health check"), check.command());
    }
    for (label, value) in sorted(from.docker_labels()) {
        of.add(format!("{container}, Docker label {label}"), Some(value));
    }
    for host in from
        .extra_hosts()
        .iter()
        .flat_map(|one| [one.hostname(), one.ip_address()])
    {
        of.add(format!("{container}, extra host"), Some(host));
    }
    if let Some(log) = from.log_configuration() {
        for (option, value) in sorted(log.options()) {
            of.add(format!("{container}, log option {option}"), Some(value));
        }
        for secret in log.secret_options() {
            of.add(
                format!("{container}, log secret {}", secret.name()),
                Some(secret.value_from()),
            );
        }
    }
    for (option, value) in sorted(from.firelens_configuration().and_then(|one| one.options())) {
        of.add(format!("{container}, FireLens option {option}"), Some(value));
    }
}

/// What the SDK keeps in no order, in one.
fn sorted(map: Option<&std::collections::HashMap<String, String>>) -> std::collections::BTreeMap<&str, &str> {
    let entries = map.into_iter().flatten();
    entries.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
