//! What the files of a delivery flow say of Terraform's states: backends in Terraform's own files, and the tfstate plugins of ecspresso and
//! ecschedule, which look up ids in a state.

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute, Body};
use model::AccountId;
use saphyr::{LoadableYamlNode as _, MarkedYaml};

use super::spec::StateSpec;
use super::{Finding, Verdict};

/// A text and the line it stands in, from 1 on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What is written.
    pub text: String,
    /// Where.
    pub line: usize,
}

/// A backend in S3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backend {
    /// Where it begins.
    pub line: usize,
    /// The bucket; absent where `terraform init` is told it.
    pub bucket: Option<Written>,
    /// The profile.
    pub profile: Option<Written>,
    /// The role that is taken on.
    pub role: Option<Written>,
    /// The table of locks in DynamoDB.
    pub lock_table: Option<Written>,
}

/// A plugin that looks things up in a state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plugin {
    /// Where it begins.
    pub line: usize,
    /// What stands before the names of its functions (`func_prefix`).
    pub prefix: String,
    /// The state's URL.
    pub url: Option<Written>,
    /// The state's file.
    pub path: Option<Written>,
}

/// What is old, and what is to stand there.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The source account.
    pub source: &'a AccountId,
    /// The target account.
    pub target: &'a AccountId,
    /// The buckets of states.
    pub state: Option<&'a StateSpec>,
}

/// Whether a file's name is that of a part of a backend (`-backend-config`).
pub fn is_backend_file(name: &str) -> bool {
    name.ends_with(".tfbackend")
}

/// The backends in S3 of a Terraform file; of a part of a backend (`*.tfbackend`) the one that it makes.
pub fn backends(text: &str, is_part: bool) -> Result<Vec<Backend>, String> {
    let body = hcl_edit::parser::parse_body(text).map_err(|error| {
        let at = error.location();
        format!(
            "line {}, column {}: it is not Terraform's language",
            at.line(),
            at.column()
        )
    })?;
    if is_part {
        let one = backend(text, &body, 1);
        return Ok(if one.bucket.is_some() { vec![one] } else { Vec::new() });
    }
    let mut found = Vec::new();
    for terraform in body.get_blocks("terraform") {
        for block in terraform.body.get_blocks("backend") {
            if block.labels.first().is_some_and(|label| label.as_str() == "s3") {
                found.push(backend(text, &block.body, line(text, block.span())));
            }
        }
    }
    Ok(found)
}

fn backend(text: &str, body: &Body, at: usize) -> Backend {
    let written = |name: &str| body.get_attribute(name).and_then(|attribute| value(text, attribute));
    // `role_arn` of its own until Terraform 1.6, in `assume_role` since.
    let nested = body.get_attribute("assume_role").and_then(|attribute| {
        let line = line(text, attribute.span());
        let Expression::Object(object) = &attribute.value else {
            return None;
        };
        let named = |key: &hcl_edit::expr::ObjectKey| match key {
            hcl_edit::expr::ObjectKey::Ident(ident) => ident.as_str() == "role_arn",
            hcl_edit::expr::ObjectKey::Expression(key) => key.as_str() == Some("role_arn"),
        };
        let (_, role) = object.iter().find(|(key, _)| named(key))?;
        let text = role.expr().as_str()?.to_owned();
        Some(Written { text, line })
    });
    Backend {
        line: at,
        bucket: written("bucket"),
        profile: written("profile"),
        role: written("role_arn").or(nested),
        lock_table: written("dynamodb_table"),
    }
}

fn value(text: &str, attribute: &Attribute) -> Option<Written> {
    Some(Written {
        text: attribute.value.as_str()?.to_owned(),
        line: line(text, attribute.span()),
    })
}

fn line(text: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let at = span.map_or(0, |span| span.start).min(text.len());
    text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The tfstate plugins of a file of ecspresso's or ecschedule's.
pub fn plugins(text: &str) -> Result<Vec<Plugin>, String> {
    let documents = MarkedYaml::load_from_str(text)
        .map_err(|error| format!("it is not YAML before its templates are filled in: {error}"))?;
    let mut found = Vec::new();
    for document in &documents {
        let listed = document.data.as_mapping_get("plugins");
        for plugin in listed.and_then(|listed| listed.data.as_vec()).into_iter().flatten() {
            let name = plugin.data.as_mapping_get("name").and_then(|name| name.data.as_str());
            if name != Some("tfstate") {
                continue;
            }
            let config = plugin.data.as_mapping_get("config");
            let written = |key: &str| {
                let one = config?.data.as_mapping_get(key)?;
                Some(Written {
                    text: one.data.as_str()?.to_owned(),
                    line: one.span.start.line(),
                })
            };
            let prefix = plugin.data.as_mapping_get("func_prefix");
            found.push(Plugin {
                line: plugin.span.start.line(),
                prefix: prefix.and_then(|one| one.data.as_str()).unwrap_or_default().to_owned(),
                url: written("url"),
                path: written("path"),
            });
        }
    }
    Ok(found)
}

impl Backend {
    /// How it stands; `file` is how the file is told.
    pub fn judge(&self, file: &str, names: Names<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let at = |written: &Written| format!("{file}:{}", written.line);
        if let (Some(bucket), Some(state)) = (&self.bucket, names.state) {
            if bucket.text == state.old {
                let what = format!("the backend keeps its state in {}, of the source", state.old);
                findings.push(
                    Finding::new(at(bucket), Verdict::NotYet, what)
                        .todo(format!(
                            "Write bucket = {:?}. The state of a new account starts empty: -migrate-state would copy one in which the source's \
                             resources stand.",
                            state.new
                        ))
                        .type_this("terraform init -reconfigure"),
                );
            } else if bucket.text != state.new {
                let what = format!(
                    "the backend's bucket {} is neither the old nor the new one",
                    bucket.text
                );
                findings.push(Finding::new(at(bucket), Verdict::Note, what));
            }
        }
        if let Some(role) = self
            .role
            .as_ref()
            .filter(|role| role.text.contains(names.source.as_str()))
        {
            let what = format!("the backend takes on a role of the source account {}", names.source);
            let todo = format!("Name a role of {}.", names.target);
            findings.push(Finding::new(at(role), Verdict::NotYet, what).todo(todo));
        }
        if let Some(profile) = &self.profile {
            let what = format!("the backend uses the profile {}", profile.text);
            let todo = format!("See that it enters {}.", names.target);
            findings.push(Finding::new(at(profile), Verdict::Note, what).todo(todo));
        }
        if let Some(table) = &self.lock_table {
            let what = format!(
                "it locks with the DynamoDB table {}, which Terraform has deprecated",
                table.text
            );
            let todo = "The table must exist in the target; or write use_lockfile = true, which needs none.";
            findings.push(Finding::new(at(table), Verdict::Note, what).todo(todo));
        }
        if findings.iter().all(|one| one.verdict == Verdict::Note)
            && let (Some(bucket), Some(state)) = (&self.bucket, names.state)
            && bucket.text == state.new
        {
            let what = format!("the backend keeps its state in {}", state.new);
            findings.push(Finding::new(at(bucket), Verdict::Ok, what));
        }
        findings
    }
}

/// Where a plugin finds its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateAt {
    /// An object in S3: it must be there for the target.
    Object {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// Where it is written.
        line: usize,
    },
    /// A file, relative to the folder of the file that names it.
    File {
        /// As it is written.
        path: String,
        /// Where.
        line: usize,
    },
    /// Something to tell, and nothing to look up.
    Told(Finding),
}

impl Plugin {
    /// Where its state is; `file` is how the file is told.
    pub fn state(&self, file: &str, names: Names<'_>) -> StateAt {
        let at = |line: usize| format!("{file}:{line}");
        let (Some(written), is_url) = (self.url.as_ref().or(self.path.as_ref()), self.url.is_some()) else {
            let what = "its plugin tfstate has neither url nor path";
            return StateAt::Told(
                Finding::new(at(self.line), Verdict::Wrong, what).todo("Name the state of the target."),
            );
        };
        let (text, line) = (&written.text, written.line);
        let note = |what: &str| StateAt::Told(Finding::new(at(line), Verdict::Note, what));
        if text.contains("{{") {
            return note("the state is named by a template, and was not looked up");
        }
        let bare = text.strip_prefix("file://").filter(|_| is_url);
        if let Some(path) = bare.or((!is_url).then_some(text.as_str())) {
            let path = path.to_owned();
            return StateAt::File { path, line };
        }
        let Some((bucket, key)) = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/')) else {
            return note("the state lies neither in S3 nor in a file, and was not looked up");
        };
        if let Some(state) = names.state.filter(|state| state.old == bucket) {
            let what = format!("its plugin tfstate reads the state of the source, in {bucket}");
            let todo = format!("Write url: s3://{}/{key}", state.new);
            return StateAt::Told(Finding::new(at(line), Verdict::NotYet, what).todo(todo));
        }
        StateAt::Object {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str, is_part: bool) -> Vec<(String, Verdict)> {
        let (source, target) = (
            AccountId::new("111111111111").expect("an account"),
            AccountId::new("222222222222").expect("an account"),
        );
        let state = StateSpec {
            old: "old-tf".to_owned(),
            new: "new-tf".to_owned(),
        };
        let names = Names {
            source: &source,
            target: &target,
            state: Some(&state),
        };
        let found = backends(text, is_part).expect("Terraform");
        let found = found.iter().flat_map(|one| one.judge("x.tf", names));
        found.map(|one| (one.of, one.verdict)).collect()
    }

    #[test]
    fn a_backend_with_the_old_bucket_role_and_table_is_told_line_by_line() {
        let text = "# ours\nterraform {\n  required_version = \">= 1.9\"\n  backend \"s3\" {\n    bucket         = \"old-tf\"\n    key            = \"stg\"\n    \
                    profile        = \"stg\"\n    dynamodb_table = \"locks\"\n    assume_role = {\n      role_arn = \"arn:aws:iam::111111111111:role/tf\"\n    }\n  }\n}\n";
        let place = |line: usize, verdict| (format!("x.tf:{line}"), verdict);
        let expected = [
            place(5, Verdict::NotYet),
            place(9, Verdict::NotYet),
            place(7, Verdict::Note),
            place(8, Verdict::Note),
        ];
        assert_eq!(judged(text, false), expected);
    }

    #[test]
    fn a_new_bucket_is_right_a_third_one_is_noted_and_other_backends_are_nobodys() {
        let with = |bucket: &str| format!("terraform {{\n  backend \"s3\" {{\n    bucket = {bucket}\n  }}\n}}\n");
        assert_eq!(judged(&with("\"new-tf\""), false), [("x.tf:3".to_owned(), Verdict::Ok)]);
        assert_eq!(
            judged(&with("\"third\""), false),
            [("x.tf:3".to_owned(), Verdict::Note)]
        );
        assert_eq!(judged(&with("var.bucket"), false), []);
        assert_eq!(
            judged(
                "terraform {\n  backend \"gcs\" {\n    bucket = \"old-tf\"\n  }\n}\n",
                false
            ),
            []
        );
        assert_eq!(
            judged(
                "bucket = \"old-tf\"\nrole_arn = \"arn:aws:iam::111111111111:role/tf\"\n",
                true
            )
            .len(),
            2
        );
        assert_eq!(judged("name = \"x\"\n", true), []);
        let refused = backends("terraform {\n  backend \"s3\" {\n", false).expect_err("cut off");
        assert!(refused.starts_with("line 2, column 18: it is not"), "{refused}");
    }

    fn state(text: &str) -> StateAt {
        let (source, target) = (
            AccountId::new("111111111111").expect("an account"),
            AccountId::new("222222222222").expect("an account"),
        );
        let state = StateSpec {
            old: "old-tf".to_owned(),
            new: "new-tf".to_owned(),
        };
        let names = Names {
            source: &source,
            target: &target,
            state: Some(&state),
        };
        plugins(text).expect("YAML")[0].state("ecspresso.yml", names)
    }

    #[test]
    fn plugins_name_their_states_by_url_or_by_path() {
        let with = |config: &str| {
            format!(
                "region: eu-west-1\nplugins:\n  - name: ssm\n  - name: tfstate\n    func_prefix: a_\n    config:\n      {config}\n"
            )
        };
        let StateAt::Told(old) = state(&with("url: s3://old-tf/stg/terraform.tfstate")) else {
            panic!("the old one is told")
        };
        assert_eq!((old.of.as_str(), old.verdict), ("ecspresso.yml:7", Verdict::NotYet));
        assert_eq!(
            old.todo.as_deref(),
            Some("Write url: s3://new-tf/stg/terraform.tfstate")
        );
        let object = StateAt::Object {
            bucket: "new-tf".to_owned(),
            key: "a/b".to_owned(),
            line: 7,
        };
        assert_eq!(state(&with("url: s3://new-tf/a/b")), object);
        let file = StateAt::File {
            path: "terraform.tfstate".to_owned(),
            line: 7,
        };
        assert_eq!(state(&with("path: terraform.tfstate")), file);
        assert_eq!(state(&with("url: file://terraform.tfstate")), file);
        for odd in [
            "url: \"s3://{{ must_env `B` }}/x\"",
            "url: remote://app.terraform.io/a/b",
        ] {
            let StateAt::Told(note) = state(&with(odd)) else {
                panic!("{odd}")
            };
            assert_eq!(note.verdict, Verdict::Note);
        }
        let StateAt::Told(wrong) = state(&with("other: x")) else {
            panic!("neither url nor path")
        };
        assert_eq!((wrong.of.as_str(), wrong.verdict), ("ecspresso.yml:4", Verdict::Wrong));
    }

    #[test]
    fn what_is_no_yaml_before_its_templates_are_filled_in_is_told() {
        assert!(plugins("cluster: {{ must_env `CLUSTER` }}\n  x: [").is_err());
        assert_eq!(plugins("- a\n- b\n"), Ok(Vec::new()));
        assert_eq!(plugins(""), Ok(Vec::new()));
    }
}
