//! What the plan says of subnet groups, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a step's title, what a step proves or why it stops.
    pub(crate) enum Text {
        // Why a restore cannot have it
        NoGroup: "account {0} has no subnet group {1}: make it, or name its subnets (restore.subnets), and it is made",
            "アカウント {0} にサブネットグループ {1} がありません。作成するか、サブネットを restore.subnets に指定してください（指定すれば作成します）";
        OneSubnet: "account {0} has no subnet group {1}, and RDS makes none of a single subnet: name subnets in two zones at least",
            "アカウント {0} にサブネットグループ {1} がなく、RDS はサブネット 1 つでは作成できません。2 つ以上のアベイラビリティーゾーンのサブネットを指定してください";

        // How it differs, and that it is made
        FewerZones: "its subnet group {0} has {1} zones in the target, and {2} in the source",
            "サブネットグループ {0} のアベイラビリティーゾーンは、移行先では {1}、移行元では {2} です";
        FewerSubnets: "its subnet group {0} has {1} subnets in the target, and {2} in the source",
            "サブネットグループ {0} のサブネットは、移行先では {1}、移行元では {2} です";
        AsItIs: "the target has the subnet group {0}, of {1}: it is used as it is, and not of restore.subnets",
            "移行先にはサブネットグループ {0}（{1}）があります。restore.subnets は使わず、これをそのまま使います";
        Made: "the target has no subnet group {0}: it is made there of {1}",
            "移行先にサブネットグループ {0} がないため、{1} で作成します";

        // Titles
        Make: "make the subnet group {0} in the target",
            "移行先にサブネットグループ {0} を作成";

        // What steps prove
        IsThere: "{0} is there, of {1} subnets in {2}",
            "{0} があり、サブネットは {1} 個、VPC は {2}";

        // Why they stop
        OfOthers: "{0} is of {1}, not of {2}",
            "{0} のサブネットは {2} ではなく {1}";
    }
}
