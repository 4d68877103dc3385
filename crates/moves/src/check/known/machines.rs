//! Images, instances, volumes and caches.

use super::{BY_INVENTORY, BY_RUNBOOK, Explained, explained};

explained! { MACHINES:
    IMAGE_MISSING = "image-missing", "Is an image of this name in the source?",
        "Nothing can be planned of what the inventory does not list.",
        "Correct the name or pattern, or make the inventory anew.",
        BY_INVENTORY;
    IMAGE_MARKETPLACE = "image-marketplace", "Does it carry Marketplace codes?",
        "EC2 copies no such image into another account.",
        "Subscribe in the target, launch it there once and make an image of that.",
        BY_INVENTORY;
    IMAGE_STATE = "image-state", "Is the image available?",
        "A disabled, pending or failed image can be neither shared nor copied.",
        "aws ec2 enable-image, or wait; then make the inventory anew.",
        BY_INVENTORY;
    IMAGE_SNAPSHOTS = "image-snapshots", "Are the snapshots behind it the account's own?",
        "Only the owner of a snapshot can share it; an image on an instance store has none.",
        "Copy the image within the account first, and move the copy.",
        BY_INVENTORY;
    IMAGE_ARCHIVED = "image-archived", "Are the snapshots behind it in the archive tier?",
        "What is archived can be neither shared nor copied.",
        "aws ec2 restore-snapshot-tier --permanent-restore; it takes 24 to 72 hours.",
        BY_INVENTORY;
    IMAGE_NAMED_BY = "image-named-by", "Who names the image by its id?",
        "Its id in the target is a new one. A scaling group that names the old one launches nothing.",
        "Change launch templates, groups and parameters; cleave outputs tells the ids.",
        "It knows those that discover looks at, in the source.";
    IMAGE_DEPRECATION = "image-deprecation", "Can its date of deprecation be carried?",
        "EC2 takes a date in the future, within ten years.",
        "Set another date afterwards, or none.",
        BY_INVENTORY;
    ALLOWED_IMAGES = "allowed-images", "Does the target see shared images of the source?",
        "With Allowed AMIs a shared image of an owner who is not among the criteria is not found.",
        "Add the source account to the criteria until the run is over.",
        BY_INVENTORY;
    INSTANCE_MISSING = "instance-missing", "Is the instance in the source?",
        "Nothing can be planned of what the inventory does not list.",
        "Correct the id, or make the inventory anew.",
        BY_INVENTORY;
    INSTANCE_STATE = "instance-state", "Is it running or stopped?",
        "In between, what an image would hold cannot be told.",
        "Wait until it is one of the two, and make the inventory anew.",
        BY_INVENTORY;
    INSTANCE_AUTO_SCALING = "instance-auto-scaling", "Does a group replace it when it stops?",
        "Auto Scaling terminates what is stopped, and with it its volumes.",
        "Detach it first, or move the group's image.",
        BY_INVENTORY;
    INSTANCE_SPOT = "instance-spot", "Is it a Spot instance?",
        "Spot instances cannot be stopped as others can.",
        "Move its volumes, or an image.",
        BY_INVENTORY;
    INSTANCE_STOP_PROTECTED = "instance-stop-protected", "Does it refuse to be stopped?",
        "With disableApiStop EC2 refuses the call in the middle of the window.",
        "aws ec2 modify-instance-attribute --no-disable-api-stop",
        BY_INVENTORY;
    INSTANCE_STORE = "instance-store", "Does it keep something on an instance store?",
        "What lies there is gone when it stops, and no image has it.",
        "Carry it with rsync, and say instance_store = \"lose\".",
        BY_INVENTORY;
    INSTANCE_ROOT = "instance-root", "Is its root volume in the inventory?",
        "An image without its root is none.",
        "Make the inventory anew; the role needs ec2:DescribeVolumes.",
        BY_INVENTORY;
    INSTANCE_STOPS = "instance-stops", "What follows when it is stopped?",
        "It stays stopped. An image carries its volumes and nothing else.",
        "Put a gate before it, and launch its image in the target.",
        BY_INVENTORY;
    VOLUME_MISSING = "volume-missing", "Is the volume or snapshot in the source?",
        "Nothing can be planned of what the inventory does not list.",
        "Correct the id, or make the inventory anew.",
        BY_INVENTORY;
    VOLUME_ZONE = "volume-zone", "Is the zone told in which the volume is made?",
        "A volume lies in one availability zone, of the migration's Region.",
        "Add availability_zone, or restore = false.",
        "Whether the target has the zone EC2 says first when the volume is made.";
    VOLUME_ARCHIVED = "volume-archived", "Is the snapshot in the archive tier?",
        "What is archived can be neither shared nor copied.",
        "aws ec2 restore-snapshot-tier; it takes 24 to 72 hours.",
        BY_INVENTORY;
    VOLUME_SNAPSHOT = "volume-snapshot", "Can the snapshot be shared?",
        "It must be completed, the account's own, and moved by one section only.",
        "Do what the note says, and make the inventory anew.",
        BY_INVENTORY;
    VOLUME_ATTACHED = "volume-attached", "Does an instance write to the volume?",
        "A snapshot of a volume in use holds what was on it, as after a power failure.",
        "Stop the instance or unmount it before you agree at the gate.",
        BY_INVENTORY;
    CACHE_MISSING = "cache-missing", "Is the cache in the source?",
        "Nothing can be exported of what the inventory does not list.",
        "Correct the id, or make the inventory anew.",
        BY_INVENTORY;
    CACHE_UNDECIDED = "cache-undecided", "Is it decided what becomes of each cache?",
        "A cache that nobody decided on stays behind.",
        "Add [[cache]] with content = \"skip\" or \"export\", and because.",
        BY_INVENTORY;
    CACHE_IS_STORE = "cache-is-store", "Does somebody take the cache for a store?",
        "A cache that keeps snapshots may hold queues, sessions or counters that nothing else has.",
        "Ask its team; content = \"export\" takes it along.",
        "It goes by automatic snapshots alone.";
    CACHE_EXPORT = "cache-export", "Can it be exported?",
        "Memcached, serverless caches and those with data tiering have no export that cleave can use.",
        "content = \"skip\", or go the way that the note tells.",
        BY_INVENTORY;
    CACHE_FILL = "cache-fill", "Is it told what is made of the export?",
        "A replication group needs id, groups, node type and version that fit the files.",
        "Write fill = { … }, or fill = false and let Terraform make it.",
        BY_INVENTORY;
    CACHE_ACCESS = "cache-access", "Who may speak to the new cache, and how?",
        "A token cannot be carried; user groups are an account's own; without TLS applications must be told.",
        "user_groups = […], or auth = \"none\" knowing what that opens.",
        BY_INVENTORY;
    CACHE_WRITES = "cache-writes", "Is what is written meanwhile lost?",
        "The new cache has what the snapshot has.",
        "Put a gate before it.",
        BY_RUNBOOK;
}
