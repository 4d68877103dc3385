//! `cleave init`: the first runbook, from what a person is asked for or has said in flags. Asks AWS nothing; of the AWS configuration only
//! the names of profiles are read.

use std::io::{BufRead, ErrorKind, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use model::{AccountId, Region};
use moves::Runbook;

use crate::args::{InitArgs, one_line};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};
use crate::world;

/// Writes the runbook, and says what to type next.
pub fn init(args: InitArgs) -> Result<u8, CliError> {
    // Looked at before anybody has typed anything; the writing itself looks once more.
    if args.into.exists() {
        return Err(is_there(&args.into));
    }
    let wanted = if std::io::stdin().is_terminal() {
        let profiles = profile_names();
        let mut person = Person {
            types: std::io::stdin().lock(),
            reads: std::io::stderr().lock(),
        };
        Wanted::asked(&args, &mut person, &profiles)?
    } else {
        Wanted::said(&args)?
    };
    let text = wanted.runbook(&args.into);
    if let Err(error) = Runbook::parse(&text) {
        return Err(CliError::before(exit::INTERNAL, Failed::NotReadBack, ToDo::Mistake).because(&error));
    }
    let mut file = std::fs::File::create_new(&args.into).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => is_there(&args.into),
        _ => CliError::unwritable(&args.into, &error),
    })?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| CliError::unwritable(&args.into, &error))?;
    let next = wanted.discover(&args.into);
    write_out(&format!("{} is written\nnext: {next}\n", args.into.display()))?;
    Ok(exit::DONE)
}

/// What the first runbook is made of.
#[derive(Debug)]
struct Wanted {
    migration: String,
    region: Region,
    source: AccountId,
    target: AccountId,
    profile: Option<String>,
}

impl Wanted {
    /// From flags alone.
    fn said(args: &InitArgs) -> Result<Self, CliError> {
        fn there<T: Clone>(value: &Option<T>, flag: &str) -> Result<T, CliError> {
            value.clone().ok_or_else(|| {
                CliError::before(exit::USAGE, Failed::Missing.fill(&[flag]), ToDo::SayIt).type_this(
                    "cleave init --migration NAME --region REGION --source ACCOUNT --target ACCOUNT --profile PROFILE",
                )
            })
        }
        let wanted = Self {
            migration: there(&args.migration, "--migration")?,
            region: there(&args.region, "--region")?,
            source: there(&args.source, "--source")?,
            target: there(&args.target, "--target")?,
            profile: args.profile.clone(),
        };
        if let Err(why) = other_than(&wanted.source, &wanted.target) {
            return Err(CliError::before(exit::USAGE, why, ToDo::AnotherTarget));
        }
        Ok(wanted)
    }

    /// What no flag says, a person is asked for, until it can be used.
    fn asked<R: BufRead, W: Write>(
        args: &InitArgs,
        person: &mut Person<R, W>,
        profiles: &[String],
    ) -> Result<Self, CliError> {
        // In a file an id stands in quotes, and its own error says so; here it does not.
        let account =
            |typed: &str| AccountId::new(typed).map_err(|_| format!("{typed:?} is not an account id: twelve digits"));
        let migration = person.unless(&args.migration, "name of the migration, such as shop-staging", one_line)?;
        let region = person.unless(&args.region, "region, such as ap-northeast-1", |typed| {
            Region::new(typed).map_err(|error| error.to_string())
        })?;
        let source = person.unless(&args.source, "account that things come from, twelve digits", account)?;
        if let Some(Err(why)) = args.target.as_ref().map(|target| other_than(&source, target)) {
            return Err(CliError::before(exit::USAGE, why, ToDo::AnotherAccount));
        }
        let target = person.unless(&args.target, "account that they go to, twelve digits", |typed| {
            let target = account(typed)?;
            other_than(&source, &target).map(|()| target)
        })?;
        let profile = match &args.profile {
            Some(profile) => Some(profile.clone()),
            None => {
                let offered = match profiles {
                    [] => String::new(),
                    names => format!(" ({})", names.join(", ")),
                };
                let question = format!("profile of your own credentials{offered}; nothing: as they are");
                person.ask(&question, |typed| match typed {
                    "" => Ok(None),
                    name => one_line(name).map(Some),
                })?
            }
        };
        Ok(Self {
            migration,
            region,
            source,
            target,
            profile,
        })
    }

    /// The command that comes next.
    fn discover(&self, into: &Path) -> String {
        self.typed("discover", into)
    }

    fn typed(&self, command: &str, into: &Path) -> String {
        let runbook = word(&into.display().to_string());
        let profile = self.profile.as_ref().filter(|_| command == "discover");
        let profile = profile.map(|profile| format!(" --profile {}", word(profile)));
        format!("cleave {command} {runbook}{}", profile.unwrap_or_default())
    }

    /// The text.
    fn runbook(&self, into: &Path) -> String {
        // JSON's strings are TOML's, but for one control character that no name here has.
        let migration = serde_json::Value::from(self.migration.as_str());
        let [discover, plan, rehearse] = ["discover", "plan", "rehearse"].map(|command| self.typed(command, into));
        let Self {
            region, source, target, ..
        } = self;
        format!(
            "\
# The first runbook of this migration. docs/runbook.md has every field; runbooks/ has whole examples.
#
# Next: see what there is. It only reads, and writes inventory.json beside this file:
#   {discover}
# Then name below what moves, read the plan, and rehearse the night in a simulated AWS:
#   {plan}
#   {rehearse}
#
# An editor completes and checks this file when it is told the schema: type `cleave schema runbook > runbook.schema.json` beside it, and
# make `#:schema ./runbook.schema.json` its first line.

migration = {migration}
region    = \"{region}\"

# The roles that are taken on, by name. Without `role`: your own login as it is, which can be in one of the two accounts only.
source    = {{ account = \"{source}\", role = \"cleave-source\" }}
target    = {{ account = \"{target}\", role = \"cleave-target\" }}

# When users may be disturbed. Without any window: at any time.
# [[window]]
# every    = \"Sat 22:00\"
# for      = \"8h\"
# timezone = \"Asia/Tokyo\"

# A person agrees before writes stop.
# [[gate]]
# name   = \"service-stopped\"
# ask    = \"Is everything scaled to zero, and are the writers stopped?\"
# before = [\"database\", \"bucket\"]

# What moves. What is not named is not touched.
# [[database]]
# id      = \"shop-stg\"
# restore = {{ subnet_group = \"stg-db\", security_groups = [\"sg-0a1b2c3d\"] }}
#
# [[bucket]]
# name = \"shop-stg-assets\"
"
        )
    }
}

/// Who is asked.
struct Person<R, W> {
    types: R,
    reads: W,
}

impl<R: BufRead, W: Write> Person<R, W> {
    /// The value of the flag, or what is typed.
    fn unless<T: Clone>(
        &mut self,
        said: &Option<T>,
        question: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CliError> {
        match said {
            Some(value) => Ok(value.clone()),
            None => self.ask(question, read),
        }
    }

    /// Asks until what is typed can be used.
    fn ask<T>(&mut self, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<T, CliError> {
        loop {
            // A terminal that is gone is told by what it types.
            let _ = write!(self.reads, "{question}: ");
            let _ = self.reads.flush();
            let mut typed = String::new();
            match self.types.read_line(&mut typed) {
                Ok(0) | Err(_) => {
                    let _ = writeln!(self.reads);
                    return Err(CliError::before(
                        exit::USAGE,
                        Failed::NothingTyped.fill(&[question]),
                        ToDo::TypeInitAgain,
                    ));
                }
                Ok(_) => match read(typed.trim()) {
                    Ok(value) => return Ok(value),
                    Err(why) => {
                        let _ = writeln!(self.reads, "  {why}");
                    }
                },
            }
        }
    }
}

fn other_than(source: &AccountId, target: &AccountId) -> Result<(), String> {
    if source == target {
        return Err(Failed::SameAccount.fill(&[source.as_str()]));
    }
    Ok(())
}

fn is_there(path: &Path) -> CliError {
    CliError::before(exit::BLOCKED, Failed::NotWrittenOver, ToDo::AnotherInto).at(path.display().to_string())
}

/// As a shell reads it as one word.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./@+=:,%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The names of the operator's profiles; none where there is no configuration, or it cannot be read: nobody is stopped by that.
fn profile_names() -> Vec<String> {
    let named = world::variable("AWS_CONFIG_FILE").map(PathBuf::from);
    let path = named.or_else(|| Some(PathBuf::from(world::variable("HOME")?).join(".aws").join("config")));
    let text = path.and_then(|path| std::fs::read_to_string(path).ok());
    text.map_or_else(Vec::new, |text| profiles_in(&text))
}

/// The names of the profiles in a configuration: of it nothing but the heads of its sections is looked at.
fn profiles_in(config: &str) -> Vec<String> {
    let heads = config.lines().filter_map(|line| {
        let (head, _) = line.trim().strip_prefix('[')?.split_once(']')?;
        let mut words = head.split_whitespace();
        match (words.next()?, words.next()) {
            ("default", None) => Some("default".to_owned()),
            ("profile", Some(_)) => {
                let name = head.trim().strip_prefix("profile")?.trim().trim_matches(['"', '\'']);
                one_line(name).ok()
            }
            _ => None,
        }
    });
    heads.collect()
}

#[cfg(test)]
#[path = "init_tests.rs"]
mod tests;
