//! What steps say of an old database or cluster that is taken away, in English and Japanese.

use model::sentences;

sentences! {
    /// What a step proves, or why it stops.
    pub(crate) enum Text {
        // What steps prove
        InstanceGone: "the instance {0} ({1}) is gone; {2} stays until somebody deletes it",
            "インスタンス {0}（{1}）は削除済み。{2} は誰かが削除するまで残ります";
        ClusterGone: "the cluster {0} ({1}) is gone; {2} stays until somebody deletes it",
            "クラスター {0}（{1}）は削除済み。{2} は誰かが削除するまで残ります";
        Gone: "{0} is gone", "{0} は削除済み";
        Deletable: "{0} does not refuse to be deleted any more", "{0} の削除保護は解除済み";
        ReplacedUntold: "{0} is replaced by {1}, under {2}; CloudWatch told nothing of the last hour",
            "{0} は {1}（キー: {2}）に置き換わっています。CloudWatch には直近 1 時間のデータがありません";
        Replaced: "{0} is replaced by {1}, under {2}; nobody was connected to the old one in the {3} minutes of the last hour that CloudWatch told of",
            "{0} は {1}（キー: {2}）に置き換わっています。直近 1 時間のうち CloudWatch にデータのある {3} 分間、古いほうへの接続はありませんでした";
        NoKey: "no key", "なし";

        // Why they stop
        NoSuchResource: "the source has no {0} with the resource id {1} any more",
            "リソース ID {1} の {0} は、もう移行元にありません";
        OnlyOne: "the target has no {0} any more: {1} is the only one",
            "{0} は、もう移行先にありません。残っているのは {1} だけです";
        UnderForeignKey: "{0} lies under {1}, a key of another account",
            "{0} は別のアカウントのキー {1} で暗号化されています";
        Used: "{0} connected to {1} at {2}: somebody uses the old database",
            "{2} に {1} への接続が {0} 件ありました。古いデータベースがまだ使われています";
    }
}
