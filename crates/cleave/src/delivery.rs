//! What `cleave check` looks at beside the accounts (which `moves::delivery::look` does): files of the product's repositories, and the states that they name. The judging
//! is `moves::delivery`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws::Account;
use model::Failure;
use moves::Runbook;
use moves::delivery::configs::{self, Names, StateAt};
use moves::delivery::look::{self, Check, Sight, bear};
use moves::delivery::lookups::{Lookup, lookups};
use moves::delivery::{Finding, Verdict};
use moves::reference::read_state;
use serde_json::Value;

use crate::error::CliError;
use crate::exit;
use crate::look_in::{Finder, each_text};
use crate::words::{Failed, ToDo};

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
    /// States in S3 that plugins read: bucket and key, and where they are named.
    states: BTreeMap<(String, String), Vec<String>>,
    /// By the folder of a configuration and the prefix of a plugin's functions: the states that it looks things up in.
    plugins: BTreeMap<(PathBuf, String), BTreeSet<StateOf>>,
    /// What is looked up: in a file of which folder, and how that is told.
    lookups: Vec<(PathBuf, String, Lookup)>,
    files: usize,
}

/// Which state.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum StateOf {
    Object(String, String),
    File(PathBuf),
    /// That of the source, or one that cannot be told.
    Unknown,
}

impl InFiles {
    /// What the files say, and nothing that must be looked up.
    pub fn told(&self) -> Vec<Check> {
        let findings = self.findings.clone();
        let files = Check {
            name: "files",
            title: "Files",
            findings,
        };
        Some(files)
            .filter(|files| !files.findings.is_empty())
            .into_iter()
            .collect()
    }

    /// The states in which a file's lookups are looked up: those of the plugins nearest to it, in its own folder or in one around it.
    fn states_for(&self, folder: &Path, prefix: &str) -> Option<&BTreeSet<StateOf>> {
        let mut around = folder.ancestors();
        around.find_map(|one| self.plugins.get(&(one.to_owned(), prefix.to_owned())))
    }
}

/// Looks at everything that the runbook names.
pub async fn look(runbook: &Runbook, sides: &Sides, files: InFiles) -> Result<Vec<Check>, Failure> {
    let mut checks = look::in_accounts(&Sight {
        delivery: &runbook.delivery,
        region: &runbook.region,
        source: &sides.source,
        target: &sides.target,
    })
    .await?;
    if !runbook.delivery.scan.is_empty() {
        let findings = in_files(sides, files).await?;
        // What fires comes last.
        let place = checks.len().saturating_sub(1);
        checks.insert(
            place,
            Check {
                name: "files",
                title: "Files",
                findings,
            },
        );
    }
    Ok(checks)
}

/// Reads the files of the checkouts. Only names that were looked for are told, never what else stands in a line.
pub fn look_in_files(runbook: &Runbook, beside: &Path) -> Result<InFiles, CliError> {
    let delivery = &runbook.delivery;
    let paths: Vec<PathBuf> = delivery.scan.iter().map(|path| beside.join(path)).collect();
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(
            CliError::before(exit::BLOCKED, Failed::NothingToLookIn, ToDo::CorrectScan)
                .at(missing.display().to_string()),
        );
    }
    let finder = Finder::new(&old_names(runbook))
        .map_err(|error| CliError::before(exit::INTERNAL, Failed::NotLookedFor, ToDo::WithoutScan).because(&error))?;
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
        let folder = path.parent().unwrap_or(Path::new("."));
        for lookup in lookups(&text) {
            let at = format!("{told}:{}", lookup.line);
            found.lookups.push((folder.to_owned(), at, lookup));
        }
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
    let folder = path.parent().unwrap_or(Path::new("."));
    for plugin in plugins {
        let state = match plugin.state(told, names) {
            StateAt::Told(finding) => {
                found.findings.push(finding);
                StateOf::Unknown
            }
            StateAt::Object { bucket, key, line } => {
                let at = format!("{told}:{line}");
                found.states.entry((bucket.clone(), key.clone())).or_default().push(at);
                StateOf::Object(bucket, key)
            }
            StateAt::File { path: file, line } => {
                let at = format!("{told}:{line}");
                let whole = folder.join(&file);
                found.findings.push(match whole.is_file() {
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
                StateOf::File(whole)
            }
        };
        let of = (folder.to_owned(), plugin.prefix);
        found.plugins.entry(of).or_default().insert(state);
    }
}

async fn in_files(sides: &Sides, files: InFiles) -> Result<Vec<Finding>, Failure> {
    let mut findings = files.findings.clone();
    let mut states: BTreeMap<StateOf, Result<Value, String>> = BTreeMap::new();
    for ((bucket, key), places) in &files.states {
        let s3 = &sides.target.s3;
        let Some(there) = bear(&places.join(", "), s3.has_object(bucket, key).await, &mut findings)? else {
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
        let of = StateOf::Object(bucket.clone(), key.clone());
        let is_asked = files.lookups.iter().any(|(folder, _, lookup)| {
            let asked = files.states_for(folder, &lookup.prefix);
            asked.is_some_and(|asked| asked.contains(&of))
        });
        if there
            && is_asked
            && let Some(state) = bear(&places.join(", "), s3.get_object(bucket, key).await, &mut findings)?
        {
            states.insert(of, read_state(&state));
        }
    }
    for file in files.plugins.values().flatten() {
        if let StateOf::File(path) = file
            && let Ok(state) = std::fs::read(path)
        {
            states.insert(file.clone(), read_state(&state));
        }
    }
    for (folder, at, lookup) in &files.lookups {
        let asked = files.states_for(folder, &lookup.prefix).into_iter().flatten();
        let asked: Option<Vec<(&StateOf, &Result<Value, String>)>> =
            asked.map(|state| Some((state, states.get(state)?))).collect();
        // What of the states is wrong was told where they are named.
        findings.extend(asked.and_then(|asked| looked_up(at, lookup, &asked)));
    }
    if findings.is_empty() {
        let what = "none of them names what is old";
        findings.push(Finding::new(format!("{} files", files.files), Verdict::Ok, what));
    }
    Ok(findings)
}

/// How it stands with an address that is looked up; none where all is well, or nothing can be said.
fn looked_up(at: &str, lookup: &Lookup, asked: &[(&StateOf, &Result<Value, String>)]) -> Option<Finding> {
    let address = &lookup.address;
    let (first, _) = asked.first()?;
    if lookup.is_computed() {
        let what = format!("the address {address} is put together when the file is filled in, and was not looked up");
        return Some(Finding::new(at, Verdict::Note, what));
    }
    let named = match first {
        StateOf::Object(bucket, key) => format!("s3://{bucket}/{key}"),
        StateOf::File(path) => path.display().to_string(),
        StateOf::Unknown => return None,
    };
    let mut lacking = None;
    // Of several configurations in a folder each may be the one that this file is filled in for.
    for (_, state) in asked {
        match state {
            Ok(state) => lacking = Some((Verdict::NotYet, lookup.lacking(state)?)),
            Err(why) => lacking = lacking.or(Some((Verdict::Note, why.clone()))),
        }
    }
    let (verdict, why) = lacking?;
    let what = format!("it looks up {address} in {named}: {why}");
    let finding = Finding::new(at, verdict, what);
    Some(match verdict {
        Verdict::NotYet => {
            finding.todo("Apply the target's Terraform, or correct the address: without it nothing is deployed.")
        }
        _ => finding,
    })
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
