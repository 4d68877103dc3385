//! Asks one name server one question, without recursion, and makes its answer comparable.

use std::collections::BTreeSet;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, Record, RecordType};
use model::{Digest, Failure, FailureClass};

use super::names;
use super::proofs::Proof;
use crate::world::World;

/// What one server said of one name and type, as far as two right servers say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The response code.
    pub(super) code: ResponseCode,
    /// The records of the name itself, each as type and value. What a CNAME leads to is not among them: it has a name of its own.
    pub(super) data: BTreeSet<String>,
    /// The name servers that it refers to instead of answering.
    pub(super) refers_to: Vec<String>,
    /// Whether the answer was cut off, so that only its code can be compared.
    pub(super) cut_off: bool,
}

impl Said {
    /// Whether it said anything of the name: data, or who knows.
    pub(super) fn something(&self) -> bool {
        self.code == ResponseCode::NoError && (self.cut_off || !self.data.is_empty() || !self.refers_to.is_empty())
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        if self.cut_off {
            return Proof::CutOff.into();
        }
        if !self.refers_to.is_empty() {
            return Proof::Referral.fill(&[&self.refers_to.join(", ")]).into();
        }
        match self.data.iter().next() {
            Some(_) => self.data.iter().cloned().collect::<Vec<_>>().join(", "),
            None => Proof::NoData.fill(&[&self.code.to_string()]).into(),
        }
    }
}

/// A name's NS set as one server has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NsSaid {
    /// Seconds.
    pub(super) ttl: u32,
    /// The name servers, as a set.
    pub(super) servers: Vec<String>,
}

fn kind_of(kind: &str) -> Option<RecordType> {
    match kind {
        // hickory does not know the type that SPF once had.
        "SPF" => Some(RecordType::from(99)),
        _ => kind.parse().ok(),
    }
}

/// What a server says of a name and type.
pub(super) async fn ask(world: &World, server: &str, name: &str, kind: &str) -> Result<Said, Failure> {
    let answer = exchange(world, server, name, kind).await?;
    Ok(said(&answer, name, kind))
}

/// The NS set that a server has for a name: its own, or the delegation that it refers to; none if it has neither.
pub(super) async fn ask_ns(world: &World, server: &str, name: &str) -> Result<Option<NsSaid>, Failure> {
    Ok(ns_said(&exchange(world, server, name, "NS").await?, name))
}

async fn exchange(world: &World, server: &str, name: &str, kind: &str) -> Result<Message, Failure> {
    let failed = |class, code: &str, what: String| {
        let mut failure = Failure::ours(
            "dns",
            class,
            code,
            format!("{server}, asked for {} {kind}: {what}", names::shown(name)),
        );
        failure.service = "dns".to_owned();
        failure
    };
    let question = question(server, name, kind).map_err(|what| failed(FailureClass::Invalid, "[BadQuestion]", what))?;
    let id = question.metadata.id;
    let bytes = question
        .to_vec()
        .map_err(|e| failed(FailureClass::Invalid, "[BadQuestion]", e.to_string()))?;
    let answer = (world.dns)(server.to_owned(), bytes).await?;
    // What does not answer the question that was asked is as good as no answer: it is asked again.
    let answer =
        Message::from_vec(&answer).map_err(|e| failed(FailureClass::NoAnswer, "[BadAnswer]", e.to_string()))?;
    if answer.metadata.id != id || answer.metadata.message_type != MessageType::Response {
        return Err(failed(
            FailureClass::NoAnswer,
            "[BadAnswer]",
            "the answer is to another question".to_owned(),
        ));
    }
    match answer.metadata.response_code {
        // A server in trouble says nothing of the zone.
        ResponseCode::ServFail => Err(failed(
            FailureClass::Unavailable,
            "[ServFail]",
            "the server failed".to_owned(),
        )),
        _ => Ok(answer),
    }
}

/// The message id comes from the question: a rehearsal asks the same again for the same seed.
fn question(server: &str, name: &str, kind: &str) -> Result<Message, String> {
    let digest = Digest::of(format!("{server} {name} {kind}").as_bytes());
    let id = u16::from_str_radix(&digest.as_str()[..4], 16).map_err(|e| e.to_string())?;
    let mut asked = Name::from_labels(names::labels(name)).map_err(|e| e.to_string())?;
    asked.set_fqdn(true);
    let kind = kind_of(kind).ok_or_else(|| format!("{kind} is not a record type that can be asked for"))?;
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(asked, kind));
    let mut edns = Edns::new();
    // What passes every path without fragments.
    edns.set_max_payload(1232);
    message.set_edns(edns);
    Ok(message)
}

fn owner(record: &Record) -> String {
    names::from_labels(record.name.iter())
}

fn value(record: &Record) -> String {
    let value = record.data.to_string();
    match record.record_type() {
        RecordType::NS | RecordType::CNAME | RecordType::PTR | RecordType::MX | RecordType::SRV => {
            value.to_ascii_lowercase()
        }
        _ => value,
    }
}

fn ns_values<'a>(records: impl Iterator<Item = &'a Record>) -> Vec<String> {
    let values: Vec<String> = records
        .filter(|r| r.record_type() == RecordType::NS)
        .map(value)
        .collect();
    names::servers(&values)
}

fn said(answer: &Message, name: &str, kind: &str) -> Said {
    let asked = kind_of(kind);
    let fits = |record: &&Record| {
        owner(record) == name && (Some(record.record_type()) == asked || record.record_type() == RecordType::CNAME)
    };
    let data = answer
        .answers
        .iter()
        .filter(fits)
        .map(|r| format!("{} {}", r.record_type(), value(r)))
        .collect();
    let refers = answer.answers.is_empty() && !answer.metadata.authoritative;
    let cut_off = answer.metadata.truncation;
    Said {
        code: answer.metadata.response_code,
        data: if cut_off { BTreeSet::new() } else { data },
        refers_to: if refers && !cut_off {
            ns_values(answer.authorities.iter())
        } else {
            Vec::new()
        },
        cut_off,
    }
}

fn ns_said(answer: &Message, name: &str) -> Option<NsSaid> {
    let both = || {
        let records = answer.answers.iter().chain(&answer.authorities);
        records.filter(|record| record.record_type() == RecordType::NS && owner(record) == name)
    };
    let ttl = both().map(|record| record.ttl).min()?;
    Some(NsSaid {
        ttl,
        servers: ns_values(both()),
    })
}

#[cfg(test)]
#[path = "questions_tests.rs"]
mod tests;
