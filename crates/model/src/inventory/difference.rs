//! What has come, changed and gone between two looks at the accounts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::Inventory;

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The account.
    pub account: String,
    /// The region; absent of what is not regional.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The member of the inventory that has it, such as `databases`.
    pub kind: String,
    /// Its id, or its name where it has none.
    pub id: String,
    /// What became of it.
    #[serde(flatten)]
    pub what: Became,
}

/// What became of a thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "became")]
pub enum Became {
    /// It is new.
    New,
    /// Fields of it are not as they were.
    Changed {
        /// Their names, each with what it was and is; `null`: nothing.
        fields: BTreeMap<String, Field>,
    },
    /// It is gone.
    Vanished,
}

/// A field that is not as it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// What it was.
    pub before: Value,
    /// What it is.
    pub after: Value,
}

/// What tells things of one kind apart, the first that they have.
const IDS: [&str; 3] = ["id", "name", "arn"];
/// What an account's other regions and its bill tell: information, of which nothing moves, and which is other every month.
const TOLD: [&str; 2] = ["elsewhere", "bill"];
/// How many there are of something of which only the quota is the account's: snapshots come and go every night.
const COUNT: &str = "used";

impl Inventory {
    /// What is not any more in a later inventory as it is here, account by account, kind by kind. Counts of what comes and goes by itself are not
    /// compared, and neither is how much buckets hold where that was measured, nor what other regions and the bill tell.
    pub fn changes(&self, later: &Inventory) -> Vec<Change> {
        let whole = |inventory: &Inventory| serde_json::to_value(inventory).unwrap_or_default();
        let (before, after) = (whole(self), whole(later));
        let accounts = |whole: &Value| whole["accounts"].as_object().cloned().unwrap_or_default();
        let (before, after) = (accounts(&before), accounts(&after));
        let mut changes = Vec::new();
        for account in names(&before, &after) {
            let (mut before, mut after) = (members(before.get(account)), members(after.get(account)));
            let regions = |account: &mut Map<String, Value>| members(account.remove("regions").as_ref());
            let (were, are) = (regions(&mut before), regions(&mut after));
            compare(account, None, &before, &after, &mut changes);
            for region in names(&were, &are) {
                let (before, after) = (members(were.get(region)), members(are.get(region)));
                compare(account, Some(region), &before, &after, &mut changes);
            }
        }
        changes
    }

    /// Everything that has a tag of this name and value, by the ids under which changes tell it.
    pub fn tagged(&self, name: &str, value: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        gather_tagged(&serde_json::to_value(self).unwrap_or_default(), name, value, &mut found);
        found
    }
}

fn members(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn names<'v>(one: &'v Map<String, Value>, other: &'v Map<String, Value>) -> BTreeSet<&'v String> {
    one.keys().chain(other.keys()).collect()
}

/// The members of an account or a region.
fn compare(
    account: &str,
    region: Option<&String>,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    changes: &mut Vec<Change>,
) {
    let compared = names(before, after).into_iter();
    for kind in compared.filter(|kind| !TOLD.contains(&kind.as_str())) {
        let (were, are) = (things(before.get(kind)), things(after.get(kind)));
        let ids: BTreeSet<&String> = were.keys().chain(are.keys()).collect();
        for id in ids {
            let what = match (were.get(id), are.get(id)) {
                (None, _) => Became::New,
                (_, None) => Became::Vanished,
                (Some(was), Some(is)) => {
                    let fields = fields(was, is);
                    if fields.is_empty() {
                        continue;
                    }
                    Became::Changed { fields }
                }
            };
            changes.push(Change {
                account: account.to_owned(),
                region: region.cloned(),
                kind: kind.clone(),
                id: id.clone(),
                what,
            });
        }
    }
}

/// The things of one member, by what tells them apart. A member that is no list is one thing without an id, or, where its members are things
/// themselves, as many.
fn things(member: Option<&Value>) -> BTreeMap<String, Value> {
    match member {
        None => BTreeMap::new(),
        Some(Value::Array(list)) => list.iter().map(|thing| (id_of(thing), thing.clone())).collect(),
        Some(Value::Object(map)) if !map.is_empty() && map.values().all(Value::is_object) => {
            map.iter().map(|(name, thing)| (name.clone(), thing.clone())).collect()
        }
        Some(other) => BTreeMap::from([(String::new(), other.clone())]),
    }
}

fn gather_tagged(thing: &Value, name: &str, value: &str, found: &mut BTreeSet<String>) {
    match thing {
        Value::Array(list) => list.iter().for_each(|one| gather_tagged(one, name, value, found)),
        Value::Object(map) => {
            if map.get("tags").is_some_and(|tags| tags[name] == value) {
                found.insert(id_of(thing));
            }
            map.values().for_each(|one| gather_tagged(one, name, value, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn id_of(thing: &Value) -> String {
    let id = IDS
        .iter()
        .find_map(|id| thing.get(id)?.as_str().filter(|id| !id.is_empty()));
    match (id, thing) {
        (Some(id), _) => id.to_owned(),
        (None, Value::String(text)) => text.clone(),
        (None, other) => other.to_string(),
    }
}

fn fields(was: &Value, is: &Value) -> BTreeMap<String, Field> {
    let (Some(before), Some(after)) = (was.as_object(), is.as_object()) else {
        let same = was == is;
        let field = Field {
            before: was.clone(),
            after: is.clone(),
        };
        return (!same).then(|| (String::new(), field)).into_iter().collect();
    };
    let measured =
        |thing: &Map<String, Value>| thing.get("contents").is_some_and(|sums| sums.get("measured").is_some());
    let skipped = |name: &str| name == COUNT || (name == "contents" && (measured(before) || measured(after)));
    let of = |thing: &Map<String, Value>, name: &str| thing.get(name).cloned().unwrap_or_default();
    let different = names(before, after)
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name));
    different
        .filter(|name| !skipped(name))
        .map(|name| {
            let field = Field {
                before: of(before, name),
                after: of(after, name),
            };
            (name.clone(), field)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn inventory(region: &Value, zones: &Value) -> Inventory {
        let whole = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": { "111111111111": {
            "zones": zones, "regions": { "eu-west-1": region } } } });
        Inventory::parse(&whole.to_string()).expect("an inventory")
    }

    #[test]
    fn what_is_new_changed_and_gone_is_told_by_kind_and_id_and_with_its_fields() {
        let before = inventory(
            &json!({ "databases": [{ "id": "a", "port": 1 }, { "id": "b" }, { "id": "same" }], "security_groups": ["sg-1"],
                "subnet_groups": { "s": { "vpc": "v1" } }, "manual_snapshots": { "used": 3, "quota": 100 },
                "buckets": [{ "name": "files", "contents": { "measured": "2026-11-21T00:00:00Z", "versions": 7 } }] }),
            &json!([{ "id": "Z1", "name": "x.example", "records": [{ "name": "x.example", "type": "A", "ttl": 60 }] }]),
        );
        let after = inventory(
            &json!({ "databases": [{ "id": "c" }, { "id": "same" }, { "id": "a", "port": 2 }], "security_groups": ["sg-1", "sg-2"],
                "subnet_groups": { "s": { "vpc": "v2" } }, "manual_snapshots": { "used": 5, "quota": 100 },
                "buckets": [{ "name": "files", "contents": { "measured": "2026-11-22T00:00:00Z", "versions": 9 } }] }),
            &json!([{ "id": "Z1", "name": "x.example", "records": [] }]),
        );
        let found = before.changes(&after);
        let told: Vec<_> = found
            .iter()
            .map(|one| {
                let how = match &one.what {
                    Became::New => "new".to_owned(),
                    Became::Vanished => "vanished".to_owned(),
                    Became::Changed { fields } => fields.keys().cloned().collect::<Vec<_>>().join(","),
                };
                (one.region.is_some(), one.kind.as_str(), one.id.as_str(), how)
            })
            .collect();
        let expected = [
            (false, "zones", "Z1", "records"),
            (true, "databases", "a", "port"),
            (true, "databases", "b", "vanished"),
            (true, "databases", "c", "new"),
            (true, "security_groups", "sg-2", "new"),
            (true, "subnet_groups", "s", "vpc"),
        ];
        assert_eq!(
            told,
            expected.map(|(regional, kind, id, how)| (regional, kind, id, how.to_owned()))
        );
        assert_eq!(before.changes(&before), []);
    }

    #[test]
    fn what_carries_a_tag_is_named_as_changes_name_it() {
        let region = json!({ "images": [
            { "id": "ami-1", "name": "mine", "architecture": "x86_64", "snapshots": [], "tags": { "cleave:run": "0123456789ab" } },
            { "id": "ami-2", "name": "another's", "architecture": "x86_64", "snapshots": [], "tags": { "cleave:run": "ffffffffffff" } },
            { "id": "ami-3", "name": "plain", "architecture": "x86_64", "snapshots": [] },
        ] });
        let found = inventory(&region, &json!([])).tagged("cleave:run", "0123456789ab");
        assert_eq!(Vec::from_iter(found), ["ami-1"]);
    }

    #[test]
    fn what_other_regions_and_the_bill_tell_is_not_compared() {
        let with = |queues: u32| {
            let account = json!({ "elsewhere": { "us-east-1": { "kinds": { "sqs": queues } } },
                "bill": { "month": "2026-10", "unit": "USD", "services": { "Amazon Redshift": { "us-east-1": queues } } } });
            let whole =
                json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": { "111111111111": account } });
            Inventory::parse(&whole.to_string()).expect("an inventory")
        };
        assert_eq!(with(1).changes(&with(2)), []);
    }

    #[test]
    fn a_quota_that_changes_is_told_and_a_count_is_not() {
        let with = |used: u32, quota: u32| {
            inventory(
                &json!({ "instance_slots": { "used": used, "quota": quota } }),
                &json!([]),
            )
        };
        assert_eq!(with(1, 40).changes(&with(2, 40)), []);
        let found = with(1, 40).changes(&with(1, 80));
        let field = Field {
            before: json!(40),
            after: json!(80),
        };
        assert_eq!(
            found[0].what,
            Became::Changed {
                fields: [("quota".to_owned(), field)].into()
            }
        );
    }
}
