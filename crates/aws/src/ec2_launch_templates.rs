//! Launch templates: looked in and not changed.

use std::collections::BTreeMap;
use std::io::Read as _;

use aws_sdk_ec2::types::{LaunchTemplateVersion, ResponseLaunchTemplateData};
use model::Failure;

use crate::ec2::Ec2;
use crate::written::{Of, Texts};

/// User data has at most 16 KiB; unpacked it is some text, or a bomb.
const LARGEST_UNPACKED: u64 = 1 << 20;
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Ec2 {
    /// What is written in the default and the latest version of each of the region's launch templates.
    pub async fn launch_template_texts(&self, account: &str, region: &str) -> Result<Texts, Failure> {
        // Without a template's name these two stand for those of all.
        let call = self.read.describe_launch_template_versions();
        let call = call.versions("$Default").versions("$Latest");
        let mut pages = call.into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(version) = pages.next().await {
            let version = version.map_err(self.failed("DescribeLaunchTemplateVersions"))?;
            let id = version.launch_template_id().unwrap_or_default().to_owned();
            found.insert((id, version.version_number().unwrap_or_default()), version);
        }
        let mut texts = Texts::default();
        for ((id, _), version) in &found {
            texts.things += 1;
            let arn = format!("arn:aws:ec2:{region}:{account}:launch-template/{id}");
            of_version(&arn, version, &mut texts);
        }
        Ok(texts)
    }
}

fn of_version(arn: &str, from: &LaunchTemplateVersion, texts: &mut Texts) {
    let named = from.launch_template_name().unwrap_or_default();
    let version = format!("{named}, version {}", from.version_number().unwrap_or_default());
    let Some(data) = from.launch_template_data() else {
        return;
    };
    match data.user_data().map(user_data) {
        None => {}
        Some(Ok(text)) => {
            let mut of = Of { arn, texts };
            for (nth, line) in text.lines().enumerate() {
                of.add(format!("{version}, user data line {}", nth + 1), Some(line));
            }
        }
        Some(Err(why)) => texts.unread.push(format!("the user data of {arn} ({version}): {why}")),
    }
    of_fields(&version, data, &mut Of { arn, texts });
}

fn of_fields(version: &str, data: &ResponseLaunchTemplateData, of: &mut Of<'_>) {
    of.add(format!("{version}, image"), data.image_id());
    of.add(format!("{version}, key pair"), data.key_name());
    let profile = data.iam_instance_profile();
    of.add(
        format!("{version}, instance profile"),
        profile.and_then(|one| one.arn().or(one.name())),
    );
    of.add_all(&format!("{version}, security group"), data.security_group_ids());
    for interface in data.network_interfaces() {
        of.add(format!("{version}, subnet"), interface.subnet_id());
        of.add_all(&format!("{version}, security group"), interface.groups());
    }
    for device in data.block_device_mappings() {
        let name = device.device_name().unwrap_or_default();
        if let Some(ebs) = device.ebs() {
            of.add(format!("{version}, device {name}, snapshot"), ebs.snapshot_id());
            of.add(format!("{version}, device {name}, key"), ebs.kms_key_id());
        }
    }
    for tag in data.tag_specifications().iter().flat_map(|one| one.tags()) {
        let key = tag.key().unwrap_or_default();
        of.add(format!("{version}, tag {key}"), tag.value());
    }
}

/// User data as text: base64, and often packed, which cloud-init unpacks.
fn user_data(base64: &str) -> Result<String, String> {
    let bytes = aws_smithy_types::base64::decode(base64).map_err(|_| "it is not base64".to_owned())?;
    let bytes = match bytes.starts_with(&GZIP) {
        false => bytes,
        true => {
            let mut unpacked = Vec::new();
            let mut from = flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(LARGEST_UNPACKED);
            from.read_to_end(&mut unpacked)
                .map_err(|error| format!("it cannot be unpacked: {error}"))?;
            unpacked
        }
    };
    match bytes.contains(&0) {
        true => Err("it is no text".to_owned()),
        false => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn user_data_is_read_packed_or_not_and_what_is_no_text_is_told() {
        let encode = |bytes: &[u8]| aws_smithy_types::base64::encode(bytes);
        assert_eq!(user_data(&encode(b"#!/bin/sh\n")), Ok("#!/bin/sh\n".to_owned()));
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(b"HOST=db").expect("it is packed");
        let packed = packer.finish().expect("it is packed");
        assert_eq!(user_data(&encode(&packed)), Ok("HOST=db".to_owned()));
        assert!(user_data(&encode(&packed[..12])).is_err());
        assert!(user_data(&encode(b"a\0b")).is_err());
        assert!(user_data("%%").is_err());
    }
}
