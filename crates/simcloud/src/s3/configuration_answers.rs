//! Between s3s's types and a bucket's configuration: versioning, policy, tags, encryption, inventories, who owns what.

use http::HeaderMap;
use model::inventory::Versioning;
use s3s::dto::*;

use super::exchange::*;
use super::{Outcome, Refusal, access, acl, canonical_id, inventories, settings};
use crate::cloud::{Caller, Cloud};

pub(super) fn get_bucket_location(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketLocationInput,
    _: &HeaderMap,
) -> Outcome<GetBucketLocationOutput> {
    let region = settings::read(cloud, caller, &input.bucket, "s3:GetBucketLocation")?
        .region
        .to_string();
    let constraint = Some(region).filter(|region| region != "us-east-1");
    Ok(GetBucketLocationOutput {
        location_constraint: constraint.map(BucketLocationConstraint::from),
    })
}

pub(super) fn get_bucket_versioning(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketVersioningInput,
    _: &HeaderMap,
) -> Outcome<GetBucketVersioningOutput> {
    let held = settings::read(cloud, caller, &input.bucket, "s3:GetBucketVersioning")?;
    let status = match held.versioning {
        Versioning::Disabled => None,
        Versioning::Enabled => Some(BucketVersioningStatus::from_static(BucketVersioningStatus::ENABLED)),
        Versioning::Suspended => Some(BucketVersioningStatus::from_static(BucketVersioningStatus::SUSPENDED)),
    };
    let guarded = held.mfa_delete.then_some(MFADeleteStatus::ENABLED);
    Ok(GetBucketVersioningOutput {
        status,
        mfa_delete: guarded.map(MFADeleteStatus::from_static),
    })
}

pub(super) fn get_bucket_request_payment(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketRequestPaymentInput,
    _: &HeaderMap,
) -> Outcome<GetBucketRequestPaymentOutput> {
    let held = settings::read(cloud, caller, &input.bucket, "s3:GetBucketRequestPayment")?;
    let payer = if held.requester_pays {
        Payer::REQUESTER
    } else {
        Payer::BUCKET_OWNER
    };
    Ok(GetBucketRequestPaymentOutput {
        payer: Some(Payer::from_static(payer)),
    })
}

pub(super) fn put_bucket_versioning(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutBucketVersioningInput,
    _: &HeaderMap,
) -> Outcome<PutBucketVersioningOutput> {
    let enabled = match input
        .versioning_configuration
        .status
        .as_ref()
        .map(BucketVersioningStatus::as_str)
    {
        Some("Enabled") => true,
        Some("Suspended") => false,
        _ => {
            return Err(Refusal::new(
                400,
                "MalformedXML",
                "The Versioning element must be specified",
            ));
        }
    };
    settings::put_versioning(cloud, caller, &input.bucket, enabled)?;
    Ok(PutBucketVersioningOutput::default())
}

pub(super) fn put_bucket_inventory_configuration(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutBucketInventoryConfigurationInput,
    _: &HeaderMap,
) -> Outcome<PutBucketInventoryConfigurationOutput> {
    inventories::put(cloud, caller, &input.bucket, &input.id, input.inventory_configuration)?;
    Ok(PutBucketInventoryConfigurationOutput::default())
}

pub(super) fn get_bucket_inventory_configuration(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketInventoryConfigurationInput,
    _: &HeaderMap,
) -> Outcome<GetBucketInventoryConfigurationOutput> {
    Ok(GetBucketInventoryConfigurationOutput {
        inventory_configuration: Some(inventories::get(cloud, caller, &input.bucket, &input.id)?),
    })
}

pub(super) fn list_bucket_inventory_configurations(
    cloud: &mut Cloud,
    caller: &Caller,
    input: ListBucketInventoryConfigurationsInput,
    _: &HeaderMap,
) -> Outcome<ListBucketInventoryConfigurationsOutput> {
    let (page, next) = inventories::list(cloud, caller, &input.bucket, input.continuation_token.as_deref())?;
    Ok(ListBucketInventoryConfigurationsOutput {
        continuation_token: input.continuation_token,
        inventory_configuration_list: Some(page),
        is_truncated: Some(next.is_some()),
        next_continuation_token: next,
    })
}

pub(super) fn delete_bucket_inventory_configuration(
    cloud: &mut Cloud,
    caller: &Caller,
    input: DeleteBucketInventoryConfigurationInput,
    _: &HeaderMap,
) -> Outcome<DeleteBucketInventoryConfigurationOutput> {
    inventories::delete(cloud, caller, &input.bucket, &input.id)?;
    Ok(DeleteBucketInventoryConfigurationOutput::default())
}

pub(super) fn get_bucket_policy(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketPolicyInput,
    _: &HeaderMap,
) -> Outcome<GetBucketPolicyOutput> {
    Ok(GetBucketPolicyOutput {
        policy: Some(settings::policy(cloud, caller, &input.bucket)?),
    })
}

pub(super) fn put_bucket_policy(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutBucketPolicyInput,
    _: &HeaderMap,
) -> Outcome<PutBucketPolicyOutput> {
    settings::put_policy(cloud, caller, &input.bucket, &input.policy)?;
    Ok(PutBucketPolicyOutput::default())
}

pub(super) fn delete_bucket_policy(
    cloud: &mut Cloud,
    caller: &Caller,
    input: DeleteBucketPolicyInput,
    _: &HeaderMap,
) -> Outcome<DeleteBucketPolicyOutput> {
    settings::delete_policy(cloud, caller, &input.bucket)?;
    Ok(DeleteBucketPolicyOutput::default())
}

pub(super) fn get_bucket_tagging(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketTaggingInput,
    _: &HeaderMap,
) -> Outcome<GetBucketTaggingOutput> {
    let tags = settings::tags(cloud, caller, &input.bucket)?;
    Ok(GetBucketTaggingOutput {
        tag_set: tag_set(tags.iter().map(|(key, value)| (key, value))),
    })
}

pub(super) fn put_bucket_tagging(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutBucketTaggingInput,
    _: &HeaderMap,
) -> Outcome<PutBucketTaggingOutput> {
    settings::put_tags(cloud, caller, &input.bucket, tags_of(input.tagging.tag_set))?;
    Ok(PutBucketTaggingOutput::default())
}

pub(super) fn delete_bucket_tagging(
    cloud: &mut Cloud,
    caller: &Caller,
    input: DeleteBucketTaggingInput,
    _: &HeaderMap,
) -> Outcome<DeleteBucketTaggingOutput> {
    settings::put_tags(cloud, caller, &input.bucket, Vec::new())?;
    Ok(DeleteBucketTaggingOutput::default())
}

pub(super) fn get_bucket_encryption(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketEncryptionInput,
    _: &HeaderMap,
) -> Outcome<GetBucketEncryptionOutput> {
    let held = settings::read(cloud, caller, &input.bucket, "s3:GetEncryptionConfiguration")?;
    let algorithm = if held.key.is_some() { "aws:kms" } else { "AES256" };
    let default = ServerSideEncryptionByDefault {
        kms_master_key_id: held.key.as_deref().map(str::to_owned),
        sse_algorithm: ServerSideEncryption::from(algorithm.to_owned()),
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(default),
        bucket_key_enabled: Some(held.bucket_key),
    };
    let configuration = ServerSideEncryptionConfiguration { rules: vec![rule] };
    Ok(GetBucketEncryptionOutput {
        server_side_encryption_configuration: Some(configuration),
    })
}

pub(super) fn put_bucket_encryption(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutBucketEncryptionInput,
    _: &HeaderMap,
) -> Outcome<PutBucketEncryptionOutput> {
    let rule = input.server_side_encryption_configuration.rules.into_iter().next();
    let malformed = || Refusal::new(400, "MalformedXML", "The XML you provided was not well-formed");
    let rule = rule.ok_or_else(malformed)?;
    let default = rule.apply_server_side_encryption_by_default;
    let key = match default.as_ref().map(|default| default.sse_algorithm.as_str()) {
        None | Some("AES256") => None,
        Some("aws:kms") => default
            .and_then(|one| one.kms_master_key_id)
            .or(Some("alias/aws/s3".to_owned())),
        Some(_) => return Err(malformed()),
    };
    let bucket_key = rule.bucket_key_enabled == Some(true);
    settings::put_encryption(cloud, caller, &input.bucket, key, bucket_key)?;
    Ok(PutBucketEncryptionOutput::default())
}

pub(super) fn get_public_access_block(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetPublicAccessBlockInput,
    _: &HeaderMap,
) -> Outcome<GetPublicAccessBlockOutput> {
    let [block_acls, ignore_acls, block_policy, restrict] =
        settings::public_access_block(cloud, caller, &input.bucket)?;
    let configuration = PublicAccessBlockConfiguration {
        block_public_acls: Some(block_acls),
        block_public_policy: Some(block_policy),
        ignore_public_acls: Some(ignore_acls),
        restrict_public_buckets: Some(restrict),
    };
    Ok(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(configuration),
    })
}

pub(super) fn put_public_access_block(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutPublicAccessBlockInput,
    _: &HeaderMap,
) -> Outcome<PutPublicAccessBlockOutput> {
    let asked = input.public_access_block_configuration;
    let switches = [
        asked.block_public_acls,
        asked.ignore_public_acls,
        asked.block_public_policy,
        asked.restrict_public_buckets,
    ];
    let block = switches.map(|switch| switch == Some(true));
    settings::put_public_access_block(cloud, caller, &input.bucket, Some(block))?;
    Ok(PutPublicAccessBlockOutput::default())
}

pub(super) fn delete_public_access_block(
    cloud: &mut Cloud,
    caller: &Caller,
    input: DeletePublicAccessBlockInput,
    _: &HeaderMap,
) -> Outcome<DeletePublicAccessBlockOutput> {
    settings::put_public_access_block(cloud, caller, &input.bucket, None)?;
    Ok(DeletePublicAccessBlockOutput::default())
}

pub(super) fn get_bucket_ownership_controls(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketOwnershipControlsInput,
    _: &HeaderMap,
) -> Outcome<GetBucketOwnershipControlsOutput> {
    let object_ownership = ObjectOwnership::from(settings::ownership(cloud, caller, &input.bucket)?);
    let controls = OwnershipControls {
        rules: vec![OwnershipControlsRule { object_ownership }],
    };
    Ok(GetBucketOwnershipControlsOutput {
        ownership_controls: Some(controls),
    })
}

pub(super) fn put_bucket_ownership_controls(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutBucketOwnershipControlsInput,
    _: &HeaderMap,
) -> Outcome<PutBucketOwnershipControlsOutput> {
    let rule = input.ownership_controls.rules.into_iter().next();
    let rule = rule.ok_or_else(|| Refusal::new(400, "MalformedXML", "The XML you provided was not well-formed"))?;
    settings::put_ownership(cloud, caller, &input.bucket, rule.object_ownership.as_str().to_owned())?;
    Ok(PutBucketOwnershipControlsOutput::default())
}

pub(super) fn get_bucket_acl(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetBucketAclInput,
    _: &HeaderMap,
) -> Outcome<GetBucketAclOutput> {
    let held = settings::read(cloud, caller, &input.bucket, "s3:GetBucketAcl")?;
    let id = Some(canonical_id(&held.owner));
    let grants = acl::shown(id.as_deref().unwrap_or_default(), &held.grants);
    Ok(GetBucketAclOutput {
        grants: Some(grants),
        owner: Some(Owner { display_name: None, id }),
    })
}

pub(super) fn put_bucket_acl(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutBucketAclInput,
    _: &HeaderMap,
) -> Outcome<PutBucketAclOutput> {
    let asked = acl::Asked {
        canned: input.acl.map(|acl| acl.as_str().to_owned()),
        headers: vec![
            ("FULL_CONTROL", input.grant_full_control),
            ("READ", input.grant_read),
            ("READ_ACP", input.grant_read_acp),
            ("WRITE", input.grant_write),
            ("WRITE_ACP", input.grant_write_acp),
        ],
        document: input.access_control_policy,
    };
    acl::put_bucket(cloud, caller, &input.bucket, &asked)?;
    Ok(PutBucketAclOutput::default())
}

pub(super) fn get_object_acl(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetObjectAclInput,
    _: &HeaderMap,
) -> Outcome<GetObjectAclOutput> {
    access::object(cloud, caller, &input.bucket, &input.key, "s3:GetObjectAcl")?;
    let held = super::bucket(cloud, &input.bucket)?;
    if held
        .stack(&input.key)
        .last()
        .is_none_or(|entry| entry.object().is_none())
    {
        return Err(Refusal::new(404, "NoSuchKey", "The specified key does not exist."));
    }
    let id = canonical_id(&held.owner);
    let grants = acl::shown(&id, &acl::of_object(cloud, &input.bucket, &input.key));
    let owner = Some(Owner {
        display_name: None,
        id: Some(id),
    });
    Ok(GetObjectAclOutput {
        grants: Some(grants),
        owner,
        ..GetObjectAclOutput::default()
    })
}

pub(super) fn put_object_acl(
    cloud: &mut Cloud,
    caller: &Caller,
    input: PutObjectAclInput,
    _: &HeaderMap,
) -> Outcome<PutObjectAclOutput> {
    let asked = acl::Asked {
        canned: input.acl.map(|acl| acl.as_str().to_owned()),
        headers: vec![
            ("FULL_CONTROL", input.grant_full_control),
            ("READ", input.grant_read),
            ("READ_ACP", input.grant_read_acp),
            ("WRITE_ACP", input.grant_write_acp),
        ],
        document: input.access_control_policy,
    };
    acl::put_object(cloud, caller, &input.bucket, &input.key, &asked)?;
    Ok(PutObjectAclOutput::default())
}
