use super::*;
use crate::canned::Canned;

const ROLE: &str = "arn:aws:iam::222222222222:role/cleave-target";

fn answer(results: &str, truncated: bool) -> &'static str {
    let marker = if truncated { "<Marker>next</Marker>" } else { "" };
    let body = format!(
        "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><SimulatePrincipalPolicyResult><IsTruncated>{truncated}</IsTruncated>{marker}\
         <EvaluationResults>{results}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    );
    Box::leak(body.into_boxed_str())
}

fn simulated(answers: &[&'static str], question: &Question) -> (Vec<Simulated>, usize) {
    let canned = Canned::answering(answers.iter().map(|body| (200, None, *body)));
    let iam = canned.serve(Iam::new);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    let told = runtime.expect("a runtime").block_on(iam.simulate(ROLE, question));
    (told.expect("an answer"), canned.asked().len())
}

fn question(actions: usize, resources: &[&str]) -> Question {
    Question {
        actions: (0..actions).map(|n| format!("rds:Do{n}")).collect(),
        resources: resources.iter().map(|one| (*one).to_owned()).collect(),
        carried: Carried::new(),
    }
}

#[test]
fn each_resource_has_its_own_answer_and_not_the_most_restrictive_of_all() {
    let of = |name: &str, decision: &str, more: &str| {
        format!(
            "<member><EvalResourceName>{name}</EvalResourceName><EvalResourceDecision>{decision}</EvalResourceDecision>{more}</member>"
        )
    };
    let missing = "<MissingContextValues><member>aws:SourceIp</member></MissingContextValues>";
    let foreign = "<EvalDecisionDetails><entry><key>IAM Policy</key><value>allowed</value></entry><entry><key>Resource Policy</key>\
                   <value>implicitDeny</value></entry></EvalDecisionDetails>";
    let each = [
        of("a", "allowed", ""),
        of("b", "implicitDeny", missing),
        of("c", "implicitDeny", foreign),
        of("d", "explicitDeny", ""),
    ];
    let one = format!(
        "<member><EvalActionName>rds:Do0</EvalActionName><EvalResourceName>a</EvalResourceName><EvalDecision>explicitDeny</EvalDecision>\
         <ResourceSpecificResults>{}</ResourceSpecificResults></member>",
        each.concat()
    );
    // As it was when each resource had a result of its own, all with the same decision.
    let twice = one.repeat(2);
    let (told, _) = simulated(&[answer(&twice, false)], &question(1, &["a", "b", "c", "d"]));
    let seen: Vec<(&str, Decision, usize)> = told
        .iter()
        .map(|one| (one.resource.as_str(), one.decision, one.missing.len()))
        .collect();
    let expected = [
        ("a", Decision::Allowed, 0),
        ("b", Decision::ImplicitDeny, 1),
        // In another account: the role's own policies admit it.
        ("c", Decision::Allowed, 0),
        ("d", Decision::ExplicitDeny, 0),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn pages_are_followed_and_what_is_asked_on_everything_has_its_answer_above() {
    let one = |action: &str| {
        format!(
            "<member><EvalActionName>{action}</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>allowed</EvalDecision>\
             <OrganizationsDecisionDetail><AllowedByOrganizations>false</AllowedByOrganizations></OrganizationsDecisionDetail></member>"
        )
    };
    let pages = [answer(&one("rds:Do0"), true), answer(&one("rds:Do1"), false)];
    let (told, asked) = simulated(&pages, &question(2, &["*"]));
    assert_eq!((told.len(), asked), (2, 2));
    assert_eq!((told[1].action.as_str(), told[1].resource.as_str()), ("rds:Do1", "*"));
    assert_eq!(
        (told[0].decision, told[0].by_organization),
        (Decision::Allowed, Some(false))
    );
}

#[test]
fn a_question_of_thousands_is_asked_in_parts() {
    let many: Vec<String> = (0..200).map(|n| format!("arn:aws:s3:::b{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    // Two actions at once on two hundred resources: five actions are three calls.
    let (_, asked) = simulated(&[answer("", false); 3], &question(5, &many));
    assert_eq!(asked, 3);
}

#[test]
fn a_value_is_of_the_sort_that_its_condition_compares() {
    let kind = |value| entry("aws:x", &value).context_key_type().cloned();
    assert_eq!(kind(Value::Text("a".to_owned())), Some(ContextKeyTypeEnum::String));
    assert_eq!(kind(Value::Flag(true)), Some(ContextKeyTypeEnum::Boolean));
    let several = entry("aws:x", &Value::Texts(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(several.context_key_type(), Some(&ContextKeyTypeEnum::StringList));
    assert_eq!(several.context_key_values(), ["a", "b"]);
}
