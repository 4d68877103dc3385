//! SSM's parameters: looked in and not changed. What is encrypted is not asked for decrypted.

use std::collections::BTreeSet;

use aws_sdk_ssm::types::{Parameter, ParameterType};
use model::{AccountId, Failure, FailureClass};

use crate::account::{Clients, two_clients};
use crate::classify;
use crate::written::{Of, Texts};

/// `GetParameters` takes so many.
const AT_ONCE: usize = 10;

/// SSM in one account.
pub struct Ssm {
    read: aws_sdk_ssm::Client,
    account: AccountId,
}

impl Ssm {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_ssm, "ssm");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    /// What stands in the region's parameters of the types `String` and `StringList`.
    pub async fn texts(&self) -> Result<Texts, Failure> {
        let mut texts = Texts::default();
        let (mut plain, mut secret) = (BTreeSet::new(), BTreeSet::new());
        let mut pages = self.read.describe_parameters().into_paginator().send();
        while let Some(page) = pages.next().await {
            let failed = classify::failed(self.account.as_str(), "ssm", "DescribeParameters");
            for one in page.map_err(failed)?.parameters() {
                let is_secret = one.r#type() == Some(&ParameterType::SecureString);
                let to = if is_secret { &mut secret } else { &mut plain };
                to.extend(one.name().map(str::to_owned));
            }
        }
        if !secret.is_empty() {
            let names: Vec<&str> = secret.iter().map(String::as_str).collect();
            texts.unread.push(format!(
                "SecureString parameters are not decrypted, so not looked in: {}",
                names.join(", ")
            ));
        }
        let names: Vec<String> = plain.into_iter().collect();
        for some in names.chunks(AT_ONCE) {
            match self.values(some).await {
                Ok(found) => found.iter().for_each(|one| of_parameter(one, &mut texts)),
                // One that the role may not read has all ten refused.
                Err(failure) if failure.class == FailureClass::Denied && some.len() > 1 => {
                    for name in some {
                        match self.values(std::slice::from_ref(name)).await {
                            Ok(found) => found.iter().for_each(|one| of_parameter(one, &mut texts)),
                            Err(failure) if failure.class == FailureClass::Denied => texts.unread.push(format!(
                                "parameter {name}: the role lacks ssm:GetParameters for it ({})",
                                failure.code
                            )),
                            Err(failure) => return Err(failure),
                        }
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(texts)
    }

    async fn values(&self, names: &[String]) -> Result<Vec<Parameter>, Failure> {
        let call = self.read.get_parameters().set_names(Some(names.to_vec()));
        let told = call.with_decryption(false).send().await;
        let failed = classify::failed(self.account.as_str(), "ssm", "GetParameters");
        Ok(told.map_err(failed)?.parameters.unwrap_or_default())
    }
}

fn of_parameter(from: &Parameter, texts: &mut Texts) {
    texts.things += 1;
    // It may have been made one since it was listed.
    if from.r#type() == Some(&ParameterType::SecureString) {
        return;
    }
    let arn = from.arn().or(from.name()).unwrap_or_default();
    Of { arn, texts }.add("value", from.value());
}
