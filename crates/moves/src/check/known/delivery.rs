//! The delivery flow, as `[delivery]` of the runbook names it.

use super::{Explained, explained};

explained! { DELIVERY:
    DELIVERY_ROLES = "delivery-roles", "Can GitHub Actions take on its roles in the target?",
        "Identity providers and roles are an account's own; the first deploy after the cut-over needs both.",
        "Apply the Terraform that makes them; correct what the trust policy names.",
        "It reads trust policies. Whether a workflow's token fits shows its first run.";
    DELIVERY_IMAGES = "delivery-images", "Are the container images in the target's registry?",
        "A task definition that names an image which is not there starts nothing.",
        "Copy them with the commands told.",
        "It compares digests and tags, of the repositories in delivery.ecr.";
    DELIVERY_STATE = "delivery-state", "Is the bucket of Terraform's states in the target?",
        "Without it no apply begins; with the old states in it Terraform believes that everything is there.",
        "Make it, versioned and empty.",
        "It does not read states here.";
    DELIVERY_FILES = "delivery-files", "Do files of the product still name what is old?",
        "Account ids, registries and buckets of the source in workflows and configurations deploy into the source.",
        "Write what the finding tells.",
        "It looks for names, in the paths of delivery.scan. What is put together elsewhere it does not find.";
    DELIVERY_FIRING = "delivery-firing", "What fires in the source by itself?",
        "Rules and schedules run in both accounts once the target has theirs: every job twice.",
        "Disable them in the source at the cut-over, with the commands told.",
        "EventBridge rules and schedules. What else fires (cron on an instance) it does not see.";
}
