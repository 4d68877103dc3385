//! What the plan says of taking old groups away, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a step's title, what a gate asks, or a part of it; what a step proves or why it stops.
    pub(crate) enum Text {
        // What a group is called
        ParameterGroup: "DB parameter group {0}",
            "DB パラメータグループ {0}";
        ClusterParameterGroup: "DB cluster parameter group {0}",
            "DB クラスターパラメータグループ {0}";
        OptionGroup: "option group {0}",
            "オプショングループ {0}";
        SubnetGroup: "DB subnet group {0}",
            "DB サブネットグループ {0}";
        CacheParameterGroup: "cache parameter group {0}",
            "キャッシュのパラメータグループ {0}";
        CacheSubnetGroup: "cache subnet group {0}",
            "キャッシュのサブネットグループ {0}";
        UserGroup: "user group {0}",
            "ユーザーグループ {0}";

        // What there is to know of one
        AsLongAsUsed: "as long as what has it",
            "それを使うものがある間は必要です";
        AsLongAs: "as long as {0}",
            "{0} がある間は必要です";
        MadeOfIt: "the {0} that the run made of it",
            "実行がこれを基に作成した {0}";
        NotMadeOfIt: "the run did not make the target's from it: what it sets is written into the journal of its removal",
            "移行先のものは、実行がこれを基に作成したものではありません。設定内容は、これを削除する実行のジャーナルに書き込みます";
        NoUserGroup: "no run carries a user group: its users and their passwords are the source's own",
            "ユーザーグループは移行しません。ユーザーとパスワードは移行元のものです";

        // What the gate asks
        Deleted: "The {0} is deleted.",
            "{0} を削除します。";

        // Titles
        ProveUnused: "prove that nothing has the {0}, and keep what it sets",
            "{0} が使われていないことを証明し、設定内容を保存";
        Delete: "delete the {0}",
            "{0} を削除";

        // What steps prove
        Unused: "no database, cache or snapshot of the source has the {0}; what it sets is in this step's output",
            "移行元に {0} を使うデータベース、キャッシュ、スナップショットはありません。設定内容はこのステップの出力にあります";
        Carried: "the target has one of that name, which the run made of it",
            "移行先には、実行がこれを基に作成した同名のものがあります";
        Gone: "the {0} is gone",
            "{0} は削除済み";

        // Why they stop
        NoneAnyMore: "the source has no {0} any more",
            "移行元に {0} がもうありません";
        HasIt: "{0} has it",
            "{0} が使っています";
        TheSnapshot: "the snapshot {0}",
            "スナップショット {0}";
        MadeOneGone: "the {0} that the run made is gone in the target: this is the only one",
            "実行が作成した {0} が移行先にもうなく、これしか残っていません";
    }
}
