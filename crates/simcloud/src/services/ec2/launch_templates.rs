//! Launch templates and their versions.
//!
//! Modelled: versions that are never changed, the default and the latest one, `$Default` and `$Latest` of one template or of all, user data
//! in base64. Left out: what a version takes from `SourceVersion` member by member (the whole is taken over, as a shallow merge), deleting.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::{paged, passes, required};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, items, tag_list, tags, text, texts};
use crate::services::stored_content::made_up_id;

/// A template.
pub struct Template {
    owner: AccountId,
    region: Region,
    name: String,
    created: String,
    created_by: String,
    default: u64,
    tags: BTreeMap<String, String>,
    versions: BTreeMap<u64, Version>,
}

struct Version {
    data: Value,
    description: Option<String>,
    created: String,
    created_by: String,
}

impl Template {
    fn latest(&self) -> u64 {
        self.versions.keys().next_back().copied().unwrap_or(1)
    }

    fn is_of(&self, caller: &Caller) -> bool {
        self.owner == caller.account && self.region == caller.region
    }
}

/// The largest user data, before base64.
const LARGEST_USER_DATA: usize = 16 << 10;

fn checked(data: &Value) -> Result<Value, ServiceError> {
    if data.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(ServiceError::new(
            "MissingParameter",
            "The request must contain the parameter LaunchTemplateData",
        ));
    }
    if let Some(user_data) = text(data, "UserData") {
        let bytes = aws_smithy_types::base64::decode(user_data)
            .map_err(|_| ServiceError::new("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data."))?;
        if bytes.len() > LARGEST_USER_DATA {
            let message = "User data is limited to 16384 bytes";
            return Err(ServiceError::new("InvalidParameterValue", message));
        }
    }
    Ok(data.clone())
}

/// `CreateLaunchTemplate`
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = required(input, "LaunchTemplateName")?;
    let admitted = |c: char| c.is_ascii_alphanumeric() || "().-/_".contains(c);
    if !(3..=128).contains(&name.len()) || !name.chars().all(admitted) {
        let message = "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: ( ) . - / _.";
        return Err(ServiceError::new(
            "InvalidLaunchTemplateName.MalformedException",
            message,
        ));
    }
    let mut all = cloud.ec2.launch_templates.values();
    if all.any(|one| one.is_of(caller) && one.name == name) {
        let message = "Launch template name already in use.";
        return Err(ServiceError::new(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            message,
        ));
    }
    let data = checked(&input["LaunchTemplateData"])?;
    let mut own = BTreeMap::new();
    for specification in items(input, "TagSpecifications") {
        if text(specification, "ResourceType") != Some("launch-template") {
            let message = "Only the resource type launch-template may be tagged here.";
            return Err(ServiceError::new("InvalidParameterValue", message));
        }
        own.extend(tags(specification, "Tags"));
    }
    super::refuse_reserved(&own)?;
    let id = format!("lt-0{}", made_up_id(cloud, "ec2-launch-template-id", 16));
    let template = Template {
        owner: caller.account.clone(),
        region: caller.region.clone(),
        name: name.to_owned(),
        created: cloud.now.to_string(),
        created_by: caller.principal.clone(),
        default: 1,
        tags: own,
        versions: BTreeMap::from([(1, version(cloud, caller, input, data))]),
    };
    let answer = json!({ "LaunchTemplate": shown(&id, &template) });
    cloud.ec2.launch_templates.insert(id.clone(), template);
    cloud.effect(caller, "ec2 CreateLaunchTemplate", id);
    Ok(answer)
}

fn version(cloud: &Cloud, caller: &Caller, input: &Value, data: Value) -> Version {
    Version {
        data,
        description: text(input, "VersionDescription").map(str::to_owned),
        created: cloud.now.to_string(),
        created_by: caller.principal.clone(),
    }
}

/// The id of the template that an input names.
fn find(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<String, ServiceError> {
    match (text(input, "LaunchTemplateId"), text(input, "LaunchTemplateName")) {
        (Some(_), Some(_)) => Err(ServiceError::new(
            "InvalidParameterCombination",
            "The parameters LaunchTemplateId and LaunchTemplateName may not be used together",
        )),
        (Some(id), None) => {
            let held = cloud.ec2.launch_templates.get(id).filter(|one| one.is_of(caller));
            let message = format!("The specified launch template, with template ID {id}, does not exist.");
            held.map(|_| id.to_owned())
                .ok_or_else(|| ServiceError::new("InvalidLaunchTemplateId.NotFound", message))
        }
        (None, Some(name)) => {
            let mut all = cloud.ec2.launch_templates.iter();
            let held = all.find(|(_, one)| one.is_of(caller) && one.name == name);
            let message = format!("The specified launch template, with template name {name}, does not exist.");
            held.map(|(id, _)| id.clone())
                .ok_or_else(|| ServiceError::new("InvalidLaunchTemplateName.NotFoundException", message))
        }
        (None, None) => Err(ServiceError::new(
            "MissingParameter",
            "Either LaunchTemplateId or LaunchTemplateName must be specified",
        )),
    }
}

/// `CreateLaunchTemplateVersion`
pub(super) fn create_version(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = find(cloud, caller, input)?;
    let mut data = checked(&input["LaunchTemplateData"])?;
    if let Some(from) = text(input, "SourceVersion") {
        let template = &cloud.ec2.launch_templates[&id];
        let at = number_of(template, from)?;
        let mut whole = template.versions[&at].data.clone();
        for (member, given) in data.as_object().into_iter().flatten() {
            whole[member] = given.clone();
        }
        data = whole;
    }
    let made = version(cloud, caller, input, data);
    let template = cloud.ec2.launch_templates.get_mut(&id).expect("it was just found");
    let number = template.latest() + 1;
    template.versions.insert(number, made);
    let answer = json!({ "LaunchTemplateVersion": shown_version(&id, template, number) });
    cloud.effect(caller, "ec2 CreateLaunchTemplateVersion", format!("{id}:{number}"));
    Ok(answer)
}

/// `ModifyLaunchTemplate`: another default.
pub(super) fn modify(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = find(cloud, caller, input)?;
    // The SDKs call it DefaultVersion, on the wire it is SetDefaultVersion.
    let asked = required(input, "DefaultVersion")?.to_owned();
    let template = cloud.ec2.launch_templates.get_mut(&id).expect("it was just found");
    template.default = number_of(template, &asked)?;
    let answer = json!({ "LaunchTemplate": shown(&id, template) });
    cloud.effect(caller, "ec2 ModifyLaunchTemplate", id);
    Ok(answer)
}

fn number_of(template: &Template, asked: &str) -> Result<u64, ServiceError> {
    let number = match asked {
        "$Latest" => Some(template.latest()),
        "$Default" => Some(template.default),
        number => number.parse().ok(),
    };
    let known = number.filter(|number| template.versions.contains_key(number));
    known.ok_or_else(|| {
        let message = format!("Could not find the specified version {asked} for the launch template.");
        ServiceError::new("InvalidLaunchTemplateId.VersionNotFound", message)
    })
}

fn shown(id: &str, template: &Template) -> Value {
    json!({ "LaunchTemplateId": id, "LaunchTemplateName": template.name, "CreateTime": template.created,
        "CreatedBy": template.created_by, "DefaultVersionNumber": template.default, "LatestVersionNumber": template.latest(),
        "Tags": tag_list(&template.tags) })
}

fn shown_version(id: &str, template: &Template, number: u64) -> Value {
    let version = &template.versions[&number];
    let mut shown = json!({ "LaunchTemplateId": id, "LaunchTemplateName": template.name, "VersionNumber": number,
        "CreateTime": version.created, "CreatedBy": version.created_by, "DefaultVersion": template.default == number,
        "LaunchTemplateData": version.data });
    if let Some(description) = &version.description {
        shown["VersionDescription"] = json!(description);
    }
    shown
}

/// `DescribeLaunchTemplates`
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let (ids, names) = (texts(input, "LaunchTemplateIds"), texts(input, "LaunchTemplateNames"));
    for id in &ids {
        find(cloud, caller, &json!({ "LaunchTemplateId": id }))?;
    }
    for name in &names {
        find(cloud, caller, &json!({ "LaunchTemplateName": name }))?;
    }
    let filters = filters(input);
    let mut found = Vec::new();
    for (id, one) in cloud.ec2.launch_templates.iter().filter(|(_, one)| one.is_of(caller)) {
        let named = (ids.is_empty() && names.is_empty()) || ids.contains(id) || names.contains(&one.name);
        let values = |name: &str| match name {
            "launch-template-name" => Some(vec![one.name.clone()]),
            _ => None,
        };
        if named && passes(&filters, &one.tags, &values)? {
            found.push((id.clone(), shown(id, one)));
        }
    }
    paged(input, "LaunchTemplateIds", "LaunchTemplates", found)
}

/// `DescribeLaunchTemplateVersions`: of one template, or the latest and default ones of all.
pub(super) fn describe_versions(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    if !filters(input).is_empty() || text(input, "MinVersion").is_some() || text(input, "MaxVersion").is_some() {
        return Err(ServiceError::not_modelled(
            "ec2",
            "DescribeLaunchTemplateVersions with filters or a range",
        ));
    }
    let asked = texts(input, "Versions");
    let one = text(input, "LaunchTemplateId").is_some() || text(input, "LaunchTemplateName").is_some();
    let templates = match one {
        true => vec![find(cloud, caller, input)?],
        false if asked.is_empty() || asked.iter().any(|version| !version.starts_with('$')) => {
            let message = "Without a launch template only the versions $Latest and $Default can be described.";
            return Err(ServiceError::new("InvalidParameterCombination", message));
        }
        false => {
            let all = cloud.ec2.launch_templates.iter();
            all.filter(|(_, one)| one.is_of(caller))
                .map(|(id, _)| id.clone())
                .collect()
        }
    };
    let mut found = BTreeMap::new();
    for id in templates {
        let template = &cloud.ec2.launch_templates[&id];
        let numbers: Vec<u64> = match asked.is_empty() {
            true => template.versions.keys().copied().collect(),
            false => asked
                .iter()
                .map(|version| number_of(template, version))
                .collect::<Result<_, _>>()?,
        };
        for number in numbers {
            found.insert(format!("{id}:{number:012}"), shown_version(&id, template, number));
        }
    }
    paged(input, "", "LaunchTemplateVersions", found.into_iter().collect())
}
