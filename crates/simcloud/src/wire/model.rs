//! AWS's service models, cut to the operations in use (`models/`), parsed once for the process.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

/// How a service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Form in, XML out (RDS, STS).
    Query,
    /// EC2's variant of it.
    Ec2,
    /// JSON with a target header (KMS).
    Json,
    /// Smithy's RPC v2 in CBOR (CloudWatch).
    Cbor,
    /// XML with paths and headers (Route 53, S3 Control).
    RestXml,
    /// JSON with paths (RAM).
    RestJson,
}

/// A service's model.
#[derive(Debug)]
pub struct Model {
    /// `rds`, `s3control`, …: the name that [`Cloud::call`](crate::cloud::Cloud::call) knows.
    pub service: &'static str,
    /// How it speaks.
    pub protocol: Protocol,
    /// The namespace of its XML.
    pub namespace: Option<String>,
    /// What stands before the operation in `X-Amz-Target`.
    pub target_prefix: Option<String>,
    /// Operations by name.
    pub operations: BTreeMap<String, Operation>,
    /// Wire codes and statuses of errors, by shape name and by wire code.
    errors: BTreeMap<String, (String, u16)>,
    shapes: BTreeMap<String, Shape>,
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// HTTP method.
    pub method: String,
    /// Path template, such as `/2013-04-01/hostedzone/{Id}`.
    pub path: String,
    /// Status of success.
    pub status: u16,
    /// Shape of the input.
    pub input: Option<String>,
    /// Shape of the output.
    pub output: Option<String>,
    /// The element around the output in query services.
    pub wrapper: Option<String>,
}

/// A shape.
#[derive(Debug)]
pub enum Shape {
    /// Members in the model's order.
    Structure {
        /// The members.
        members: Vec<Member>,
        /// The member that is the whole body.
        payload: Option<String>,
    },
    /// A list.
    List {
        /// What it holds.
        member: Box<Member>,
        /// Whether its elements stand without one around them.
        flattened: bool,
    },
    /// A map.
    Map {
        /// Its keys.
        key: Box<Member>,
        /// Its values.
        value: Box<Member>,
        /// Whether its entries stand without an element around them.
        flattened: bool,
    },
    /// Text, an enumeration, a blob in base64.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// True or false.
    Boolean,
    /// A moment.
    Timestamp,
}

/// A reference to a shape from inside another.
#[derive(Debug)]
pub struct Member {
    /// Its name in the model: the key in inputs and outputs.
    pub name: String,
    /// The shape's name.
    pub shape: String,
    /// Its name on the wire, where that differs.
    pub wire_name: Option<String>,
    /// Its name in an EC2 request, where that differs again.
    pub query_name: Option<String>,
    /// `uri`, `querystring`, `header` or `statusCode`; absent: the body.
    pub location: Option<String>,
    /// Whether it is an attribute of its parent's element.
    pub attribute: bool,
    /// Whether a list here stands without an element around it.
    pub flattened: bool,
}

impl Member {
    /// The name on the wire.
    pub fn wire(&self) -> &str {
        self.wire_name.as_deref().unwrap_or(&self.name)
    }
}

impl Model {
    /// The shape of this name.
    pub fn shape(&self, name: &str) -> &Shape {
        self.shapes
            .get(name)
            .expect("cut.py keeps every shape that an operation reaches")
    }

    /// The members of a structure; none for anything else.
    pub fn members(&self, name: &str) -> &[Member] {
        match self.shape(name) {
            Shape::Structure { members, .. } => members,
            _ => &[],
        }
    }

    /// The code on the wire and the HTTP status of an error, given its shape's name or its code. Codes that the model does not know
    /// (`InvalidParameterValue`, `AccessDenied`) are on the wire as they are.
    pub fn error(&self, code: &str, status: u16) -> (String, u16) {
        match self.errors.get(code) {
            // 400 is what a handler says when it says nothing of its own.
            Some((wire, modelled)) if status == 400 => (wire.clone(), *modelled),
            Some((wire, _)) => (wire.clone(), status),
            None => (code.to_owned(), status),
        }
    }
}

/// The model of a service.
pub fn of(service: &str) -> Option<&'static Model> {
    static MODELS: OnceLock<Vec<Model>> = OnceLock::new();
    let models = MODELS.get_or_init(|| {
        [
            ("sts", include_str!("../../models/sts.json")),
            ("kms", include_str!("../../models/kms.json")),
            ("rds", include_str!("../../models/rds.json")),
            ("ec2", include_str!("../../models/ec2.json")),
            ("s3control", include_str!("../../models/s3control.json")),
            ("route53", include_str!("../../models/route53.json")),
            ("ram", include_str!("../../models/ram.json")),
            ("elasticache", include_str!("../../models/elasticache.json")),
            ("elasticfilesystem", include_str!("../../models/efs.json")),
            ("acm", include_str!("../../models/acm.json")),
            ("athena", include_str!("../../models/athena.json")),
            ("monitoring", include_str!("../../models/cloudwatch.json")),
            ("servicequotas", include_str!("../../models/service-quotas.json")),
            ("tagging", include_str!("../../models/resourcegroupstaggingapi.json")),
            ("ce", include_str!("../../models/ce.json")),
            ("ecs", include_str!("../../models/ecs.json")),
            ("lambda", include_str!("../../models/lambda.json")),
            ("ssm", include_str!("../../models/ssm.json")),
            ("iam", include_str!("../../models/iam.json")),
            ("ecr", include_str!("../../models/ecr.json")),
            ("events", include_str!("../../models/events.json")),
            ("organizations", include_str!("../../models/organizations.json")),
            ("account", include_str!("../../models/account.json")),
            ("cloudtrail", include_str!("../../models/cloudtrail.json")),
            ("config", include_str!("../../models/config.json")),
            ("guardduty", include_str!("../../models/guardduty.json")),
            ("securityhub", include_str!("../../models/securityhub.json")),
            ("scheduler", include_str!("../../models/scheduler.json")),
        ]
        .map(|(service, text)| parse(service, &serde_json::from_str(text).expect("cut.py writes JSON")))
        .into()
    });
    models.iter().find(|model| model.service == service)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn parse(service: &'static str, model: &Value) -> Model {
    let metadata = &model["metadata"];
    let protocol = match metadata["protocol"].as_str() {
        Some("query") => Protocol::Query,
        Some("ec2") => Protocol::Ec2,
        Some("json") => Protocol::Json,
        Some("smithy-rpc-v2-cbor") => Protocol::Cbor,
        Some("rest-json") => Protocol::RestJson,
        _ => Protocol::RestXml,
    };
    let empty = Map::new();
    let entries = |part: &str| model[part].as_object().unwrap_or(&empty).clone();
    let mut namespace = text(&metadata["xmlNamespace"]);
    let mut operations = BTreeMap::new();
    for (name, operation) in entries("operations") {
        // The REST services name their namespace at the inputs only; their answers carry the same.
        namespace = namespace.or_else(|| text(&operation["input"]["xmlNamespace"]["uri"]));
        operations.insert(
            name,
            Operation {
                method: text(&operation["http"]["method"]).unwrap_or_default(),
                path: text(&operation["http"]["requestUri"]).unwrap_or_default(),
                status: operation["http"]["responseCode"]
                    .as_u64()
                    .and_then(|s| u16::try_from(s).ok())
                    .unwrap_or(200),
                input: text(&operation["input"]["shape"]),
                output: text(&operation["output"]["shape"]),
                wrapper: text(&operation["output"]["resultWrapper"]),
            },
        );
    }
    let (mut shapes, mut errors) = (BTreeMap::new(), BTreeMap::new());
    for (name, shape) in entries("shapes") {
        if shape["exception"] == true || shape["error"].is_object() {
            let code = text(&shape["error"]["code"]).unwrap_or_else(|| name.clone());
            let status = shape["error"]["httpStatusCode"]
                .as_u64()
                .and_then(|s| u16::try_from(s).ok())
                .unwrap_or(400);
            errors.insert(code.clone(), (code.clone(), status));
            errors.insert(name.clone(), (code, status));
        }
        let shape = match protocol {
            // These write moments as seconds, but for the few that a model wants as they stand in a handler's answer.
            Protocol::Json | Protocol::RestJson if shape["timestampFormat"] == "iso8601" => Shape::Text,
            _ => shape_of(&shape),
        };
        shapes.insert(name, shape);
    }
    Model {
        service,
        protocol,
        namespace,
        target_prefix: text(&metadata["targetPrefix"]),
        operations,
        errors,
        shapes,
    }
}

fn shape_of(shape: &Value) -> Shape {
    let flattened = shape["flattened"] == true;
    match shape["type"].as_str().unwrap_or_default() {
        "structure" => Shape::Structure {
            members: shape["members"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, m)| member(name, m))
                .collect(),
            payload: text(&shape["payload"]),
        },
        "list" => Shape::List {
            member: Box::new(member("member", &shape["member"])),
            flattened,
        },
        "map" => Shape::Map {
            key: Box::new(member("key", &shape["key"])),
            value: Box::new(member("value", &shape["value"])),
            flattened,
        },
        "integer" | "long" => Shape::Integer,
        "float" | "double" => Shape::Float,
        "boolean" => Shape::Boolean,
        "timestamp" => Shape::Timestamp,
        _ => Shape::Text,
    }
}

fn member(name: &str, member: &Value) -> Member {
    Member {
        name: name.to_owned(),
        shape: text(&member["shape"]).unwrap_or_default(),
        wire_name: text(&member["locationName"]),
        query_name: text(&member["queryName"]),
        location: text(&member["location"]),
        attribute: member["xmlAttribute"] == true,
        flattened: member["flattened"] == true,
    }
}
