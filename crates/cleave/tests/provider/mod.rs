//! Terraform with the real AWS provider, where both are on the machine: the program, a folder that holds the provider, and a folder of
//! configuration in which they are let loose on a served simcloud.

#![allow(unreachable_pub, reason = "a part of a test")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is needed, or why it is not there.
pub struct Terraform {
    program: PathBuf,
    mirror: PathBuf,
    version: String,
}

impl Terraform {
    /// Looks for it where people have it.
    #[expect(
        clippy::disallowed_methods,
        reason = "what is on this machine decides whether the test can run"
    )]
    pub fn find() -> Result<Self, String> {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&paths).collect();
        folders.push("/usr/local/bin".into());
        let program = folders
            .iter()
            .map(|folder| folder.join("terraform"))
            .find(|path| path.is_file());
        let program = program.ok_or("no terraform in PATH")?;
        let mut mirrors: Vec<PathBuf> = std::env::var_os("TF_PLUGIN_MIRROR")
            .map(PathBuf::from)
            .into_iter()
            .collect();
        let settings = std::env::var_os("TF_CLI_CONFIG_FILE").map_or_else(|| home.join(".terraformrc"), PathBuf::from);
        mirrors.extend(mirrors_in(&std::fs::read_to_string(settings).unwrap_or_default()));
        mirrors.push(home.join(".terraform.d/plugins"));
        mirrors.push(home.join(".local/share/terraform/plugins"));
        for usual in [
            "/usr/share/terraform/plugins",
            "/usr/local/share/terraform/plugins",
            "/opt/tf-plugins",
        ] {
            mirrors.push(usual.into());
        }
        for mirror in mirrors {
            if let Some(version) = provider_in(&mirror, 0) {
                return Ok(Self {
                    program,
                    mirror,
                    version,
                });
            }
        }
        Err("no folder with terraform-provider-aws_* (TF_PLUGIN_MIRROR names one)".to_owned())
    }

    /// A folder with a provider for one account of a simcloud.
    pub fn folder(
        &self,
        folder: &Path,
        endpoint: SocketAddr,
        (key, secret): &(String, String),
        account: &str,
    ) -> Folder<'_> {
        std::fs::create_dir_all(folder).expect("a folder");
        let settings = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\ndisable_checkpoint = true\n",
            self.mirror
        );
        std::fs::write(folder.join("terraform.rc"), settings).expect("a file");
        let provider = format!(
            "terraform {{\n  required_providers {{\n    aws = {{\n      source  = \"hashicorp/aws\"\n      version = \"{}\"\n    }}\n  }}\n}}\n\n\
             provider \"aws\" {{\n  region              = \"ap-northeast-1\"\n  allowed_account_ids = [\"{account}\"]\n  s3_use_path_style   = true\n  \
             max_retries         = 1\n}}\n",
            self.version
        );
        std::fs::write(folder.join("provider.tf"), provider).expect("a file");
        let folder = Folder {
            terraform: self,
            path: folder.to_owned(),
            endpoint,
            key: key.clone(),
            secret: secret.clone(),
        };
        folder.done(&["init", "-input=false"]);
        folder
    }
}

/// The folders that a CLI configuration names: `path = "…"`.
fn mirrors_in(settings: &str) -> Vec<PathBuf> {
    let lines = settings.lines().map(str::trim).filter(|line| line.starts_with("path"));
    lines
        .filter_map(|line| line.split('"').nth(1))
        .map(PathBuf::from)
        .collect()
}

/// The version of the newest provider below a folder, packed (`terraform-provider-aws_5.100.0_linux_amd64.zip`) or not
/// (`aws/5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5`).
fn provider_in(folder: &Path, depth: usize) -> Option<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if let Some(rest) = name.strip_prefix("terraform-provider-aws_") {
            let version = rest.trim_start_matches('v').split('_').next().unwrap_or_default();
            found.push(version.trim_end_matches(".zip").to_owned());
        } else if path.is_dir() && depth < 6 {
            found.extend(provider_in(&path, depth + 1));
        }
    }
    let numbers = |version: &String| {
        version
            .split('.')
            .map(|part| part.parse::<u32>().unwrap_or(0))
            .collect::<Vec<_>>()
    };
    found.into_iter().max_by_key(numbers)
}

/// A folder of configuration.
pub struct Folder<'t> {
    terraform: &'t Terraform,
    /// Where it is.
    pub path: PathBuf,
    endpoint: SocketAddr,
    key: String,
    secret: String,
}

impl Folder<'_> {
    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path.join(name), text).expect("a file");
    }

    /// Runs it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.terraform.program);
        command
            .env_clear()
            .current_dir(&self.path)
            .env("HOME", &self.path)
            .env("PATH", "/usr/bin:/bin")
            .env("TF_CLI_CONFIG_FILE", self.path.join("terraform.rc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.endpoint))
            .env("AWS_ACCESS_KEY_ID", &self.key)
            .env("AWS_SECRET_ACCESS_KEY", &self.secret)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(arguments);
        if arguments.first() != Some(&"show") {
            command.arg("-no-color");
        }
        command.output().expect("terraform can be started")
    }

    /// Runs it to a good end; what it said.
    pub fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = said(&output);
        assert!(output.status.success(), "terraform {arguments:?}: {said}");
        String::from_utf8(output.stdout).expect("text")
    }
}

/// All that it said.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_newest_provider_is_found_packed_or_not() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("mirrors");
    let _ = std::fs::remove_dir_all(&folder);
    assert_eq!(provider_in(&folder, 0), None, "there is no such folder");
    let made = |path: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, "").expect("a file");
    };
    made("host/hashicorp/random/1.0.0/linux_amd64/terraform-provider-random_v1.0.0");
    assert_eq!(provider_in(&folder, 0), None);
    made("host/hashicorp/aws/terraform-provider-aws_5.9.0_linux_amd64.zip");
    assert_eq!(provider_in(&folder, 0).as_deref(), Some("5.9.0"));
    made("host/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5");
    assert_eq!(provider_in(&folder, 0).as_deref(), Some("5.100.0"));
    let settings = "provider_installation {\n  filesystem_mirror {\n    path = \"/a/b\"\n  }\n}\n";
    assert_eq!(mirrors_in(settings), [PathBuf::from("/a/b")]);
}
