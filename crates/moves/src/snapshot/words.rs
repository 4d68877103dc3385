//! What the plan says of snapshots of databases and clusters, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a question, or a step's title.
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
    }
}
