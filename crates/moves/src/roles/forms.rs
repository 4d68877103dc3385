//! A role as people hand it in: IAM's JSON, a CloudFormation template, a Terraform module.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::{Role, Trust, trust};

/// The form in which roles are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// IAM's own documents.
    Json,
    /// A template for CloudFormation, as JSON.
    CloudFormation,
    /// A file for Terraform.
    Terraform,
}

impl Form {
    /// How the name of its file ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::CloudFormation => "template.json",
            Self::Terraform => "tf",
        }
    }
}

impl Role {
    /// The role in a form, with who may take it on.
    pub fn written(&self, form: Form, trust: Option<&Trust>) -> String {
        let trusted = trust::policy(self, trust);
        match form {
            Form::Json => pretty(&self.json(&trusted)),
            Form::CloudFormation => pretty(&self.cloudformation(&trusted)),
            Form::Terraform => self.terraform(&trusted),
        }
    }

    fn policy_name(&self, number: usize) -> String {
        format!("{}-{}", self.name, number + 1)
    }

    fn json(&self, trusted: &Value) -> Value {
        let policies = self.documents().into_iter().enumerate();
        let policies: Vec<Value> = policies
            .map(|(number, document)| json!({ "name": self.policy_name(number), "document": document }))
            .collect();
        json!({ "account": self.account, "role": self.name, "trust": trusted, "policies": policies })
    }

    fn cloudformation(&self, trusted: &Value) -> Value {
        let mut resources = Map::new();
        let mut attached = Vec::new();
        for (number, document) in self.documents().into_iter().enumerate() {
            let id = format!("Policy{}", number + 1);
            attached.push(json!({ "Ref": id }));
            let policy = json!({ "ManagedPolicyName": self.policy_name(number), "PolicyDocument": document });
            resources.insert(id, json!({ "Type": "AWS::IAM::ManagedPolicy", "Properties": policy }));
        }
        let role = json!({ "RoleName": self.name, "AssumeRolePolicyDocument": trusted, "ManagedPolicyArns": attached });
        resources.insert(
            "Role".to_owned(),
            json!({ "Type": "AWS::IAM::Role", "Properties": role }),
        );
        json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": format!("{} in account {}, as cleave roles derived it", self.name, self.account),
            "Resources": resources,
        })
    }

    fn terraform(&self, trusted: &Value) -> String {
        let label: String = self
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        let label = match label.starts_with(|c: char| c.is_ascii_digit()) {
            true => format!("_{label}"),
            false => label,
        };
        let mut text = format!(
            "# {} in account {}, as cleave roles derived it.\n",
            self.name, self.account
        );
        let _ = write!(
            text,
            "resource \"aws_iam_role\" \"{label}\" {{\n  name               = \"{}\"\n  assume_role_policy = {}\n}}\n",
            self.name,
            heredoc(trusted)
        );
        for (number, document) in self.documents().iter().enumerate() {
            let name = self.policy_name(number);
            let one = format!("{label}_{}", number + 1);
            let _ = write!(
                text,
                "\nresource \"aws_iam_policy\" \"{one}\" {{\n  name   = \"{name}\"\n  policy = {}\n}}\n\n\
                 resource \"aws_iam_role_policy_attachment\" \"{one}\" {{\n  role       = aws_iam_role.{label}.name\n  policy_arn = \
                 aws_iam_policy.{one}.arn\n}}\n",
                heredoc(document)
            );
        }
        text
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A document as Terraform reads it; `${` and `%{` would else be its own.
fn heredoc(value: &Value) -> String {
    let text = format!("{value:#}").replace("${", "$${").replace("%{", "%%{");
    format!("<<-JSON\n{text}\n  JSON")
}
