//! What a step says while it waits, in English and Japanese: on the screen, for that moment. Many rooms wait for the same.

use model::sentences;

sentences! {
    /// What is waited for, or how far it is.
    pub(crate) enum Underway {
        // What AWS does not show yet
        NotSeen: "{0} is not seen yet", "{0} はまだ見えません";
        NotSeenAnyMore: "{0} is not seen any more", "{0} は見えなくなっています";
        SnapshotsNotSeen: "not every snapshot of {0} is seen", "{0} のスナップショットの一部がまだ見えません";
        BothNotSeen: "{0} and {1} are not both seen", "{0} と {1} の一方がまだ見えません";
        MadeNotSeen: "made, not yet seen everywhere", "作成済み、反映待ち";
        ListedNotFound: "zone {0} is listed and not yet, or no more, found", "ゾーン {0} は一覧にありますが、まだ、またはもう取得できません";
        NoVpcYet: "zone {0} does not name {1} among its VPCs yet", "ゾーン {0} の VPC に {1} がまだありません";
        NotShown: "asked for, not shown yet: {0}", "変更済み、反映待ち: {0}";
        ConfigurationNotShown: "the {0} configuration does not show yet", "{0} の設定はまだ反映されていません";

        // What it is doing
        Deleting: "it is being deleted", "削除中";
        ShuttingDown: "it is shutting down", "シャットダウン中";
        Status: "{0} has the status {1}", "{0} のステータスは {1}";
        StatusAndFiles: "{0} has the status {1}, with {2} of {3} files", "{0} のステータスは {1}、ファイル {3} 個中 {2} 個";
        OfSize: "of {0} GiB", "サイズ {0} GiB";
        NoProgress: "no progress shown yet", "進捗はまだ不明";
        PerCent: "{0} % of it", "進捗 {0} %";
        NotListed: "{0} does not list {1} among its members yet", "{0} のメンバーに {1} がまだありません";
        NotAvailable: "{0} is not available", "{0} はまだ available ではありません";
        SomeInstances: "{0} of {1} instances", "インスタンス {1} 台中 {0} 台";
        SecretIs: "the secret has the status {0}", "シークレットのステータスは {0}";
        ShareUnseen: "the share is not seen in the target yet", "移行先から共有がまだ見えません";
        SharedSoFar: "{0} has {1} for {2} so far", "{0} は現在、{2} に {1} を共有";
        Rebooting: "{0} is rebooting", "{0} を再起動中";
        GroupsExchanged: "its security groups are being exchanged", "セキュリティグループを入れ替え中";

        // What is waited for
        NextMinute: "waiting for the next whole minute", "次の分の始まりを待機中";
        SnapshotUntold: "RDS does not say yet when the snapshot was taken", "スナップショットの取得時刻が RDS からまだ得られません";
        MinuteUntold: "CloudWatch has not told of the minute of the snapshot yet", "スナップショットを取得した分のデータが CloudWatch にまだありません";
        Until: "waiting until {0}", "{0} まで待機";
        EqualUntil: "keeping both zones the same until {0}", "{0} まで両ゾーンを同じ内容に維持";
        OldTtlUntil: "caches may hold the old TTL until {0}", "{0} まで古い TTL がキャッシュに残る可能性";
        WatchingUntil: "watching the moved zone until {0}", "{0} まで移したゾーンを監視";
        DeliveryOpen: "{0} things of the delivery flow are open", "デリバリーの未完了は {0} 件";

        // Name servers
        RecordsWritten: "every record is written; its name servers do not all have it yet", "レコードはすべて書き込み済み。ネームサーバーの一部に未反映";
        BlocksPut: "every block is put; the name servers do not all have it yet", "ブロックはすべて登録済み。ネームサーバーの一部に未反映";
        Written: "written; its name servers do not all have it yet", "書き込み済み。ネームサーバーの一部に未反映";
        ParentWritten: "written; the parent's name servers do not all have it yet", "書き込み済み。親のネームサーバーの一部に未反映";
        RecordsDeleted: "all are deleted; its name servers do not all have it yet", "すべて削除済み。ネームサーバーの一部に未反映";
        Associated: "it is associated; not every resolver has it yet", "関連付け済み。リゾルバーの一部に未反映";
        PutBack: "put back; the parent's name servers do not all have it yet", "元に戻し済み。親のネームサーバーの一部に未反映";
        GivenBack: "given back; the parent's name servers do not all have it yet", "返却済み。親のネームサーバーの一部に未反映";
        Remembered: "given back; resolvers may remember the new zone for {0} s", "返却済み。リゾルバーに新しいゾーンが残るのは最長 {0} 秒";
        NotDelegatedYet: "{0} does not delegate to the new zone yet", "{0} はまだ新しいゾーンに委任していません";
        DelegatesElsewhere: "{0} delegates it to {1}", "{0} の委任先は {1}";
        DelegatesNobody: "{0} delegates it to nobody", "{0} はどこにも委任していません";
        DelegationAwaited: "waiting for the delegation in {0}: {1}", "{0} での委任を待機中: {1}";
        OldDelegationAwaited: "waiting for the old delegation in {0}: {1}", "{0} での元の委任を待機中: {1}";
        ZonesDiffer: "the zones differ: a person must look", "両ゾーンの内容が異なり、確認が必要です";
        AllSaySo: "all of them say so", "すべて一致";

        // Buckets
        ArchivedRestored: "{0} of {1} archived versions restored", "アーカイブされた {1} バージョン中 {0} 件を復元";
        WrittenLast: "S3 is replicating what was written last: {0} versions are not there yet", "最後に書き込まれたものを S3 がレプリケート中: 残り {0} バージョン";
        JobNotShown: "job {0} does not show yet", "ジョブ {0} はまだ表示されません";
        JobTasks: "the job is {0}, with {1} of {2} tasks done", "ジョブは {0}、タスク {2} 件中 {1} 件完了";
        ChecksumsComputed: "checksums of {0} of {1} versions computed", "チェックサム {1} 件中 {0} 件を計算";
        AthenaRuns: "Athena runs {0}", "Athena で {0} を実行中";
        AskedTimes: "asked {0} times in {1} min: {2}", "{1} 分間に {0} 回試行: {2}";
        BeingReleased: "the name is still being released", "名前はまだ解放中";
        SomebodyElses: "SOMEBODY ELSE HAS THE NAME", "他者がこの名前を持っています";
        TerraformLate: "the target's Terraform has not made {0} yet, for {1} min: let its apply run again if it has given up", "移行先の Terraform が {1} 分たっても {0} を作成していません。中断している場合は apply を再実行してください";
        ReportAwaited: "waiting for S3's inventory report of {0}: {1} h so far; the first may take 48 h, then one comes a day", "{0} の S3 インベントリーレポートを待機中（{1} 時間経過）。最初は最大 48 時間、以後は 1 日 1 回";
        Refuses: "S3 refuses the {0} configuration", "S3 が {0} の設定を拒否";

        // Certificates
        ValidationUntold: "ACM has not told its validation records yet", "検証レコードが ACM からまだ得られません";
        NotIssuedYet: "ACM has not issued the certificate for {0} yet", "{0} の証明書はまだ発行されていません";
    }
}
