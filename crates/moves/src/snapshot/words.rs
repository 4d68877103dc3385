//! What the plan says of snapshots of databases and clusters, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a question, a step's title, what a step proves or why it stops.
    pub(crate) enum Text {
        // What travels where the run takes none
        NoAutomated: "snapshot = \"latest-automated\", and the inventory tells of no automated backups: there is none",
            "snapshot = \"latest-automated\" とありますが、インベントリーによれば自動バックアップがなく、該当するスナップショットがありません";
        AutomatedTravels: "WHAT WAS WRITTEN AFTER ITS SNAPSHOT WAS TAKEN IS NOT IN THE TARGET: it travels as the newest automated snapshot that there is when its copy begins, up to a day old, of which a manual copy is made in the source first. Leave snapshot out, and the run takes one of its own",
            "【重要】スナップショットの取得後に書き込まれた内容は、移行先に含まれません。コピー開始時点で最新の自動スナップショット（最大 1 日前のもの）を、まず移行元で手動スナップショットにコピーして移します。snapshot を外すと、この実行が自分でスナップショットを取ります";
        NamedTravels: "WHAT WAS WRITTEN AFTER ITS SNAPSHOT WAS TAKEN IS NOT IN THE TARGET: it travels as the snapshot {0}, of which a manual copy is made in the source first. Leave snapshot out, and the run takes one of its own",
            "【重要】スナップショットの取得後に書き込まれた内容は、移行先に含まれません。スナップショット {0} を、まず移行元で手動スナップショットにコピーして移します。snapshot を外すと、この実行が自分でスナップショットを取ります";

        // What is left of them
        FreeBackups: "as many GiB of backups as the region's databases have of storage are free",
            "バックアップは、リージョンのデータベースのストレージと同じ GiB 数まで無料です";
        BackupAsFarAsItGoes: "a backup of {0}, as far as it goes",
            "{0} のバックアップ（含まれる範囲まで）";
        BackupAsOf: "a backup of {0} as of {1}",
            "{1} 時点の {0} のバックアップ";
        Backup: "a backup of {0}",
            "{0} のバックアップ";
        Goes: "The snapshot {0} of {1} is deleted.",
            "{1} のスナップショット {0} を削除します。";

        // Titles
        TakeSnapshot: "take the snapshot of {0} that travels",
            "移行に使う {0} のスナップショットを取得";
        CopyAtHand: "copy the snapshot {0} of {1}, which was there, to one that travels",
            "既存の {1} のスナップショット {0} を移行用にコピー";
        CopyUnderTransportKey: "copy the snapshot under the transport key",
            "輸送用キーでスナップショットをコピー";
        Share: "share the snapshot with the target account",
            "スナップショットを移行先アカウントと共有";
        Unshare: "share the snapshot no longer",
            "スナップショットの共有を終了";
        DeleteMadeBy: "delete the snapshot of {0}",
            "{0} で作ったスナップショットを削除";
        ProveCopied: "prove that the target has the copy of {0}, and that nobody else may restore {0}",
            "移行先に {0} のコピーがあり、{0} を他の誰も復元できないことを確認";
        DeleteOld: "delete the snapshot {0}",
            "スナップショット {0} を削除";

        // What steps prove
        Taken: "{0} is available: {1}",
            "{0} は available: {1}";
        AutomatedCopiedOf: "{0} is available, of {1}: what was written to {2} after the automated snapshot is not in it",
            "{0} は available（{1} 時点）。自動スナップショットの後に {2} に書き込まれた内容は含まれません";
        AutomatedCopied: "{0} is available: what was written to {1} after the automated snapshot is not in it",
            "{0} は available。自動スナップショットの後に {1} に書き込まれた内容は含まれません";
        AsOriginal: "{0} is available under {1}, {2} as its original",
            "{0} は available、キーは {1}、元と同じ {2}";
        NoKey: "no key",
            "なし";
        SharedWithTarget: "{0} is shared with {1} and nobody else",
            "{0} の共有先は {1} だけです";
        SharedNoLonger: "{0} is no longer shared with {1}",
            "{0} と {1} との共有は終了済み";
        Gone: "{0} is gone",
            "{0} は削除済み";
        Copied: "{0} is available in the target, under the target's own key, and {1} is shared with nobody",
            "移行先の {0} は available で、移行先自身のキーで暗号化されています。{1} は誰とも共有されていません";

        // Why they stop
        EndedAs: "{0} has ended as {1}",
            "{0} は {1} で終わりました";
        UnderOtherKey: "{0} lies under {1}, not under {2}",
            "{0} のキーは {2} ではなく {1}";
        KeyOfOthers: "{0} lies under a key of account {1}, not of the target",
            "{0} のキーは移行先ではなくアカウント {1} のものです";
        NotAsOriginal: "{0} is {1}, its original {2}",
            "{0} は {1}、元は {2}";
        OtherEngineOrKey: "{0} is {1} under {2}, and should be {3} under {4}",
            "{0} は {1}、キーは {2} ですが、正しくは {3}、キーは {4} です";
        NotOfIt: "{0} is not of the engine and key of {1}: {3}, {2}",
            "{0} のエンジンかキーが {1} と異なります: {3}、{2}";
        UnderKeyOfAws: "{0} lies under a key that AWS owns (sse-rds) and cannot be shared: the inventory says otherwise. Undo the run, set encryption_type of {1} there, and plan anew",
            "{0} は AWS 所有のキー（sse-rds）で暗号化されていて共有できません。インベントリーの記載と異なります。実行を取り消し、インベントリーで {1} の encryption_type を設定して、計画を作り直してください";
        CopyGone: "its copy {0} is gone in the target: this is the only one",
            "移行先のコピー {0} がもうなく、これしか残っていません";
        CopyIs: "its copy {0} is {1} in the target",
            "移行先のコピー {0} は {1}";
        CopyUnderOthersKey: "its copy {0} lies under {1}, a key of another account",
            "コピー {0} は別アカウントのキー {1} で暗号化されています";
        NoSnapshot: "the source has no snapshot {0} any more, or another one since",
            "移行元にスナップショット {0} がもうないか、別のものに変わっています";
        SharedWith: "it is shared with {0}: they may restore it",
            "{0} と共有されていて、共有先が復元できます";
        SharedWithOthers: "{0} is shared with {1}, too",
            "{0} は {1} とも共有されています";
    }
}
