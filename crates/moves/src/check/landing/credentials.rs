//! The credential report: who of an account's users can log in, with what, and when that was last used
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>). In the source everything of it; of the target what a landing zone asks for.

use aws::Account;
use aws::iam_account::PasswordPolicy;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::spec::CheckSpec;
use super::{named, not_seen};
use crate::check::{Finding, Outcome};

const UNUSED_USER: &str = "source-unused-user";
const UNUSED_KEY: &str = "source-unused-key";
const OLD_KEY: &str = "source-old-key";
const MACHINE: &str = "source-machine-user";
const MFA: &str = "user-mfa";
const PASSWORDS: &str = "password-policy";

/// A line of the report, as it is written.
#[derive(Debug, Clone, Deserialize)]
struct Line {
    user: String,
    user_creation_time: String,
    password_enabled: String,
    password_last_used: String,
    mfa_active: String,
    access_key_1_active: String,
    access_key_1_last_rotated: String,
    #[serde(default)]
    access_key_1_last_used_date: String,
    access_key_2_active: String,
    access_key_2_last_rotated: String,
    #[serde(default)]
    access_key_2_last_used_date: String,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
struct User {
    name: String,
    created: Option<Timestamp>,
    password: bool,
    logged_in: Option<Timestamp>,
    mfa: bool,
    /// Keys that open something, by their number.
    keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    number: u8,
    made: Option<Timestamp>,
    used: Option<Timestamp>,
}

/// How root stands in the report. It is looked at elsewhere.
const ROOT: &str = "<root_account>";

/// `N/A`, `no_information` and `not_supported` are no moments.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Reads a report.
fn read(report: &[u8]) -> Result<Vec<User>, String> {
    let mut lines = csv::Reader::from_reader(report);
    let mut users = Vec::new();
    for line in lines.deserialize() {
        let line: Line = line.map_err(|error| error.to_string())?;
        if line.user == ROOT {
            continue;
        }
        let key = |number, active: &str, made: &str, used: &str| {
            (active == "true").then(|| Key {
                number,
                made: moment(made),
                used: moment(used),
            })
        };
        let first = key(
            1,
            &line.access_key_1_active,
            &line.access_key_1_last_rotated,
            &line.access_key_1_last_used_date,
        );
        let second = key(
            2,
            &line.access_key_2_active,
            &line.access_key_2_last_rotated,
            &line.access_key_2_last_used_date,
        );
        users.push(User {
            created: moment(&line.user_creation_time),
            password: line.password_enabled == "true",
            logged_in: moment(&line.password_last_used),
            mfa: line.mfa_active == "true",
            keys: first.into_iter().chain(second).collect(),
            name: line.user,
        });
    }
    Ok(users)
}

/// Looks at both accounts.
pub(super) async fn look(source: &Account, target: &Account, spec: &CheckSpec) -> Vec<Finding> {
    let mut findings = Vec::new();
    let of_source = [UNUSED_USER, UNUSED_KEY, OLD_KEY, MACHINE, MFA];
    if let Some(users) = users_of(source, &of_source, &mut findings).await {
        findings.extend(judge(&named(source), &users, source.now(), spec));
        findings.extend(second_factors(&named(source), &users, Outcome::Warns));
    }
    let weight = spec.weight();
    if let Some(users) = users_of(target, &[MFA, PASSWORDS], &mut findings).await {
        let of = named(target);
        findings.extend(second_factors(&of, &users, weight));
        findings.push(match target.iam.password_policy().await {
            Ok(policy) => passwords(&of, &users, policy, spec.password_length, weight),
            Err(failure) => not_seen(PASSWORDS, &of, &failure),
        });
    }
    findings
}

async fn users_of(account: &Account, ids: &[&'static str], findings: &mut Vec<Finding>) -> Option<Vec<User>> {
    let of = named(account);
    match account.iam.credential_report().await {
        Ok(report) => match read(&report) {
            Ok(users) => return Some(users),
            Err(error) => {
                let what = format!("the credential report cannot be read: {error}");
                findings.extend(ids.iter().map(|id| Finding::new(id, Outcome::NotChecked, &of, &what)));
            }
        },
        Err(failure) => findings.extend(ids.iter().map(|id| not_seen(id, &of, &failure))),
    }
    None
}

/// How many days ago something was.
fn days_ago(now: Timestamp, then: Timestamp) -> i64 {
    now.duration_since(then).as_hours() / 24
}

/// Whether something lies longer back than so many days; what never was does if what it belongs to does.
fn longer_ago(now: Timestamp, days: u32, last: Option<Timestamp>, made: Option<Timestamp>) -> bool {
    let limit = SignedDuration::from_hours(24 * i64::from(days));
    last.or(made).is_none_or(|then| now.duration_since(then) > limit)
}

fn judge(of: &str, users: &[User], now: Timestamp, spec: &CheckSpec) -> Vec<Finding> {
    let (unused, rotate) = (spec.unused_after, spec.rotate_after);
    let mut findings = Vec::new();
    let mut add = |id, of: String, what: String, todo: &str, command: Option<String>| {
        let mut found = Finding::new(id, Outcome::Warns, of, what).todo(todo);
        found.commands.extend(command);
        findings.push(found);
    };
    let last = |moment: Option<Timestamp>| match moment {
        Some(moment) => format!("last used {} days ago", days_ago(now, moment)),
        None => "never used".to_owned(),
    };
    let list = |name: &str| Some(format!("aws iam list-access-keys --user-name {name}"));
    for user in users {
        let name = &user.name;
        let of = format!("user {name}");
        let used = user.keys.iter().filter_map(|key| key.used).chain(user.logged_in).max();
        let enters = user.password || !user.keys.is_empty();
        if enters && longer_ago(now, unused, used, user.created) {
            let todo = "Deactivate its keys and take its password away; delete it some weeks later, when nobody has missed it. What is not moved need not be carried along.";
            add(UNUSED_USER, of, last(used), todo, list(name));
            // Its keys go with it.
            continue;
        }
        for key in &user.keys {
            let of = format!("key {} of user {name}", key.number);
            if longer_ago(now, unused, key.used, key.made) {
                let todo = "Deactivate it (aws iam update-access-key --status Inactive); delete it some weeks later.";
                add(UNUSED_KEY, of, last(key.used), todo, list(name));
            } else if longer_ago(now, rotate, key.made, None) {
                let age = key.made.map_or_else(
                    || "of unknown age".to_owned(),
                    |made| format!("{} days old", days_ago(now, made)),
                );
                let todo = "Make a second key, have it used, deactivate the first.";
                add(OLD_KEY, of, age, todo, list(name));
            }
        }
        if !user.password && !user.keys.is_empty() {
            let todo = "Give what runs in AWS a role, what runs elsewhere an identity provider (OIDC, IAM Roles Anywhere): keys of a machine are copied along \
                        with it, and in the new account it needs others anyway.";
            let what = format!("{}: a machine's, since it has no password", last(used));
            add(MACHINE, of, what, todo, list(name));
        }
    }
    // What is well is told, too: it was looked at.
    for id in [UNUSED_USER, UNUSED_KEY, OLD_KEY, MACHINE] {
        if !findings.iter().any(|found| found.id == id) {
            let what = format!("none among {} users", users.len());
            findings.push(Finding::new(id, Outcome::Passes, of, what));
        }
    }
    findings
}

/// Users who log in with a password alone.
fn second_factors(of: &str, users: &[User], weight: Outcome) -> Vec<Finding> {
    let lacking = users.iter().filter(|user| user.password && !user.mfa);
    let found: Vec<Finding> = lacking
        .map(|user| {
            Finding::new(
                MFA,
                weight,
                format!("user {} of {of}", user.name),
                "has a password and no second factor",
            )
            .todo("Have the user register one, or take the password away where people come by Identity Center.")
            .type_this(format!("aws iam delete-login-profile --user-name {}", user.name))
        })
        .collect();
    if found.is_empty() {
        return vec![Finding::new(
            MFA,
            Outcome::Passes,
            of,
            "no user has a password without a second factor",
        )];
    }
    found
}

fn passwords(of: &str, users: &[User], policy: Option<PasswordPolicy>, wanted: u32, weight: Outcome) -> Finding {
    if !users.iter().any(|user| user.password) {
        return Finding::new(PASSWORDS, Outcome::Passes, of, "no user has a password");
    }
    // Where nobody has said anything, IAM asks for eight characters.
    let length = policy.map_or(8, |policy| policy.length);
    if i64::from(length) >= i64::from(wanted) {
        return Finding::new(
            PASSWORDS,
            Outcome::Passes,
            of,
            format!("passwords have {length} characters at least"),
        );
    }
    Finding::new(
        PASSWORDS,
        weight,
        of,
        format!("passwords may have {length} characters; the team asks for {wanted}"),
    )
    .todo("Say so in the account's password policy. It is replaced as a whole: name what else is to hold with it.")
    .type_this(format!(
        "aws iam update-account-password-policy --minimum-password-length {wanted}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

    /// A report in IAM's own form, with one user.
    fn report(password: &str, logged_in: &str, mfa: bool, key: &str) -> Vec<User> {
        let root = "<root_account>,arn:aws:iam::111111111111:root,2019-01-01T00:00:00+00:00,not_supported,2020-01-01T00:00:00+00:00,not_supported,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
        let user = format!(
            "anna,arn:aws:iam::111111111111:user/anna,2025-01-01T00:00:00+00:00,{password},{logged_in},2025-01-01T00:00:00+00:00,N/A,{mfa},{key},N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A"
        );
        read(format!("{HEAD}\n{root}\n{user}\n").as_bytes()).expect("a report")
    }

    const NO_KEY: &str = "false,N/A,N/A";

    fn now() -> Timestamp {
        "2026-11-22T00:00:00Z".parse().expect("a moment")
    }

    fn amiss(users: &[User]) -> Vec<(&'static str, String, String)> {
        let found = judge("account 1", users, now(), &CheckSpec::default());
        let amiss = found.into_iter().filter(|one| one.outcome != Outcome::Passes);
        amiss.map(|one| (one.id, one.of, one.what)).collect()
    }

    #[test]
    fn users_and_keys_are_judged_by_when_they_were_last_used() {
        let users = report("true", "2026-11-20T08:00:00+00:00", true, NO_KEY);
        assert_eq!(users.len(), 1, "root is none");
        assert_eq!(amiss(&users), []);
        let told = |id, of: &str, what: &str| (id, of.to_owned(), what.to_owned());
        let long_ago = report("true", "2026-01-01T00:00:00+00:00", true, NO_KEY);
        assert_eq!(
            amiss(&long_ago),
            [told(UNUSED_USER, "user anna", "last used 325 days ago")]
        );
        let never = report("true", "no_information", true, NO_KEY);
        assert_eq!(amiss(&never), [told(UNUSED_USER, "user anna", "never used")]);
        // A user who comes by neither way is no way in.
        assert_eq!(amiss(&report("false", "N/A", false, NO_KEY)), []);
        let key = "true,2026-01-01T00:00:00+00:00,2026-02-01T00:00:00+00:00";
        let stale = report("true", "2026-11-20T08:00:00+00:00", true, key);
        assert_eq!(
            amiss(&stale),
            [told(UNUSED_KEY, "key 1 of user anna", "last used 294 days ago")]
        );
        let old = "true,2026-01-01T00:00:00+00:00,2026-11-21T00:00:00+00:00";
        let machine = amiss(&report("false", "N/A", false, old));
        assert_eq!(
            machine,
            [
                told(OLD_KEY, "key 1 of user anna", "325 days old"),
                told(
                    MACHINE,
                    "user anna",
                    "last used 1 days ago: a machine's, since it has no password"
                ),
            ]
        );
        // New, and not used yet.
        let new = "true,2026-11-20T00:00:00+00:00,N/A";
        assert_eq!(amiss(&report("true", "2026-11-20T08:00:00+00:00", true, new)), []);
    }

    #[test]
    fn how_long_is_too_long_is_the_teams_to_say() {
        let users = report("true", "2026-01-01T00:00:00+00:00", true, NO_KEY);
        let spec = CheckSpec {
            unused_after: 365,
            ..CheckSpec::default()
        };
        let found = judge("account 1", &users, now(), &spec);
        assert!(found.iter().all(|one| one.outcome == Outcome::Passes), "{found:?}");
    }

    #[test]
    fn a_password_needs_a_second_factor_and_its_length() {
        let with = |mfa| report("true", "2026-11-20T08:00:00+00:00", mfa, NO_KEY);
        assert_eq!(
            second_factors("account 2", &with(true), Outcome::Blocks)[0].outcome,
            Outcome::Passes
        );
        let lacking = second_factors("account 2", &with(false), Outcome::Blocks);
        assert_eq!(
            (lacking[0].outcome, lacking[0].of.as_str()),
            (Outcome::Blocks, "user anna of account 2")
        );
        let policy = |length| Some(PasswordPolicy { length });
        let judged = |users: &[User], policy| passwords("account 2", users, policy, 14, Outcome::Warns).outcome;
        assert_eq!(judged(&with(true), policy(14)), Outcome::Passes);
        assert_eq!(judged(&with(true), policy(8)), Outcome::Warns);
        assert_eq!(judged(&with(true), None), Outcome::Warns);
        assert_eq!(judged(&report("false", "N/A", false, NO_KEY), None), Outcome::Passes);
    }

    #[test]
    fn what_is_no_report_is_told() {
        assert!(read(b"user,arn\nanna,x\n").is_err());
        assert_eq!(read(HEAD.as_bytes()), Ok(Vec::new()));
    }
}
