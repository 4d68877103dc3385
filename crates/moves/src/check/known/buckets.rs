//! Buckets.

use super::{BY_INVENTORY, BY_RUNBOOK, Explained, explained};

explained! { BUCKETS:
    BUCKET_MISSING = "bucket-missing", "Is the bucket in the source?",
        "Nothing can be planned of what the inventory does not list, in this Region.",
        "Correct the name or the Region, or make the inventory anew.",
        BY_INVENTORY;
    BUCKET_ROLES = "bucket-roles", "Are both roles named?",
        "The policies of source and interim bucket must name who may still write and who may copy.",
        "Add source.role and target.role to the runbook.",
        BY_RUNBOOK;
    BUCKET_BATCH_ROLE = "bucket-batch-role", "Is there a role for S3 Batch Operations?",
        "Batch jobs take on a role of their own, which must trust batchoperations.s3.amazonaws.com.",
        "Make it in the target and name it: target.batch_role.",
        BY_INVENTORY;
    BUCKET_NAME = "bucket-name", "Can the name be had again in the target?",
        "Reserved prefixes, names with an account's id and names that S3 no longer gives cannot be made anew.",
        "new_name copies it under another name.",
        "Whether a stranger takes a name while it is nobody's can be told by nobody.";
    BUCKET_NEW_NAME = "bucket-new-name", "Can the new name be had, and who names the old one?",
        "Under a new name whatever names the bucket must be pointed there.",
        "Choose another new_name, or leave out what does not go with it.",
        BY_RUNBOOK;
    BUCKET_INTERIM = "bucket-interim", "Can the interim bucket be made?",
        "A copy of everything lies in it while the name changes hands.",
        "Choose another interim, or leave it out: the run makes a name.",
        BY_RUNBOOK;
    BUCKET_OBJECT_LOCK = "bucket-object-lock", "Has it Object Lock?",
        "A locked version can neither be deleted nor carried with its lock.",
        "Leave it where it is, or copy what must move by hand.",
        "It goes by the inventory. The check object-lock-now asks S3.";
    BUCKET_MFA_DELETE = "bucket-mfa-delete", "Has it MFA delete?",
        "Versions can be deleted only with the root user's device.",
        "Root switches it off first; or give it a new_name.",
        BY_INVENTORY;
    BUCKET_REQUESTER_PAYS = "bucket-requester-pays", "Do its requesters pay?",
        "Batch jobs and copies do not send that they agree to, and are refused.",
        "Let the owner pay until it has moved.",
        BY_INVENTORY;
    BUCKET_ACCESS_POINTS = "bucket-access-points", "Has it access points?",
        "A bucket with access points cannot be deleted, and their ARNs cannot be had again.",
        "Move their clients to the bucket's name and delete them; or give it a new_name.",
        BY_INVENTORY;
    BUCKET_CUSTOMER_KEYS = "bucket-customer-keys", "Are there versions under keys of clients (SSE-C)?",
        "Nobody else can read or copy them.",
        "Copy them under another encryption first.",
        "It goes by what discover was told: no listing shows SSE-C.";
    BUCKET_ARCHIVED = "bucket-archived", "Are there archived versions?",
        "GLACIER and DEEP_ARCHIVE are restored before they are copied: hours, and money.",
        "Plan the hours, and set archived.days to at least 1.",
        BY_INVENTORY;
    BUCKET_DENIES_DELETING = "bucket-denies-deleting", "Does its policy deny deleting?",
        "The source is emptied and deleted behind the point of no return. A denial there leaves it half empty.",
        "Take the statement out first, or make sure that it does not hold for source.role.",
        "Conditions are shown, not evaluated.";
    BUCKET_WRITTEN_BY = "bucket-written-by", "Do other buckets write into it?",
        "Access logs and inventories are written by S3 itself, whatever the policy says, and would come after the proof.",
        "Point them elsewhere first.",
        BY_INVENTORY;
    BUCKET_OWNED = "bucket-owned", "Does Terraform or CloudFormation own it?",
        "An apply while the name is nobody's would take it back.",
        "Take it out of the state or stack first, keeping the bucket.",
        "It goes by tags and by what discover was told of states.";
    BUCKET_ACCESS = "bucket-access", "Who loses access?",
        "Principals of the source account are strangers to a bucket of the target; ACLs are not carried.",
        "Name them in keep_access.",
        "It does not know who uses the bucket, only who is named.";
    BUCKET_CONFIGURATION = "bucket-configuration", "Is all of its configuration carried over?",
        "Names of the source in lifecycle, notification or replication would point back to it.",
        "instead = { … } names others; leave = […] agrees that one stays behind.",
        BY_INVENTORY;
    BUCKET_COMPARED = "bucket-compared", "Does the way of comparing suit it?",
        "Reports by S3 take up to two days, and have no checksums.",
        "Choose inventory.compare and verify as the note says.",
        BY_INVENTORY;
    BUCKET_REPLICATION = "bucket-replication", "Can S3 replicate it?",
        "Only versions in a bucket with versioning enabled, not archived, and under no other replication are replicated.",
        "route = \"copy\" moves it as well.",
        BY_INVENTORY;
    BUCKET_NAME_IS_NOBODYS = "bucket-name-nobodys", "Is its name nobody's for a while?",
        "Between the source's deletion and the new bucket requests fail, and in theory a stranger could take the name.",
        "Agree to it at the gate, or give it a new_name.",
        "How long it takes S3 does not say.";
    BUCKET_OF_TERRAFORM = "bucket-of-terraform", "Does the target's Terraform make it?",
        "Its create must outlast the hand-over, and lifecycle rules must not act on half a content.",
        "A timeout of hours; an apply after the run for lifecycle, notifications, replication.",
        BY_RUNBOOK;
    BUCKET_NAMESPACE = "bucket-namespace", "May the accounts make buckets with global names?",
        "A policy of the organization may admit account-regional names only; files pass through a bucket with a global one.",
        "Have the policy except the run's roles.",
        BY_INVENTORY;
}
