//! Which resources name an image by its id: `DescribeImageReferences`. It knows launch templates, SSM parameters and recipes of Image Builder; of
//! Auto Scaling's launch configurations it knows nothing (botocore's EC2 model, `ImageReferenceResourceType`). Instances are left out: of which
//! image one was launched no inventory tells.

use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, items, text, texts};

/// Images that one call admits.
const MOST: usize = 10;

const TYPES: [&str; 5] = [
    "ec2:Instance",
    "ec2:LaunchTemplate",
    "ssm:Parameter",
    "imagebuilder:ImageRecipe",
    "imagebuilder:ContainerRecipe",
];

/// The type and ARN of one that an inventory lists, as `launch template arn:…`; none of what people wrote without an ARN.
pub(super) fn told(who: &str) -> Option<(String, String)> {
    let arn = &who[who.find("arn:")?..];
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let kind = match (*parts.get(2)?, parts.get(5)?.split('/').next()?) {
        ("ec2", "launch-template") => "ec2:LaunchTemplate",
        ("ssm", "parameter") => "ssm:Parameter",
        ("imagebuilder", "image-recipe") => "imagebuilder:ImageRecipe",
        ("imagebuilder", "container-recipe") => "imagebuilder:ContainerRecipe",
        _ => return None,
    };
    Some((kind.to_owned(), arn.to_owned()))
}

/// `DescribeImageReferences`.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let ids = texts(input, "ImageIds");
    if ids.is_empty() || ids.len() > MOST {
        return Err(ServiceError::new(
            "InvalidParameterValue",
            format!("Between 1 and {MOST} image IDs must be specified."),
        ));
    }
    let all = flag(input, "IncludeAllResourceTypes") == Some(true);
    let asked: Vec<&str> = items(input, "ResourceTypes")
        .iter()
        .filter_map(|one| text(one, "ResourceType"))
        .collect();
    if let Some(unknown) = asked.iter().find(|kind| !TYPES.contains(kind)) {
        return Err(ServiceError::new(
            "InvalidParameterValue",
            format!("Invalid value '{unknown}' for ResourceType."),
        ));
    }
    if !all && asked.is_empty() {
        return Err(ServiceError::new(
            "InvalidParameterCombination",
            "Either ResourceTypes or IncludeAllResourceTypes must be specified.",
        ));
    }
    let mut found = Vec::new();
    for id in ids {
        // Only the caller's own resources are told, and of another account's image nothing of the caller's is kept here.
        let image = cloud.ec2.images.get(&id).filter(|image| image.owner == caller.account);
        let references = image.into_iter().flat_map(|image| &image.references);
        let told = references.filter(|(kind, _)| all || asked.contains(&kind.as_str()));
        found.extend(told.map(|(kind, arn)| json!({ "ImageId": id, "ResourceType": kind, "Arn": arn })));
    }
    Ok(json!({ "ImageReferences": found }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::FaultLevel;
    use crate::services::storage_fixture::{Accounts, SOURCE};

    #[test]
    fn what_names_an_image_is_told_by_type_and_what_has_no_arn_is_not() {
        let template = "arn:aws:ec2:ap-northeast-1:111111111111:launch-template/lt-0a1b";
        let parameter = "arn:aws:ssm:ap-northeast-1:111111111111:parameter/web/ami";
        let images = json!({ "images": [{ "id": "ami-x", "name": "x", "named_by": [
            format!("launch template {template}"), format!("SSM parameter {parameter}"), "Auto Scaling group web"] }] });
        let mut a = Accounts::holding(&images, &json!({}), FaultLevel::None, 7);
        let all = json!({ "ImageIds": ["ami-x"], "IncludeAllResourceTypes": true });
        let all = a.ok(SOURCE, "ec2 DescribeImageReferences", all);
        let told = all["ImageReferences"].as_array().expect("a list");
        let arns: Vec<&Value> = told.iter().map(|one| &one["Arn"]).collect();
        assert_eq!(arns, [template, parameter]);
        let templates = json!({ "ImageIds": ["ami-x"], "ResourceTypes": [{ "ResourceType": "ec2:LaunchTemplate" }] });
        let templates = a.ok(SOURCE, "ec2 DescribeImageReferences", templates);
        assert_eq!(templates["ImageReferences"].as_array().map(Vec::len), Some(1));
        let eleven: Vec<String> = (0..11).map(|nth| format!("ami-{nth}")).collect();
        for refused in [
            json!({ "ImageIds": ["ami-x"] }),
            json!({ "ImageIds": ["ami-x"], "ResourceTypes": [{ "ResourceType": "ecs:Task" }] }),
            json!({ "ImageIds": eleven, "IncludeAllResourceTypes": true }),
        ] {
            let code = a.refused(SOURCE, "ec2 DescribeImageReferences", refused);
            assert!(code.starts_with("InvalidParameter"), "{code}");
        }
    }
}
