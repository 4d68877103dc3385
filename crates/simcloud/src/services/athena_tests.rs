use bytes::Bytes;

use super::*;
use crate::faults::FaultLevel;
use crate::s3::settings;
use crate::s3::test_world::{bucket, cloud as world, source, target, wait};

const SERDE: &str = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'";

fn cloud() -> Cloud {
    world(FaultLevel::None, &bucket("enabled", ""))
}

fn store(cloud: &mut Cloud, key: &str, text: &str) {
    let body = Bytes::from(text.to_owned());
    objects::put(cloud, &target(), "ops", key, body, Wanted::default()).expect("put");
}

fn asked(statement: &str, nth: usize) -> Value {
    json!({ "QueryString": statement, "ClientRequestToken": format!("token-{nth:032}"),
        "ResultConfiguration": { "OutputLocation": "s3://ops/results/" } })
}

/// Runs a statement to its end; gives its id, state and reason.
fn run(cloud: &mut Cloud, statement: &str) -> (String, String, String) {
    let nth = cloud.athena.executions.len();
    let started = handle(cloud, &target(), "StartQueryExecution", &asked(statement, nth)).expect("started");
    let id = started["QueryExecutionId"].as_str().expect("an id").to_owned();
    wait(cloud, 300);
    let shown = handle(
        cloud,
        &target(),
        "GetQueryExecution",
        &json!({ "QueryExecutionId": id }),
    )
    .expect("shown");
    let status = &shown["QueryExecution"]["Status"];
    let word = |name: &str| status[name].as_str().unwrap_or_default().to_owned();
    (id, word("State"), word("StateChangeReason"))
}

fn done(cloud: &mut Cloud, statement: &str) -> String {
    let (id, state, reason) = run(cloud, statement);
    assert_eq!(state, "SUCCEEDED", "{statement}: {reason}");
    id
}

fn fails(cloud: &mut Cloud, statement: &str) -> String {
    let (_, state, reason) = run(cloud, statement);
    assert_eq!(state, "FAILED", "{statement}");
    reason
}

fn page(cloud: &mut Cloud, id: &str, more: Value) -> (Vec<Vec<Option<String>>>, Option<String>) {
    let mut input = more;
    input["QueryExecutionId"] = id.into();
    let answer = handle(cloud, &target(), "GetQueryResults", &input).expect("rows");
    let cell = |cell: &Value| cell["VarCharValue"].as_str().map(str::to_owned);
    let row = |row: &Value| row["Data"].as_array().expect("cells").iter().map(cell).collect();
    let rows = answer["ResultSet"]["Rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(row)
        .collect();
    (rows, answer["NextToken"].as_str().map(str::to_owned))
}

/// A database with a table over two files, one packed.
fn with_table() -> Cloud {
    let mut cloud = cloud();
    store(&mut cloud, "data/1.csv", "\"a\",\"1\"\n\"b\",\"\"\n");
    store(&mut cloud, "data/2.csv", "\"c, d\",\"3\"\n");
    store(
        &mut cloud,
        "links/symlink.txt",
        "s3://ops/data/1.csv\ns3://ops/data/2.csv",
    );
    done(&mut cloud, "CREATE DATABASE IF NOT EXISTS db COMMENT 'for tests'");
    let links = "STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat' OUTPUTFORMAT \
                 'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat'";
    done(
        &mut cloud,
        &format!(
            "CREATE EXTERNAL TABLE db.linked (`key` string, size string) {SERDE} {links} LOCATION 's3://ops/links/'"
        ),
    );
    cloud
}

#[test]
fn a_query_is_run_over_the_files_behind_the_links() {
    let mut cloud = with_table();
    let id = done(&mut cloud, "SELECT key, size FROM db.linked ORDER BY key");
    let (rows, next) = page(&mut cloud, &id, json!({}));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(rows[0], [text("key"), text("size")], "the names come first");
    assert_eq!(
        rows[1..],
        [[text("a"), text("1")], [text("b"), text("")], [text("c, d"), text("3")]]
    );
    assert_eq!(next, None);
    let (first, next) = page(&mut cloud, &id, json!({ "MaxResults": 3 }));
    let (second, last) = page(
        &mut cloud,
        &id,
        json!({ "MaxResults": 3, "NextToken": next.expect("more") }),
    );
    assert_eq!([first, second].concat(), rows);
    assert_eq!(last, None);
    // The same lies in the output location.
    let key = format!("results/{id}.csv");
    let (_, object) = objects::locate(&mut cloud, &target(), "ops", &key, None).expect("a file");
    let csv = object.content.read(0..object.content.size());
    assert_eq!(csv, "\"key\",\"size\"\n\"a\",\"1\"\n\"b\",\"\"\n\"c, d\",\"3\"\n");
}

#[test]
fn a_text_that_is_no_number_is_not_taken_for_one() {
    let mut cloud = with_table();
    let reason = fails(&mut cloud, "SELECT sum(CAST(size AS bigint)) AS bytes FROM db.linked");
    assert!(reason.starts_with("INVALID_CAST_ARGUMENT"), "{reason}");
    let guarded = "SELECT sum(CASE WHEN size <> '' THEN CAST(size AS bigint) ELSE 0 END) AS bytes FROM db.linked";
    let id = done(&mut cloud, guarded);
    assert_eq!(page(&mut cloud, &id, json!({})).0[1], [Some("4".to_owned())]);
    done(
        &mut cloud,
        &format!("CREATE EXTERNAL TABLE db.numbers (key string, size bigint) {SERDE} LOCATION 's3://ops/data/'"),
    );
    let reason = fails(&mut cloud, "SELECT count(*) FROM db.numbers");
    assert!(reason.starts_with("HIVE_BAD_DATA"), "{reason}");
}

#[test]
fn what_is_not_there_fails_the_query() {
    let mut cloud = with_table();
    assert!(fails(&mut cloud, "SELECT colour FROM db.linked").starts_with("COLUMN_NOT_FOUND"));
    assert!(fails(&mut cloud, "SELECT key FROM db.other").starts_with("TABLE_NOT_FOUND"));
    assert!(fails(&mut cloud, "CREATE DATABASE db").contains("already exists"));
    assert!(fails(&mut cloud, "DROP DATABASE db").contains("not empty"));
    assert!(fails(&mut cloud, "DROP TABLE db.other").contains("not found"));
    done(&mut cloud, "DROP DATABASE db CASCADE");
    assert!(fails(&mut cloud, "DROP DATABASE db").contains("does not exist"));
    done(&mut cloud, "DROP DATABASE IF EXISTS db CASCADE");
}

#[test]
fn what_athena_refuses_at_once_is_refused() {
    let mut cloud = cloud();
    let mut start = |input: Value| match handle(&mut cloud, &target(), "StartQueryExecution", &input) {
        Ok(_) => "started".to_owned(),
        Err(error) => error.code,
    };
    let mut nowhere = asked("SELECT 1", 0);
    nowhere["ResultConfiguration"] = json!({});
    assert_eq!(start(nowhere), "InvalidRequestException");
    let mut gone = asked("SELECT 1", 0);
    gone["ResultConfiguration"]["OutputLocation"] = "s3://nobodys/x/".into();
    assert_eq!(start(gone), "InvalidRequestException");
    let mut short = asked("SELECT 1", 0);
    short["ClientRequestToken"] = "short".into();
    assert_eq!(start(short), "InvalidRequestException");
    for wrong in [
        "",
        "SELCT 1",
        "CREATE DATABASE my-db",
        "CREATE EXTERNAL TABLE db.t (order string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://ops/d/'",
        "CREATE EXTERNAL TABLE db.t (k string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://ops/d'",
        "SELECT 1 AS order",
        "SELECT 'open",
    ] {
        assert_eq!(start(asked(wrong, 1)), "InvalidRequestException", "{wrong}");
    }
    assert_eq!(start(asked("MSCK REPAIR TABLE db.t", 2)), "NotImplemented");
    assert_eq!(start(asked("SELECT 1", 3)), "started");
    assert_eq!(start(asked("SELECT 1", 3)), "started", "the same again is the same");
    assert_eq!(
        start(asked("SELECT 2", 3)),
        "InvalidRequestException",
        "another with that token"
    );
    assert_eq!(cloud.athena.executions.len(), 1);
}

#[test]
fn data_and_output_are_reached_with_the_callers_rights() {
    let mut cloud = with_table();
    // The other account has no such database, and may not read or write there either.
    let denied = handle(
        &mut cloud,
        &source(),
        "StartQueryExecution",
        &asked("SELECT key FROM db.linked", 90),
    );
    let id = denied.expect("started")["QueryExecutionId"].clone();
    wait(&mut cloud, 300);
    let shown = handle(
        &mut cloud,
        &source(),
        "GetQueryExecution",
        &json!({ "QueryExecutionId": id }),
    )
    .expect("shown");
    assert_eq!(shown["QueryExecution"]["Status"]["State"], "FAILED");
    let unseen = handle(
        &mut cloud,
        &target(),
        "GetQueryExecution",
        &json!({ "QueryExecutionId": id }),
    );
    assert_eq!(unseen.expect_err("another account's").code, "InvalidRequestException");
    let deny = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::ops/data/*" }] });
    settings::put_policy(&mut cloud, &target(), "ops", &deny.to_string()).expect("a policy");
    assert!(fails(&mut cloud, "SELECT key FROM db.linked").starts_with("PERMISSION_DENIED"));
    let deny = deny
        .to_string()
        .replace("GetObject", "PutObject")
        .replace("data", "results");
    settings::put_policy(&mut cloud, &target(), "ops", &deny).expect("a policy");
    assert!(fails(&mut cloud, "SELECT 1 AS one").starts_with("Access denied when writing output"));
}

#[test]
fn results_are_there_when_it_has_succeeded_and_what_is_stopped_has_none() {
    let mut cloud = with_table();
    let started = handle(
        &mut cloud,
        &target(),
        "StartQueryExecution",
        &asked("SELECT 1 AS one", 91),
    )
    .expect("started");
    let id = json!({ "QueryExecutionId": started["QueryExecutionId"] });
    let early = handle(&mut cloud, &target(), "GetQueryResults", &id).expect_err("it runs");
    assert_eq!(early.code, "InvalidRequestException");
    handle(&mut cloud, &target(), "StopQueryExecution", &id).expect("stopped");
    wait(&mut cloud, 300);
    let shown = handle(&mut cloud, &target(), "GetQueryExecution", &id).expect("shown");
    assert_eq!(shown["QueryExecution"]["Status"]["State"], "CANCELLED");
    assert!(handle(&mut cloud, &target(), "GetQueryResults", &id).is_err());
}

#[test]
fn the_catalog_names_databases_and_tables() {
    let mut cloud = with_table();
    let databases = handle(
        &mut cloud,
        &target(),
        "ListDatabases",
        &json!({ "CatalogName": "AwsDataCatalog" }),
    );
    assert_eq!(
        databases.expect("listed")["DatabaseList"],
        json!([{ "Name": "db" }, { "Name": "default" }])
    );
    let of = |name: &str| json!({ "CatalogName": "AwsDataCatalog", "DatabaseName": name });
    let tables = handle(&mut cloud, &target(), "ListTableMetadata", &of("db")).expect("listed");
    assert_eq!(tables["TableMetadataList"][0]["Name"], "linked");
    let missing = handle(&mut cloud, &target(), "ListTableMetadata", &of("none")).expect_err("none");
    assert_eq!(missing.code, "MetadataException");
    let others = handle(
        &mut cloud,
        &source(),
        "ListDatabases",
        &json!({ "CatalogName": "AwsDataCatalog" }),
    );
    assert_eq!(others.expect("listed")["DatabaseList"], json!([{ "Name": "default" }]));
}
