use super::*;

#[test]
fn a_refusal_is_no_finding_but_what_the_role_lacks_and_words_are_a_hint_only() {
    let refused = |message: &str| Failure {
        account: "111111111111".to_owned(),
        service: "iam".to_owned(),
        operation: "SimulatePrincipalPolicy".to_owned(),
        class: FailureClass::Denied,
        code: "AccessDenied".to_owned(),
        message: message.to_owned(),
        request_id: None,
    };
    let told = not_checked(&known::ROLE_PERMISSIONS, "source account 1", &refused("not authorized"));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].outcome, Outcome::NotChecked);
    assert!(
        told[0]
            .what
            .contains("lacks iam:SimulatePrincipalPolicy (AccessDenied)"),
        "{:?}",
        told[0]
    );
    let words = "… with an explicit deny in a service control policy";
    let told = not_checked(&known::ROLE_PERMISSIONS, "source account 1", &refused(words));
    let told: Vec<(&str, Outcome)> = told.iter().map(|finding| (finding.id, finding.outcome)).collect();
    assert_eq!(
        told,
        [
            ("role-permissions", Outcome::NotChecked),
            ("service-control-policy", Outcome::Warns)
        ]
    );
}

#[test]
fn a_clock_blocks_where_aws_would_refuse_its_signatures() {
    let outcome = |seconds| skew(SignedDuration::from_secs(seconds)).outcome;
    assert_eq!(outcome(0), Outcome::Passes);
    assert_eq!(outcome(60), Outcome::Passes);
    assert_eq!(outcome(61), Outcome::Warns);
    assert_eq!(outcome(300), Outcome::Warns);
    assert_eq!(outcome(301), Outcome::Blocks);
}

#[test]
fn the_journal_needs_room_for_what_is_listed() {
    let outcome = |keys: u64, free: u64| disk(None, [keys], ".", Ok(free)).outcome;
    assert_eq!(outcome(0, 10 << 30), Outcome::Passes);
    assert_eq!(outcome(100_000_000, 10 << 30), Outcome::Blocks);
    assert_eq!(outcome(0, 128 << 20), Outcome::Warns);
    assert_eq!(
        disk(None, [], ".", Err("no such folder".to_owned())).outcome,
        Outcome::NotChecked
    );
}
