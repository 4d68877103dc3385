//! How a name is proved: by a record that public DNS answers with, and by no CAA record that names only other authorities.

use jiff::{SignedDuration, Timestamp};
use model::ids::{AccountId, Digest};

use super::{Place, Status};
use crate::cloud::Cloud;
use crate::dns;
use crate::services::route53::names;

/// How often ACM asks DNS.
const EVERY: SignedDuration = SignedDuration::from_secs(60);
/// How long it goes on asking.
const LONGEST: SignedDuration = SignedDuration::from_hours(72);
/// The authorities that a CAA record may name.
const AUTHORITIES: [&str; 4] = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

/// The validation record of a domain for an account: name and value. A wildcard's is that of the name below it.
pub(super) fn record(account: &AccountId, bare: &str) -> (String, String) {
    let hex = |what: &str| Digest::of(format!("{what} {account} {bare}").as_bytes()).as_str()[..32].to_owned();
    let letters: String = hex("host")
        .bytes()
        .take(10)
        .map(|b| char::from(b'a' + b % 26))
        .collect();
    (
        format!("_{}.{bare}.", hex("name")),
        format!("_{}.{letters}.acm-validations.aws.", hex("value")),
    )
}

/// Looks at every certificate that is pending.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let pending =
        |(place, held): (&Place, &super::Certificate)| (held.status == Status::Pending).then(|| place.clone());
    let pending: Vec<Place> = cloud.acm.held.iter().filter_map(pending).collect();
    if pending.is_empty() {
        return;
    }
    let asks = cloud.acm.looked_at.is_none_or(|at| now.duration_since(at) >= EVERY);
    if asks {
        cloud.acm.looked_at = Some(now);
    }
    for place in pending {
        step(cloud, &place, asks, now);
    }
}

fn step(cloud: &mut Cloud, place: &Place, asks: bool, now: Timestamp) {
    let held = &cloud.acm.held[place];
    if held.issued_at.is_some_and(|at| at <= now) {
        let domains = held.domains.clone();
        let forbidden = domains.iter().any(|domain| forbidden(cloud, domain));
        set(
            cloud,
            place,
            if forbidden {
                Status::Failed("CAA_ERROR")
            } else {
                Status::Issued
            },
        );
        return;
    }
    if held.issued_at.is_none() && now.duration_since(held.created) >= LONGEST {
        set(cloud, place, Status::TimedOut);
        return;
    }
    if !asks || held.issued_at.is_some() || held.method != "DNS" || now < held.told_from {
        return;
    }
    let bare = held
        .domains
        .iter()
        .map(|domain| domain.strip_prefix("*.").unwrap_or(domain));
    let open: Vec<String> = bare
        .filter(|bare| !held.seen.contains(*bare))
        .map(str::to_owned)
        .collect();
    let mut left = open.len();
    for bare in open {
        if answers(cloud, &place.0, &bare) {
            left -= 1;
            if let Some(held) = cloud.acm.held.get_mut(place) {
                held.seen.insert(bare);
            }
        }
    }
    if left == 0 {
        let pause = cloud.faults.stream("acm issuing").i64(60..420);
        let at = cloud.later(pause);
        if let Some(held) = cloud.acm.held.get_mut(place) {
            held.issued_at = Some(at);
        }
    }
}

fn set(cloud: &mut Cloud, place: &Place, status: Status) {
    if let Some(held) = cloud.acm.held.get_mut(place) {
        held.status = status;
    }
}

/// Asks public DNS, with nothing in mind: ACM's resolvers remember nothing of what others have asked, and nobody is spoilt by their asking.
fn resolved(cloud: &mut Cloud, name: &str, kind: &str) -> Vec<String> {
    let others = std::mem::take(&mut cloud.route53.resolver);
    let found = dns::resolve(cloud, name, kind);
    cloud.route53.resolver = others;
    let of_kind = found.answers.into_iter().filter(|record| record.kind == kind);
    of_kind.map(|record| record.value).collect()
}

fn answers(cloud: &mut Cloud, account: &AccountId, bare: &str) -> bool {
    let (name, value) = record(account, bare);
    let said = resolved(cloud, &name, "CNAME");
    said.iter()
        .any(|said| names::canonical(said) == names::canonical(&value))
}

/// Whether the first CAA set at the name or above it leaves no authority of Amazon's (RFC 8659).
fn forbidden(cloud: &mut Cloud, domain: &str) -> bool {
    let wild = domain.starts_with("*.");
    let mut at = domain.strip_prefix("*.").unwrap_or(domain);
    loop {
        let set = resolved(cloud, at, "CAA");
        if !set.is_empty() {
            return excludes(&set, wild);
        }
        match at.split_once('.') {
            Some((_, above)) if !above.is_empty() => at = above,
            _ => return false,
        }
    }
}

/// Whether a CAA set admits nobody of Amazon's. For wildcards `issuewild` speaks where there is one, else `issue`.
fn excludes(set: &[String], wild: bool) -> bool {
    let properties = |tag: &str| -> Vec<String> {
        let of_tag = set.iter().filter_map(|value| {
            let mut parts = value.splitn(3, ' ');
            let (_, found, value) = (parts.next()?, parts.next()?, parts.next()?);
            let value = value.trim().trim_matches('"');
            let authority = value.split(';').next().unwrap_or_default();
            found
                .eq_ignore_ascii_case(tag)
                .then(|| authority.trim().to_ascii_lowercase())
        });
        of_tag.collect()
    };
    let wildcards = if wild { properties("issuewild") } else { Vec::new() };
    let speaking = if wildcards.is_empty() {
        properties("issue")
    } else {
        wildcards
    };
    !speaking.is_empty() && !speaking.iter().any(|found| AUTHORITIES.contains(&found.as_str()))
}
