//! What only the accounts themselves tell.

use super::{Explained, explained};

explained! { ACCOUNTS:
    PLANNED = "planned", "Can every resource of the runbook be planned?",
        "A plan is drawn up of runbook and inventory, as `cleave plan` does it; what stands in the way has a check of its own.",
        "Put right what the other findings of the resource say.",
        "Without an inventory nothing can be planned, and nothing of the plan is checked.";
    ACCOUNT_ENTRY = "account-entry", "Do the credentials lead into the account that the runbook names?",
        "A role that cannot be taken on, or leads elsewhere, stops the run at its first call.",
        "Log in; make the role, or let its trust policy admit you with the external id of the runbook.",
        "GetCallerIdentity: it says who one is, not what one may do.";
    ROLE_PERMISSIONS = "role-permissions", "Do the roles' own policies admit the calls of this plan?",
        "iam:SimulatePrincipalPolicy evaluates identity policies, permissions boundary and, where IAM tells them, service control policies, of each role of the run and of those that it \
         passes on to S3. It is asked for each action on the resources, and with the values of conditions, to which `cleave roles` narrows it.",
        "Add the action to the role's policy for that resource, or take away what denies it; `cleave roles` prints the least that the role needs.",
        "A denial is reliable, an admission a hint: resource policies, session policies, resource control policies and service control policies with conditions are not \
         evaluated. What is not admitted blocks where the plan names the resource and only the role's policies can admit it; it warns where the resource has a policy of its own \
         (buckets, keys) or its name is not known yet, for then a plausible name was asked for. What every way through the night may need is asked for, undo included. \
         A role that may not simulate is not checked.";
    ROLE_TRUST = "role-trust", "Can S3 take on the roles that the run passes on to it?",
        "S3 copies under these roles in a time of its own: one that is not there, or does not trust the service, stops the copy in the middle of the night.",
        "Let the trust policy admit the service that is named; `cleave roles --for batch` prints it.",
        "It reads the trust policy of each role now: statements that name the service, and aws:SourceAccount. Where another condition decides it is not checked.";
    EC2_DRY_RUN = "ec2-dry-run", "Would EC2 let the role share, copy, image and stop?",
        "With DryRun EC2 answers DryRunOperation or UnauthorizedOperation, and does nothing.",
        "Add the action to the role's policy; sts decode-authorization-message tells what denied it.",
        "It looks at the right to the call: not at keys, not at the permissions of snapshots. One resource of each sort is asked for.";
    KEY_DRY_RUN = "key-dry-run", "Would KMS let the role use the keys that are there?",
        "RDS and EBS copy under a key by a grant that the caller may give. With DryRun KMS answers and gives none.",
        "Admit the role to kms:CreateGrant in its policy, and in the key's where that does not leave it to IAM.",
        "A dry run grants to the role itself. Keys that the run makes, and statements that it adds on the way, are not there yet. A role that may use keys through services alone, as \
         `cleave roles` prints it, is refused when it asks by itself: then the key is not checked.";
    KEY_NOW = "key-now", "Can the keys be used that the plan names?",
        "A disabled key, or one pending deletion, opens nothing.",
        "Enable it, or cancel its deletion; then make the inventory anew.",
        "Only keys in accounts of the runbook.";
    QUOTA_NOW = "quota-rds-now", "Has RDS room now for what the plan makes?",
        "Counted and asked of Service Quotas now, not when the inventory was made.",
        "Delete what nobody needs, or ask for more: a raise takes hours to days.",
        "Instances, clusters and manual snapshots. Of buckets, zones and VPCs no count is made: the usual quotas are far above what a run makes.";
    BUCKET_NOW = "bucket-name-now", "Whose are the buckets' names now?",
        "A source bucket that is gone, or a new name that somebody has, stops the run.",
        "Correct the name in the runbook.",
        "S3 says of a bucket of somebody else what it says of one that the role may not look at. Names that the run makes up itself it does not look at.";
    OBJECT_LOCK_NOW = "object-lock-now", "Has a bucket Object Lock now?",
        "A locked version cannot be deleted, and that shows behind the point of no return.",
        "Leave the bucket out, or give it a new_name.",
        "It looks at the bucket, not at versions.";
    DNSSEC_NOW = "dnssec-now", "Is a zone signed, or a DS record above it, now?",
        "A DS record in the parent makes every answer of an unsigned new zone invalid for resolvers that validate.",
        "Take the DS record out of the parent, wait for its TTL, then leave off signing.",
        "A parent that lies in none of the runbook's accounts it does not see.";
    NETWORK_NOW = "network-now", "Has the target the subnets, in two zones?",
        "RDS makes and uses no subnet group that lies in one zone.",
        "Make subnets in a second zone, in the target's Terraform.",
        "It does not look at routes, and not whether addresses are left.";
    REGION_ENABLED = "region-enabled", "Is the Region enabled in the account?",
        "A Region that must be opted into is off in a new account; nothing regional can be made or copied there.",
        "aws account enable-region --region-name REGION; it takes minutes to hours.",
        "It asks for the runbook's Region alone.";
    CLOCK_SKEW = "clock-skew", "Does this machine's clock agree with AWS's?",
        "AWS refuses a signature that is more than five minutes off, and windows are kept by this clock.",
        "Set the clock: timedatectl set-ntp true.",
        "It goes by the Date of one answer, to the second.";
    DISK_SPACE = "disk-space", "Has the journal room?",
        "Every event is on disk before the next call; a full disk stops the run.",
        "Make room, or name another place: --journal.",
        "It counts the events of the plan and the keys of listed buckets, roughly, and looks at the folder that the command is typed in.";
    SERVICE_CONTROL_POLICY = "service-control-policy", "Does a refusal name a service control policy?",
        "What the organization denies no role's policy can admit.",
        "Ask whoever runs the organization for an exception for the run's roles.",
        "It reads the words of a refusal, which are no contract, as a hint only; and what the simulation tells of the organization.";
}
