use pretty_assertions::assert_eq;

use super::*;
use crate::test_events::at;

fn call(operation: &str, outcome: &str, millis: u64) -> CallRecord {
    CallRecord {
        at: at(1),
        account: Some(AccountId::new("012345678901").unwrap()),
        service: "rds".into(),
        operation: operation.into(),
        mutating: operation.starts_with("Copy"),
        outcome: outcome.into(),
        request_id: Some("id-1".into()),
        millis,
    }
}

#[test]
fn calls_come_back_in_order_and_counted() {
    let mut journal = Journal::in_memory().unwrap();
    let own = CallRecord {
        account: None,
        request_id: None,
        ..call("GetCallerIdentity", "ok", 3)
    };
    let calls = vec![
        call("CopyDBSnapshot", "ok", 10),
        own,
        call("CopyDBSnapshot", "ok", 5),
        call("CopyDBSnapshot", "(lost)", 1),
    ];
    journal.record_call(&calls[0]).unwrap();
    journal.record_calls(&calls[1..]).unwrap();
    assert_eq!(journal.calls().unwrap(), calls);
    let counted: Vec<_> = journal
        .call_summary()
        .unwrap()
        .into_iter()
        .map(|line| {
            (
                line.account.is_some(),
                line.operation,
                line.outcome,
                line.count,
                line.millis,
            )
        })
        .collect();
    let line = |own: bool, operation: &str, outcome: &str, count, millis| {
        (own, operation.into(), outcome.into(), count, millis)
    };
    assert_eq!(
        counted,
        [
            line(false, "GetCallerIdentity", "ok", 1, 3),
            line(true, "CopyDBSnapshot", "(lost)", 1, 1),
            line(true, "CopyDBSnapshot", "ok", 2, 15)
        ]
    );
}

#[test]
fn calls_cannot_be_rewritten_in_sql() {
    let mut journal = Journal::in_memory().unwrap();
    journal.record_call(&call("CopyDBSnapshot", "ok", 10)).unwrap();
    for (sql, because) in [
        ("UPDATE call SET outcome = 'never'", "never changed"),
        ("DELETE FROM call", "never deleted"),
        (
            "INSERT OR REPLACE INTO call SELECT id, at, account, service, operation, mutating, 'x', request_id, 0 FROM call",
            "never changed",
        ),
        (
            "INSERT INTO call SELECT NULL, at, '12', service, operation, mutating, outcome, request_id, 0 FROM call",
            "CHECK",
        ),
        (
            "INSERT INTO call SELECT NULL, at, account, service, operation, 2, outcome, request_id, 0 FROM call",
            "CHECK",
        ),
    ] {
        let refused = journal.connection.execute(sql, []).expect_err(sql).to_string();
        assert!(refused.contains(because), "{sql}: {refused}");
    }
    assert_eq!(journal.calls().unwrap(), [call("CopyDBSnapshot", "ok", 10)]);
}

#[test]
fn durations_are_listed_oldest_first() {
    let mut journal = Journal::in_memory().unwrap();
    let sample = |action: &str, seconds| crate::DurationSample {
        at: at(0),
        action: action.into(),
        size: Some(7),
        seconds,
    };
    for (action, seconds) in [("database.copy", 30), ("image.copy", 5), ("database.copy", 20)] {
        journal.put_duration(&sample(action, seconds)).unwrap();
    }
    assert_eq!(
        journal.durations().unwrap(),
        [
            sample("database.copy", 30),
            sample("image.copy", 5),
            sample("database.copy", 20)
        ]
    );
}
