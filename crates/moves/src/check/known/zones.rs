//! Zones.

use super::{BY_INVENTORY, Explained, explained};

explained! { ZONES:
    ZONE_UNFIT = "zone-unfit", "Can the zone be moved, and its delegation changed?",
        "It must be one zone, under a parent that the run may change or that people change, with a delegation that agrees with it, and without a DS record: a signed \
         delegation to an unsigned zone is an outage.",
        "Do what the note says; take the DS record out of the parent days before.",
        "It goes by the inventory. The check dnssec-now asks Route 53.";
    ZONE_SIGNED = "zone-signed", "Does Route 53 sign it?",
        "The new zone is not signed.",
        "Sign it afterwards, with a key of the target's.",
        BY_INVENTORY;
    ZONE_TRAFFIC_POLICY = "zone-traffic-policy", "Are there records that traffic policies made?",
        "They cannot be copied as records.",
        "Make policies anew in the target, or plain records, and drop them here first.",
        BY_INVENTORY;
    ZONE_TTL = "zone-ttl", "How long do resolvers remember the old delegation?",
        "The old TTL must pass after it is lowered: more than six hours should be known before.",
        "Start the run that much before its window.",
        BY_INVENTORY;
    ZONE_OUTSIDE = "zone-outside", "Do people change the delegation by hand?",
        "The parent is nobody's that the run can enter.",
        "Have somebody ready who may change it.",
        BY_INVENTORY;
    ZONE_CERTIFICATE = "zone-certificate", "Can the certificate be waited for and validated?",
        "A certificate is validated by a record in the zone, which must be in the old one before the hand-over.",
        "Correct certificates = […], or request it in the target first.",
        BY_INVENTORY;
    ZONE_REPOINT = "zone-repoint", "Can the record be re-pointed?",
        "It must be one record of the zone, of a kind and with a value that can be written back.",
        "Correct repoint.",
        BY_INVENTORY;
    ZONE_RECORDS = "zone-records", "Can what its records name be made in the target?",
        "Health checks and CIDR collections are an account's own.",
        "Make the inventory anew, or do what the note says.",
        BY_INVENTORY;
    ZONE_HEALTH_CHECKS = "zone-health-checks", "Do health checks go by alarms?",
        "A copied check goes by an alarm of the target, which must be there and fed.",
        "Make the alarm before the run.",
        BY_INVENTORY;
    PRIVATE_ZONE = "private-zone", "Can the private zone be shared or copied?",
        "Zone and VPCs must be known, and no VPC may resolve two zones of one name.",
        "Do what the note says.",
        BY_INVENTORY;
    PRIVATE_ZONE_LATER = "private-zone-later", "What keeps private names right afterwards?",
        "A shared zone stays the source's; two copies drift apart.",
        "Decide who changes it from then on.",
        BY_INVENTORY;
}
