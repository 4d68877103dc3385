//! What concerns the runbook as a whole, and its keys.

use super::{BY_INVENTORY, BY_RUNBOOK, Explained, explained};

explained! { WHOLE:
    WINDOW = "window", "Does every outage fit into a window?",
        "A step that disturbs starts only inside a window. What no window has room for would wait for ever.",
        "Open a longer window in the runbook, or choose a route that disturbs for less time.",
        "It adds what nine in ten runs take. One in ten takes longer.";
    REFERENCE = "reference", "Does the inventory say what tag:… and state:… stand for?",
        "A runbook may name a security group by a tag, or by an address in Terraform's state. A name that nobody looked up cannot be used.",
        "cleave discover RUNBOOK looks it up; else write the id itself.",
        BY_INVENTORY;
    TERRAFORM_MAKES = "terraform-makes", "Would the target's Terraform make what the run moves?",
        "An empty database or bucket that Terraform makes first takes the name, and nothing can be restored under it.",
        "Take it out of that apply and import it afterwards, or leave it to Terraform in the runbook (restore = false, fill = false, create = \"terraform\").",
        "It knows the plan of Terraform that was given to discover, and no other.";
    QUOTA_RDS = "quota-rds", "Has RDS room for what the runbook makes?",
        "With too many instances, clusters or manual snapshots RDS refuses the next one, in the middle of the night, and with a code that also means: try later.",
        "Delete what nobody needs, or ask for more (Service Quotas, RDS). A raise takes hours to days.",
        "The inventory's counts and quotas. The check quota-rds-now asks again.";
    UNMOVED = "unmoved", "What does the account have that no step moves?",
        "Queues, tables, functions, secrets and more stay behind unless people take them along.",
        "Go the way that the note tells, or decide in the runbook that it stays.",
        "It lists what discover knows to look for.";
    HOOK_UNDO = "hook-undo", "Has every hook a way back?",
        "When a run is taken back, a hook without undo leaves what it did.",
        "Give the hook an undo command, or agree that a person takes it back.",
        BY_RUNBOOK;
    TARGET_UNSEEN = "target-unseen", "Does the inventory know the target's Region?",
        "Whether names are free and groups are there cannot be said of an account that nobody looked at.",
        "cleave discover RUNBOOK looks at both accounts.",
        BY_INVENTORY;
    NAME_TAKEN = "name-taken", "Is the name free in the target?",
        "Two instances, clusters, images or caches of one name cannot be in one account and Region.",
        "Rename or delete what has the name in the target, or leave this one out of the runbook.",
        BY_INVENTORY;
    KEY_ALIAS = "key-alias", "Can the alias be given to a key?",
        "KMS takes alias/name, and keeps alias/aws/ to itself.",
        "Write alias = \"alias/…\" in [[key]].",
        BY_RUNBOOK;
    KEY_UNLISTED = "key-unlisted", "Is the key in the inventory?",
        "A key that AWS manages cannot be opened to another account; of one that is not listed nobody can tell which sort it is.",
        "cleave discover RUNBOOK lists the keys; the role needs kms:DescribeKey on it.",
        BY_INVENTORY;
    KEY_OF_AWS = "key-of-aws", "Does it lie on a key that can be shared?",
        "Keys that AWS manages or owns (aws/s3, sse-rds) cannot be opened to another account. For some kinds the run copies under a key of its own first; for these it cannot.",
        "Re-encrypt under a customer key first, or move it by dump or replica, as the note says.",
        BY_INVENTORY;
    KEY_OF_TARGET = "key-of-target", "Is it told under which key it lies in the target?",
        "The key of a restored database, image or bucket is chosen once and cannot be changed afterwards.",
        "Add [[key]] alias = \"alias/…\", and key = \"alias/…\" in the section where there are several.",
        BY_INVENTORY;
    KEY_POLICY_OF_SOURCE = "key-policy-of-source", "Does the source's key admit somebody by name?",
        "The new key has AWS's default policy. Principals that the old policy named are not in it.",
        "Carry over by hand what the target needs.",
        "It compares with the default policy, and does not judge what the statements are for.";
    KEY_DELETED_PRINCIPAL = "key-deleted-principal", "Does the key's policy name a principal that is gone?",
        "KMS refuses a policy with AROA… or AIDA… in place of a principal, and the run has to add a statement to it.",
        "Take that statement out of the policy.",
        BY_INVENTORY;
    KEY_POLICY_FULL = "key-policy-full", "Is there room in the key's policy for the statements that open it?",
        "KMS takes 32,768 bytes, and nobody can raise that. Where there is no room, nothing that lies under the key can be copied.",
        "Remove statements that nobody needs from the policy, or gather those that say the same.",
        BY_INVENTORY;
    KEY_WRITTEN_ELSEWHERE = "key-written-elsewhere", "Does another tool write the key's policy?",
        "An apply in the middle of the run takes the run's statement out again.",
        "Do not apply that tool until the run has ended.",
        "It goes by the tags of the key.";
    WRITES_GATE = "writes-gate", "Is there somebody or something that stops the writes?",
        "What is written to the source after its snapshot is not in the target.",
        "Add a [[gate]] or [[hook]] before it, or let the run stop writes (stop_writes = \"block\").",
        BY_RUNBOOK;
    WRITES_STOP = "writes-stop", "What does stopping writes, or not stopping them, do?",
        "A reboot brings waiting parameters into force; a snapshot beside writes loses what comes after it.",
        "Choose stop_writes knowing that.",
        BY_RUNBOOK;
}
