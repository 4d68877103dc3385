//! Health checks. A record may depend on one of another account.

use std::collections::BTreeMap;

use aws_sdk_route53::types as sdk;
use model::Failure;
use model::inventory::{AlarmName, HealthCheckConfig};

use super::{Route53, bad_answer, not_built};
use crate::classify;

/// A health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthCheck {
    /// Its id.
    pub id: String,
    /// The reference that it was made with.
    pub caller_reference: String,
    /// What it checks, and how.
    pub config: HealthCheckConfig,
    /// The service that made it and alone may edit it, if one did.
    pub linked_service: Option<String>,
}

/// What the checkers of one say: their number, and how many of them had an answer as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reports {
    /// How many report.
    pub all: usize,
    /// How many report success.
    pub good: usize,
}

impl Reports {
    /// What Route 53 makes of them: healthy where more than 18 % report success; nothing where none reports yet.
    /// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html>
    pub fn healthy(self) -> Option<bool> {
        (self.all > 0).then(|| self.good * 100 > self.all * 18)
    }
}

fn config(from: sdk::HealthCheckConfig) -> HealthCheckConfig {
    let regions = from.regions.unwrap_or_default();
    let mut regions: Vec<String> = regions.iter().map(|region| region.as_str().to_owned()).collect();
    regions.sort_unstable();
    let mut children: Vec<String> = from.child_health_checks.unwrap_or_default();
    children.sort_unstable();
    HealthCheckConfig {
        kind: from.r#type.as_str().to_owned(),
        ip_address: from.ip_address,
        port: from.port,
        resource_path: from.resource_path,
        domain_name: from.fully_qualified_domain_name,
        search_string: from.search_string,
        request_interval: from.request_interval,
        failure_threshold: from.failure_threshold,
        measure_latency: from.measure_latency,
        inverted: from.inverted,
        disabled: from.disabled,
        health_threshold: from.health_threshold,
        children,
        enable_sni: from.enable_sni,
        regions,
        alarm: from.alarm_identifier.map(|alarm| AlarmName {
            region: alarm.region.as_str().to_owned(),
            name: alarm.name,
        }),
        insufficient_data: from
            .insufficient_data_health_status
            .map(|status| status.as_str().to_owned()),
        routing_control: from.routing_control_arn,
    }
}

fn sdk_config(config: &HealthCheckConfig) -> Result<sdk::HealthCheckConfig, Failure> {
    let listed = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
    let regions = listed(&config.regions);
    let alarm = config.alarm.as_ref().map(|alarm| {
        let named = sdk::AlarmIdentifier::builder().name(&alarm.name);
        named.region(alarm.region.as_str().into()).build()
    });
    sdk::HealthCheckConfig::builder()
        .r#type(config.kind.as_str().into())
        .set_ip_address(config.ip_address.clone())
        .set_port(config.port)
        .set_resource_path(config.resource_path.clone())
        .set_fully_qualified_domain_name(config.domain_name.clone())
        .set_search_string(config.search_string.clone())
        .set_request_interval(config.request_interval)
        .set_failure_threshold(config.failure_threshold)
        .set_measure_latency(config.measure_latency)
        .set_inverted(config.inverted)
        .set_disabled(config.disabled)
        .set_health_threshold(config.health_threshold)
        .set_child_health_checks(listed(&config.children))
        .set_enable_sni(config.enable_sni)
        .set_regions(regions.map(|regions| regions.iter().map(|region| region.as_str().into()).collect()))
        .set_alarm_identifier(alarm.transpose().map_err(not_built)?)
        .set_insufficient_data_health_status(config.insufficient_data.as_deref().map(Into::into))
        .set_routing_control_arn(config.routing_control.clone())
        .build()
        .map_err(not_built)
}

pub(super) fn check(from: sdk::HealthCheck) -> Result<HealthCheck, Failure> {
    let found = from.health_check_config.ok_or_else(|| bad_answer("GetHealthCheck"))?;
    Ok(HealthCheck {
        id: from.id,
        caller_reference: from.caller_reference,
        config: config(found),
        linked_service: from.linked_service.and_then(|service| service.service_principal),
    })
}

impl Route53 {
    /// The health check of this id; none if this account has none.
    pub async fn health_check(&self, id: &str) -> Result<Option<HealthCheck>, Failure> {
        let call = self.read.get_health_check().health_check_id(id);
        let answer = call.send().await.map_err(self.failed("GetHealthCheck"));
        let Some(answer) = classify::found(answer)? else {
            return Ok(None);
        };
        let found = answer.health_check.ok_or_else(|| bad_answer("GetHealthCheck"))?;
        check(found).map(Some)
    }

    /// The health check that was made with a reference; none if this account has none.
    pub async fn health_check_made_with(&self, reference: &str) -> Result<Option<HealthCheck>, Failure> {
        let mut next = None;
        loop {
            let call = self.read.list_health_checks().set_marker(next);
            let page = call.send().await.map_err(self.failed("ListHealthChecks"))?;
            let mut found = page.health_checks.into_iter();
            if let Some(found) = found.find(|check| check.caller_reference == reference) {
                return check(found).map(Some);
            }
            match page.next_marker.filter(|_| page.is_truncated) {
                Some(marker) => next = Some(marker),
                None => return Ok(None),
            }
        }
    }

    /// Makes a health check. A reference is good for one only, even after that was deleted.
    pub async fn create_health_check(&self, config: &HealthCheckConfig, reference: &str) -> Result<(), Failure> {
        let call = self.once.create_health_check().caller_reference(reference);
        let call = call.health_check_config(sdk_config(config)?);
        call.send().await.map(drop).map_err(self.failed("CreateHealthCheck"))
    }

    /// Deletes a health check. AWS does so even while records depend on it.
    pub async fn delete_health_check(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_health_check().health_check_id(id);
        call.send().await.map(drop).map_err(self.failed("DeleteHealthCheck"))
    }

    /// What its checkers report now. A calculated one cannot be asked for.
    pub async fn health_reports(&self, id: &str) -> Result<Reports, Failure> {
        let call = self.read.get_health_check_status().health_check_id(id);
        let answer = call.send().await.map_err(self.failed("GetHealthCheckStatus"))?;
        let said: Vec<String> = answer
            .health_check_observations
            .into_iter()
            .filter_map(|seen| seen.status_report?.status)
            .collect();
        Ok(Reports {
            all: said.len(),
            good: said.iter().filter(|status| status.starts_with("Success")).count(),
        })
    }

    /// A health check's tags.
    pub async fn health_check_tags(&self, id: &str) -> Result<BTreeMap<String, String>, Failure> {
        self.tags_of(sdk::TagResourceType::Healthcheck, id).await
    }

    /// Adds tags to a health check, replacing those of the same key: at most ten in a call.
    pub async fn tag_health_check(&self, id: &str, tags: &BTreeMap<String, String>) -> Result<(), Failure> {
        self.add_tags(sdk::TagResourceType::Healthcheck, id, tags).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_healthy_where_more_than_18_of_100_checkers_say_so_and_nothing_before_the_first_has() {
        for (good, all, healthy) in [
            (0, 0, None),
            (0, 16, Some(false)),
            (18, 100, Some(false)),
            (3, 16, Some(true)),
            (16, 16, Some(true)),
        ] {
            assert_eq!(Reports { all, good }.healthy(), healthy, "{good} of {all}");
        }
    }

    #[test]
    fn a_configuration_is_sent_as_it_was_read() {
        let given = HealthCheckConfig {
            kind: "HTTPS_STR_MATCH".into(),
            domain_name: Some("api.example.com".into()),
            port: Some(8443),
            resource_path: Some("/ready".into()),
            search_string: Some("yes".into()),
            request_interval: Some(10),
            inverted: Some(false),
            enable_sni: Some(true),
            regions: vec!["eu-west-1".into(), "us-east-1".into(), "us-west-2".into()],
            ..HealthCheckConfig::default()
        };
        assert_eq!(config(sdk_config(&given).expect("a configuration")), given);
        let calculated = HealthCheckConfig {
            kind: "CALCULATED".into(),
            health_threshold: Some(1),
            children: vec!["a".into(), "b".into()],
            ..HealthCheckConfig::default()
        };
        assert_eq!(config(sdk_config(&calculated).expect("a configuration")), calculated);
        let alarm = HealthCheckConfig {
            kind: "CLOUDWATCH_METRIC".into(),
            alarm: Some(AlarmName {
                region: "ap-northeast-1".into(),
                name: "queue is long".into(),
            }),
            insufficient_data: Some("LastKnownStatus".into()),
            ..HealthCheckConfig::default()
        };
        assert_eq!(config(sdk_config(&alarm).expect("a configuration")), alarm);
    }
}
