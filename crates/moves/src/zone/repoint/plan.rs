//! From `repoint` of a zone to steps, in three parts of the night: the TTL is lowered and waited out, the record changes before the delegation does, and the TTL is
//! raised again in both zones.

use aws::route53::Alias;
use model::inventory::Record;
use model::{GateName, Phase, ResourceRef, Said, Side, StepId};

use super::spec::{RepointSpec, ToSpec};
use super::{ChangeInput, Content, Data};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::zone::difference::Kept;
use crate::zone::names::{canonical, shown, within};
use crate::zone::ns_sets::ZoneFrom;
use crate::zone::plan::Found;
use crate::zone::spec::ZoneSpec;
use crate::zone::wait_ttl;
use crate::zone::words::Text;

/// How long a busy zone is borne, in seconds.
const PATIENCE: u64 = 900;

/// One record that changes.
struct Planned {
    record: Kept,
    /// As the plan sees it.
    old: Content,
    /// The same, with the TTL that it has while it changes.
    low: Content,
    /// What it says then.
    new: Content,
    /// Behind what it changes besides: the steps that restore what it points at.
    behind: Vec<StepId>,
}

/// The re-pointing of a zone while its steps are being drawn up.
#[derive(Default)]
pub(in crate::zone) struct Repointing {
    planned: Vec<Planned>,
    /// The steps that lower TTLs: the copy comes after them.
    pub(in crate::zone) lowered: Vec<StepId>,
    waited: Option<StepId>,
    limit: String,
}

impl Repointing {
    /// The records that change on purpose.
    pub(in crate::zone) fn meant(&self) -> Vec<Kept> {
        self.planned.iter().map(|planned| planned.record.clone()).collect()
    }
}

/// Adds the steps that come first: the low TTL, and the wait for it.
pub(in crate::zone) fn prepare(
    draft: &mut Draft<'_>,
    spec: &ZoneSpec,
    resource: &ResourceRef,
    found: &Found<'_>,
) -> Repointing {
    let mut repointing = Repointing::default();
    for one in &spec.repoint {
        match planned(draft, spec, found, one) {
            Ok(planned) if repointing.planned.iter().any(|other| other.record == planned.record) => {
                let text = Text::RepointTwice.fill(&[&format!("{} {}", one.name, one.kind)]);
                draft.note(Some(resource), Says::Blocks(&known::ZONE_REPOINT), text);
            }
            Ok(planned) => repointing.planned.push(planned),
            Err(why) => draft.note(Some(resource), Says::Blocks(&known::ZONE_REPOINT), why),
        }
    }
    if repointing.planned.is_empty() {
        return repointing;
    }
    // What an application looks up changes before its own name does.
    repointing.planned.sort_by_key(|planned| planned.behind.is_empty());
    repointing.limit = draft.limit(format!("changes of zone {}", found.zone.id), 1);
    let mut longest = 0;
    for planned in &repointing.planned {
        let (Some(old), Some(low)) = (planned.old.ttl, planned.low.ttl) else {
            continue;
        };
        if old == low {
            continue;
        }
        let title = Text::LowerRecord.fill(&[&called(&planned.record), &old.to_string(), &low.to_string()]);
        let step = change(
            resource,
            found,
            "lower_record_ttl",
            planned,
            (&planned.old, &planned.low),
            title,
        );
        let id = draft.push(step.limit(repointing.limit.clone()));
        repointing.lowered.push(id);
        longest = longest.max(old);
    }
    if let Ok(seconds @ 1..) = u32::try_from(longest) {
        let title = Text::WaitRecordTtl.fill(&[&seconds.to_string()]);
        let input = serde_json::json!(wait_ttl::Input { seconds });
        let step = DraftStep::new(resource, "zone.wait_ttl", found.old_side, title, input).named("wait_record_ttl");
        let step = step.needs(&repointing.lowered).leaves_nothing().patience(PATIENCE);
        repointing.waited = Some(draft.push(step.estimate(u64::from(seconds), u64::from(seconds))));
    }
    notes(draft, resource, &repointing);
    repointing
}

/// Adds the steps that change the records, behind everything that is ready. The last copy comes after them, the delegation after that.
pub(in crate::zone) fn cut_over(
    draft: &mut Draft<'_>,
    resource: &ResourceRef,
    found: &Found<'_>,
    repointing: &Repointing,
    ready: &[StepId],
    gates: &[GateName],
) -> Vec<StepId> {
    let mut done: Vec<StepId> = Vec::new();
    let mut of_data: Vec<StepId> = Vec::new();
    for planned in &repointing.planned {
        let title = Text::Repoint.fill(&[
            &called(&planned.record),
            &planned.old.data.shown(),
            &planned.new.data.shown(),
        ]);
        let step = change(resource, found, "repoint", planned, (&planned.low, &planned.new), title);
        let step = step
            .phase(Phase::Cutover)
            .disturbs()
            .gates(gates.iter().cloned())
            .needs(ready)
            .needs(&repointing.waited)
            .needs(&planned.behind)
            .limit(repointing.limit.clone());
        let step = match planned.behind.is_empty() {
            true => step.needs(&of_data),
            false => step,
        };
        let id = draft.push(step);
        if !planned.behind.is_empty() {
            of_data.push(id.clone());
        }
        done.push(id);
    }
    done
}

/// Adds the steps that raise the TTLs again, in the new zone and in the old one: until that goes, both say the same.
pub(in crate::zone) fn settle(
    draft: &mut Draft<'_>,
    resource: &ResourceRef,
    found: &Found<'_>,
    repointing: &Repointing,
    watched: &StepId,
    new: &StepId,
) -> Vec<StepId> {
    let mut raised = Vec::new();
    for planned in &repointing.planned {
        let (Some(low), Some(ttl)) = (planned.new.ttl, planned.old.ttl) else {
            continue;
        };
        if low == ttl {
            continue;
        }
        let high = Content {
            ttl: Some(ttl),
            data: planned.new.data.clone(),
        };
        let both = [
            (
                "raise_new_record_ttl",
                Text::RaiseInNew,
                Side::Target,
                ZoneFrom::Step(new.clone()),
            ),
            (
                "raise_old_record_ttl",
                Text::RaiseInOld,
                found.old_side,
                ZoneFrom::Id(found.zone.id.clone()),
            ),
        ];
        for (verb, title, side, zone) in both {
            let limit = if title == Text::RaiseInNew {
                draft.limit(format!("changes of the new zone {}", resource.name), 1)
            } else {
                repointing.limit.clone()
            };
            let title = title.fill(&[&called(&planned.record), &ttl.to_string()]);
            let mut step = change(resource, found, verb, planned, (&planned.new, &high), title)
                .phase(Phase::Settle)
                .needs([watched, new])
                .needs(&planned.behind)
                .limit(limit);
            step.spec.side = side;
            step.spec.input["side"] = serde_json::json!(side);
            step.spec.input["zone"] = serde_json::json!(zone);
            raised.push(draft.push(step));
        }
    }
    raised
}

/// A step that changes a record in the old zone.
fn change(
    resource: &ResourceRef,
    found: &Found<'_>,
    verb: &str,
    planned: &Planned,
    (from, to): (&Content, &Content),
    title: Said,
) -> DraftStep {
    let input = ChangeInput {
        side: found.old_side,
        zone: ZoneFrom::Id(found.zone.id.clone()),
        record: planned.record.clone(),
        from: from.clone(),
        to: to.clone(),
    };
    let input = serde_json::to_value(input).expect("a step's input has only string keys");
    let label = called(&planned.record).replace('*', "wildcard").replace(' ', "_");
    DraftStep::new(resource, "zone.change_record", found.old_side, title, input)
        .named(&format!("{verb}_{label}"))
        .patience(PATIENCE)
        .estimate(35, 120)
}

/// A record for people: `db.stg.example.com CNAME`.
fn called(record: &Kept) -> String {
    match &record.set_identifier {
        Some(identifier) => format!("{} {} ({identifier})", shown(&record.name), record.kind),
        None => format!("{} {}", shown(&record.name), record.kind),
    }
}

fn planned(draft: &Draft<'_>, spec: &ZoneSpec, found: &Found<'_>, one: &RepointSpec) -> Result<Planned, Said> {
    let name = canonical(&one.name);
    let kind = one.kind.to_ascii_uppercase();
    let what = format!("{} {kind}", one.name);
    if !within(&name, &canonical(&spec.name)) {
        return Err(Text::RepointElsewhere.fill(&[&what, &spec.name]));
    }
    if matches!(kind.as_str(), "NS" | "SOA" | "DS") {
        return Err(Text::RepointDelegation.fill(&[&what]));
    }
    let of_name = |record: &&Record| record.kind == kind && canonical(&record.name) == name;
    let there: Vec<&Record> = found.zone.records.iter().filter(of_name).collect();
    let named = |record: &&&Record| record.set_identifier == one.set_identifier;
    let set = match (there.as_slice(), there.iter().find(named)) {
        (_, Some(set)) => *set,
        ([], None) => {
            let others = found
                .zone
                .records
                .iter()
                .filter(|record| canonical(&record.name) == name);
            let others: Vec<&str> = others.map(|record| record.kind.as_str()).collect();
            return Err(match others.as_slice() {
                [] => Text::RepointNone.fill(&[&found.zone.id, &what]),
                others => Text::RepointOtherType.fill(&[&found.zone.id, &what, &others.join(", ")]),
            });
        }
        (several, None) => {
            let identifiers: Vec<&str> = several.iter().filter_map(|set| set.set_identifier.as_deref()).collect();
            return Err(Text::RepointWhich.fill(&[&what, &several.len().to_string(), &identifiers.join(", ")]));
        }
    };
    let (data, behind) = data(draft, found, set, &what, &one.to)?;
    let old = Content {
        ttl: set.ttl.map(i64::from),
        data: match &set.alias {
            Some(alias) => Data::Alias(Alias {
                zone: alias.zone.clone(),
                name: alias.name.clone(),
                evaluate_health: alias.evaluate_health,
            }),
            None => Data::Values(set.values.clone()),
        },
    };
    if same(&kind, &old.data, &data) {
        return Err(Text::RepointSame.fill(&[&what, &data.shown()]));
    }
    // Sets of one name have one TTL, so one of several keeps its own.
    let low = match set.set_identifier {
        None => i64::from(spec.ttl),
        Some(_) => i64::MAX,
    };
    let low_ttl = old.ttl.map(|ttl| ttl.min(low));
    let new_ttl = match data {
        Data::Alias(_) => None,
        Data::Values(_) | Data::Endpoint { .. } => low_ttl.or(Some(i64::from(spec.ttl))),
    };
    Ok(Planned {
        record: Kept {
            name,
            kind,
            set_identifier: one.set_identifier.clone(),
        },
        low: Content {
            ttl: low_ttl,
            data: old.data.clone(),
        },
        new: Content { ttl: new_ttl, data },
        old,
        behind,
    })
}

fn same(kind: &str, one: &Data, other: &Data) -> bool {
    match (one, other) {
        (Data::Values(one), Data::Values(other)) if kind == "CNAME" => one
            .iter()
            .map(|value| canonical(value))
            .eq(other.iter().map(|value| canonical(value))),
        (Data::Alias(one), Data::Alias(other)) => {
            one.zone == other.zone && canonical(&one.name) == canonical(&other.name)
        }
        (one, other) => one == other,
    }
}

/// What a record says in the end, and the steps that must have been done before.
fn data(
    draft: &Draft<'_>,
    found: &Found<'_>,
    set: &Record,
    what: &str,
    to: &ToSpec,
) -> Result<(Data, Vec<StepId>), Said> {
    let restored = match (&to.database, &to.cluster) {
        (Some(id), None) => Some(("database", id, Text::RepointNoDatabase)),
        (None, Some(id)) => Some(("cluster", id, Text::RepointNoCluster)),
        _ => None,
    };
    let values = match (&to.value, &to.values) {
        (Some(value), None) => Some(vec![value.clone()]),
        (None, Some(values)) => Some(values.clone()),
        _ => None,
    };
    let ways = [
        to.value.is_some(),
        to.values.is_some(),
        to.alias.is_some(),
        to.database.is_some(),
        to.cluster.is_some(),
    ];
    if ways.into_iter().filter(|way| *way).count() != 1 {
        return Err(Text::RepointOneWay.fill(&[what]));
    }
    if to.alias.is_none() && (to.zone_id.is_some() || to.evaluate_health.is_some()) {
        return Err(Text::RepointNoAlias.fill(&[what]));
    }
    if to.reader && to.cluster.is_none() {
        return Err(Text::RepointNoReader.fill(&[what]));
    }
    if let Some(name) = &to.alias {
        let zone = to.zone_id.clone();
        let zone = zone.ok_or_else(|| Text::RepointZoneId.fill(&[what, name]))?;
        if zone == found.zone.id {
            return Err(Text::RepointWithin.fill(&[what]));
        }
        if !matches!(set.kind.as_str(), "A" | "AAAA" | "HTTPS" | "SVCB") {
            return Err(Text::RepointAliasType.fill(&[what]));
        }
        let before = set.alias.as_ref().is_some_and(|alias| alias.evaluate_health);
        let alias = Alias {
            zone,
            name: name.clone(),
            evaluate_health: to.evaluate_health.unwrap_or(before),
        };
        return Ok((Data::Alias(alias), Vec::new()));
    }
    if let Some((kind, id, unrestored)) = restored {
        if set.kind != "CNAME" {
            return Err(Text::RepointNoCname.fill(&[what]));
        }
        let of = ResourceRef::new(kind, id);
        let steps = || draft.steps.iter().filter(|step| step.resource == of);
        let made = steps().find(|step| {
            matches!(
                step.action.as_str(),
                "database.restore_instance" | "cluster.restore_cluster" | "cluster.clone_cluster"
            )
        });
        let made = made.ok_or_else(|| unrestored.fill(&[what, id]))?;
        // Settled, loaded and looked over: whoever goes by the name finds it ready.
        let mut behind = vec![made.id.clone()];
        let after = steps().filter(|step| step.phase == Phase::Settle || step.action == "cluster.create_member");
        behind.extend(after.map(|step| step.id.clone()));
        return Ok((
            Data::Endpoint {
                of: made.id.clone(),
                reader: to.reader,
            },
            behind,
        ));
    }
    let values = values.unwrap_or_default();
    if values.is_empty() || values.iter().any(|value| value.trim().is_empty()) {
        return Err(Text::RepointEmpty.fill(&[what]));
    }
    if set.kind == "CNAME" && values.len() > 1 {
        return Err(Text::RepointValues.fill(&[what]));
    }
    Ok((Data::Values(values), Vec::new()))
}

fn notes(draft: &mut Draft<'_>, resource: &ResourceRef, repointing: &Repointing) {
    for planned in &repointing.planned {
        let text = Text::OldAndNew.fill(&[
            &called(&planned.record),
            &planned.old.data.shown(),
            &planned.new.data.shown(),
        ]);
        draft.note(Some(resource), Says::Tells, text);
    }
    draft.note(Some(resource), Says::Tells, Text::RepointedFirst);
    draft.note(
        Some(resource),
        Says::Warns(&known::ZONE_REPOINT),
        Text::RepointedInState,
    );
    let fixed = repointing
        .planned
        .iter()
        .filter(|planned| planned.record.set_identifier.is_some() && planned.old.ttl > Some(300));
    for planned in fixed {
        let ttl = planned.old.ttl.unwrap_or_default();
        let text = Text::NotLowered.fill(&[&called(&planned.record), &ttl.to_string()]);
        draft.note(Some(resource), Says::Warns(&known::ZONE_REPOINT), text);
    }
}
