//! Certificate Manager, as far as certificates that DNS validates go.
//!
//! Models: one validation record for each domain and account, whatever the Region, and a wildcard shares that of the name below it
//! (<https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html>); its value is told some seconds after the request; a certificate is
//! issued some minutes after public DNS answers for every one of its names, and times out after 72 hours; CAA records that name other
//! authorities (<https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html>); lists that show one type of key unless asked for others;
//! idempotency tokens; a certificate in use cannot be deleted.
//! Leaves out: validation by e-mail and HTTP (such a certificate stays pending), imported and private certificates, renewal, export, quotas beyond
//! that of names.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::ids::{AccountId, Digest, Region};
use serde_json::{Value, json};

use super::members::{items, number, page, tag_list, tags, text, texts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

mod validation;

#[cfg(test)]
mod tests;

/// Names on one certificate, unless AWS is asked for more.
const MOST_NAMES: usize = 10;
/// The keys that a public certificate can have.
const PUBLIC_KEYS: [&str; 3] = ["RSA_2048", "EC_prime256v1", "EC_secp384r1"];
/// For how long a token stands for its request.
const TOKEN_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How long a certificate is good for.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(395 * 24);

type Place = (AccountId, Region, String);

/// State.
#[derive(Default)]
pub struct Certificates {
    held: BTreeMap<Place, Certificate>,
    /// What the team's Terraform is about to ask for.
    applies: Vec<Apply>,
    /// When DNS was last asked for them.
    looked_at: Option<Timestamp>,
}

/// A certificate that somebody will ask for.
#[derive(Debug, Clone)]
struct Apply {
    at: Timestamp,
    account: AccountId,
    region: Region,
    domain: String,
    key: &'static str,
}

/// One certificate.
#[derive(Debug, Clone)]
struct Certificate {
    /// As it was asked for; the first is the certificate's own.
    domains: Vec<String>,
    method: String,
    key: String,
    status: Status,
    created: Timestamp,
    /// Until then a list does not show it.
    listed_from: Timestamp,
    /// Until then its validation records are not told.
    told_from: Timestamp,
    /// The domains that DNS has answered for.
    seen: BTreeSet<String>,
    /// When it is issued, once all have been.
    issued_at: Option<Timestamp>,
    token: Option<String>,
    tags: BTreeMap<String, String>,
    in_use_by: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Pending,
    Issued,
    TimedOut,
    Failed(&'static str),
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING_VALIDATION",
            Self::Issued => "ISSUED",
            Self::TimedOut => "VALIDATION_TIMED_OUT",
            Self::Failed(_) => "FAILED",
        }
    }
}

/// What is due by now.
pub fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let (due, later) = std::mem::take(&mut cloud.acm.applies)
        .into_iter()
        .partition(|apply| apply.at <= now);
    cloud.acm.applies = later;
    let due: Vec<Apply> = due;
    for apply in due {
        let caller = Caller::root(&apply.account, &apply.region);
        let input = json!({ "DomainName": apply.domain, "ValidationMethod": "DNS", "KeyAlgorithm": apply.key });
        // What Terraform is refused, it tells its own people.
        let _ = request(cloud, &caller, &input);
    }
    validation::advance(cloud);
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "RequestCertificate" => request(cloud, caller, input),
        "DescribeCertificate" => describe(cloud, caller, input),
        "ListCertificates" => list(cloud, caller, input),
        "DeleteCertificate" => delete(cloud, caller, input),
        "AddTagsToCertificate" => change_tags(cloud, caller, input, operation),
        "RemoveTagsFromCertificate" => change_tags(cloud, caller, input, operation),
        "ListTagsForCertificate" => {
            let place = place(cloud, caller, input)?;
            Ok(json!({ "Tags": tag_list(&cloud.acm.held[&place].tags) }))
        }
        _ => Err(ServiceError::not_modelled("acm", operation)),
    }
}

/// The product team's Terraform asks for a certificate of this name within half an hour, with whatever key.
pub fn terraform_applies(cloud: &mut Cloud, account: &AccountId, region: &Region, domain: &str) {
    let stream = cloud.faults.stream("acm terraform");
    let (pause, key) = (stream.i64(60..1800), PUBLIC_KEYS[stream.usize(..PUBLIC_KEYS.len())]);
    let apply = Apply {
        at: cloud.later(pause),
        account: account.clone(),
        region: region.clone(),
        domain: domain.to_owned(),
        key,
    };
    cloud.acm.applies.push(apply);
}

/// Nobody applies Terraform any more.
pub fn terraform_rests(cloud: &mut Cloud) {
    cloud.acm.applies.clear();
}

/// Something (a load balancer, a distribution) uses a certificate from now on, or does not any more.
pub fn attach(cloud: &mut Cloud, arn: &str, by: &str, uses: bool) {
    let named = cloud.acm.held.iter_mut().filter(|((_, _, held), _)| held == arn);
    for (_, certificate) in named {
        match uses {
            true => certificate.in_use_by.insert(by.to_owned()),
            false => certificate.in_use_by.remove(by),
        };
    }
}

/// The status of every certificate: account, Region, its first name, the status's word.
pub fn every_certificate(cloud: &Cloud) -> impl Iterator<Item = (&AccountId, &Region, &str, &'static str)> {
    cloud.acm.held.iter().map(|((account, region, _), certificate)| {
        (
            account,
            region,
            certificate.domains[0].as_str(),
            certificate.status.word(),
        )
    })
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationException", message)
}

/// A name as certificates have them: labels of letters, digits and hyphens, two at least, a wildcard only in front.
fn domain_of(name: &str) -> Result<String, ServiceError> {
    let bare = name.strip_prefix("*.").unwrap_or(name);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let well_formed = name.len() <= 253 && bare.split('.').count() >= 2 && bare.split('.').all(label);
    match well_formed {
        true => Ok(name.to_ascii_lowercase()),
        false => Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'domainName' failed to satisfy constraint: Member must satisfy regular expression pattern"
        ))),
    }
}

fn request(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    if text(input, "CertificateAuthorityArn").is_some() {
        return Err(ServiceError::not_modelled("acm", "private certificates"));
    }
    let mut domains = vec![domain_of(text(input, "DomainName").unwrap_or_default())?];
    for name in texts(input, "SubjectAlternativeNames") {
        let name = domain_of(&name)?;
        if !domains.contains(&name) {
            domains.push(name);
        }
    }
    if domains.len() > MOST_NAMES {
        let message = format!("You have exceeded your limit of {MOST_NAMES} domain names on a certificate.");
        return Err(ServiceError::new("LimitExceededException", message));
    }
    let key = text(input, "KeyAlgorithm").unwrap_or("RSA_2048").to_owned();
    if !PUBLIC_KEYS.contains(&key.as_str()) {
        let message = format!("The key algorithm {key} is not supported for public certificates.");
        return Err(ServiceError::new("InvalidParameterException", message));
    }
    let method = text(input, "ValidationMethod").unwrap_or("EMAIL").to_owned();
    let token = text(input, "IdempotencyToken").map(str::to_owned);
    let now = cloud.now;
    let mut here = cloud
        .acm
        .held
        .iter()
        .filter(|((account, region, _), _)| *account == caller.account && *region == caller.region);
    let again = here.find(|(_, held)| {
        token.is_some()
            && held.token == token
            && held.domains == domains
            && held.key == key
            && now.duration_since(held.created) < TOKEN_FOR
    });
    if let Some(((_, _, arn), _)) = again {
        return Ok(json!({ "CertificateArn": arn }));
    }
    // Not drawn: two that are asked for at one time must not change ids with each other.
    let of_name = |held: &&Certificate| held.domains[0] == domains[0];
    let before = cloud.acm.held.values().filter(of_name).count();
    let what = format!("{} {} {domains:?} {before}", caller.account, caller.region);
    let digest = Digest::of(what.as_bytes());
    let hex = &digest.as_str()[..32];
    let id = format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    );
    let arn = format!("arn:aws:acm:{}:{}:certificate/{id}", caller.region, caller.account);
    let seen_after = cloud.faults.visibility_delay("acm list");
    let told_after = cloud.faults.stream("acm records").i64(3..20);
    let certificate = Certificate {
        domains,
        method,
        key,
        status: Status::Pending,
        created: now,
        listed_from: cloud.later(seen_after),
        told_from: cloud.later(told_after),
        seen: BTreeSet::new(),
        issued_at: None,
        token,
        tags: tags(input, "Tags"),
        in_use_by: BTreeSet::new(),
    };
    let place = (caller.account.clone(), caller.region.clone(), arn.clone());
    cloud.acm.held.insert(place, certificate);
    cloud.effect(caller, "acm RequestCertificate", arn.clone());
    Ok(json!({ "CertificateArn": arn }))
}

fn place(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<Place, ServiceError> {
    let arn = text(input, "CertificateArn").unwrap_or_default();
    if !arn.starts_with("arn:aws:acm:") || !arn.contains(":certificate/") {
        let message = format!("The ARN {arn} is not a certificate's.");
        return Err(ServiceError::new("InvalidArnException", message));
    }
    let place = (caller.account.clone(), caller.region.clone(), arn.to_owned());
    match cloud.acm.held.contains_key(&place) {
        true => Ok(place),
        false => Err(ServiceError::new(
            "ResourceNotFoundException",
            format!("Could not find certificate {arn}."),
        )),
    }
}

fn describe(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let place = place(cloud, caller, input)?;
    let certificate = &cloud.acm.held[&place];
    let domain = |domain: &String| {
        let bare = domain.strip_prefix("*.").unwrap_or(domain);
        let status = match certificate.status {
            Status::Issued => "SUCCESS",
            Status::TimedOut | Status::Failed(_) => "FAILED",
            Status::Pending if certificate.seen.contains(bare) => "SUCCESS",
            Status::Pending => "PENDING_VALIDATION",
        };
        let mut shown = json!({
            "DomainName": domain, "ValidationDomain": domain, "ValidationStatus": status, "ValidationMethod": certificate.method,
        });
        if certificate.method == "DNS" && cloud.now >= certificate.told_from {
            let (name, value) = validation::record(&place.0, bare);
            shown["ResourceRecord"] = json!({ "Name": name, "Type": "CNAME", "Value": value });
        }
        shown
    };
    let mut shown = json!({
        "CertificateArn": place.2, "DomainName": certificate.domains[0], "SubjectAlternativeNames": certificate.domains,
        "DomainValidationOptions": certificate.domains.iter().map(domain).collect::<Vec<_>>(),
        "Subject": format!("CN={}", certificate.domains[0]), "Issuer": "Amazon", "CreatedAt": certificate.created.to_string(),
        "Status": certificate.status.word(), "KeyAlgorithm": certificate.key, "InUseBy": certificate.in_use_by,
        "Type": "AMAZON_ISSUED", "KeyUsages": [], "ExtendedKeyUsages": [],
        "RenewalEligibility": if certificate.in_use_by.is_empty() { "INELIGIBLE" } else { "ELIGIBLE" },
        "Options": { "CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED" },
    });
    if let Status::Failed(reason) = certificate.status {
        shown["FailureReason"] = json!(reason);
    }
    if let (Status::Issued, Some(at)) = (certificate.status, certificate.issued_at) {
        let until = at.saturating_add(GOOD_FOR).unwrap_or(at);
        shown["IssuedAt"] = json!(at.to_string());
        shown["NotBefore"] = json!(at.to_string());
        shown["NotAfter"] = json!(until.to_string());
        shown["Serial"] = json!(Digest::of(place.2.as_bytes()).as_str()[..32]);
        shown["SignatureAlgorithm"] = json!(if certificate.key.starts_with("EC") {
            "SHA256WITHECDSA"
        } else {
            "SHA256WITHRSA"
        });
    }
    Ok(json!({ "Certificate": shown }))
}

fn list(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let statuses = texts(input, "CertificateStatuses");
    let asked = texts(&input["Includes"], "keyTypes");
    let shown_keys = if asked.is_empty() {
        vec!["RSA_1024".to_owned(), "RSA_2048".to_owned()]
    } else {
        asked
    };
    let limit = number(input, "MaxItems").unwrap_or(1000);
    if !(1..=1000).contains(&limit) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{limit}' at 'maxItems' failed to satisfy constraint"
        )));
    }
    let found = cloud.acm.held.iter().filter(|((account, region, _), held)| {
        *account == caller.account
            && *region == caller.region
            && held.listed_from <= cloud.now
            && shown_keys.contains(&held.key)
            && (statuses.is_empty() || statuses.iter().any(|status| status == held.status.word()))
    });
    let found = found.map(|((_, _, arn), held)| {
        let summary = json!({
            "CertificateArn": arn, "DomainName": held.domains[0], "SubjectAlternativeNameSummaries": held.domains,
            "HasAdditionalSubjectAlternativeNames": false, "Status": held.status.word(), "Type": "AMAZON_ISSUED",
            "KeyAlgorithm": held.key, "InUse": !held.in_use_by.is_empty(), "CreatedAt": held.created.to_string(),
        });
        (arn.clone(), summary)
    });
    let limit = usize::try_from(limit).unwrap_or(1000);
    let (shown, next) = page(found.collect(), text(input, "NextToken"), limit);
    let mut answer = json!({ "CertificateSummaryList": shown });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let place = place(cloud, caller, input)?;
    if !cloud.acm.held[&place].in_use_by.is_empty() {
        let message = format!("Certificate {} in account {} is in use.", place.2, place.0);
        return Err(ServiceError::new("ResourceInUseException", message));
    }
    cloud.acm.held.remove(&place);
    cloud.effect(caller, "acm DeleteCertificate", place.2);
    Ok(json!({}))
}

fn change_tags(cloud: &mut Cloud, caller: &Caller, input: &Value, operation: &str) -> Answer {
    let place = place(cloud, caller, input)?;
    let given = tags(input, "Tags");
    if given.keys().any(|key| key.starts_with("aws:")) {
        let message = "aws: prefixed tag key names are not allowed for external use.";
        return Err(ServiceError::new("InvalidTagException", message));
    }
    let certificate = cloud.acm.held.get_mut(&place).expect("it was just found");
    if operation == "AddTagsToCertificate" {
        let mut all = certificate.tags.clone();
        all.extend(given);
        if all.len() > 50 {
            let message = "The request contains too many tags.";
            return Err(ServiceError::new("TooManyTagsException", message));
        }
        certificate.tags = all;
    } else {
        for tag in items(input, "Tags") {
            let key = text(tag, "Key").unwrap_or_default();
            // A value that is told must be the tag's.
            let other =
                text(tag, "Value").is_some_and(|value| certificate.tags.get(key).map(String::as_str) != Some(value));
            if !other {
                certificate.tags.remove(key);
            }
        }
    }
    cloud.effect(caller, &format!("acm {operation}"), place.2);
    Ok(json!({}))
}
