//! Certificate Manager, which is only looked at: the target's Terraform asks for certificates. They lie in Regions of their own (CloudFront's in
//! `us-east-1`), so every call names one.

use aws_sdk_acm::types::{CertificateStatus, CertificateType, Filters, KeyAlgorithm, ValidationMethod};
use model::{AccountId, Failure, Region};

use crate::account::{Clients, two_clients};
use crate::classify;

/// Certificate Manager in one account.
pub struct Acm {
    read: aws_sdk_acm::Client,
    account: AccountId,
}

/// A certificate, as far as its proof goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its ARN.
    pub arn: String,
    /// The names that it is for.
    pub domains: Vec<String>,
    /// How far it is.
    pub status: Status,
    /// Whether ACM issues it; else it was brought along, or is a private authority's.
    pub issued_by_acm: bool,
    /// For each name the record that proves it. ACM tells it some seconds after the request.
    pub proofs: Vec<Proof>,
}

/// How one name of a certificate is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The name.
    pub domain: String,
    /// Whether a record proves it, and not a mail or a page.
    pub by_dns: bool,
    /// The CNAME's name and value, once they are told.
    pub record: Option<(String, String)>,
}

/// How far a certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It waits for its proof.
    Pending,
    /// It is there.
    Issued,
    /// It will never be issued, or is not good any more: the status, and the reason where one is told.
    Over(String),
}

/// Every type of key: without them a list shows RSA_2048 alone.
const KEYS: [KeyAlgorithm; 7] = [
    KeyAlgorithm::Rsa1024,
    KeyAlgorithm::Rsa2048,
    KeyAlgorithm::Rsa3072,
    KeyAlgorithm::Rsa4096,
    KeyAlgorithm::EcPrime256v1,
    KeyAlgorithm::EcSecp384r1,
    KeyAlgorithm::EcSecp521r1,
];

fn certificate(from: aws_sdk_acm::types::CertificateDetail) -> Certificate {
    let status = match &from.status {
        Some(CertificateStatus::PendingValidation) => Status::Pending,
        Some(CertificateStatus::Issued) => Status::Issued,
        other => {
            let word = other.as_ref().map_or("no status", |status| status.as_str());
            Status::Over(match &from.failure_reason {
                Some(reason) => format!("{word}, {}", reason.as_str()),
                None => word.to_owned(),
            })
        }
    };
    let proofs = from.domain_validation_options.unwrap_or_default();
    Certificate {
        arn: from.certificate_arn.unwrap_or_default(),
        domains: from.subject_alternative_names.unwrap_or_default(),
        status,
        issued_by_acm: from.r#type == Some(CertificateType::AmazonIssued),
        proofs: proofs
            .into_iter()
            .map(|proof| Proof {
                domain: proof.domain_name,
                // A certificate of before there were several ways does not tell its own.
                by_dns: proof
                    .validation_method
                    .is_none_or(|method| method == ValidationMethod::Dns),
                record: proof.resource_record.map(|record| (record.name, record.value)),
            })
            .collect(),
    }
}

impl Acm {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_acm, "acm");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    fn failed<E: classify::Modelled>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure {
        classify::failed(self.account.as_str(), "acm", operation)
    }

    /// Every certificate of a Region that is for this name, pending and over ones among them, by ARN.
    pub async fn certificates_for(&self, region: &Region, domain: &str) -> Result<Vec<Certificate>, Failure> {
        let there = || {
            let region = aws_types::region::Region::new(region.to_string());
            aws_sdk_acm::config::Builder::new().region(region)
        };
        let mut arns = Vec::new();
        let mut next = None::<String>;
        loop {
            let keys = Filters::builder().set_key_types(Some(KEYS.to_vec())).build();
            let call = self.read.list_certificates().includes(keys).set_next_token(next.take());
            let page = call.customize().config_override(there()).send().await;
            let page = page.map_err(self.failed("ListCertificates"))?;
            for one in page.certificate_summary_list.unwrap_or_default() {
                let listed = one.subject_alternative_name_summaries.unwrap_or_default();
                let named = listed
                    .iter()
                    .chain(&one.domain_name)
                    .any(|name| name.eq_ignore_ascii_case(domain));
                // Of a certificate with very many names a list tells some.
                if named || one.has_additional_subject_alternative_names == Some(true) {
                    arns.extend(one.certificate_arn);
                }
            }
            match page.next_token {
                Some(token) => next = Some(token),
                None => break,
            }
        }
        let mut found = Vec::new();
        for arn in arns {
            let call = self.read.describe_certificate().certificate_arn(&arn);
            let answer = call.customize().config_override(there()).send().await;
            // Deleted since it was listed.
            let Some(answer) = classify::found(answer.map_err(self.failed("DescribeCertificate")))? else {
                continue;
            };
            let one = answer.certificate.map(certificate);
            found.extend(one.filter(|one| one.domains.iter().any(|name| name.eq_ignore_ascii_case(domain))));
        }
        found.sort_by(|one, other| one.arn.cmp(&other.arn));
        Ok(found)
    }
}
