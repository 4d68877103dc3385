//! IAM of an account as a whole: its summary, alias, password policy, credential report, and everything that was written in it
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>).
//!
//! Modelled: a report that is asked for, is written a few seconds later and kept for four hours; its columns; authorization details page by page. An account has
//! no users, and its root a second factor and no keys, unless a test says otherwise. Left out: roles' policies, versions of policies that do not hold, certificates, making any of it.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use jiff::{SignedDuration, Timestamp};
use model::ids::AccountId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::members::{number, page, text, texts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// How long IAM writes at a report.
const WRITING: SignedDuration = SignedDuration::from_secs(3);
/// How long it keeps one.
const KEPT: SignedDuration = SignedDuration::from_hours(4);

/// State.
#[derive(Default)]
pub struct Accounts {
    /// What is so in an account; of one that does not stand here: [`Account::default`].
    pub by_account: BTreeMap<AccountId, Account>,
    /// When a report was last asked for anew.
    reports: BTreeMap<AccountId, Timestamp>,
}

/// IAM of one account.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whether root has a second factor.
    pub root_mfa: bool,
    /// How many access keys root has.
    pub root_keys: u32,
    /// The name under which people log in.
    pub alias: Option<String>,
    /// How long passwords must be; none: nobody has said anything.
    pub password_length: Option<u32>,
    /// Users.
    pub users: Vec<User>,
    /// Inline policies of groups: group, policy, document.
    pub group_policies: Vec<(String, String, Value)>,
    /// Managed policies of the account's own: name, document, how many have it.
    pub policies: Vec<(String, Value, u32)>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            root_mfa: true,
            root_keys: 0,
            alias: None,
            password_length: Some(14),
            users: Vec::new(),
            group_policies: Vec::new(),
            policies: Vec::new(),
        }
    }
}

/// A user.
#[derive(Debug, Clone)]
pub struct User {
    /// The name.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// Whether it has a password.
    pub password: bool,
    /// When that was last used.
    pub logged_in: Option<Timestamp>,
    /// Whether it has a second factor.
    pub mfa: bool,
    /// Its access keys, two at most.
    pub keys: Vec<AccessKey>,
    /// The groups in which it is.
    pub groups: Vec<String>,
    /// Its inline policies.
    pub policies: Vec<(String, Value)>,
}

/// An access key.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// Whether it opens anything.
    pub active: bool,
    /// When it was made.
    pub rotated: Timestamp,
    /// When it was last used.
    pub used: Option<Timestamp>,
}

/// One operation, if it is of the account as a whole.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    let found = cloud
        .iam_accounts
        .by_account
        .get(&caller.account)
        .cloned()
        .unwrap_or_default();
    match operation {
        "GetAccountSummary" => Ok(json!({ "SummaryMap": summary(&found) })),
        "ListAccountAliases" => {
            let all: Vec<String> = found.alias.into_iter().collect();
            Ok(json!({ "AccountAliases": all, "IsTruncated": false }))
        }
        "GetAccountPasswordPolicy" => match found.password_length {
            Some(length) => Ok(
                json!({ "PasswordPolicy": { "MinimumPasswordLength": length, "RequireSymbols": false, "RequireNumbers": false,
                "RequireUppercaseCharacters": false, "RequireLowercaseCharacters": false, "AllowUsersToChangePassword": true, "ExpirePasswords": false } }),
            ),
            None => {
                let message = format!(
                    "The Password Policy with domain name {} cannot be found.",
                    caller.account
                );
                Err(ServiceError::with_status(404, "NoSuchEntity", message))
            }
        },
        "GenerateCredentialReport" => Ok(generate(cloud, caller)),
        "GetCredentialReport" => report(cloud, caller, &found),
        "GetAccountAuthorizationDetails" => details(&found, caller, input),
        _ => Err(ServiceError::not_modelled("iam", operation)),
    }
}

fn summary(of: &Account) -> Value {
    json!({ "AccountMFAEnabled": u32::from(of.root_mfa), "AccountAccessKeysPresent": of.root_keys, "AccountPasswordPresent": 1,
        "Users": of.users.len(), "UsersQuota": 5000, "GroupsQuota": 300, "GroupsPerUserQuota": 10, "AccessKeysPerUserQuota": 2 })
}

fn age(cloud: &Cloud, caller: &Caller) -> Option<SignedDuration> {
    let asked = cloud.iam_accounts.reports.get(&caller.account)?;
    Some(cloud.now.duration_since(*asked))
}

fn generate(cloud: &mut Cloud, caller: &Caller) -> Value {
    match age(cloud, caller) {
        Some(age) if age < WRITING => json!({ "State": "INPROGRESS" }),
        Some(age) if age < KEPT => json!({ "State": "COMPLETE" }),
        _ => {
            cloud.iam_accounts.reports.insert(caller.account.clone(), cloud.now);
            json!({ "State": "STARTED", "Description": "No report exists. Starting a new report generation task" })
        }
    }
}

fn report(cloud: &Cloud, caller: &Caller, of: &Account) -> Answer {
    let refused = |shape: &str, message: &str| Err(ServiceError::new(shape, message));
    match age(cloud, caller) {
        None => refused("CredentialReportNotPresentException", "No report has been generated"),
        Some(age) if age < WRITING => refused("CredentialReportNotReadyException", "Report is being generated"),
        Some(age) if age >= KEPT => refused("CredentialReportExpiredException", "The report has expired"),
        Some(_) => {
            let text = csv(caller, of, cloud.now);
            Ok(
                json!({ "Content": BASE64.encode(text.as_bytes()), "ReportFormat": "text/csv", "GeneratedTime": cloud.now.to_string() }),
            )
        }
    }
}

/// The columns, as IAM writes them.
const COLUMNS: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,\
access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,\
cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

fn csv(caller: &Caller, of: &Account, now: Timestamp) -> String {
    let account = &caller.account;
    let when = |moment: Timestamp| moment.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let used = |moment: Option<Timestamp>, never: &str| moment.map_or_else(|| never.to_owned(), when);
    let keys = |keys: &[AccessKey]| -> Vec<String> {
        let one = |key: Option<&AccessKey>| match key {
            None => ["false", "N/A", "N/A", "N/A", "N/A"].map(str::to_owned),
            Some(key) => {
                let place = |word: &str| {
                    if key.used.is_some() {
                        word.to_owned()
                    } else {
                        "N/A".to_owned()
                    }
                };
                [
                    key.active.to_string(),
                    when(key.rotated),
                    used(key.used, "N/A"),
                    place("eu-west-1"),
                    place("s3"),
                ]
            }
        };
        [one(keys.first()), one(keys.get(1))].concat()
    };
    let certificates = ["false", "N/A", "false", "N/A"].map(str::to_owned);
    let made = when(now.saturating_sub(SignedDuration::from_hours(24 * 500)).unwrap_or(now));
    let root_key = AccessKey {
        active: true,
        rotated: now,
        used: None,
    };
    let of_root = vec![root_key; usize::try_from(of.root_keys).unwrap_or_default()];
    let mut root = vec![
        "<root_account>".to_owned(),
        format!("arn:aws:iam::{account}:root"),
        made,
    ];
    root.extend(["not_supported", "no_information", "not_supported", "not_supported"].map(str::to_owned));
    root.push(of.root_mfa.to_string());
    root.extend(keys(&of_root));
    root.extend(certificates.clone());
    let users = of.users.iter().map(|user| {
        let mut row = vec![
            user.name.clone(),
            format!("arn:aws:iam::{account}:user/{}", user.name),
            when(user.created),
        ];
        row.push(user.password.to_string());
        row.extend(match user.password {
            true => [
                used(user.logged_in, "no_information"),
                when(user.created),
                "N/A".to_owned(),
            ],
            false => ["N/A"; 3].map(str::to_owned),
        });
        row.push(user.mfa.to_string());
        row.extend(keys(&user.keys));
        row.extend(certificates.clone());
        row
    });
    let rows = std::iter::once(root).chain(users).map(|row| row.join(","));
    std::iter::once(COLUMNS.to_owned())
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
}

fn details(of: &Account, caller: &Caller, input: &Value) -> Answer {
    let account = &caller.account;
    let wanted = texts(input, "Filter");
    let wants = |kind: &str| wanted.is_empty() || wanted.iter().any(|one| one == kind);
    let encoded = |document: &Value| utf8_percent_encode(&document.to_string(), NON_ALPHANUMERIC).to_string();
    let inline = |name: &str, document: &Value| json!({ "PolicyName": name, "PolicyDocument": encoded(document) });
    let mut all: Vec<(String, (&str, Value))> = Vec::new();
    for user in of.users.iter().filter(|_| wants("User")) {
        let policies: Vec<Value> = user
            .policies
            .iter()
            .map(|(name, document)| inline(name, document))
            .collect();
        let shown = json!({ "Path": "/", "UserName": user.name, "Arn": format!("arn:aws:iam::{account}:user/{}", user.name),
            "CreateDate": user.created.to_string(), "UserPolicyList": policies, "GroupList": user.groups, "AttachedManagedPolicies": [] });
        all.push((format!("user {}", user.name), ("UserDetailList", shown)));
    }
    for (group, name, document) in of.group_policies.iter().filter(|_| wants("Group")) {
        let shown = json!({ "Path": "/", "GroupName": group, "Arn": format!("arn:aws:iam::{account}:group/{group}"),
            "GroupPolicyList": [inline(name, document)], "AttachedManagedPolicies": [] });
        all.push((format!("group {group} {name}"), ("GroupDetailList", shown)));
    }
    for (name, document, held) in of.policies.iter().filter(|_| wants("LocalManagedPolicy")) {
        let version = json!({ "Document": encoded(document), "VersionId": "v1", "IsDefaultVersion": true });
        let shown = json!({ "PolicyName": name, "Arn": format!("arn:aws:iam::{account}:policy/{name}"), "Path": "/", "DefaultVersionId": "v1",
            "AttachmentCount": held, "IsAttachable": true, "PolicyVersionList": [version] });
        all.push((format!("policy {name}"), ("Policies", shown)));
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    let most = number(input, "MaxItems").unwrap_or(100).clamp(1, 1000);
    let (shown, next) = page(
        all,
        text(input, "Marker"),
        usize::try_from(most).expect("at most a thousand"),
    );
    let mut answer = json!({ "IsTruncated": next.is_some(), "Marker": next, "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": [] });
    for (list, one) in shown {
        answer[list].as_array_mut().expect("each is a list").push(one);
    }
    Ok(answer)
}
