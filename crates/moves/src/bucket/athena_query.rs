//! The SQL of a comparison, in a form that Athena takes: its DDL is Hive's, its queries are Trino's. `scripts/check_comparison.py` has other
//! engines read and run the query.

use super::archived::Classes;

/// A table over the files of one report.
pub(super) fn create_table(database: &str, table: &str, columns: &[String], location: &str) -> String {
    let columns: Vec<String> = columns.iter().map(|name| format!("`{}` string", snake(name))).collect();
    format!(
        "CREATE EXTERNAL TABLE IF NOT EXISTS {database}.{table} ({}) ROW FORMAT SERDE \
         'org.apache.hadoop.hive.serde2.OpenCSVSerde' STORED AS INPUTFORMAT \
         'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat' OUTPUTFORMAT \
         'org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat' LOCATION '{location}'",
        columns.join(", ")
    )
}

/// `IsDeleteMarker` as `is_delete_marker`, `ETag` as `e_tag`, `VersionId` as `version_id`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// What the query (`compare_reports.sql`) says of entries that prove equal.
pub(super) const EQUAL: &str = "equal";
/// What it says of entries that only the copy has.
pub(super) const SURPLUS: &str = "surplus";

/// The comparison, as Athena gets it: without the comments that it has for people.
pub(super) fn compare(database: &str, storage: &Classes) -> String {
    let wanted = match storage {
        Classes::Thaw => "CASE WHEN o.class IN ('GLACIER', 'DEEP_ARCHIVE') THEN 'STANDARD' ELSE o.class END",
        Classes::Keep | Classes::AsNotedBy(_) => "o.class",
    };
    let lines = include_str!("compare_reports.sql").lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("--"));
    let statement = lines.collect::<Vec<_>>().join("\n");
    statement
        .replace("{database}", database)
        .replace("{wanted_class}", wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_names_that_the_guides_give_them() {
        let names = ["Bucket", "VersionId", "IsDeleteMarker", "ETag", "IsMultipartUploaded"];
        assert_eq!(
            names.map(snake),
            [
                "bucket",
                "version_id",
                "is_delete_marker",
                "e_tag",
                "is_multipart_uploaded"
            ]
        );
        let made = create_table("db", "original", &names.map(str::to_owned), "s3://ops/hive/dt=1/");
        assert!(
            made.contains("db.original (`bucket` string, `version_id` string,"),
            "{made}"
        );
        assert!(made.ends_with("LOCATION 's3://ops/hive/dt=1/'"), "{made}");
    }
}
