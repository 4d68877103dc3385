//! Looks in both accounts at what a delivery flow stands on: the roles of GitHub Actions, container images, the bucket of states, and what fires in the source by
//! itself. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use aws::Account;
use aws::schedules::Firing;
use aws::written::Texts;
use model::{Failure, Region};
use serde::Serialize;

use super::admitted::Pattern;
use super::spec::{DeliverySpec, OidcSpec};
use super::trust::{self, AUDIENCE};
use super::{Finding, Verdict};

/// What was found of one part of the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// `github_actions`, `images`, `state`, `files`, `schedules`.
    pub name: &'static str,
    /// For people.
    #[serde(skip)]
    pub title: &'static str,
    /// Everything that was found.
    pub findings: Vec<Finding>,
}

/// What is looked at, and where.
pub struct Sight<'a> {
    /// What the runbook names.
    pub delivery: &'a DeliverySpec,
    /// The region of the migration.
    pub region: &'a Region,
    /// Where things come from.
    pub source: &'a Account,
    /// Where they go to.
    pub target: &'a Account,
}

/// Looks at everything that the runbook names and that lies in the accounts. What fires in the source comes last.
pub async fn in_accounts(sight: &Sight<'_>) -> Result<Vec<Check>, Failure> {
    let delivery = sight.delivery;
    let mut checks = Vec::new();
    let mut add = |name, title, findings: Vec<Finding>| checks.push(Check { name, title, findings });
    if !delivery.oidc.is_empty() {
        add("github_actions", "GitHub Actions", roles(sight).await?);
    }
    if !delivery.ecr.is_empty() {
        add("images", "Container images", images(sight).await?);
    }
    if let Some(state) = &delivery.state {
        let found = bucket(&state.new, sight.target).await?;
        add("state", "Bucket of Terraform's states", found);
    }
    add("schedules", "What fires in the source", firing(sight).await?);
    Ok(checks)
}

/// Takes an answer; a refusal is told with the permission that is missing. A role that cannot be taken on is a failure.
pub fn bear<T>(of: &str, answer: Result<T, Failure>, findings: &mut Vec<Finding>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(seen) => Ok(Some(seen)),
        Err(failure) => {
            let Some(lacking) = failure.lacks() else {
                return Err(failure);
            };
            let what = format!(
                "the role of account {} lacks {lacking} ({})",
                failure.account, failure.code
            );
            findings.push(Finding::new(of, Verdict::Unread, what));
            Ok(None)
        }
    }
}

async fn roles(sight: &Sight<'_>) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let (source, target) = (&sight.source.id, &sight.target.id);
    let issuers: BTreeSet<String> = sight.delivery.oidc.iter().map(OidcSpec::issuer).collect();
    for issuer in &issuers {
        let of = format!("identity provider {issuer}");
        let answer = sight.target.iam.oidc_clients(issuer).await;
        let Some(clients) = bear(&of, answer, &mut findings)? else {
            continue;
        };
        findings.push(match clients {
            // Its thumbprints are no matter: IAM goes by its own list of authorities.
            Some(clients) if clients.iter().any(|client| client == AUDIENCE) => {
                Finding::new(of, Verdict::Ok, format!("account {target} knows it, for {AUDIENCE}"))
            }
            Some(_) => Finding::new(
                of,
                Verdict::Wrong,
                format!("account {target} knows it, but not for {AUDIENCE}"),
            )
            .todo("Add the client id, in the Terraform that made the provider or with:")
            .type_this(format!(
                "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn \
                 arn:aws:iam::{target}:oidc-provider/{issuer} --client-id {AUDIENCE}"
            )),
            None => Finding::new(of, Verdict::NotYet, format!("account {target} does not know it"))
                .todo("Make it, in Terraform (aws_iam_openid_connect_provider) or with:")
                .type_this(format!(
                    "aws iam create-open-id-connect-provider --url https://{issuer} --client-id-list {AUDIENCE}"
                )),
        });
    }
    for one in &sight.delivery.oidc {
        let of = format!("role {}", one.role);
        let answer = sight.target.iam.role(&one.role).await;
        match bear(&of, answer, &mut findings)? {
            None => {}
            Some(Some(role)) => findings.extend(trust::judge(one, &role.trust_policy, source, target)),
            Some(None) => {
                let what = format!("account {target} has no such role");
                let todo = "Apply the Terraform that makes it: the first deploy takes it on.";
                findings.push(Finding::new(of, Verdict::NotYet, what).todo(todo));
            }
        }
    }
    Ok(findings)
}

async fn images(sight: &Sight<'_>) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let (source, target) = (sight.source, sight.target);
    let registry = |account: &Account| format!("{}.dkr.ecr.{}.amazonaws.com", account.id, sight.region);
    let (from, to) = (registry(source), registry(target));
    let used = used_images(source, &from, &mut findings).await?;
    for name in &sight.delivery.ecr {
        let of = format!("repository {name}");
        let there = bear(&of, source.ecr.images(name).await, &mut findings)?;
        let here = bear(&of, target.ecr.images(name).await, &mut findings)?;
        let (Some(there), Some(here)) = (there, here) else {
            continue;
        };
        let Some(there) = there else {
            let what = format!("account {} has no such repository", source.id);
            findings.push(Finding::new(of, Verdict::Wrong, what).todo("Correct ecr in the runbook."));
            continue;
        };
        let Some(here) = here else {
            let what = format!("account {} has no such repository", target.id);
            let todo = "Apply the Terraform that makes it, then look again for its images.";
            findings.push(Finding::new(of, Verdict::NotYet, what).todo(todo));
            continue;
        };
        // A tag that stands for another image there was perhaps pushed there since: it is told below, and not to be copied over. What is used by its digest
        // is copied by that.
        let elsewhere = |tag: &&String| here.values().any(|tags| tags.contains(*tag));
        let copy =
            |image: &str| format!("skopeo copy --all --preserve-digests docker://{from}/{image} docker://{to}/{image}");
        let before = findings.len();
        let mut copied = 0;
        for (digest, tags) in &there {
            let used_by_digest = used.contains(&format!("{name}@{digest}"));
            if let Some(own) = here.get(digest) {
                copied += 1;
                for tag in tags.iter().filter(|tag| !own.contains(*tag) && !elsewhere(tag)) {
                    let image = format!("{name}:{tag}");
                    let what = format!("the target has it without this tag ({digest})");
                    findings
                        .push(Finding::new(format!("image {image}"), Verdict::NotYet, what).type_this(copy(&image)));
                }
                continue;
            }
            // What has no tag of its own to be copied by, and is used by nothing, waits for its end.
            let nameless = tags.iter().all(|tag| elsewhere(&tag));
            let by_digest = (nameless && used_by_digest).then(|| format!("{name}@{digest}"));
            let names = tags.iter().filter(|tag| !elsewhere(tag));
            let names = names.map(|tag| format!("{name}:{tag}")).chain(by_digest);
            for image in names {
                let is_used = used_by_digest || used.contains(&image);
                let by = if is_used { ", and a task definition uses it" } else { "" };
                let what = format!("the target has not got it ({digest}{by})");
                findings.push(Finding::new(format!("image {image}"), Verdict::NotYet, what).type_this(copy(&image)));
            }
        }
        for (tag, digest) in moved_tags(&there, &here) {
            let what = format!("its tag {tag} stands for another image in the target than {digest}");
            findings.push(Finding::new(&of, Verdict::Note, what));
        }
        if findings.len() == before {
            findings.push(Finding::new(
                of,
                Verdict::Ok,
                format!("the target has its {copied} images"),
            ));
        }
    }
    if findings.iter().any(|one| !one.commands.is_empty()) {
        let region = sight.region;
        let log_in = |host: &str, side: &str| {
            format!(
                "aws ecr get-login-password --region {region} --profile {side} | skopeo login --username AWS --password-stdin {host}"
            )
        };
        let note = Finding::new("copying", Verdict::Note, "log in to both registries first, then type the commands of the images")
            .todo("Or let ECR replicate to the target before the next push: replication carries what is pushed after it was set up, nothing older.")
            .type_this(log_in(&from, "SOURCE"))
            .type_this(log_in(&to, "TARGET"));
        findings.insert(0, note);
    }
    Ok(findings)
}

/// The images of a registry that task definitions name, as `name:tag` or `name@digest`.
async fn used_images(
    source: &Account,
    registry: &str,
    findings: &mut Vec<Finding>,
) -> Result<BTreeSet<String>, Failure> {
    let of = "task definitions";
    let families = bear(of, source.ecs.families().await, findings)?;
    let used = bear(of, source.ecs.used_by_services().await, findings)?;
    let (mut texts, mut seen) = (Texts::default(), BTreeSet::new());
    for named in families.into_iter().chain(used).flatten() {
        if seen.contains(&named) {
            continue;
        }
        let answer = source.ecs.read_definition(&named, &mut texts, &mut seen).await;
        if bear(of, answer, findings)?.is_none() {
            break;
        }
    }
    let images = texts.written.iter().filter(|one| one.field.ends_with(", image"));
    let own = images.filter_map(|one| one.text.strip_prefix(registry)?.strip_prefix('/'));
    // Without a tag it is the latest.
    Ok(own
        .map(|image| match image.contains([':', '@']) {
            true => image.to_owned(),
            false => format!("{image}:latest"),
        })
        .collect())
}

/// Tags that both have, for different images.
fn moved_tags<'a>(
    there: &'a BTreeMap<String, BTreeSet<String>>,
    here: &'a BTreeMap<String, BTreeSet<String>>,
) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    for (digest, tags) in there {
        for tag in tags {
            let other = here.iter().find(|(_, own)| own.contains(tag));
            if other.is_some_and(|(own, _)| own != digest) {
                found.push((tag.as_str(), digest.as_str()));
            }
        }
    }
    found
}

async fn bucket(new: &str, account: &Account) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let of = format!("bucket {new}");
    let target = &account.id;
    if let Some(seen) = bear(&of, account.s3.look(new).await, &mut findings)? {
        findings.push(match seen {
            aws::s3::BucketSeen::Owned => Finding::new(
                of,
                Verdict::Ok,
                format!("account {target} has it, and its role reaches it"),
            ),
            aws::s3::BucketSeen::Nobodys => Finding::new(of, Verdict::NotYet, "it does not exist").todo(format!(
                "Make it in account {target}, versioned, before the first terraform init."
            )),
            aws::s3::BucketSeen::SomebodyElses => {
                let what = format!("account {target} does not own it, or its role may not reach it");
                Finding::new(of, Verdict::Wrong, what)
                    .todo("Correct state in the runbook, or let the role list the bucket.")
            }
        });
    }
    Ok(findings)
}

async fn firing(sight: &Sight<'_>) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let patterns = &sight.delivery.schedules;
    let region = sight.region;
    let fits = |pattern: &String, name: &str| Pattern::new(pattern, true, false).is_some_and(|one| one.fits(name));
    let meant = |one: &Firing| patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern, &one.name));
    // Without names nobody can tell what moves from what stays.
    let verdict = if patterns.is_empty() {
        Verdict::Note
    } else {
        Verdict::NotYet
    };
    let rules = bear("rules", sight.source.schedules.rules().await, &mut findings)?;
    for one in rules.iter().flatten().filter(|one| meant(one)) {
        let what = format!("fires {} and starts {}", one.when, one.targets.join(", "));
        let finding = Finding::new(format!("rule {}", one.name), verdict, what);
        findings.push(match &one.managed_by {
            Some(service) => finding.todo(format!("{service} manages it: stop it there.")),
            None => finding.type_this(format!(
                "aws events disable-rule --region {region} --name {} --event-bus-name {}",
                one.name, one.within
            )),
        });
    }
    let schedules = bear("schedules", sight.source.schedules.schedules().await, &mut findings)?;
    for one in schedules.iter().flatten().filter(|one| meant(one)) {
        let what = format!("fires {} and starts {}", one.when, one.targets.join(", "));
        let get = format!(
            "aws scheduler get-schedule --region {region} --group-name {} --name {}",
            one.within, one.name
        );
        findings.push(
            Finding::new(format!("schedule {}", one.name), verdict, what)
                .todo("update-schedule takes the whole schedule: what is not said again is gone. So it is read, and written back disabled:")
                .type_this(format!(
                    "{get} --output json | jq 'del(.Arn, .CreationDate, .LastModificationDate) | .State = \"DISABLED\"' > schedule.json"
                ))
                .type_this(format!("aws scheduler update-schedule --region {region} --cli-input-json file://schedule.json")),
        );
    }
    if findings.is_empty() {
        let what = "no rule and no schedule fires";
        let of = if patterns.is_empty() {
            "the source".to_owned()
        } else {
            patterns.join(", ")
        };
        findings.push(Finding::new(of, Verdict::Ok, what));
    } else if patterns.is_empty() {
        let what = "what moves must not fire in both accounts";
        let todo =
            "Name what moves in [delivery], such as schedules = [\"stg-*\"]: then each is open until it is stopped.";
        findings.insert(
            0,
            Finding::new("all rules and schedules", Verdict::Note, what).todo(todo),
        );
    }
    Ok(findings)
}
