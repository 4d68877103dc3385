//! Looks for names that have changed in what is deployed in an account: ECS task definitions, Lambda functions, SSM parameters, launch
//! templates. Only the place and the name itself are told, never what else stands there. Reads only, and nothing is decrypted.

use std::collections::BTreeSet;

use aws::Account;
use aws::written::Texts;
use model::{AccountId, Failure, Side};
use serde::Serialize;

use crate::look_in::Finder;

/// A name that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The ARN of what it stands in.
    pub arn: String,
    /// Where in it: `container web, environment DATABASE_URL`.
    pub field: String,
    /// What stands there.
    pub old: String,
    /// What is to be written there.
    pub new: String,
}

/// What was looked at in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookedThrough {
    /// Which account.
    pub side: Side,
    /// Its id.
    pub account: AccountId,
    /// Every place.
    pub found: Vec<Standing>,
    /// How many things were read: task definitions, functions, parameters, versions of launch templates.
    pub things: usize,
    /// What could not be read, in words, with the permission that is missing.
    pub unread: Vec<String>,
}

/// What a kind's answer leaves behind.
struct Gathered {
    looked: LookedThrough,
    texts: Vec<Texts>,
    refused: Option<Failure>,
    anything: bool,
}

impl Gathered {
    /// Takes an answer; a refusal is noted. A role that cannot be taken on, and anything but a refusal, is a failure.
    fn take<T>(&mut self, what: &str, answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match answer {
            Ok(seen) => {
                self.anything = true;
                Ok(Some(seen))
            }
            Err(failure) => {
                let Some(permission) = failure.lacks() else {
                    return Err(failure);
                };
                let why = format!(
                    "{what} cannot be looked in: the role lacks {permission} ({})",
                    failure.code
                );
                self.looked.unread.push(why);
                self.refused.get_or_insert(failure);
                Ok(None)
            }
        }
    }
}

/// Looks through an account. What the role may not read is said; that it may read nothing at all is a failure.
pub async fn look_in_account(account: &Account, finder: &Finder) -> Result<LookedThrough, Failure> {
    let looked = LookedThrough {
        side: account.side,
        account: account.id.clone(),
        found: Vec::new(),
        things: 0,
        unread: Vec::new(),
    };
    let mut all = Gathered {
        looked,
        texts: Vec::new(),
        refused: None,
        anything: false,
    };
    let definitions = definitions(account, &mut all).await?;
    all.texts.push(definitions);
    for (what, answer) in [
        ("functions of Lambda", account.lambda.texts().await),
        ("parameters of SSM", account.ssm.texts().await),
        (
            "launch templates",
            account
                .ec2
                .launch_template_texts(account.id.as_str(), account.region.as_str())
                .await,
        ),
    ] {
        let texts = all.take(what, answer)?;
        all.texts.extend(texts);
    }
    let Gathered {
        mut looked,
        texts,
        refused,
        anything,
    } = all;
    if let (Some(refused), false) = (refused, anything) {
        return Err(refused);
    }
    for texts in texts {
        looked.things += texts.things;
        looked.unread.extend(texts.unread);
        for written in &texts.written {
            looked.found.extend(finder.hits(&written.text).map(|hit| Standing {
                arn: written.arn.clone(),
                field: written.field.clone(),
                old: hit.old,
                new: hit.new,
            }));
        }
    }
    Ok(looked)
}

/// The latest active revision of each family, and what services run: it may be an older one.
async fn definitions(account: &Account, all: &mut Gathered) -> Result<Texts, Failure> {
    let (mut texts, mut seen) = (Texts::default(), BTreeSet::new());
    let families = all.take("task definitions", account.ecs.families().await)?;
    let used = account.ecs.used_by_services().await;
    let used = all.take("what services of ECS run", used)?;
    for named in families.into_iter().chain(used).flatten() {
        if seen.contains(&named) {
            continue;
        }
        let answer = account.ecs.read_definition(&named, &mut texts, &mut seen).await;
        // There is no permission for one of them alone.
        if all.take("task definitions", answer)?.is_none() {
            break;
        }
    }
    Ok(texts)
}

#[cfg(test)]
#[path = "look_in_account_tests.rs"]
mod tests;
