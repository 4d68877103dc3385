//! What is called otherwise in the target: old beside new for every endpoint, id, ARN, secret and name server, as the journal tells it.
//! Each kind says its own in its `outputs.rs`.

use std::collections::BTreeMap;

use model::{ResourceRef, State};
use serde::Serialize;

use crate::terraform::{Config, Run, Value, label};

/// One name, or several that stand for one another in order, in both accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Output {
    /// What it is of.
    #[serde(serialize_with = "shown")]
    pub of: ResourceRef,
    /// What it is: `endpoint`, `ami`, `key_arn`, …
    pub what: &'static str,
    /// In the source; none where the journal does not tell.
    pub old: Vec<String>,
    /// In the target.
    pub new: Vec<String>,
}

fn shown<S: serde::Serializer>(of: &ResourceRef, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(of)
}

/// Gathers them.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    all: Vec<Output>,
}

impl Outputs {
    /// Adds one; an absent or empty old one is not told.
    pub(crate) fn add(&mut self, of: &ResourceRef, what: &'static str, old: Option<&str>, new: impl Into<String>) {
        let old = old.filter(|old| !old.is_empty()).map(str::to_owned);
        self.add_all(of, what, old.into_iter().collect(), vec![new.into()]);
    }

    /// Adds several of a sort.
    pub(crate) fn add_all(&mut self, of: &ResourceRef, what: &'static str, old: Vec<String>, new: Vec<String>) {
        let of = of.clone();
        self.all.push(Output { of, what, old, new });
    }
}

/// Old beside new of everything that a run has made, in the order of kinds. What it has not made yet is not among them.
pub fn outputs(state: &State) -> Vec<Output> {
    let run = Run { state };
    let mut outputs = Outputs::default();
    crate::key::outputs::tell(&run, &mut outputs);
    crate::parameter_group::outputs::tell(&run, &mut outputs);
    crate::database::outputs::tell(&run, &mut outputs);
    crate::cluster::outputs::tell(&run, &mut outputs);
    crate::bucket::outputs::tell(&run, &mut outputs);
    crate::image::outputs::tell(&run, &mut outputs);
    crate::volume::outputs::tell(&run, &mut outputs);
    crate::cache::outputs::tell(&run, &mut outputs);
    crate::zone::outputs::tell(&run, &mut outputs);
    crate::zone::private::outputs::tell(&run, &mut outputs);
    outputs.all
}

/// As variables of Terraform's: the new values, with the old ones above.
pub fn tfvars(outputs: &[Output]) -> String {
    let mut file = Config::default();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for output in outputs {
        let mut name = label(&format!("{} {} {}", output.of.kind, output.of.name, output.what));
        let times = taken.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            name = format!("{name}_{times}");
        }
        match output.new.as_slice() {
            [one] => file.push(&name, one),
            several => file.push(&name, Value::List(several.iter().map(Into::into).collect())),
        }
        file.say([match output.old.as_slice() {
            [] => format!(
                "{} of {}; the journal does not tell the old one",
                output.what, output.of
            ),
            old => format!("{} of {}, was {}", output.what, output.of, old.join(", ")),
        }]);
    }
    file.text()
}

/// What to look for where people leave names, and what is to stand there: every old value that has changed. Of several
/// that stand for one another none is the other's own, so all new ones are named.
pub fn changed(outputs: &[Output]) -> BTreeMap<String, (String, &Output)> {
    let mut changed = BTreeMap::new();
    for output in outputs {
        let mut new = output.new.clone();
        new.sort();
        for old in output.old.iter().filter(|old| !output.new.contains(old)) {
            changed.insert(old.clone(), (new.join(", "), output));
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(what: &'static str, old: &[&str], new: &[&str]) -> Output {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Output {
            of: ResourceRef::new("zone", "stg.example.com"),
            what,
            old: all(old),
            new: all(new),
        }
    }

    #[test]
    fn variables_have_the_new_values_and_say_the_old_ones() {
        let text = tfvars(&[
            output("zone_id", &["Z1"], &["Z2"]),
            output("name_servers", &[], &["a", "b"]),
        ]);
        let expected = "# zone_id of zone/stg.example.com, was Z1\nzone_stg_example_com_zone_id = \"Z2\"\n\n# name_servers of \
                        zone/stg.example.com; the journal does not tell the old one\nzone_stg_example_com_name_servers = [\"a\", \"b\"]\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn only_what_has_changed_is_looked_for() {
        let outputs = [
            output("alias", &["alias/shop"], &["alias/shop"]),
            output("zone_id", &["Z1"], &["Z2"]),
        ];
        let changed = changed(&outputs);
        assert_eq!(changed.keys().collect::<Vec<_>>(), ["Z1"]);
    }
}
