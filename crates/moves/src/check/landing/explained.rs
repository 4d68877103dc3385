//! What `cleave explain` tells of the checks in here.

use crate::check::Explained;

/// Every check of the landing zone, the source's IAM and the organization, in the order in which they are told.
pub const EXPLAINED: &[Explained] = &[
    Explained {
        id: "target-trail",
        title: "Does CloudTrail record what is done in the target, in every Region, and do its logs arrive?",
        why: "What is done in an account without a trail is known for 90 days, and of data not at all. A trail of one Region does not see the others, in which a stranger would work.",
        way_out: "Have the organization's trail include the account, or make a trail of every Region that writes to the log account's bucket; switch it on.",
        limits: "Trails that record in the migration's Region are seen. Event data stores of CloudTrail Lake are not looked at; nor is what the logs say.",
    },
    Explained {
        id: "target-trail-bucket",
        title: "Are CloudTrail's logs kept in another account?",
        why: "Who administers an account can delete its buckets: logs that lie in the account which they tell of tell nothing of who does.",
        way_out: "Name a bucket of the log account in the trail; let that bucket's policy deny deletion.",
        limits: "That the bucket belongs to another account is seen, not that it cannot be deleted there. An organization's trail counts as kept elsewhere.",
    },
    Explained {
        id: "source-used-actions",
        title: "Does a trail of the source record who reads and writes the buckets that move?",
        why: "Somebody whom nobody remembers reads a bucket until it is gone. Data events name them. Looked at where the runbook says used_actions = true.",
        way_out: "Record data events (AWS::S3::Object) of the buckets for some weeks, then ask Athena with the query that is given.",
        limits: "A trail must record every reading and writing of the whole bucket to count. The query is given and not run: it is paid for by what it reads.",
    },
    Explained {
        id: "target-recorder",
        title: "Does AWS Config record everything in the target, in each Region that is used?",
        why: "What a resource was like when something happened is known only from where it was recorded; rules judge what is recorded.",
        way_out: "Let the landing zone make the recorder, or start it; let it write to its bucket.",
        limits: "Rules are not looked at: which of them a team wants is its own. Recorders that services have for themselves do not count.",
    },
    Explained {
        id: "target-aggregator",
        title: "Is what AWS Config records gathered in one account?",
        why: "With an account for each system and environment nobody looks into each of them.",
        way_out: "Authorize the account that gathers, or have the organization's aggregator include the account.",
        limits: "An organization's aggregator needs no authorization and is not seen from a member: name aggregator in the runbook only where accounts are authorized one by one.",
    },
    Explained {
        id: "target-detector",
        title: "Does GuardDuty watch in each Region that is used?",
        why: "A new account is where stolen keys are tried first, and nobody knows yet what is usual in it.",
        way_out: "Enable it as a member from the account that administers GuardDuty, or create a detector.",
        limits: "Which of its features are on, and who is told of its findings, is not looked at.",
    },
    Explained {
        id: "target-hub",
        title: "Is Security Hub on in each Region that is used?",
        why: "Findings of GuardDuty, AWS Config and others arrive in one place, account by account.",
        way_out: "Enable it as a member from the account that administers Security Hub, or enable it in the account.",
        limits: "Which standards are on is not looked at; nor is Security Hub's second version (DescribeSecurityHubV2), whose findings arrive elsewhere.",
    },
    Explained {
        id: "root-mfa",
        title: "Has root a second factor, in both accounts?",
        why: "Root can do everything, and no policy but an organization's narrows it.",
        way_out: "Register a second factor for root, or have the organization delete root's credentials.",
        limits: "IAM tells whether there is one, not whether anybody still has it. In a reseller's account root is the reseller's.",
    },
    Explained {
        id: "root-keys",
        title: "Is root without access keys, in both accounts?",
        why: "A key of root's opens everything to whoever finds it, without a second factor.",
        way_out: "Deactivate them, delete them some weeks later.",
        limits: "IAM's summary tells whether there are any; the credential report tells when they were used.",
    },
    Explained {
        id: "password-policy",
        title: "Are passwords in the target as long as the team asks for?",
        why: "A user's password in a new account is held against IAM's own default of eight characters until somebody says otherwise.",
        way_out: "Set the account's password policy, or let people come by Identity Center and have no users.",
        limits: "Length is looked at, where users have passwords. Passwords of Identity Center are not IAM's.",
    },
    Explained {
        id: "user-mfa",
        title: "Has every user with a password a second factor, in both accounts?",
        why: "A password alone is guessed, reused or given away; what the user may do in the source reaches the target by roles.",
        way_out: "Have the user register a second factor, or take the password away.",
        limits: "The credential report is up to four hours old. Whether policies ask for the second factor is not looked at.",
    },
    Explained {
        id: "same-organization",
        title: "Do source and target belong to the same organization?",
        why: "Conditions that name the organization, its shares, policies and trail hold for its members alone: what works in the source would be refused in the target.",
        way_out: "Look through the policies of what moves for aws:PrincipalOrgID and its kin; or have the target join the organization first.",
        limits: "Any member may ask which organization it is in, where its policies let it; which policies hold is not told to it.",
    },
    Explained {
        id: "target-ou",
        title: "Does the target lie in the unit of the organization that the team names?",
        why: "Guardrails are attached to units: in another one other guardrails hold, in the root none but the root's.",
        way_out: "Have the management account move it (aws organizations move-account).",
        limits: "Only the management account and delegated administrators are told; for anybody else it is not checked, which is no fault. A reseller's account has no organization of its own.",
    },
    Explained {
        id: "target-name",
        title: "Do the target's name, root's address and alias follow the team's rule?",
        why: "Bills, the login page and the list of accounts show them; with a hundred accounts only a rule tells one from another.",
        way_out: "Rename the account, or correct the rule in the runbook.",
        limits: "Looked at where the runbook gives the rule. Root's address is told to the management account and delegated administrators alone.",
    },
    Explained {
        id: "target-region",
        title: "Is the migration's Region one of those that the team uses?",
        why: "What watches is set up where the team works, and often other Regions are denied by policy.",
        way_out: "Correct region, or the list of regions in [check].",
        limits: "Looked at where the runbook lists regions. Whether a Region is enabled in both accounts is another check.",
    },
    Explained {
        id: "target-tags",
        title: "Does what is in the target carry the tags that the team requires?",
        why: "Costs are told apart and owners are found by tags; what is made without them at the start stays without.",
        way_out: "Tag it in the Terraform that makes it.",
        limits: "Looked at where the runbook lists required_tags. The Tagging API tells of what has a tag, or had one: what never had any is not seen. What moves keeps the source's tags.",
    },
    Explained {
        id: "source-unused-user",
        title: "Has no user of the source been unused for long?",
        why: "A split is the time to see who still works here: a user whom nobody uses is a way in that nobody watches.",
        way_out: "Deactivate the keys and take the password away; delete the user some weeks later.",
        limits: "AWS tells the last use of a password and of a key, to about four hours; sessions by roles are not a user's. Nothing is deleted by cleave.",
    },
    Explained {
        id: "source-unused-key",
        title: "Has no access key of the source been unused for long?",
        why: "It still opens what its user may, wherever it lies.",
        way_out: "Deactivate it; delete it some weeks later.",
        limits: "The credential report knows two keys of a user by their number, not by their id.",
    },
    Explained {
        id: "source-old-key",
        title: "Are access keys of the source replaced from time to time?",
        why: "The older a key, the more places it lies in; in the new account it will need another anyway.",
        way_out: "Make a second key, have it used, deactivate the first.",
        limits: "Where keys lie is not known. Terraform, CI and images hold them most often.",
    },
    Explained {
        id: "source-machine-user",
        title: "Does no machine of the source work with a user's access key?",
        why: "What moves takes its keys along, and they go on opening the source. What works there breaks when the key is taken away.",
        way_out: "Give what runs in AWS a role, what runs elsewhere an identity provider.",
        limits: "A user without a password and with a key that opens something counts as a machine's.",
    },
    Explained {
        id: "source-assume-any-role",
        title: "Does no policy of the source grant sts:AssumeRole on *?",
        why: "Roles of the new account that trust this one as a whole could be taken on by everybody who has such a policy.",
        way_out: "Name the roles by their ARN.",
        limits: "Inline policies and the account's own managed policies that somebody has; AWS's own (AdministratorAccess) are not looked at. A Deny elsewhere, a boundary or an organization's policy may still refuse it.",
    },
    Explained {
        id: "source-user-groups",
        title: "Is no user of the source in as many groups as IAM admits?",
        why: "Who grants access to the new account by one more group is refused: a user is in ten at most.",
        way_out: "Put what the groups grant together, or let people come by roles.",
        limits: "IAM's limit cannot be raised, and is not asked for.",
    },
    Explained {
        id: "organization-transfer",
        title: "Can an account be transferred to another organization directly?",
        why: "Since November 2025 an account moves by invitation and acceptance, without standing alone in between; what stands in the way is told by AWS only when it is tried.",
        way_out: "Go through what is told before the invitation, which lives 15 days. cleave never invites, accepts, leaves or closes.",
        limits: "Told where the runbook says organization = true. The new organization is not seen from here: those rows are for people. Moving resources between two accounts needs no transfer.",
    },
    Explained {
        id: "organization-invitations",
        title: "Is an invitation to another organization open?",
        why: "Whoever may accept it moves the account there at once: policies of the old organization stop, and what names it in a condition refuses, a run in the middle of its night too.",
        way_out: "Accept it on a day of its own, once the checklist is gone through; decline what nobody asked for. It lapses after 15 days.",
        limits: "Asked of each account where the runbook says organization = true (organizations:ListHandshakesForAccount). Other handshakes (all features, billing) are not told; nor what the other organization sees.",
    },
    Explained {
        id: "organization-changes",
        title: "What changes when an account changes its organization?",
        why: "Policies, shares, assignments and bills belong to the organization and stop with it.",
        way_out: "Decide on each before the day.",
        limits: "Text for people, where the runbook says organization = true; nothing is asked of AWS.",
    },
    Explained {
        id: "organization-reminders",
        title: "What do people see to beside the move?",
        why: "Nobody else tells them, and most of it takes longer than the move.",
        way_out: "Give each an owner and a date.",
        limits: "Text for people, where the runbook says organization = true; nothing is asked of AWS.",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The ids that stand in the files beside: each is written once, as a constant.
    fn given() -> BTreeSet<&'static str> {
        let files = [
            include_str!("assume.rs"),
            include_str!("credentials.rs"),
            include_str!("organization.rs"),
            include_str!("root.rs"),
            include_str!("standards.rs"),
            include_str!("trail.rs"),
            include_str!("watch.rs"),
        ];
        let lines = files.into_iter().flat_map(str::lines);
        let constants = lines.filter_map(|line| {
            line.strip_prefix("const ")?
                .split_once(": &str = \"")?
                .1
                .strip_suffix("\";")
        });
        let is_id = |text: &&str| text.contains('-') && text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        constants.filter(is_id).collect()
    }

    #[test]
    fn every_check_is_explained_once_and_no_other() {
        let explained: Vec<&str> = EXPLAINED.iter().map(|one| one.id).collect();
        let set: BTreeSet<&str> = explained.iter().copied().collect();
        assert_eq!(set.len(), explained.len(), "one is explained twice");
        assert_eq!(set, given());
        for one in EXPLAINED {
            let texts = [one.title, one.why, one.way_out, one.limits];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", one.id);
        }
    }
}
