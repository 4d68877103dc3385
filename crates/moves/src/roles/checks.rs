//! What `cleave check` reads beside what the run itself asks, and what is looked at when a window opens: reads alone. A run does without: what it may not look at, `check`
//! tells as *not checked*.

use model::{AccountId, Region, Side};

use super::discover;
use super::statement::Statement;

/// In every account.
const EVERYWHERE: &[(&str, &str)] = &[
    ("ec2", "DescribeRegions"),
    ("servicequotas", "ListAWSDefaultServiceQuotas ListServiceQuotas"),
];

/// Of the account that is left: who has keys to it, and its place in the organization.
const SOURCE: &[(&str, &str)] = &[
    ("account", "GetAccountInformation"),
    ("cloudtrail", "DescribeTrails GetEventSelectors GetTrailStatus"),
    (
        "iam",
        "GenerateCredentialReport GetAccountAuthorizationDetails GetAccountSummary GetCredentialReport",
    ),
    (
        "organizations",
        "DescribeAccount DescribeOrganization ListDelegatedServicesForAccount ListHandshakesForAccount",
    ),
];

/// Of the account that is moved into: its landing zone.
const TARGET: &[(&str, &str)] = &[
    ("account", "GetAccountInformation"),
    ("cloudtrail", "DescribeTrails GetEventSelectors GetTrailStatus"),
    (
        "config",
        "DescribeAggregationAuthorizations DescribeConfigurationAggregators DescribeConfigurationRecorderStatus DescribeConfigurationRecorders",
    ),
    ("guardduty", "GetDetector ListDetectors"),
    (
        "iam",
        "GenerateCredentialReport GetAccountPasswordPolicy GetAccountSummary GetCredentialReport ListAccountAliases",
    ),
    (
        "organizations",
        "DescribeAccount DescribeOrganization DescribeOrganizationalUnit ListDelegatedServicesForAccount ListHandshakesForAccount ListParents",
    ),
    ("s3", "HeadBucket"),
    ("securityhub", "DescribeHub"),
];

/// The statements for the account of a side.
pub(super) fn statements(side: Side, account: &AccountId, region: &Region) -> Vec<Statement> {
    let own = match side {
        Side::Source => SOURCE,
        Side::Target => TARGET,
        Side::Parent => &[],
    };
    let mut all = discover::statements(account, region);
    all.extend(discover::narrowest(account, region, EVERYWHERE));
    all.extend(discover::narrowest(account, region, own));
    all
}
