//! A caching resolver in virtual time. It walks from the registries through the parents' delegations, keeps what it learns for
//! as long as the TTL says, and is therefore wrong about a change exactly as long as a real one would be.
//!
//! It believes the parent's NS set (some resolvers prefer the child's; the law in [`watch`](super::watch) looks at both).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Code, ROOT_SERVER, Reply, Rr};
use crate::cloud::Cloud;
use crate::services::route53::names;

/// Referrals, and CNAMEs across zones, that it follows for one question.
const MAX_STEPS: usize = 24;

/// What a resolver has cached.
#[derive(Debug, Clone, Default)]
pub struct Resolver {
    answers: BTreeMap<(String, String), Cached>,
    cuts: BTreeMap<String, (Vec<String>, Timestamp)>,
    asked: u64,
}

#[derive(Debug, Clone)]
struct Cached {
    until: Timestamp,
    resolution: Resolution,
}

/// What a resolver found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The response code; `ServFail` where no server could be made to answer.
    pub code: Code,
    /// The records, CNAMEs on the way first; TTLs are what is left of them.
    pub answers: Vec<Rr>,
    /// The SOA of a negative answer.
    pub authorities: Vec<Rr>,
}

impl Resolution {
    fn failed() -> Self {
        Self {
            code: Code::ServFail,
            answers: Vec::new(),
            authorities: Vec::new(),
        }
    }

    /// As a reply to a client; no recursive answer is authoritative.
    pub fn into_reply(self) -> Reply {
        Reply {
            code: self.code,
            authoritative: false,
            answers: self.answers,
            authorities: self.authorities,
        }
    }
}

/// Asks the shared caching resolver, now.
pub fn resolve(cloud: &mut Cloud, name: &str, kind: &str) -> Resolution {
    let now = cloud.now;
    let Some(mut name) = names::canonical(name) else {
        return Resolution::failed();
    };
    let mut whole = Resolution {
        code: Code::NoError,
        answers: Vec::new(),
        authorities: Vec::new(),
    };
    for _ in 0..MAX_STEPS {
        let found = one_name(cloud, &name, kind, now);
        let target = found
            .answers
            .iter()
            .find(|record| record.kind == "CNAME" && record.name == name);
        let target = target
            .filter(|_| kind != "CNAME" && kind != "ANY")
            .and_then(|record| names::canonical(&record.value));
        whole.code = found.code;
        whole.authorities = found.authorities;
        whole.answers.extend(found.answers);
        match target {
            Some(next) => name = next,
            None => return whole,
        }
    }
    Resolution::failed()
}

/// Finds one name, without following its CNAME: each name of a chain is cached for itself.
fn one_name(cloud: &mut Cloud, name: &str, kind: &str, now: Timestamp) -> Resolution {
    let resolver = &mut cloud.route53.resolver;
    for cached_kind in [kind, "CNAME"] {
        let key = (name.to_owned(), cached_kind.to_owned());
        // A cached "no CNAME here" says nothing of other types.
        let usable =
            |cached: &&Cached| cached.until > now && (cached_kind == kind || !cached.resolution.answers.is_empty());
        if let Some(cached) = resolver.answers.get(&key).filter(usable) {
            let left = u32::try_from(cached.until.duration_since(now).as_secs()).unwrap_or_default();
            let mut found = cached.resolution.clone();
            for record in found.answers.iter_mut().chain(&mut found.authorities) {
                record.ttl = record.ttl.min(left);
            }
            return found;
        }
    }
    let reply = walk(cloud, name, kind, now);
    let own: Vec<Rr> = reply.answers.into_iter().filter(|record| record.name == name).collect();
    let found = if own.is_empty() {
        Resolution {
            code: reply.code,
            answers: own,
            authorities: reply.authorities,
        }
    } else {
        // The rest of a chain is asked for by its own names, from whichever zone is theirs.
        Resolution {
            code: Code::NoError,
            answers: own,
            authorities: Vec::new(),
        }
    };
    let ttl = found
        .answers
        .iter()
        .chain(&found.authorities)
        .map(|record| record.ttl)
        .min();
    if let Some(ttl) = ttl.filter(|_| matches!(found.code, Code::NoError | Code::NxDomain)) {
        let of = found
            .answers
            .first()
            .map_or(kind, |record| if kind == "ANY" { kind } else { record.kind.as_str() });
        let until = later(now, ttl);
        cloud.route53.resolver.answers.insert(
            (name.to_owned(), of.to_owned()),
            Cached {
                until,
                resolution: found.clone(),
            },
        );
    }
    found
}

/// Walks down from the deepest cut that it knows.
fn walk(cloud: &mut Cloud, name: &str, kind: &str, now: Timestamp) -> Reply {
    let zones = &mut cloud.route53;
    zones.resolver.asked += 1;
    let salt = zones.resolver.asked;
    let cuts = &mut zones.resolver.cuts;
    cuts.retain(|_, (_, until)| *until > now);
    let below = |cut: &str| names::within(name, cut) && !(kind == "DS" && cut == name);
    let deepest = cuts
        .iter()
        .filter(|(cut, _)| below(cut))
        .max_by_key(|(cut, _)| cut.len());
    let (mut at, mut servers) = match deepest {
        Some((cut, (servers, _))) => (cut.clone(), servers.clone()),
        None => (".".to_owned(), vec![ROOT_SERVER.to_owned()]),
    };
    for _ in 0..MAX_STEPS {
        let replies = servers.iter().map(|server| zones.world.reply(server, name, kind, salt));
        let Some(reply) = replies
            .into_iter()
            .find(|reply| !matches!(reply.code, Code::Refused | Code::ServFail))
        else {
            break;
        };
        if !reply.is_referral() {
            return reply;
        }
        let Some(cut) = reply.authorities.first().map(|record| record.name.clone()) else {
            break;
        };
        // A referral that leads no deeper leads in circles.
        if cut.len() <= at.len() && at != "." {
            break;
        }
        servers = reply
            .authorities
            .iter()
            .map(|record| names::server(&record.value))
            .collect();
        let ttl = reply
            .authorities
            .iter()
            .map(|record| record.ttl)
            .min()
            .unwrap_or_default();
        zones
            .resolver
            .cuts
            .insert(cut.clone(), (servers.clone(), later(now, ttl)));
        at = cut;
    }
    Reply {
        code: Code::ServFail,
        authoritative: false,
        answers: Vec::new(),
        authorities: Vec::new(),
    }
}

fn later(now: Timestamp, ttl: u32) -> Timestamp {
    now.saturating_add(SignedDuration::from_secs(i64::from(ttl)))
        .unwrap_or(now)
}
