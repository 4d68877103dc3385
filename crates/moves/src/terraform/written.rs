//! The three files, as texts.

use std::collections::{BTreeMap, BTreeSet};

use model::event::WorldKind;
use model::{Side, State};

use super::hcl::{Config, Value, comment};
use super::source_state::{SourceState, without_keys};
use super::{HandOver, Leaving, Thing};

/// What stands in `removed`: what Terraform forgets is not destroyed.
fn removed(from: &str) -> Config {
    let lifecycle = Config::default().set("destroy", false);
    Config::default()
        .set("from", Value::Refer(from.to_owned()))
        .block("lifecycle", lifecycle)
}

/// A comment of several lines, with an empty line below.
fn heading(lines: impl IntoIterator<Item = String>) -> String {
    let lines = lines.into_iter().map(|line| format!("{}\n", comment(&line).trim_end()));
    lines.chain(["\n".to_owned()]).collect()
}

impl HandOver {
    fn head(&self, state: &State, side: Side) -> Vec<String> {
        let account = state
            .plan
            .accounts
            .get(&side)
            .map_or("?", |access| access.account.as_str());
        let word = match side {
            Side::Source => "source",
            Side::Target | Side::Parent => "target",
        };
        let mut head = vec![format!(
            "Written by cleave of run {} of {:?}, for the Terraform of the {word} account {account}, region {}.",
            state.run, state.plan.migration, state.plan.region
        )];
        if state.world == WorldKind::Rehearsal {
            head.push("OF A REHEARSAL: every id that AWS draws is made up. To look at, not to apply.".to_owned());
        }
        head
    }

    fn gaps(&self) -> Vec<String> {
        if self.missing.is_empty() {
            return Vec::new();
        }
        let mut lines = vec![
            String::new(),
            "NOT IN HERE, because the run has not done it. Write the files again once it has:".to_owned(),
        ];
        lines.extend(self.missing.iter().map(|line| format!("  {line}")));
        lines
    }

    /// `target_imports.tf`: takes what the run made into the target's state.
    pub fn imports(&self, state: &State) -> String {
        let mut head = self.head(state, Side::Target);
        head.push(
            "Terraform 1.5 or later. Once it is applied these blocks have done their work, and can go.".to_owned(),
        );
        head.extend(self.said.iter().flat_map(|text| [String::new(), text.clone()]));
        head.extend(self.gaps());
        let mut file = Config::default();
        for thing in &self.things {
            let import = Config::default()
                .set("to", Value::Refer(format!("{}.{}", thing.kind, thing.label)))
                .set("id", &thing.id);
            file.push_block("import", &[], import);
            file.say(thing.said.iter().cloned());
        }
        heading(head) + &file.text()
    }

    /// `target_resources.tf`: the resources as they are, so that a plan has nothing to change.
    pub fn resources(&self, state: &State) -> String {
        let mut head = self.head(state, Side::Target);
        head.push(
            "The resources as they were made. Applied together with target_imports.tf there is nothing to add, change or destroy."
                .to_owned(),
        );
        head.extend(self.gaps());
        let mut file = Config::default();
        for thing in &self.things {
            file.push_block("resource", &[thing.kind, &thing.label], thing.body());
        }
        heading(head) + &file.text()
    }

    /// `source_removed.tf`: has the source's Terraform forget what has left, without destroying anything.
    pub fn removed(&self, state: &State, source: Option<&SourceState>) -> String {
        let mut head = self.head(state, Side::Source);
        head.push(
            "Terraform 1.7 or later. Delete the resource blocks of what stands here in the same commit: Terraform refuses a removed block \
             beside its resource, and without one it would make the thing anew, or destroy it."
                .to_owned(),
        );
        if source.is_none() {
            head.push(
                "THE ADDRESSES ARE GUESSED from names. Write the true ones: terraform state pull > source.tfstate, then the same cleave \
                 command with --source-state source.tfstate. An address that the state does not have is forgotten without a word."
                    .to_owned(),
            );
        }
        head.extend(self.gaps());
        let mut text = heading(head);
        text.push_str(&match source {
            Some(known) => self.removed_by(known),
            None => self.removed_by_guess(),
        });
        text
    }

    fn removed_by_guess(&self) -> String {
        let (mut file, mut shared) = (Config::default(), Vec::new());
        let mut taken = BTreeSet::new();
        for leaving in &self.leaving {
            let address = format!("{}.{}", leaving.kind, leaving.label);
            if !taken.insert(address.clone()) {
                continue;
            }
            if leaving.shared {
                shared.push((leaving, address));
            } else {
                file.push_block("removed", &[], removed(&address));
                file.say([leaving.described()]);
            }
        }
        file.text() + &commented(&shared, file.is_empty())
    }

    /// The addresses as a state has them.
    fn removed_by(&self, state: &SourceState) -> String {
        // By plain address: why, and the instances that leave.
        let mut leave: BTreeMap<String, (&Leaving, BTreeSet<&str>)> = BTreeMap::new();
        let (mut order, mut unknown) = (Vec::new(), Vec::new());
        for leaving in &self.leaving {
            let mut found = state.known_by(leaving.kind, &leaving.known_by);
            if leaving.kind == "aws_s3_bucket" {
                let bucket = leaving.known_by.iter().find(|(name, _)| *name == "bucket");
                found.extend(bucket.into_iter().flat_map(|(_, name)| state.of_bucket(name)));
            }
            if found.is_empty() {
                unknown.push(format!("  {} {}", leaving.kind, leaving.named()));
            }
            for instance in found {
                let plain = without_keys(&instance.address);
                let place = leave.entry(plain.clone()).or_insert_with(|| {
                    order.push(plain.clone());
                    (leaving, BTreeSet::new())
                });
                place.1.insert(instance.address.as_str());
            }
        }
        let (mut file, mut shared, mut by_hand) = (Config::default(), Vec::new(), Vec::new());
        for plain in order {
            let (leaving, these) = &leave[&plain];
            let others = state.beside(&plain, these);
            if !others.is_empty() {
                by_hand.push(format!(
                    "{plain} also has {}: removed takes no keys of instances, and would forget all of them. Type instead:",
                    others.join(", ")
                ));
                by_hand.extend(
                    these
                        .iter()
                        .map(|address| format!("  terraform state rm {}", in_quotes(address))),
                );
            } else if leaving.shared {
                shared.push((*leaving, plain));
            } else {
                file.push_block("removed", &[], removed(&plain));
                file.say([leaving.described()]);
            }
        }
        let mut text = file.text();
        for (lines, what) in [
            (by_hand, "OF SEVERAL INSTANCES ONLY SOME LEAVE."),
            (unknown, "THE STATE DOES NOT HAVE, and so needs not forget:"),
        ] {
            if !lines.is_empty() {
                if !text.is_empty() {
                    text.push('\n');
                }
                let lines = heading([what.to_owned()].into_iter().chain(lines));
                text.push_str(lines.trim_end());
                text.push('\n');
            }
        }
        let alone = text.is_empty();
        text + &commented(&shared, alone)
    }
}

/// Blocks that a person must decide about, as comments.
fn commented(shared: &[(&Leaving, String)], alone: bool) -> String {
    if shared.is_empty() {
        return String::new();
    }
    let mut file = Config::default();
    for (leaving, address) in shared {
        file.push_block("removed", &[], removed(address));
        file.say([leaving.described()]);
    }
    let above = "The target has its own of these, and they stay in the source, where what does not move may use them. Where nothing does, take the \
                 signs away:";
    let lines = file.text();
    let lines = lines.lines().map(|line| format!("{}\n", comment(line).trim_end()));
    let gap = if alone { "" } else { "\n" };
    format!("{gap}{}\n{}", comment(above), lines.collect::<String>())
}

/// An address as one word of a shell.
fn in_quotes(address: &str) -> String {
    format!("'{}'", address.replace('\'', "'\\''"))
}

impl Leaving {
    fn named(&self) -> String {
        let values: Vec<&str> = self.known_by.iter().map(|(_, value)| value.as_str()).collect();
        values.join(" ")
    }

    fn described(&self) -> String {
        format!("{}: {}", self.named(), self.said)
    }
}

impl Thing {
    fn body(&self) -> Config {
        let mut body = self.config.clone();
        let mut lifecycle = Config::default();
        if self.holds_data {
            lifecycle.push("prevent_destroy", true);
        }
        if !self.ignored.is_empty() {
            let names = self.ignored.iter().map(|(name, _)| Value::Refer((*name).to_owned()));
            lifecycle.push("ignore_changes", Value::List(names.collect()));
            // One reason may hold for several.
            let mut reasons: Vec<String> = Vec::new();
            for (name, why) in &self.ignored {
                let line = match reasons.last_mut() {
                    Some(last) if last.ends_with(&format!(": {why}")) => {
                        *last = format!("{name}, {last}");
                        continue;
                    }
                    _ => format!("{name}: {why}"),
                };
                reasons.push(line);
            }
            lifecycle.say(reasons);
        }
        if !lifecycle.is_empty() {
            body.push_block("lifecycle", &[], lifecycle);
        }
        body
    }
}
