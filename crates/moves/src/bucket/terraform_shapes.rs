//! How the sub-resources of a bucket, XML for S3, read as resources of Terraform's. The names are those of the AWS provider's own schema
//! (`terraform providers schema -json`, 5.100.0), and the test in `crates/cleave/tests/terraform.rs` has that provider judge them.

/// What an element becomes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// True or false.
    Flag,
    /// True where it is there.
    There,
    /// All elements of the name, as one list.
    List,
    /// `<Tag>`s, as a map.
    Tags,
    /// A block for each element of the name.
    Block(Shape),
}

/// An element, by its path below its parent, and what it becomes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// `Schedule/Frequency`
    pub(super) xml: &'static str,
    /// The argument.
    pub(super) hcl: &'static str,
    /// What it is.
    pub(super) field: Field,
}

/// What of an element is taken.
pub(super) type Shape = &'static [Member];

const fn text(xml: &'static str, hcl: &'static str) -> Member {
    let field = Field::Text;
    Member { xml, hcl, field }
}

const fn number(xml: &'static str, hcl: &'static str) -> Member {
    let field = Field::Number;
    Member { xml, hcl, field }
}

const fn flag(xml: &'static str, hcl: &'static str) -> Member {
    let field = Field::Flag;
    Member { xml, hcl, field }
}

const fn list(xml: &'static str, hcl: &'static str) -> Member {
    let field = Field::List;
    Member { xml, hcl, field }
}

const fn tags(xml: &'static str, hcl: &'static str) -> Member {
    let field = Field::Tags;
    Member { xml, hcl, field }
}

const fn block(xml: &'static str, hcl: &'static str, shape: Shape) -> Member {
    let field = Field::Block(shape);
    Member { xml, hcl, field }
}

/// Terraform's type of a sub-resource and what of it is taken; none where the provider has no such resource.
pub(super) fn of(document: &str) -> Option<(&'static str, Shape)> {
    Some(match document {
        "encryption" => ("aws_s3_bucket_server_side_encryption_configuration", ENCRYPTION),
        "lifecycle" => ("aws_s3_bucket_lifecycle_configuration", LIFECYCLE),
        "publicAccessBlock" => ("aws_s3_bucket_public_access_block", PUBLIC_ACCESS_BLOCK),
        "ownershipControls" => ("aws_s3_bucket_ownership_controls", OWNERSHIP),
        "cors" => ("aws_s3_bucket_cors_configuration", CORS),
        "website" => ("aws_s3_bucket_website_configuration", WEBSITE),
        "accelerate" => ("aws_s3_bucket_accelerate_configuration", ACCELERATE),
        "logging" => ("aws_s3_bucket_logging", LOGGING),
        "notification" => ("aws_s3_bucket_notification", NOTIFICATION),
        "replication" => ("aws_s3_bucket_replication_configuration", REPLICATION),
        "inventory" => ("aws_s3_bucket_inventory", INVENTORY),
        "metrics" => ("aws_s3_bucket_metric", METRIC),
        "analytics" => ("aws_s3_bucket_analytics_configuration", ANALYTICS),
        "intelligent-tiering" => ("aws_s3_bucket_intelligent_tiering_configuration", TIERING),
        _ => return None,
    })
}

const ENCRYPTION: Shape = &[block(
    "Rule",
    "rule",
    &[
        block(
            "ApplyServerSideEncryptionByDefault",
            "apply_server_side_encryption_by_default",
            &[
                text("SSEAlgorithm", "sse_algorithm"),
                text("KMSMasterKeyID", "kms_master_key_id"),
            ],
        ),
        flag("BucketKeyEnabled", "bucket_key_enabled"),
    ],
)];

const PUBLIC_ACCESS_BLOCK: Shape = &[
    flag("BlockPublicAcls", "block_public_acls"),
    flag("BlockPublicPolicy", "block_public_policy"),
    flag("IgnorePublicAcls", "ignore_public_acls"),
    flag("RestrictPublicBuckets", "restrict_public_buckets"),
];

const OWNERSHIP: Shape = &[block("Rule", "rule", &[text("ObjectOwnership", "object_ownership")])];

const CORS: Shape = &[block(
    "CORSRule",
    "cors_rule",
    &[
        text("ID", "id"),
        list("AllowedHeader", "allowed_headers"),
        list("AllowedMethod", "allowed_methods"),
        list("AllowedOrigin", "allowed_origins"),
        list("ExposeHeader", "expose_headers"),
        number("MaxAgeSeconds", "max_age_seconds"),
    ],
)];

const WEBSITE: Shape = &[
    block("IndexDocument", "index_document", &[text("Suffix", "suffix")]),
    block("ErrorDocument", "error_document", &[text("Key", "key")]),
    block(
        "RedirectAllRequestsTo",
        "redirect_all_requests_to",
        &[text("HostName", "host_name"), text("Protocol", "protocol")],
    ),
    block(
        "RoutingRules/RoutingRule",
        "routing_rule",
        &[
            block(
                "Condition",
                "condition",
                &[
                    text("HttpErrorCodeReturnedEquals", "http_error_code_returned_equals"),
                    text("KeyPrefixEquals", "key_prefix_equals"),
                ],
            ),
            block(
                "Redirect",
                "redirect",
                &[
                    text("HostName", "host_name"),
                    text("HttpRedirectCode", "http_redirect_code"),
                    text("Protocol", "protocol"),
                    text("ReplaceKeyPrefixWith", "replace_key_prefix_with"),
                    text("ReplaceKeyWith", "replace_key_with"),
                ],
            ),
        ],
    ),
];

const ACCELERATE: Shape = &[text("Status", "status")];

const LOGGING: Shape = &[
    text("LoggingEnabled/TargetBucket", "target_bucket"),
    text("LoggingEnabled/TargetPrefix", "target_prefix"),
    block(
        "LoggingEnabled/TargetObjectKeyFormat",
        "target_object_key_format",
        &[
            block("SimplePrefix", "simple_prefix", &[]),
            block(
                "PartitionedPrefix",
                "partitioned_prefix",
                &[text("PartitionDateSource", "partition_date_source")],
            ),
        ],
    ),
];

const NOTIFICATION: Shape = &[
    Member {
        xml: "EventBridgeConfiguration",
        hcl: "eventbridge",
        field: Field::There,
    },
    block(
        "QueueConfiguration",
        "queue",
        &[
            text("Id", "id"),
            text("Queue", "queue_arn"),
            list("Event", "events"),
            text("Filter/S3Key/prefix", "filter_prefix"),
            text("Filter/S3Key/suffix", "filter_suffix"),
        ],
    ),
    block(
        "TopicConfiguration",
        "topic",
        &[
            text("Id", "id"),
            text("Topic", "topic_arn"),
            list("Event", "events"),
            text("Filter/S3Key/prefix", "filter_prefix"),
            text("Filter/S3Key/suffix", "filter_suffix"),
        ],
    ),
    block(
        "CloudFunctionConfiguration",
        "lambda_function",
        &[
            text("Id", "id"),
            text("CloudFunction", "lambda_function_arn"),
            list("Event", "events"),
            text("Filter/S3Key/prefix", "filter_prefix"),
            text("Filter/S3Key/suffix", "filter_suffix"),
        ],
    ),
];

const STATUS: Shape = &[text("Status", "status")];

const REPLICATION: Shape = &[
    text("Role", "role"),
    block(
        "Rule",
        "rule",
        &[
            text("ID", "id"),
            number("Priority", "priority"),
            text("Prefix", "prefix"),
            text("Status", "status"),
            block(
                "Filter",
                "filter",
                &[
                    text("Prefix", "prefix"),
                    block("Tag", "tag", &[text("Key", "key"), text("Value", "value")]),
                    block("And", "and", &[text("Prefix", "prefix"), tags("Tag", "tags")]),
                ],
            ),
            block("DeleteMarkerReplication", "delete_marker_replication", STATUS),
            block("ExistingObjectReplication", "existing_object_replication", STATUS),
            block(
                "SourceSelectionCriteria",
                "source_selection_criteria",
                &[
                    block("ReplicaModifications", "replica_modifications", STATUS),
                    block("SseKmsEncryptedObjects", "sse_kms_encrypted_objects", STATUS),
                ],
            ),
            block(
                "Destination",
                "destination",
                &[
                    text("Bucket", "bucket"),
                    text("Account", "account"),
                    text("StorageClass", "storage_class"),
                    block(
                        "AccessControlTranslation",
                        "access_control_translation",
                        &[text("Owner", "owner")],
                    ),
                    block(
                        "EncryptionConfiguration",
                        "encryption_configuration",
                        &[text("ReplicaKmsKeyID", "replica_kms_key_id")],
                    ),
                    block(
                        "ReplicationTime",
                        "replication_time",
                        &[
                            text("Status", "status"),
                            block("Time", "time", &[number("Minutes", "minutes")]),
                        ],
                    ),
                    block(
                        "Metrics",
                        "metrics",
                        &[
                            text("Status", "status"),
                            block("EventThreshold", "event_threshold", &[number("Minutes", "minutes")]),
                        ],
                    ),
                ],
            ),
        ],
    ),
];

const LIFECYCLE: Shape = &[
    // Not in the document: S3 says it in a header beside it.
    text("TransitionMinimum", "transition_default_minimum_object_size"),
    block(
        "Rule",
        "rule",
        &[
            text("ID", "id"),
            text("Status", "status"),
            text("Prefix", "prefix"),
            block(
                "Filter",
                "filter",
                &[
                    text("Prefix", "prefix"),
                    number("ObjectSizeGreaterThan", "object_size_greater_than"),
                    number("ObjectSizeLessThan", "object_size_less_than"),
                    block("Tag", "tag", &[text("Key", "key"), text("Value", "value")]),
                    block(
                        "And",
                        "and",
                        &[
                            text("Prefix", "prefix"),
                            number("ObjectSizeGreaterThan", "object_size_greater_than"),
                            number("ObjectSizeLessThan", "object_size_less_than"),
                            tags("Tag", "tags"),
                        ],
                    ),
                ],
            ),
            block(
                "Transition",
                "transition",
                &[
                    text("Date", "date"),
                    number("Days", "days"),
                    text("StorageClass", "storage_class"),
                ],
            ),
            block(
                "Expiration",
                "expiration",
                &[
                    text("Date", "date"),
                    number("Days", "days"),
                    flag("ExpiredObjectDeleteMarker", "expired_object_delete_marker"),
                ],
            ),
            block(
                "NoncurrentVersionTransition",
                "noncurrent_version_transition",
                &[
                    number("NoncurrentDays", "noncurrent_days"),
                    number("NewerNoncurrentVersions", "newer_noncurrent_versions"),
                    text("StorageClass", "storage_class"),
                ],
            ),
            block(
                "NoncurrentVersionExpiration",
                "noncurrent_version_expiration",
                &[
                    number("NoncurrentDays", "noncurrent_days"),
                    number("NewerNoncurrentVersions", "newer_noncurrent_versions"),
                ],
            ),
            block(
                "AbortIncompleteMultipartUpload",
                "abort_incomplete_multipart_upload",
                &[number("DaysAfterInitiation", "days_after_initiation")],
            ),
        ],
    ),
];

const INVENTORY: Shape = &[
    text("Id", "name"),
    flag("IsEnabled", "enabled"),
    text("IncludedObjectVersions", "included_object_versions"),
    list("OptionalFields/Field", "optional_fields"),
    block("Filter", "filter", &[text("Prefix", "prefix")]),
    block("Schedule", "schedule", &[text("Frequency", "frequency")]),
    block(
        "Destination",
        "destination",
        &[block(
            "S3BucketDestination",
            "bucket",
            &[
                text("Bucket", "bucket_arn"),
                text("AccountId", "account_id"),
                text("Format", "format"),
                text("Prefix", "prefix"),
                block(
                    "Encryption",
                    "encryption",
                    &[
                        block("SSE-S3", "sse_s3", &[]),
                        block("SSE-KMS", "sse_kms", &[text("KeyId", "key_id")]),
                    ],
                ),
            ],
        )],
    ),
];

const METRIC: Shape = &[
    text("Id", "name"),
    block(
        "Filter",
        "filter",
        &[
            text("Prefix", "prefix"),
            text("AccessPointArn", "access_point"),
            tags("Tag", "tags"),
            text("And/Prefix", "prefix"),
            text("And/AccessPointArn", "access_point"),
            tags("And/Tag", "tags"),
        ],
    ),
];

const ANALYTICS: Shape = &[
    text("Id", "name"),
    block(
        "Filter",
        "filter",
        &[
            text("Prefix", "prefix"),
            tags("Tag", "tags"),
            text("And/Prefix", "prefix"),
            tags("And/Tag", "tags"),
        ],
    ),
    block(
        "StorageClassAnalysis",
        "storage_class_analysis",
        &[block(
            "DataExport",
            "data_export",
            &[
                text("OutputSchemaVersion", "output_schema_version"),
                block(
                    "Destination",
                    "destination",
                    &[block(
                        "S3BucketDestination",
                        "s3_bucket_destination",
                        &[
                            text("Bucket", "bucket_arn"),
                            text("BucketAccountId", "bucket_account_id"),
                            text("Format", "format"),
                            text("Prefix", "prefix"),
                        ],
                    )],
                ),
            ],
        )],
    ),
];

const TIERING: Shape = &[
    text("Id", "name"),
    text("Status", "status"),
    block(
        "Filter",
        "filter",
        &[
            text("Prefix", "prefix"),
            tags("Tag", "tags"),
            text("And/Prefix", "prefix"),
            tags("And/Tag", "tags"),
        ],
    ),
    block(
        "Tiering",
        "tiering",
        &[text("AccessTier", "access_tier"), number("Days", "days")],
    ),
];
