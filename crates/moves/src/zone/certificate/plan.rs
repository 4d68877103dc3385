//! From `certificates` of a zone to steps, before the new zone is made: what is written into the old zone is copied with the rest, and taking it out again
//! comes after the copy is gone.

use model::inventory::Zone;
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::{Authoritative, Wanted, await_certificate, await_issued, write_validation};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::zone::names::{canonical, shown, within};
use crate::zone::plan::{Found, public_zones, side_of};
use crate::zone::plan_adopt::Adopted;
use crate::zone::spec::ZoneSpec;
use crate::zone::words::Text;

/// The authorities by which a CAA record admits ACM: <https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html>
const AUTHORITIES: [&str; 4] = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

/// How long a busy zone is borne, in seconds.
const PATIENCE: u64 = 900;

/// The steps that others wait for.
#[derive(Default)]
pub(in crate::zone) struct Certified {
    /// Those after which the old zone has the validation records.
    pub(in crate::zone) written: Vec<StepId>,
    /// Those after which the certificates are issued.
    pub(in crate::zone) issued: Vec<StepId>,
}

/// Adds the steps of a zone's certificates.
pub(in crate::zone) fn plan(
    draft: &mut Draft<'_>,
    spec: &ZoneSpec,
    resource: &ResourceRef,
    found: &Found<'_>,
    adopted: Option<&Adopted>,
) -> Certified {
    let mut certified = Certified::default();
    let mut seen: Vec<Wanted> = Vec::new();
    for certificate in &spec.certificates {
        let wanted = Wanted {
            domain: certificate.domain.trim_end_matches('.').to_ascii_lowercase(),
            region: certificate.region.clone().unwrap_or_else(|| draft.region().clone()),
        };
        let blocked = blocked(draft, spec, found, &wanted);
        let twice = seen
            .contains(&wanted)
            .then(|| Text::CertificateTwice.fill(&[&wanted.domain, wanted.region.as_str()]));
        if let Some(why) = blocked.or(twice) {
            draft.note(Some(resource), Says::Blocks(&known::ZONE_CERTIFICATE), why);
            continue;
        }
        steps(draft, spec, resource, (found, adopted), &wanted, &mut certified);
        seen.push(wanted);
    }
    if !seen.is_empty() {
        notes(draft, spec, resource, found);
    }
    certified
}

fn steps(
    draft: &mut Draft<'_>,
    spec: &ZoneSpec,
    resource: &ResourceRef,
    (found, adopted): (&Found<'_>, Option<&Adopted>),
    wanted: &Wanted,
    certified: &mut Certified,
) {
    let zone = Authoritative {
        name: spec.name.clone(),
        id: found.zone.id.clone(),
        side: found.old_side,
    };
    let label = label(spec, wanted, draft.region() == &wanted.region);
    let limit = draft.limit(format!("changes of zone {}", zone.id), 1);
    let step = |verb: &str, side: Side, title: Said, input: serde_json::Value| {
        DraftStep::new(resource, &format!("zone.{verb}"), side, title, input)
            .named(&format!("{verb}{label}"))
            .phase(Phase::Prepare)
            .patience(PATIENCE)
    };
    let input = await_certificate::Input {
        certificate: wanted.clone(),
        zone: zone.clone(),
        adopted: adopted.map(|adopted| adopted.id.clone()),
    };
    let title = Text::AwaitCertificate.fill(&[&wanted.domain, wanted.region.as_str()]);
    let asked = step("await_certificate", Side::Target, title, value(input)).leaves_nothing();
    let asked = draft.push(asked.estimate(300, 3600));

    let input = write_validation::Input {
        zone: zone.clone(),
        asked: asked.clone(),
    };
    let title = Text::WriteValidation.fill(&[&zone.id]);
    let written = step("write_validation", zone.side, title, value(input)).limit(limit);
    let written = draft.push(written.needs([&asked]).estimate(35, 120));

    let input = await_issued::Input {
        certificate: wanted.clone(),
        asked: asked.clone(),
    };
    let title = Text::AwaitIssued.fill(&[&wanted.domain, wanted.region.as_str()]);
    let issued = step("await_issued", Side::Target, title, value(input)).leaves_nothing();
    let issued = draft.push(issued.needs([&written, &asked]).estimate(300, 1800));
    certified.written.push(written);
    certified.issued.push(issued);
}

fn value(input: impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(input).expect("a step's input has only string keys")
}

/// What tells the steps of several certificates apart: `_wildcard`, `_api@us-east-1`; nothing for the zone's own name in the migration's Region.
fn label(spec: &ZoneSpec, wanted: &Wanted, at_home: bool) -> String {
    let apex = shown(&canonical(&spec.name));
    let below = match wanted.domain.strip_suffix(&apex) {
        Some(rest) => rest.trim_end_matches('.').replace('*', "wildcard"),
        None => wanted.domain.clone(),
    };
    let region = if at_home {
        String::new()
    } else {
        format!("@{}", wanted.region)
    };
    match below.as_str() {
        "" if at_home => String::new(),
        below => format!("_{below}{region}"),
    }
}

/// What stands in the way of a certificate, if anything does.
fn blocked(draft: &Draft<'_>, spec: &ZoneSpec, found: &Found<'_>, wanted: &Wanted) -> Option<Said> {
    let bare = wanted.domain.strip_prefix("*.").unwrap_or(&wanted.domain);
    if bare.contains('*') || bare.split('.').any(str::is_empty) {
        let (named, such) = (format!("{:?}", wanted.domain), format!("{:?}", spec.name));
        return Some(Text::NoCertificateName.fill(&[&named, &such, &spec.name]));
    }
    if !within(&canonical(bare), &canonical(&spec.name)) {
        return Some(Text::CertificateElsewhere.fill(&[&wanted.domain, &spec.name]));
    }
    forbidden(draft, spec, found, wanted, bare)
}

/// The CAA set that keeps Amazon from issuing a certificate: the first at the name or above it speaks (RFC 8659).
fn forbidden(draft: &Draft<'_>, spec: &ZoneSpec, found: &Found<'_>, wanted: &Wanted, bare: &str) -> Option<Said> {
    let side = side_of(spec.parent.account);
    let mut zones: Vec<&Zone> = vec![found.zone];
    if let Some(side) = side {
        zones.extend(public_zones(draft, side, &spec.parent.zone).unwrap_or_default());
    }
    let at = std::iter::successors(Some(bare), |name| name.split_once('.').map(|(_, above)| above));
    let sets = at.filter_map(|name| {
        let mut sets = zones.iter().flat_map(|zone| {
            let name = canonical(name);
            let of_name =
                move |record: &&model::inventory::Record| record.kind == "CAA" && canonical(&record.name) == name;
            zone.records.iter().filter(of_name).map(move |record| (*zone, record))
        });
        sets.next()
    });
    let (zone, set) = sets.into_iter().next()?;
    let wild = wanted.domain.starts_with("*.");
    let mut admitted = admitted(&set.values, wild)?;
    if admitted
        .iter()
        .any(|authority| AUTHORITIES.contains(&authority.as_str()))
    {
        return None;
    }
    admitted.retain(|authority| !authority.is_empty());
    let (of, whom) = (shown(&canonical(&set.name)), admitted.join(", "));
    Some(match (whom.is_empty(), wild) {
        (true, false) => Text::CaaNobody.fill(&[&of, &zone.id, &wanted.domain]),
        (true, true) => Text::CaaNobodyWild.fill(&[&of, &zone.id, &wanted.domain]),
        (false, false) => Text::CaaOthers.fill(&[&of, &zone.id, &whom, &wanted.domain]),
        (false, true) => Text::CaaOthersWild.fill(&[&of, &zone.id, &whom, &wanted.domain]),
    })
}

/// The authorities that a CAA set admits; none where it says nothing of issuing. For wildcards `issuewild` speaks where there is one.
fn admitted(values: &[String], wild: bool) -> Option<Vec<String>> {
    let of_tag = |tag: &str| -> Vec<String> {
        let authority = |value: &String| {
            let mut parts = value.splitn(3, ' ');
            let (_, found, rest) = (parts.next()?, parts.next()?, parts.next()?);
            let authority = rest.trim().trim_matches('"').split(';').next().unwrap_or_default();
            found
                .eq_ignore_ascii_case(tag)
                .then(|| authority.trim().to_ascii_lowercase())
        };
        values.iter().filter_map(authority).collect()
    };
    let wildcards = if wild { of_tag("issuewild") } else { Vec::new() };
    let speaking = if wildcards.is_empty() {
        of_tag("issue")
    } else {
        wildcards
    };
    (!speaking.is_empty()).then_some(speaking)
}

fn notes(draft: &mut Draft<'_>, spec: &ZoneSpec, resource: &ResourceRef, found: &Found<'_>) {
    let text = Text::TerraformAsks.fill(&[&found.zone.id, &spec.name]);
    draft.note(Some(resource), Says::Tells, text);
    draft.note(Some(resource), Says::Tells, Text::ValidationStays);
}
