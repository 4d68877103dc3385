//! Service Quotas: how much AWS admits of something in an account and region.

use std::collections::BTreeMap;

use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

/// Service Quotas in one account. It is only read.
pub struct Quotas {
    read: aws_sdk_servicequotas::Client,
    account: AccountId,
}

impl Quotas {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_servicequotas, "servicequotas");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    fn failed<E: classify::Modelled>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure {
        classify::failed(self.account.as_str(), "servicequotas", operation)
    }

    /// The quotas of a service (`rds`) by their names (`DB instances`): AWS's defaults, and over them what was raised for the account.
    pub async fn of(&self, service: &str) -> Result<BTreeMap<String, f64>, Failure> {
        let mut quotas = BTreeMap::new();
        let call = self.read.list_aws_default_service_quotas().service_code(service);
        let mut pages = call.into_paginator().items().send();
        while let Some(quota) = pages.next().await {
            let quota = quota.map_err(self.failed("ListAWSDefaultServiceQuotas"))?;
            if let (Some(name), Some(value)) = (quota.quota_name, quota.value) {
                quotas.insert(name, value);
            }
        }
        let call = self.read.list_service_quotas().service_code(service);
        let mut pages = call.into_paginator().items().send();
        while let Some(quota) = pages.next().await {
            let quota = quota.map_err(self.failed("ListServiceQuotas"))?;
            if let (Some(name), Some(value)) = (quota.quota_name, quota.value) {
                quotas.insert(name, value);
            }
        }
        Ok(quotas)
    }
}
