//! AWS Config's recorders and who gathers what they record, which are only looked at. (The SDK's own word `config` is taken by configurations.)

use aws_sdk_config::config::{Builder, Region as SdkRegion};
use aws_sdk_config::types::RecordingStrategyType;
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify::{self, Modelled, SdkFailure};

/// AWS Config in one account.
pub struct Recorders {
    read: aws_sdk_config::Client,
    account: AccountId,
}

/// A recorder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorder {
    /// Its name.
    pub name: String,
    /// Whether it records at this moment.
    pub recording: bool,
    /// Whether it records all types of resources.
    pub everything: bool,
    /// Why what it recorded could not be delivered.
    pub error: Option<String>,
}

/// Who gathers what the account's recorders record, as far as it is known in the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Aggregators in the account itself.
    pub here: Vec<String>,
    /// Accounts that it has authorized to gather it.
    pub by: Vec<String>,
}

impl Recorders {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_config, "config");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    fn failed<E: Modelled>(&self, operation: &'static str) -> impl FnOnce(SdkFailure<E>) -> Failure {
        classify::failed(self.account.as_str(), "config", operation)
    }

    fn there(region: &str) -> Builder {
        Builder::new().region(SdkRegion::new(region.to_owned()))
    }

    /// A Region's recorders, but for those that services have for themselves.
    pub async fn in_region(&self, region: &str) -> Result<Vec<Recorder>, Failure> {
        let call = self.read.describe_configuration_recorders().customize();
        let told = call.config_override(Self::there(region)).send().await;
        let told = told.map_err(self.failed("DescribeConfigurationRecorders"))?;
        let call = self.read.describe_configuration_recorder_status().customize();
        let status = call.config_override(Self::there(region)).send().await;
        let status = status.map_err(self.failed("DescribeConfigurationRecorderStatus"))?;
        let own = told.configuration_recorders().iter();
        let own = own.filter(|one| one.service_principal().is_none());
        Ok(own
            .map(|one| {
                let mut all = status.configuration_recorders_status().iter();
                let now = all.find(|status| status.name() == one.name());
                let group = one.recording_group();
                let strategy = group.and_then(|group| group.recording_strategy()?.use_only());
                Recorder {
                    name: one.name().unwrap_or_default().to_owned(),
                    recording: now.is_some_and(|now| now.recording()),
                    everything: group.is_some_and(|group| group.all_supported())
                        || strategy == Some(&RecordingStrategyType::AllSupportedResourceTypes),
                    error: now
                        .filter(|now| now.last_status().is_some_and(|last| last.as_str() == "Failure"))
                        .map(|now| {
                            let said = now.last_error_message().or(now.last_error_code());
                            said.unwrap_or("it does not say why").to_owned()
                        }),
                }
            })
            .collect())
    }

    /// Who gathers what is recorded in a Region.
    pub async fn gathered(&self, region: &str) -> Result<Gathered, Failure> {
        let mut found = Gathered::default();
        let mut next = None;
        loop {
            let call = self.read.describe_configuration_aggregators().set_next_token(next);
            let page = call.customize().config_override(Self::there(region)).send().await;
            let page = page.map_err(self.failed("DescribeConfigurationAggregators"))?;
            let names = page.configuration_aggregators.unwrap_or_default().into_iter();
            found
                .here
                .extend(names.filter_map(|one| one.configuration_aggregator_name));
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
        loop {
            let call = self.read.describe_aggregation_authorizations().set_next_token(next);
            let page = call.customize().config_override(Self::there(region)).send().await;
            let page = page.map_err(self.failed("DescribeAggregationAuthorizations"))?;
            let authorized = page.aggregation_authorizations.unwrap_or_default().into_iter();
            found.by.extend(authorized.filter_map(|one| one.authorized_account_id));
            next = page.next_token;
            if next.is_none() {
                return Ok(found);
            }
        }
    }
}
