//! What `cleave check` looks at: the roles of GitHub Actions, container images, the bucket of states, files of the product's repositories,
//! and what fires in the source by itself. The judging is `moves::delivery`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws::Account;
use aws::schedules::Firing;
use aws::written::Texts;
use model::{Failure, FailureClass};
use moves::Runbook;
use moves::delivery::configs::{self, Names, StateAt};
use moves::delivery::trust::{self, AUDIENCE, HOST};
use moves::delivery::{Finding, Verdict};

use crate::commands::check::Check;
use crate::error::CliError;
use crate::exit;
use crate::look_in::{Finder, each_text};

/// Both accounts, entered.
pub struct Sides {
    /// Where things come from.
    pub source: Arc<Account>,
    /// Where they go to.
    pub target: Arc<Account>,
}

/// What the files say, and what must be looked up in the target for it.
#[derive(Default)]
pub struct InFiles {
    findings: Vec<Finding>,
    /// States that plugins read: bucket and key, and where they are named.
    states: BTreeMap<(String, String), Vec<String>>,
    files: usize,
}

/// Takes an answer; a refusal is told with the permission that is missing. A role that cannot be taken on is a failure.
fn bear<T>(of: &str, answer: Result<T, Failure>, findings: &mut Vec<Finding>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(seen) => Ok(Some(seen)),
        Err(failure) if failure.class == FailureClass::Denied && failure.service != "sts" => {
            let lacking = format!("{}:{}", failure.service, failure.operation);
            let what = format!(
                "the role of account {} lacks {lacking} ({})",
                failure.account, failure.code
            );
            findings.push(Finding::new(of, Verdict::Unread, what));
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// Looks at everything that the runbook names.
pub async fn look(runbook: &Runbook, sides: &Sides, files: InFiles) -> Result<Vec<Check>, Failure> {
    let delivery = &runbook.delivery;
    let mut checks = Vec::new();
    let mut add = |name, title, findings: Vec<Finding>| checks.push(Check { name, title, findings });
    if !delivery.oidc.is_empty() {
        add("github_actions", "GitHub Actions", roles(runbook, sides).await?);
    }
    if !delivery.ecr.is_empty() {
        add("images", "Container images", images(runbook, sides).await?);
    }
    if let Some(state) = &delivery.state {
        add(
            "state",
            "Bucket of Terraform's states",
            bucket(&state.new, sides).await?,
        );
    }
    if !delivery.scan.is_empty() {
        add("files", "Files", in_files(sides, files).await?);
    }
    add("schedules", "What fires in the source", firing(runbook, sides).await?);
    Ok(checks)
}

async fn roles(runbook: &Runbook, sides: &Sides) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let (source, target) = (&runbook.source.account, &runbook.target.account);
    let of = format!("identity provider {HOST}");
    let answer = sides.target.iam.oidc_clients(HOST).await;
    if let Some(clients) = bear(&of, answer, &mut findings)? {
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
                     arn:aws:iam::{target}:oidc-provider/{HOST} --client-id {AUDIENCE}"
            )),
            None => Finding::new(of, Verdict::NotYet, format!("account {target} does not know it"))
                .todo("Make it, in Terraform (aws_iam_openid_connect_provider) or with:")
                .type_this(format!(
                    "aws iam create-open-id-connect-provider --url https://{HOST} --client-id-list {AUDIENCE}"
                )),
        });
    }
    for one in &runbook.delivery.oidc {
        let of = format!("role {}", one.role);
        let answer = sides.target.iam.trust_policy(&one.role).await;
        match bear(&of, answer, &mut findings)? {
            None => {}
            Some(Some(policy)) => findings.extend(trust::judge(&one.role, &policy, source, target, &one.repository)),
            Some(None) => {
                let what = format!("account {target} has no such role");
                let todo = "Apply the Terraform that makes it: the first deploy takes it on.";
                findings.push(Finding::new(of, Verdict::NotYet, what).todo(todo));
            }
        }
    }
    Ok(findings)
}

async fn images(runbook: &Runbook, sides: &Sides) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let registry = |account| registry(account, runbook);
    let (from, to) = (registry(&sides.source), registry(&sides.target));
    let used = used_images(&sides.source, &from, &mut findings).await?;
    for name in &runbook.delivery.ecr {
        let of = format!("repository {name}");
        let there = bear(&of, sides.source.ecr.images(name).await, &mut findings)?;
        let here = bear(&of, sides.target.ecr.images(name).await, &mut findings)?;
        let (Some(there), Some(here)) = (there, here) else {
            continue;
        };
        let Some(there) = there else {
            let what = format!("account {} has no such repository", sides.source.id);
            findings.push(Finding::new(of, Verdict::Wrong, what).todo("Correct ecr in the runbook."));
            continue;
        };
        let Some(here) = here else {
            let what = format!("account {} has no such repository", sides.target.id);
            let todo = "Apply the Terraform that makes it, then look again for its images.";
            findings.push(Finding::new(of, Verdict::NotYet, what).todo(todo));
            continue;
        };
        // A tag that stands for another image there was perhaps pushed there since: it is told below, and not to be copied over.
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
            // What has no tag and is used by nothing waits for its end.
            let by_digest = (tags.is_empty() && used_by_digest).then(|| format!("{name}@{digest}"));
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
        let region = &runbook.region;
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

fn registry(account: &Account, runbook: &Runbook) -> String {
    format!("{}.dkr.ecr.{}.amazonaws.com", account.id, runbook.region)
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

/// Tags that both have, for different images, of which the target has the source's, too.
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

async fn bucket(new: &str, sides: &Sides) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let of = format!("bucket {new}");
    let target = &sides.target.id;
    if let Some(seen) = bear(&of, sides.target.s3.look(new).await, &mut findings)? {
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

/// Reads the files of the checkouts. Only names that were looked for are told, never what else stands in a line.
pub fn look_in_files(runbook: &Runbook, beside: &Path) -> Result<InFiles, CliError> {
    let delivery = &runbook.delivery;
    let paths: Vec<PathBuf> = delivery.scan.iter().map(|path| beside.join(path)).collect();
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(CliError::before(
            exit::BLOCKED,
            "there is nothing of this name to look in",
            "Check scan in [delivery]: its paths lie beside the runbook.",
        )
        .at(missing.display().to_string()));
    }
    let finder = Finder::new(&old_names(runbook)).map_err(|error| {
        CliError::before(
            exit::INTERNAL,
            "the names cannot be looked for",
            "Leave scan out of [delivery].",
        )
        .because(&error)
    })?;
    let names = Names {
        source: &runbook.source.account,
        target: &runbook.target.account,
        state: delivery.state.as_ref(),
    };
    let mut found = InFiles::default();
    each_text(&paths, &mut |path, text| {
        let told = path.display().to_string();
        let text = match text {
            Ok(text) => text,
            Err(why) => {
                found
                    .findings
                    .push(Finding::new(told, Verdict::Note, format!("it is not read: {why}")));
                return;
            }
        };
        found.files += 1;
        of_states(path, &told, &text, names, &mut found);
        // A line that was told with what it means is not told again.
        let lines: BTreeSet<String> = found.findings.iter().map(|one| one.of.clone()).collect();
        for (number, line) in text.lines().enumerate() {
            let at = format!("{told}:{}", number + 1);
            if lines.contains(&at) {
                continue;
            }
            for hit in finder.hits(line) {
                let what = format!("{} still stands there", hit.old);
                found
                    .findings
                    .push(Finding::new(&at, Verdict::NotYet, what).todo(format!("Write {}", hit.new)));
            }
        }
    });
    Ok(found)
}

/// What is called otherwise in the target, whatever a run makes.
fn old_names(runbook: &Runbook) -> BTreeMap<String, String> {
    let (source, target) = (&runbook.source.account, &runbook.target.account);
    let registry = |account| format!("{account}.dkr.ecr.{}.amazonaws.com", runbook.region);
    let mut names = BTreeMap::from([
        (source.to_string(), target.to_string()),
        (registry(source), registry(target)),
    ]);
    let state = runbook.delivery.state.iter();
    names.extend(state.map(|state| (state.old.clone(), state.new.clone())));
    for bucket in &runbook.buckets {
        if let Some(new) = &bucket.new_name {
            names.insert(bucket.name.to_string(), new.to_string());
        }
    }
    names
}

fn of_states(path: &Path, told: &str, text: &str, names: Names<'_>, found: &mut InFiles) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_part = configs::is_backend_file(&name);
    if is_part || name.ends_with(".tf") {
        match configs::backends(text, is_part) {
            Ok(backends) => found
                .findings
                .extend(backends.iter().flat_map(|one| one.judge(told, names))),
            Err(why) => found.findings.push(Finding::new(told, Verdict::Note, why)),
        }
    }
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    if !(is_yaml && text.contains("tfstate")) {
        return;
    }
    let plugins = match configs::plugins(text) {
        Ok(plugins) => plugins,
        Err(why) => {
            found.findings.push(Finding::new(told, Verdict::Note, why));
            return;
        }
    };
    for plugin in plugins {
        match plugin.state(told, names) {
            StateAt::Told(finding) => found.findings.push(finding),
            StateAt::Object { bucket, key, line } => {
                let at = format!("{told}:{line}");
                found.states.entry((bucket, key)).or_default().push(at);
            }
            StateAt::File { path: file, line } => {
                let at = format!("{told}:{line}");
                let there = path.parent().unwrap_or(Path::new(".")).join(&file).is_file();
                found.findings.push(match there {
                    true => Finding::new(
                        at,
                        Verdict::Ok,
                        format!("its plugin tfstate reads {file}, which is there"),
                    ),
                    false => Finding::new(
                        at,
                        Verdict::NotYet,
                        format!("its plugin tfstate reads {file}, which is not there"),
                    )
                    .todo("Have Terraform write it, or name the state in S3."),
                });
            }
        }
    }
}

async fn in_files(sides: &Sides, files: InFiles) -> Result<Vec<Finding>, Failure> {
    let mut findings = files.findings;
    for ((bucket, key), places) in files.states {
        let answer = sides.target.s3.has_object(&bucket, &key).await;
        let Some(there) = bear(&places.join(", "), answer, &mut findings)? else {
            continue;
        };
        for at in places {
            findings.push(match there {
                true => Finding::new(
                    at,
                    Verdict::Ok,
                    format!("its plugin tfstate reads s3://{bucket}/{key}, which is there"),
                ),
                false => {
                    let what = format!("its plugin tfstate reads s3://{bucket}/{key}, which is not there");
                    Finding::new(at, Verdict::NotYet, what)
                        .todo("Apply the target's Terraform first: it writes the state.")
                }
            });
        }
    }
    if findings.is_empty() {
        let what = "none of them names what is old";
        findings.push(Finding::new(format!("{} files", files.files), Verdict::Ok, what));
    }
    Ok(findings)
}

async fn firing(runbook: &Runbook, sides: &Sides) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    let patterns = &runbook.delivery.schedules;
    let region = &runbook.region;
    let meant = |one: &Firing| patterns.is_empty() || patterns.iter().any(|pattern| delivers(pattern, &one.name));
    // Without names nobody can tell what moves from what stays.
    let verdict = if patterns.is_empty() {
        Verdict::Note
    } else {
        Verdict::NotYet
    };
    let rules = bear("rules", sides.source.schedules.rules().await, &mut findings)?;
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
    let schedules = bear("schedules", sides.source.schedules.schedules().await, &mut findings)?;
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

/// Whether a name fits a pattern, in which `*` stands for anything.
fn delivers(pattern: &str, name: &str) -> bool {
    crate::commands::observed::fits(pattern, name)
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
