//! What fires by itself: EventBridge's rules and EventBridge Scheduler's schedules, which are only looked at.

use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

/// EventBridge and its Scheduler in one account.
pub struct Schedules {
    events: aws_sdk_eventbridge::Client,
    scheduler: aws_sdk_scheduler::Client,
    account: AccountId,
}

/// A rule or schedule that is enabled and has something to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firing {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its bus, or its group.
    pub within: String,
    /// When it fires: `rate(5 minutes)`; `on events` for a pattern.
    pub when: String,
    /// What it starts, by ARN.
    pub targets: Vec<String>,
    /// The service that manages it, which changes it again.
    pub managed_by: Option<String>,
}

impl Schedules {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (events, _) = two_clients!(clients, aws_sdk_eventbridge, "events");
        let (scheduler, _) = two_clients!(clients, aws_sdk_scheduler, "scheduler");
        Self {
            events,
            scheduler,
            account: clients.account.clone(),
        }
    }

    /// The rules of all buses that are enabled and have targets.
    pub async fn rules(&self) -> Result<Vec<Firing>, Failure> {
        let account = self.account.as_str();
        let (mut buses, mut token) = (Vec::new(), None);
        loop {
            let page = self.events.list_event_buses().set_next_token(token).send().await;
            let page = page.map_err(classify::failed(account, "events", "ListEventBuses"))?;
            buses.extend(
                page.event_buses()
                    .iter()
                    .filter_map(|bus| bus.name().map(str::to_owned)),
            );
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        let mut found = Vec::new();
        for bus in &buses {
            let mut token = None;
            loop {
                let page = self
                    .events
                    .list_rules()
                    .event_bus_name(bus)
                    .set_next_token(token)
                    .send()
                    .await;
                let page = page.map_err(classify::failed(account, "events", "ListRules"))?;
                for rule in page.rules() {
                    let disabled = rule.state().is_none_or(|state| state.as_str() == "DISABLED");
                    let name = rule.name().unwrap_or_default();
                    let targets = if disabled {
                        Vec::new()
                    } else {
                        self.targets(bus, name).await?
                    };
                    if !targets.is_empty() {
                        found.push(Firing {
                            arn: rule.arn().unwrap_or_default().to_owned(),
                            name: name.to_owned(),
                            within: bus.clone(),
                            when: rule.schedule_expression().unwrap_or("on events").to_owned(),
                            targets,
                            managed_by: rule.managed_by().map(str::to_owned),
                        });
                    }
                }
                token = page.next_token;
                if token.is_none() {
                    break;
                }
            }
        }
        Ok(found)
    }

    async fn targets(&self, bus: &str, rule: &str) -> Result<Vec<String>, Failure> {
        let (mut found, mut token) = (Vec::new(), None);
        loop {
            let call = self.events.list_targets_by_rule().event_bus_name(bus).rule(rule);
            let page = call.set_next_token(token).send().await;
            let failed = classify::failed(self.account.as_str(), "events", "ListTargetsByRule");
            // A rule that is gone by now starts nothing.
            let Some(page) = classify::found(page.map_err(failed))? else {
                break;
            };
            found.extend(page.targets().iter().map(|target| target.arn().to_owned()));
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        Ok(found)
    }

    /// The schedules of all groups that are enabled.
    pub async fn schedules(&self) -> Result<Vec<Firing>, Failure> {
        let account = self.account.as_str();
        let mut found = Vec::new();
        let mut pages = self.scheduler.list_schedules().into_paginator().items().send();
        while let Some(listed) = pages.next().await {
            let listed = listed.map_err(classify::failed(account, "scheduler", "ListSchedules"))?;
            if listed.state().is_some_and(|state| state.as_str() == "DISABLED") {
                continue;
            }
            let (name, group) = (
                listed.name().unwrap_or_default(),
                listed.group_name().unwrap_or("default"),
            );
            let whole = self.scheduler.get_schedule().name(name).group_name(group).send().await;
            let whole = whole.map_err(classify::failed(account, "scheduler", "GetSchedule"));
            let Some(whole) = classify::found(whole)? else { continue };
            found.push(Firing {
                arn: whole.arn().unwrap_or_default().to_owned(),
                name: name.to_owned(),
                within: group.to_owned(),
                when: whole.schedule_expression().unwrap_or_default().to_owned(),
                targets: whole
                    .target()
                    .map(|target| target.arn().to_owned())
                    .into_iter()
                    .collect(),
                managed_by: None,
            });
        }
        Ok(found)
    }
}
