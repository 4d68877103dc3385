//! DNS messages and record data on the wire, through hickory's protocol types.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr as _;

use hickory_proto::op::{Edns, Message, MessageType, OpCode, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, NS, NULL, PTR, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use super::{Code, Reply, Rr};
use crate::services::route53::names;

/// The EDNS option (of the range for local use) in which a client names the server that it means to ask. On one socket every
/// simulated server has the same real address.
pub const SERVER_OPTION: u16 = 65_001;

/// One question, read.
pub struct Question {
    /// The canonical name asked for.
    pub name: String,
    /// The type asked for, as Route 53 writes it.
    pub kind: String,
    /// The name server that the client means, if it says so.
    pub server: Option<String>,
    message: Message,
}

impl Question {
    /// The message id.
    pub fn id(&self) -> u16 {
        self.message.metadata.id
    }

    /// Whether the client wants recursion.
    pub fn recursion_desired(&self) -> bool {
        self.message.metadata.recursion_desired
    }

    /// How long an answer over UDP may be.
    pub fn max_payload(&self) -> usize {
        usize::from(self.message.max_payload())
    }
}

/// Reads a question; `None` if it is none.
pub fn read(bytes: &[u8]) -> Option<Question> {
    let message = Message::from_vec(bytes).ok()?;
    if message.metadata.message_type != MessageType::Query || message.metadata.op_code != OpCode::Query {
        return None;
    }
    let query = message.queries.first()?;
    let labels: Vec<&[u8]> = query.name().iter().collect();
    let name = names::from_labels(labels.into_iter());
    let kind = match query.query_type() {
        RecordType::Unknown(99) => "SPF".to_owned(),
        kind => kind.to_string(),
    };
    let option = message
        .edns
        .as_ref()
        .and_then(|edns| edns.option(EdnsCode::from(SERVER_OPTION)));
    let server = match option {
        Some(EdnsOption::Unknown(_, name)) => String::from_utf8(name.clone()).ok(),
        _ => None,
    };
    Some(Question {
        name,
        kind,
        server,
        message,
    })
}

/// The answer to what is no question: FORMERR with its id, or nothing where not even that can be read.
pub fn unreadable(bytes: &[u8]) -> Vec<u8> {
    let Some(&[high, low]) = bytes.get(..2) else {
        return Vec::new();
    };
    Message::error_msg(u16::from_be_bytes([high, low]), OpCode::Query, ResponseCode::FormErr)
        .to_vec()
        .unwrap_or_default()
}

/// A reply as a message.
pub fn write(question: &Question, reply: &Reply, recursion_available: bool) -> Vec<u8> {
    let mut message = Message::response(question.id(), OpCode::Query);
    message.add_queries(question.message.queries.iter().cloned());
    message.metadata.recursion_desired = question.recursion_desired();
    message.metadata.recursion_available = recursion_available;
    message.metadata.authoritative = reply.authoritative;
    message.metadata.response_code = match reply.code {
        Code::NoError => ResponseCode::NoError,
        Code::NxDomain => ResponseCode::NXDomain,
        Code::Refused => ResponseCode::Refused,
        Code::ServFail => ResponseCode::ServFail,
    };
    // The inventory may hold a value that cannot be put on the wire. Leaving it out would be a wrong answer.
    match (records(&reply.answers), records(&reply.authorities)) {
        (Ok(answers), Ok(authorities)) => {
            message.add_answers(answers);
            message.add_authorities(authorities);
        }
        _ => {
            message.metadata.authoritative = false;
            message.metadata.response_code = ResponseCode::ServFail;
        }
    }
    if question.message.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(1232);
        message.set_edns(edns);
    }
    message
        .to_vec()
        .unwrap_or_else(|_| unreadable(&question.id().to_be_bytes()))
}

/// The same message, cut to what fits a datagram: with nothing but the question, so that the client comes again over TCP.
pub fn for_datagram(question: &Question, message: Vec<u8>) -> Vec<u8> {
    if message.len() <= question.max_payload() {
        return message;
    }
    Message::from_vec(&message)
        .ok()
        .and_then(|whole| whole.truncate().to_vec().ok())
        .unwrap_or_default()
}

fn records(records: &[Rr]) -> Result<Vec<Record>, String> {
    records
        .iter()
        .map(|record| {
            Ok(Record::from_rdata(
                name(&record.name)?,
                record.ttl,
                rdata(&record.kind, &record.value)?,
            ))
        })
        .collect()
}

/// A name on the wire. Written with octal escapes, which are Route 53's and not those of zone files.
pub fn name(text: &str) -> Result<Name, String> {
    if text == "." {
        return Ok(Name::root());
    }
    let canonical = names::canonical(text).ok_or("DomainNameInvalid (Value is not a valid domain name)")?;
    let mut name = Name::from_labels(names::labels(&canonical)).map_err(|e| e.to_string())?;
    name.set_fqdn(true);
    Ok(name)
}

/// Record data from a value as Route 53 takes it, or what is wrong with the value.
pub fn rdata(kind: &str, value: &str) -> Result<RData, String> {
    Ok(match kind {
        "A" => RData::A(A(
            Ipv4Addr::from_str(value).map_err(|_| "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)")?
        )),
        "AAAA" => RData::AAAA(AAAA(
            Ipv6Addr::from_str(value)
                .map_err(|_| "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)")?,
        )),
        "CNAME" => RData::CNAME(CNAME(name(value)?)),
        "NS" => RData::NS(NS(name(value)?)),
        "PTR" => RData::PTR(PTR(name(value)?)),
        "TXT" => RData::TXT(TXT::from_bytes(strings(value)?.iter().map(Vec::as_slice).collect())),
        "SPF" => unknown(99, spf(value)?),
        "DS" => unknown(43, ds(value).ok_or("DSRDATAInvalid (Value is not a valid DS record)")?),
        _ => {
            let typed = RecordType::from_str(kind).map_err(|_| format!("InvalidType ({kind} is not a record type)"))?;
            RData::try_from_str(typed, value).map_err(|e| format!("{kind}RDATAInvalid ({e})"))?
        }
    })
}

fn unknown(code: u16, wire: Vec<u8>) -> RData {
    RData::Unknown {
        code: RecordType::from(code),
        rdata: NULL::with(wire),
    }
}

/// `"one" "two"`, with `\"` and octal escapes: each at most 255 bytes.
fn strings(value: &str) -> Result<Vec<Vec<u8>>, String> {
    let unquoted = "InvalidCharacterString (Value should be enclosed in quotation marks)";
    let mut strings = Vec::new();
    let mut bytes = value.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' => continue,
            b'"' => {}
            _ => return Err(unquoted.into()),
        }
        let mut string = Vec::new();
        loop {
            match bytes.next().ok_or(unquoted)? {
                b'"' => break,
                b'\\' => match bytes.next().ok_or(unquoted)? {
                    first @ b'0'..=b'3' => {
                        let mut digit = || bytes.next().filter(|d| (b'0'..=b'7').contains(d)).ok_or(unquoted);
                        let (second, third) = (digit()?, digit()?);
                        string.push((first - b'0') * 64 + (second - b'0') * 8 + (third - b'0'));
                    }
                    other => string.push(other),
                },
                other => string.push(other),
            }
        }
        if string.len() > 255 {
            return Err("CharacterStringTooLong (Value is too long)".into());
        }
        strings.push(string);
    }
    if strings.is_empty() {
        Err(unquoted.into())
    } else {
        Ok(strings)
    }
}

/// SPF has a type number of its own, which hickory does not know, and the data of a TXT.
fn spf(value: &str) -> Result<Vec<u8>, String> {
    let mut wire = Vec::new();
    for string in strings(value)? {
        wire.push(u8::try_from(string.len()).unwrap_or(u8::MAX));
        wire.extend(string);
    }
    Ok(wire)
}

/// `key-tag algorithm digest-type digest`: hickory reads it only when it may also check signatures.
fn ds(value: &str) -> Option<Vec<u8>> {
    let mut fields = value.split_whitespace();
    let mut wire = fields.next()?.parse::<u16>().ok()?.to_be_bytes().to_vec();
    wire.push(fields.next()?.parse().ok()?);
    wire.push(fields.next()?.parse().ok()?);
    let digest: String = fields.collect();
    if digest.is_empty() || !digest.len().is_multiple_of(2) || !digest.is_ascii() {
        return None;
    }
    for at in (0..digest.len()).step_by(2) {
        wire.push(u8::from_str_radix(digest.get(at..at + 2)?, 16).ok()?);
    }
    Some(wire)
}
