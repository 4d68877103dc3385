//! Access control lists, as far as one of AWS's services is admitted by them: grants to canonical users on a bucket and on the newest version
//! of an object. A bucket that is `BucketOwnerEnforced`, as new ones are, refuses them
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>).
//!
//! Left out: groups (everybody, log delivery), e-mail addresses, canned ACLs but `private`, other versions than the newest; and that an
//! account is admitted by an ACL: only services are looked up in them here.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::AccountId;
use s3s::dto::{AccessControlPolicy, Grant, Grantee, Permission, Type};

use super::{Outcome, Refusal, access, bucket, bucket_mut, canonical_id};
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::wire::xml::Element;

/// Who is admitted beside the owner: permission (`READ`, `WRITE`, `READ_ACP`, `WRITE_ACP`, `FULL_CONTROL`) and canonical user id.
pub type Grants = BTreeSet<(String, String)>;

/// What an ACL request asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// `x-amz-acl`
    pub canned: Option<String>,
    /// The `x-amz-grant-…` headers, by permission.
    pub headers: Vec<(&'static str, Option<String>)>,
    /// The document in the body.
    pub document: Option<AccessControlPolicy>,
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidArgument", message)
}

/// What is asked for beyond the owner's own grant.
fn asked_for(asked: &Asked, owner: &str) -> Outcome<Grants> {
    let mut grants = Grants::new();
    for (permission, header) in &asked.headers {
        for grantee in header.iter().flat_map(|header| header.split(',')) {
            let (kind, id) = grantee.trim().split_once('=').unwrap_or_default();
            let id = id.trim_matches('"');
            if kind != "id" || id.len() != 64 {
                return Err(invalid(format!("Invalid grantee {grantee}")));
            }
            grants.insert(((*permission).to_owned(), id.to_owned()));
        }
    }
    if let Some(document) = &asked.document {
        for grant in document.grants.iter().flatten() {
            let id = grant.grantee.as_ref().and_then(|grantee| grantee.id.clone());
            let permission = grant.permission.as_ref().map(|one| one.as_str().to_owned());
            let (Some(id), Some(permission)) = (id, permission) else {
                return Err(ServiceError::not_modelled("s3", "ACL grants to others than canonical users").into());
            };
            grants.insert((permission, id));
        }
    }
    match asked.canned.as_deref() {
        None | Some("private") => {}
        Some(other) => return Err(ServiceError::not_modelled("s3", &format!("the canned ACL {other}")).into()),
    }
    grants.retain(|(_, id)| id != owner);
    Ok(grants)
}

/// Whom the ACL of an inventory admits beside the owner.
pub(super) fn observed(policy: &Element, owner: &AccountId) -> Grants {
    let owner = canonical_id(owner);
    let list = policy.children.iter().find(|child| child.name == "AccessControlList");
    let grants = list.into_iter().flat_map(|list| &list.children);
    let named = grants.filter_map(|grant| {
        let id = grant.find("ID")?.text.clone();
        Some((grant.find("Permission")?.text.clone(), id))
    });
    named.filter(|(_, id)| *id != owner).collect()
}

fn refuse_enforced(cloud: &Cloud, name: &str) -> Outcome<()> {
    match bucket(cloud, name)?.ownership.as_deref() {
        Some("BucketOwnerEnforced") => Err(Refusal::new(
            400,
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs",
        )),
        _ => Ok(()),
    }
}

/// `PutBucketAcl`: what it names takes the place of what was.
pub fn put_bucket(cloud: &mut Cloud, caller: &Caller, name: &str, asked: &Asked) -> Outcome<()> {
    access::bucket(cloud, caller, name, "s3:PutBucketAcl")?;
    refuse_enforced(cloud, name)?;
    let owner = canonical_id(&bucket(cloud, name)?.owner);
    let grants = asked_for(asked, &owner)?;
    let held = bucket_mut(cloud, name)?;
    if held.grants != grants {
        held.grants = grants;
        cloud.effect(caller, "s3 PutBucketAcl", name);
    }
    Ok(())
}

/// `PutObjectAcl`, of the newest version.
pub fn put_object(cloud: &mut Cloud, caller: &Caller, name: &str, key: &str, asked: &Asked) -> Outcome<()> {
    access::object(cloud, caller, name, key, "s3:PutObjectAcl")?;
    refuse_enforced(cloud, name)?;
    let held = bucket(cloud, name)?;
    let newest = held
        .stack(key)
        .last()
        .filter(|entry| entry.object().is_some())
        .map(|entry| entry.order);
    let order = newest.ok_or_else(|| Refusal::new(404, "NoSuchKey", "The specified key does not exist."))?;
    let grants = asked_for(asked, &canonical_id(&held.owner))?;
    let held = bucket_mut(cloud, name)?;
    let place = (key.to_owned(), order);
    if held.object_grants.get(&place).cloned().unwrap_or_default() != grants {
        held.object_grants.insert(place, grants);
        cloud.effect(caller, "s3 PutObjectAcl", format!("{name}/{key}"));
    }
    Ok(())
}

/// The grants on the newest version of a key.
pub fn of_object(cloud: &Cloud, name: &str, key: &str) -> Grants {
    let Some(held) = cloud.s3.by_name.get(name) else {
        return Grants::new();
    };
    let newest = held.stack(key).last().map(|entry| entry.order);
    let grants = newest.and_then(|order| held.object_grants.get(&(key.to_owned(), order)));
    grants.cloned().unwrap_or_default()
}

/// Whether grants admit a canonical user to something.
pub fn admits(grants: &Grants, id: &str, permission: &str) -> bool {
    let has = |permission: &str| grants.contains(&(permission.to_owned(), id.to_owned()));
    has(permission) || has("FULL_CONTROL")
}

/// Whom ACLs admit: bucket or `bucket/key`, and canonical user id. Of versions that are gone nothing is told.
pub fn every_grant(cloud: &Cloud) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (name, held) in &cloud.s3.by_name {
        found.extend(held.grants.iter().map(|(_, id)| (name.clone(), id.clone())));
        for ((key, order), grants) in &held.object_grants {
            let there = held.stack(key).iter().any(|entry| entry.order == *order);
            found.extend(
                grants
                    .iter()
                    .filter(|_| there)
                    .map(|(_, id)| (format!("{name}/{key}"), id.clone())),
            );
        }
    }
    found
}

/// As `GetBucketAcl` and `GetObjectAcl` show it: the owner first.
pub(super) fn shown(owner: &str, grants: &Grants) -> Vec<Grant> {
    let full = ("FULL_CONTROL".to_owned(), owner.to_owned());
    let grant = |(permission, id): &(String, String)| Grant {
        grantee: Some(Grantee {
            display_name: None,
            email_address: None,
            id: Some(id.clone()),
            type_: Type::from_static(Type::CANONICAL_USER),
            uri: None,
        }),
        permission: Some(Permission::from(permission.clone())),
    };
    std::iter::once(&full).chain(grants).map(grant).collect()
}

/// The grants on objects of a bucket, as a bucket holds them: by key and the place of the write.
pub(super) type OfObjects = BTreeMap<(String, u64), Grants>;

#[cfg(test)]
mod tests {
    use super::super::test_world::{self, source, target};
    use super::super::{names, settings};
    use super::*;
    use crate::faults::FaultLevel;

    fn filled() -> Cloud {
        test_world::cloud(FaultLevel::None, &test_world::bucket("enabled", ""))
    }

    const SERVICE: &str = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353";

    fn code<T: std::fmt::Debug>(outcome: Outcome<T>) -> String {
        outcome.expect_err("it is refused").error.code
    }

    fn reading() -> Asked {
        Asked {
            headers: vec![("READ", Some(format!("id=\"{SERVICE}\"")))],
            ..Asked::default()
        }
    }

    #[test]
    fn a_new_bucket_refuses_acls_until_its_ownership_says_otherwise() {
        let mut cloud = filled();
        let asked = names::Creation {
            location: Some(source().region.to_string()),
            ..names::Creation::default()
        };
        names::create(&mut cloud, &source(), "exports", &asked).expect("a bucket");
        assert_eq!(
            code(put_bucket(&mut cloud, &source(), "exports", &reading())),
            "AccessControlListNotSupported"
        );
        settings::put_ownership(&mut cloud, &source(), "exports", "ObjectWriter".to_owned()).expect("ownership");
        put_bucket(&mut cloud, &source(), "exports", &reading()).expect("an ACL");
        assert!(admits(&cloud.s3.by_name["exports"].grants, SERVICE, "READ"));
        assert!(!admits(&cloud.s3.by_name["exports"].grants, SERVICE, "WRITE"));
        assert_eq!(
            code(settings::put_ownership(
                &mut cloud,
                &source(),
                "exports",
                "BucketOwnerEnforced".to_owned()
            )),
            "InvalidBucketAclWithObjectOwnership"
        );
        put_bucket(&mut cloud, &source(), "exports", &Asked::default()).expect("a private one");
        settings::put_ownership(&mut cloud, &source(), "exports", "BucketOwnerEnforced".to_owned()).expect("ownership");
    }

    #[test]
    fn nobody_else_changes_an_acl_and_a_grantee_needs_an_id() {
        let mut cloud = filled();
        settings::put_ownership(&mut cloud, &source(), "shop-assets", "ObjectWriter".to_owned()).expect("ownership");
        assert_eq!(
            code(put_bucket(&mut cloud, &target(), "shop-assets", &reading())),
            "AccessDenied"
        );
        let named = Asked {
            headers: vec![("READ", Some("emailAddress=\"a@example.com\"".to_owned()))],
            ..Asked::default()
        };
        assert_eq!(
            code(put_bucket(&mut cloud, &source(), "shop-assets", &named)),
            "InvalidArgument"
        );
        assert_eq!(
            code(put_object(&mut cloud, &source(), "shop-assets", "none", &reading())),
            "NoSuchKey"
        );
    }
}
