//! Databases and clusters.

use super::{BY_INVENTORY, BY_RUNBOOK, Explained, explained};

explained! { DATABASES:
    DATABASE_MISSING = "database-missing", "Is the database in the source?",
        "Nothing can be planned of what the inventory does not list.",
        "Correct the id, or make the inventory anew: cleave discover RUNBOOK.",
        BY_INVENTORY;
    DATABASE_ENGINE = "database-engine", "Does its engine move as an instance?",
        "Aurora moves as a cluster, and a snapshot of RDS Custom cannot be copied to another account.",
        "Write [[cluster]] for Aurora; move RDS Custom by dump or replica.",
        BY_INVENTORY;
    DATABASE_SETTINGS = "database-settings", "Can it be restored with these settings?",
        "RDS refuses settings that its kind of database does not have, and some it needs are in no snapshot.",
        "Leave out, or name, what the note says.",
        "It knows the settings that cleave carries; RDS may refuse a value that it checks itself.";
    DATABASE_LEFT = "database-left", "What does its snapshot not carry?",
        "Replicas, custom endpoints, roles and more are not in a snapshot.",
        "Make them anew in the target.",
        BY_INVENTORY;
    DATABASE_UNENCRYPTED = "database-unencrypted", "Is the copy that stays encrypted?",
        "A copy of an unencrypted cluster's snapshot is not encrypted, and can be only when it is restored.",
        "Name a key at the restore.",
        BY_INVENTORY;
    MONITORING_ROLE = "monitoring-role", "Is the role of enhanced monitoring in the target?",
        "RDS refuses to monitor a restored database with a role that is not there or does not trust it.",
        "Make the role in the target, or name it: restore.settings.monitoring_role.",
        BY_INVENTORY;
    MASTER_SECRET = "master-secret", "Is its master password in Secrets Manager?",
        "No snapshot carries that: the restored one gets a new password, in a secret of a new ARN.",
        "Point its consumers to the new secret; the step tells its ARN.",
        BY_INVENTORY;
    PUBLIC_ADDRESS = "public-address", "Will it have a public address?",
        "restore.public = true makes it reachable from outside, as far as its security groups admit.",
        "Leave public out unless it is meant.",
        BY_RUNBOOK;
    OPTION_GROUP = "option-group", "Is its option group in the target, or can it be made there?",
        "A snapshot with permanent options restores only under a group that has them, and groups are an account's own.",
        "Make the group in the target, or let it be carried, as the note says.",
        BY_INVENTORY;
    PARAMETER_GROUP = "parameter-group", "Is its parameter group in the target?",
        "Without it RDS refuses the restore; with other values in it the database behaves otherwise.",
        "parameter_group = \"carry\" makes it; else make it, or correct what differs.",
        BY_INVENTORY;
    SUBNET_GROUP = "subnet-group", "Is its subnet group in the target, and as wide as the source's?",
        "Without a group a restore is refused; RDS makes none of a single subnet.",
        "Make the group, or name subnets in two zones at least (restore.subnets), and it is made.",
        "It goes by the inventory. The check network-now looks at the target.";
    SECURITY_GROUP = "security-group", "Are its security groups in the target?",
        "A restore with a group that is not there is refused; with none AWS takes the VPC's default group.",
        "Make the group and name it in restore.security_groups.",
        "It does not judge the groups' rules.";
    SNAPSHOT_AT_HAND = "snapshot-at-hand", "Is the snapshot there that the runbook names?",
        "An automated snapshot is gone after its days, and what was written since is not in it.",
        "Name one that stays, or leave snapshot out: the run takes its own.",
        BY_INVENTORY;
    CLUSTER_MISSING = "cluster-missing", "Is the cluster in the source?",
        "Nothing can be planned of what the inventory does not list.",
        "Correct the id, or make the inventory anew: cleave discover RUNBOOK.",
        BY_INVENTORY;
    CLUSTER_ENGINE = "cluster-engine", "Does it move as a cluster?",
        "Only Aurora (provisioned or Serverless v2) and Multi-AZ clusters of MySQL and PostgreSQL do.",
        "Convert Serverless v1 first; move other engines in their own way.",
        BY_INVENTORY;
    CLUSTER_GLOBAL = "cluster-global", "Does it belong to a global database?",
        "A restored cluster stands alone.",
        "Take it out of the global database first, and make a new one in the target afterwards.",
        BY_INVENTORY;
    CLUSTER_MEMBERS = "cluster-members", "Are its members as a cluster's must be?",
        "A cluster without members has data and nobody to serve it; members of unknown class or scaling cannot be made.",
        "Make the inventory anew, or correct restore.classes.",
        BY_INVENTORY;
    CLUSTER_CLONE = "cluster-clone", "Can it be cloned into the target?",
        "Only an encrypted Aurora cluster under a customer key is, into the same physical zones, once per target account.",
        "Leave route out: its snapshot moves it.",
        "Physical zones are compared where the inventory tells them.";
    CLUSTER_MULTI_AZ = "cluster-multi-az", "Does RDS restore this Multi-AZ cluster?",
        "How RDS answers for some engines and classes no source says.",
        "Be ready to undo: the run stops before anything is restored.",
        BY_INVENTORY;
}
