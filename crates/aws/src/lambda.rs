//! Lambda: functions are looked in and not changed.

use std::collections::BTreeMap;

use aws_sdk_lambda::types::FunctionConfiguration;
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;
use crate::written::{Of, Texts};

/// Lambda in one account.
pub struct Lambda {
    read: aws_sdk_lambda::Client,
    account: AccountId,
}

impl Lambda {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_lambda, "lambda");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    /// What is written in the region's functions: in what they run now, not in versions published before.
    pub async fn texts(&self) -> Result<Texts, Failure> {
        let mut texts = Texts::default();
        let mut functions = BTreeMap::new();
        let mut pages = self.read.list_functions().into_paginator().items().send();
        while let Some(function) = pages.next().await {
            let failed = classify::failed(self.account.as_str(), "lambda", "ListFunctions");
            let function = function.map_err(failed)?;
            functions.insert(function.function_arn().unwrap_or_default().to_owned(), function);
        }
        for (arn, function) in &functions {
            texts.things += 1;
            of_function(arn, function, &mut texts);
        }
        Ok(texts)
    }
}

fn of_function(arn: &str, from: &FunctionConfiguration, texts: &mut Texts) {
    if let Some(error) = from.environment().and_then(|environment| environment.error()) {
        // The rest of the function is told all the same.
        let code = error.error_code().unwrap_or("no code");
        texts.unread.push(format!(
            "the environment of {arn} is encrypted with a key that the role may not use ({code}): give it kms:Decrypt"
        ));
    }
    let mut of = Of { arn, texts };
    let variables = from.environment().and_then(|environment| environment.variables());
    let variables: BTreeMap<&String, &String> = variables.into_iter().flatten().collect();
    for (name, value) in variables {
        of.add(format!("environment {name}"), Some(value));
    }
    of.add("role", from.role());
    of.add("description", from.description());
    of.add("KMS key", from.kms_key_arn());
    of.add(
        "dead letter target",
        from.dead_letter_config().and_then(|one| one.target_arn()),
    );
    for layer in from.layers() {
        of.add("layer", layer.arn());
    }
    for file_system in from.file_system_configs() {
        of.add("file system", Some(file_system.arn()));
    }
    if let Some(vpc) = from.vpc_config() {
        of.add_all("subnet", vpc.subnet_ids());
        of.add_all("security group", vpc.security_group_ids());
    }
    if let Some(image) = from.image_config_response().and_then(|told| told.image_config()) {
        of.add_all("entry point", image.entry_point());
        of.add_all("command", image.command());
    }
}
