//! What stands where a step would make something, and is not this run's; in English and Japanese. Many rooms find the same.

use model::sentences;

sentences! {
    /// What is there, and whose it is.
    pub(crate) enum Foreign {
        WithoutTags: "{0} without the tags of this run", "{0}（この実行のタグなし）";
        WithoutStepTags: "{0} without the tags of this run and step", "{0}（この実行とステップのタグなし）";
        HasName: "{0} has the name {1} and not the tags of this run", "{0} の名前は {1} で、この実行のタグなし";
        PointsTo: "{0} points to the key {1}", "{0} はキー {1} を指しています";
        HasCache: "account {0} has a cache {1} already", "アカウント {0} には既にキャッシュ {1} があります";
        HasBucket: "the {0} account has a bucket {1} already", "{0} アカウントには既にバケット {1} があります";
        AnothersBucket: "another account has the bucket {0}", "別のアカウントにバケット {0} があります";
        ReplicatesAlready: "{0} has a replication configuration already. A bucket has only one: take it away until the bucket has moved, or set route = \"copy\"",
            "{0} には既にレプリケーション設定があります。設定できるのはバケットに 1 つだけです。移行が終わるまで外すか、route = \"copy\" を指定してください";
        SaysOther: "{0} says {1}, which is neither what the plan saw nor what it would write",
            "{0} の内容 {1} は、計画の作成時のものでも、書き込もうとしているものでもありません";
        PointsElsewhere: "{0} points to {1}", "{0} は {1} を指しています";
        IsDelegatedTo: "{0} is delegated to {1}", "{0} の委任先は {1}";
        HasTtl: "the NS set of {0} has TTL {1}, and the plan saw {2}", "{0} の NS セットの TTL は {1}（計画の作成時は {2}）";
        ResolvesOther: "{0} resolves zone {1} of the same name, of {2}; a VPC resolves one zone of a name only",
            "{0} は {2} の同名のゾーン {1} を解決しています。VPC が解決できる同名のゾーンは 1 つだけです";
        AuthorizedBefore: "{0} was authorized before this run", "{0} の許可は実行前からあります";
        ResolvedBefore: "{0} resolved zone {1} before this run", "{0} は実行前からゾーン {1} を解決しています";
        OfOtherRun: "zone {0} carries the tags of run {1}", "ゾーン {0} に実行 {1} のタグがあります";
        SameName: "zone {0} of the same name, made by reference {1}", "同名のゾーン {0}（参照 {1} で作成）";
        DelegatedTo: "a delegation to {0}", "{0} への委任";
        SharedBefore: "{0} was shared with the target before this run", "{0} は実行前から移行先と共有されています";
        StoppedBefore: "{0} was stopped before this run", "{0} は実行前から停止しています";
    }
}
