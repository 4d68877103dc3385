use jiff::Timestamp;
use model::Inventory;
use model::ids::Region;
use serde_json::{Value, json};

use crate::cloud::{Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const STRANGER: &str = "333333333333";

/// A private zone and a public one in the source, one of Cloud Map's, and VPCs in each account.
fn cloud() -> Cloud {
    let region = |vpcs: &[&str]| json!({ "ap-northeast-1": { "vpcs": vpcs } });
    let vpc = |id: &str| json!({ "id": id, "region": "ap-northeast-1" });
    let inventory = json!({"format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "regions": region(&["vpc-source", "vpc-other"]), "zones": [
            { "id": "ZPRIVATE", "name": "internal.shop", "private": true, "vpcs": [vpc("vpc-source")] },
            { "id": "ZPUBLIC", "name": "shop.example.com" },
            { "id": "ZMAP", "name": "map.shop", "private": true, "vpcs": [vpc("vpc-source"), vpc("vpc-other")],
                "linked_service": "servicediscovery.amazonaws.com" }] },
        TARGET: { "regions": region(&["vpc-target", "vpc-second"]) },
        STRANGER: { "regions": region(&["vpc-stranger"]) } }});
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a time");
    Cloud::new(&inventory, start, 7, FaultLevel::None)
}

fn call(cloud: &mut Cloud, who: &str, operation: &str, input: &Value) -> Result<Value, ServiceError> {
    // A second between calls, so that only the test of the rate meets it.
    let later = cloud.later(1);
    cloud.advance(later);
    let caller = Caller::root(
        &who.parse().expect("an account"),
        &Region::new("us-east-1").expect("a region"),
    );
    super::super::handle(cloud, &caller, operation, input)
}

fn of(zone: &str, vpc: &str) -> Value {
    json!({ "HostedZoneId": zone, "VPC": { "VPCRegion": "ap-northeast-1", "VPCId": vpc } })
}

#[track_caller]
fn refused(cloud: &mut Cloud, who: &str, operation: &str, input: &Value, code: &str) {
    let answer = call(cloud, who, operation, input);
    assert_eq!(
        answer.expect_err("it is to be refused").code,
        code,
        "{operation} {input}"
    );
}

#[track_caller]
fn ok(cloud: &mut Cloud, who: &str, operation: &str, input: &Value) -> Value {
    call(cloud, who, operation, input).unwrap_or_else(|error| panic!("{operation} {input}: {error:?}"))
}

fn vpcs(answer: &Value) -> Vec<&str> {
    let vpcs = answer["VPCs"].as_array().expect("a list");
    vpcs.iter().filter_map(|vpc| vpc["VPCId"].as_str()).collect()
}

#[test]
fn a_vpc_of_another_account_is_associated_by_its_owner_once_the_zones_owner_has_authorised_it() {
    let mut cloud = cloud();
    let input = of("/hostedzone/ZPRIVATE", "vpc-target");
    refused(
        &mut cloud,
        TARGET,
        "AssociateVPCWithHostedZone",
        &input,
        "NotAuthorizedException",
    );
    refused(
        &mut cloud,
        TARGET,
        "CreateVPCAssociationAuthorization",
        &input,
        "AccessDenied",
    );
    ok(&mut cloud, SOURCE, "CreateVPCAssociationAuthorization", &input);
    ok(&mut cloud, SOURCE, "CreateVPCAssociationAuthorization", &input);
    let listed = ok(
        &mut cloud,
        SOURCE,
        "ListVPCAssociationAuthorizations",
        &json!({ "HostedZoneId": "ZPRIVATE" }),
    );
    assert_eq!(vpcs(&listed), ["vpc-target"]);
    refused(&mut cloud, SOURCE, "AssociateVPCWithHostedZone", &input, "InvalidVPCId");
    let change = ok(&mut cloud, TARGET, "AssociateVPCWithHostedZone", &input);
    assert_eq!(change["ChangeInfo"]["Status"], "PENDING");
    let id = json!({ "Id": "ZPRIVATE" });
    assert_eq!(
        vpcs(&ok(&mut cloud, SOURCE, "GetHostedZone", &id)),
        ["vpc-source", "vpc-target"]
    );
    refused(&mut cloud, TARGET, "GetHostedZone", &id, "AccessDenied");
    // The permission outlives its use, and its end is not the association's.
    ok(&mut cloud, SOURCE, "DeleteVPCAssociationAuthorization", &input);
    refused(
        &mut cloud,
        SOURCE,
        "DeleteVPCAssociationAuthorization",
        &input,
        "VPCAssociationAuthorizationNotFound",
    );
    assert_eq!(
        vpcs(&ok(&mut cloud, SOURCE, "GetHostedZone", &id)),
        ["vpc-source", "vpc-target"]
    );
    let of_vpc = json!({ "VPCId": "vpc-target", "VPCRegion": "ap-northeast-1" });
    let listed = ok(&mut cloud, TARGET, "ListHostedZonesByVPC", &of_vpc);
    assert_eq!(
        listed["HostedZoneSummaries"],
        json!([{ "HostedZoneId": "ZPRIVATE", "Name": "internal.shop.", "Owner": { "OwningAccount": SOURCE } }])
    );
    refused(&mut cloud, STRANGER, "ListHostedZonesByVPC", &of_vpc, "AccessDenied");
}

#[test]
fn what_cannot_be_associated_is_refused_with_its_own_code() {
    let mut cloud = cloud();
    for (who, zone, vpc, code) in [
        (SOURCE, "ZNONE", "vpc-source", "NoSuchHostedZone"),
        (SOURCE, "ZPUBLIC", "vpc-source", "PublicZoneVPCAssociation"),
        (SOURCE, "ZPRIVATE", "vpc-nowhere", "InvalidVPCId"),
        (SOURCE, "ZPRIVATE", "subnet-1", "InvalidVPCId"),
        (SOURCE, "ZPRIVATE", "vpc-source", "ConflictingDomainExists"),
        (STRANGER, "ZPRIVATE", "vpc-stranger", "NotAuthorizedException"),
    ] {
        refused(&mut cloud, who, "AssociateVPCWithHostedZone", &of(zone, vpc), code);
    }
    let nowhere = json!({ "HostedZoneId": "ZPRIVATE", "VPC": { "VPCId": "vpc-source" } });
    refused(
        &mut cloud,
        SOURCE,
        "AssociateVPCWithHostedZone",
        &nowhere,
        "InvalidInput",
    );
    refused(
        &mut cloud,
        SOURCE,
        "CreateVPCAssociationAuthorization",
        &of("ZPUBLIC", "vpc-target"),
        "InvalidInput",
    );
}

fn creation(vpc: &str, reference: &str) -> Value {
    json!({ "Name": "internal.shop", "CallerReference": reference,
        "VPC": { "VPCRegion": "ap-northeast-1", "VPCId": vpc }, "HostedZoneConfig": { "PrivateZone": true } })
}

#[test]
fn a_vpc_resolves_one_zone_of_a_name_whosever_the_zones_are() {
    let mut cloud = cloud();
    refused(
        &mut cloud,
        TARGET,
        "CreateHostedZone",
        &creation("vpc-source", "a"),
        "InvalidVPCId",
    );
    refused(
        &mut cloud,
        SOURCE,
        "CreateHostedZone",
        &creation("vpc-source", "a"),
        "ConflictingDomainExists",
    );
    let made = ok(&mut cloud, TARGET, "CreateHostedZone", &creation("vpc-target", "a"));
    assert_eq!(made["VPC"]["VPCId"], "vpc-target");
    ok(
        &mut cloud,
        SOURCE,
        "CreateVPCAssociationAuthorization",
        &of("ZPRIVATE", "vpc-target"),
    );
    let input = of("ZPRIVATE", "vpc-target");
    refused(
        &mut cloud,
        TARGET,
        "AssociateVPCWithHostedZone",
        &input,
        "ConflictingDomainExists",
    );
    refused(
        &mut cloud,
        TARGET,
        "CreateHostedZone",
        &creation("vpc-target", "b"),
        "ConflictingDomainExists",
    );
    // Another VPC of the same account may have its own of that name.
    ok(&mut cloud, TARGET, "CreateHostedZone", &creation("vpc-second", "c"));
}

#[test]
fn either_owner_ends_an_association_but_not_the_last_one() {
    let mut cloud = cloud();
    let last = of("ZPRIVATE", "vpc-source");
    refused(
        &mut cloud,
        SOURCE,
        "DisassociateVPCFromHostedZone",
        &last,
        "LastVPCAssociation",
    );
    let input = of("ZPRIVATE", "vpc-target");
    refused(
        &mut cloud,
        SOURCE,
        "DisassociateVPCFromHostedZone",
        &input,
        "VPCAssociationNotFound",
    );
    for who in [SOURCE, TARGET] {
        ok(&mut cloud, SOURCE, "CreateVPCAssociationAuthorization", &input);
        ok(&mut cloud, TARGET, "AssociateVPCWithHostedZone", &input);
        refused(
            &mut cloud,
            STRANGER,
            "DisassociateVPCFromHostedZone",
            &input,
            "InvalidVPCId",
        );
        ok(&mut cloud, who, "DisassociateVPCFromHostedZone", &input);
    }
    refused(
        &mut cloud,
        TARGET,
        "DisassociateVPCFromHostedZone",
        &input,
        "VPCAssociationNotFound",
    );
}

#[test]
fn what_cloud_map_has_made_is_not_edited() {
    let mut cloud = cloud();
    let shown = ok(&mut cloud, SOURCE, "GetHostedZone", &json!({ "Id": "ZMAP" }));
    let service = &shown["HostedZone"]["LinkedService"]["ServicePrincipal"];
    assert_eq!(service, "servicediscovery.amazonaws.com");
    let set = json!({ "Name": "a.map.shop", "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": "192.0.2.1" }] });
    let change = json!({ "HostedZoneId": "ZMAP", "ChangeBatch": { "Changes": [{ "Action": "CREATE", "ResourceRecordSet": set }] } });
    refused(&mut cloud, SOURCE, "ChangeResourceRecordSets", &change, "AccessDenied");
    let input = of("ZMAP", "vpc-target");
    refused(
        &mut cloud,
        SOURCE,
        "CreateVPCAssociationAuthorization",
        &input,
        "AccessDenied",
    );
    refused(
        &mut cloud,
        SOURCE,
        "DeleteHostedZone",
        &json!({ "Id": "ZMAP" }),
        "AccessDenied",
    );
    // A service that made it in the owner's account lets that end associations.
    ok(
        &mut cloud,
        SOURCE,
        "DisassociateVPCFromHostedZone",
        &of("ZMAP", "vpc-other"),
    );
}

#[test]
fn authorisations_come_in_pages() {
    let mut cloud = cloud();
    for n in 0..3 {
        ok(
            &mut cloud,
            SOURCE,
            "CreateVPCAssociationAuthorization",
            &of("ZPRIVATE", &format!("vpc-{n}")),
        );
    }
    let page = ok(
        &mut cloud,
        SOURCE,
        "ListVPCAssociationAuthorizations",
        &json!({ "HostedZoneId": "ZPRIVATE", "MaxResults": "2" }),
    );
    assert_eq!(vpcs(&page), ["vpc-0", "vpc-1"]);
    let next = json!({ "HostedZoneId": "ZPRIVATE", "MaxResults": "2", "NextToken": page["NextToken"] });
    let page = ok(&mut cloud, SOURCE, "ListVPCAssociationAuthorizations", &next);
    assert_eq!((vpcs(&page), page.get("NextToken")), (vec!["vpc-2"], None));
    let wrong = json!({ "HostedZoneId": "ZPRIVATE", "NextToken": "x" });
    refused(
        &mut cloud,
        SOURCE,
        "ListVPCAssociationAuthorizations",
        &wrong,
        "InvalidPaginationToken",
    );
}

#[test]
fn disassociating_has_a_rate_of_its_own() {
    let mut cloud = cloud();
    let caller = Caller::root(
        &SOURCE.parse().expect("an account"),
        &Region::new("us-east-1").expect("a region"),
    );
    let input = of("ZPRIVATE", "vpc-target");
    let codes: Vec<String> = (0..11)
        .map(|_| super::super::handle(&mut cloud, &caller, "DisassociateVPCFromHostedZone", &input))
        .map(|answer| answer.expect_err("it is not associated").code.clone())
        .collect();
    assert!(
        codes[..10].iter().all(|code| code == "VPCAssociationNotFound"),
        "{codes:?}"
    );
    assert_eq!(codes[10], "Throttling");
}
