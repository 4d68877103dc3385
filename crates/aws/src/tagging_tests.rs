//! The Tagging API in other regions, on answers as AWS gives them.

use super::*;
use crate::canned::{Canned, in_paused_time};

const LAST: &str = r#"{"PaginationToken":"","ResourceTagMappingList":[{"ResourceARN":"arn:aws:ec2:us-east-1:222222222222:instance/i-1","Tags":[]},{"ResourceARN":"arn:aws:ec2:us-east-1:222222222222:instance/i-2","Tags":[{"Key":"a","Value":"b"}]},{"ResourceARN":"arn:aws:s3:::shop-logs","Tags":[]},{"ResourceARN":"arn:aws:cloudfront::222222222222:distribution/E1","Tags":[]}]}"#;
const MORE: &str = r#"{"PaginationToken":"next","ResourceTagMappingList":[{"ResourceARN":"arn:aws:sqs:us-east-1:222222222222:mails","Tags":[]}]}"#;

#[test]
fn what_lies_in_another_region_is_counted_by_kind_and_what_lies_in_none_is_not() {
    let canned = Canned::answering([(200, None, MORE), (200, None, LAST)]);
    let tagging = canned.serve(Tagging::new);
    let there = model::Region::new("us-east-1").expect("a region");
    let told = in_paused_time(tagging.elsewhere(&there)).expect("an answer");
    let kinds: Vec<(&str, u32)> = told.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(
        (kinds, told.more),
        (vec![("ec2:instance", 2), ("s3", 1), ("sqs", 1)], false)
    );
    for request in canned.asked() {
        assert_eq!(request.line, "POST https://tagging.us-east-1.amazonaws.com/");
        assert_eq!(request.scope, "20261122/us-east-1/tagging/aws4_request");
    }
}

#[test]
fn a_region_is_asked_for_so_many_pages_and_then_said_to_have_more() {
    let canned = Canned::answering([(200, None, MORE); PAGES_ELSEWHERE]);
    let tagging = canned.serve(Tagging::new);
    let there = model::Region::new("us-east-1").expect("a region");
    let told = in_paused_time(tagging.elsewhere(&there)).expect("an answer");
    assert!(told.more, "{told:?}");
    assert_eq!(canned.asked().len(), PAGES_ELSEWHERE);
}
