//! What steps say of a database or cluster that was restored, in English and Japanese.

use model::sentences;

sentences! {
    /// What a step proves, or why it stops.
    pub(crate) enum Text {
        // What steps prove
        DataApiAnswers: "the Data API answers for {0}", "{0} の Data API が応答";
        NewPassword: "the master password of {0} is a new one, in {1} under {2}: consumers must be pointed to it",
            "{0} のマスターパスワードは新しくなり、{1}（キー {2}）にあります。利用側をこれに向けてください";
        HasSettings: "{0} has the settings {1}", "{0} の設定: {1}";

        // Why they stop
        IsInStatus: "{0} is in the status {1}", "{0} のステータスは {1} です";
        SecretImpaired: "the secret {0} is impaired: RDS cannot read it or its key",
            "シークレット {0} が利用できない状態（impaired）です。RDS がシークレットかそのキーを読めません";
        SecretOfOther: "the secret {0} is of account {1}, not of the target",
            "シークレット {0} は移行先ではなくアカウント {1} のものです";
        NotShown: "{0}: RDS took the change at {1} and does not show it: {2}",
            "{0}: RDS は {1} に変更を受け付けましたが、まだ反映されていません: {2}";
        DataApiOff: "its Data API is off", "Data API が無効です";
        NoSecret: "it has no secret", "シークレットがありません";
    }
}

sentences! {
    /// How a database, a cluster or a member is otherwise than was asked for.
    pub(crate) enum Differs {
        // All that differs
        NotAsAsked: "{0} is not as asked for: {1}", "{0} が指定と異なります: {1}";

        // What differs
        Key: "its key is {0}, not {1}", "キーが {1} ではなく {0}";
        EngineVersion: "its engine's version is {0}, not {1}", "エンジンのバージョンが {1} ではなく {0}";
        SubnetGroup: "its subnet group is {0}, not {1}", "サブネットグループが {1} ではなく {0}";
        SecurityGroups: "its security groups are {0}, not {1}", "セキュリティグループが {1} ではなく {0}";
        ParameterGroups: "its parameter groups are {0}, not {1}", "パラメータグループが {1} ではなく {0}";
        ClusterParameterGroup: "its cluster parameter group is {0}, not {1}", "クラスターのパラメータグループが {1} ではなく {0}";
        Class: "its class is {0}, not {1}", "クラスが {1} ではなく {0}";
        Public: "publicly accessible is {0}, not {1}", "パブリックアクセスが {1} ではなく {0}";
        MultiAz: "it is Multi-AZ, which was not asked for", "指定していないのに Multi-AZ";
        DeletionProtection: "deletion protection is {0}, not {1}", "削除保護が {1} ではなく {0}";
        EndpointPort: "it serves at {0}, not at port {1}", "接続先がポート {1} ではなく {0}";
        Port: "it serves at port {0}, not {1}", "ポートが {1} ではなく {0}";
        Storage: "its storage is {0}, not {1}", "ストレージが {1} ではなく {0}";
        StorageType: "its storage type is {0}, not {1}", "ストレージタイプが {1} ではなく {0}";
        BackupsKept: "backups are kept for {0} days, not {1}", "バックアップの保持が {1} 日ではなく {0} 日";
        LogInByIam: "log-in by IAM is {0}, not {1}", "IAM によるログインが {1} ではなく {0}";
        Scales: "it scales as {0}, not as {1}", "スケーリングが {1} ではなく {0}";
        Insights: "its Performance Insights lie under {0}, not under {1}", "Performance Insights のキーが {1} ではなく {0}";
        Setting: "{0} is {1}, not {2}", "{0} が {2} ではなく {1}";
        SettingUnset: "{0} is not set, instead of {1}", "{0} が {1} ではなく未設定";
    }
}
