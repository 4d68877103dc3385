use std::net::Ipv4Addr;

use hickory_proto::rr::RData;
use hickory_proto::rr::rdata::{A, CNAME, NS};

use super::*;

fn name(text: &str) -> Name {
    let mut name = Name::from_labels(names::labels(&names::canonical(text))).expect("a name");
    name.set_fqdn(true);
    name
}

fn a(owner: &str, last: u8) -> Record {
    Record::from_rdata(name(owner), 60, RData::A(A(Ipv4Addr::new(192, 0, 2, last))))
}

fn ns(owner: &str, server: &str) -> Record {
    Record::from_rdata(name(owner), 300, RData::NS(NS(name(server))))
}

fn answer(authoritative: bool, answers: Vec<Record>, authorities: Vec<Record>) -> Message {
    let mut message = Message::response(1, OpCode::Query);
    message.metadata.authoritative = authoritative;
    message.add_answers(answers);
    message.add_authorities(authorities);
    Message::from_vec(&message.to_vec().expect("it can be written")).expect("it can be read")
}

#[test]
fn order_of_records_does_not_count() {
    let one = answer(true, vec![a("x.example", 1), a("x.example", 2)], vec![]);
    let other = answer(true, vec![a("X.example", 2), a("X.example", 1)], vec![]);
    assert_eq!(said(&one, "x.example.", "A"), said(&other, "x.example.", "A"));
    assert!(said(&one, "x.example.", "A").something());
}

#[test]
fn another_address_is_another_answer() {
    let one = said(&answer(true, vec![a("x.example", 1)], vec![]), "x.example.", "A");
    assert_ne!(
        one,
        said(&answer(true, vec![a("x.example", 3)], vec![]), "x.example.", "A")
    );
}

#[test]
fn what_a_cname_leads_to_is_not_compared() {
    let cname = || Record::from_rdata(name("w.example"), 60, RData::CNAME(CNAME(name("x.example"))));
    let one = said(
        &answer(true, vec![cname(), a("x.example", 1)], vec![]),
        "w.example.",
        "CNAME",
    );
    assert_eq!(
        one,
        said(
            &answer(true, vec![cname(), a("x.example", 2)], vec![]),
            "w.example.",
            "CNAME"
        )
    );
}

#[test]
fn a_referral_is_told_by_its_servers() {
    let message = answer(
        false,
        vec![],
        vec![ns("team.example", "ns-2.example"), ns("team.example", "NS-1.example")],
    );
    let found = said(&message, "team.example.", "NS");
    assert_eq!(found.refers_to, ["ns-1.example", "ns-2.example"]);
    let set = NsSaid {
        ttl: 300,
        servers: found.refers_to,
    };
    assert_eq!(ns_said(&message, "team.example."), Some(set));
    assert_eq!(ns_said(&message, "other.example."), None, "a referral of another cut");
}

#[test]
fn the_soa_of_a_missing_name_is_no_referral() {
    let mut message = answer(true, vec![], vec![ns("example", "ns-1.example")]);
    message.metadata.response_code = ResponseCode::NXDomain;
    let found = said(&message, "x.example.", "A");
    assert!(!found.something() && found.refers_to.is_empty());
}

#[test]
fn a_wildcard_is_asked_for_by_its_star() {
    let message = question("ns-1.example", "\\052.stg.example.", "A").expect("a question");
    let label = message.queries[0].name().iter().next().expect("a label").to_vec();
    assert_eq!(label, b"*");
    assert!(
        !message.metadata.recursion_desired,
        "a resolver's cache must not answer"
    );
}

#[test]
fn every_type_that_route_53_keeps_can_be_asked_for() {
    for kind in [
        "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SPF", "SRV", "SSHFP", "SVCB", "TLSA",
        "TXT",
    ] {
        assert!(question("s", "x.example.", kind).is_ok(), "{kind}");
    }
}
