//! What the steps of a bucket prove, and why they stop, in English and Japanese. What the plan says stands in [`super::words`].

use model::sentences;

sentences! {
    /// What a step has proved, why it stopped, or a part of one of those.
    pub(crate) enum Proof {
        // What steps prove
        // Buckets, and who has them
        IsOf: "{0} is account {1}'s, in {2}", "{0} はアカウント {1} のもので、リージョンは {2}";
        WonName: "{0} is account {1}'s, in {2}, and empty; its name took {3} min to come free",
            "{0} はアカウント {1} のもので、リージョンは {2}、中身は空。名前が空くまで {3} 分";
        HasTags: "it carries the run's tags", "この実行のタグが付いている";
        VersioningEnabled: "versioning of {0} is enabled", "{0} のバージョニングは有効";
        VersioningSuspended: "versioning of {0} is suspended", "{0} のバージョニングは停止中";
        NoLifecycle: "{0} has no lifecycle rules", "{0} にライフサイクルルールはない";
        Waited: "{0} s have passed: {1}", "{0} 秒経過: {1}";
        Emptied: "{0} is empty; S3 confirmed {1} versions and markers deleted, not counting replies that were lost",
            "{0} は空。S3 が削除を確認したバージョンと削除マーカーは {1} 件（失われた応答の分を除く）";
        NoBucketAnyMore: "account {0} has no bucket {1} any more", "アカウント {0} にバケット {1} はもうない";
        Gone: "{0} is gone", "{0} は削除済み";

        // Its configuration
        Recorded: "recorded: {0}", "記録したもの: {0}";
        AclGrant: "NOT carried over: the ACL's grant to {0}", "引き継がなかったもの: ACL の {0} への許可";
        NotCarried: "NOT carried over: {0}", "引き継がなかったもの: {0}";
        NotTaken: "S3 did not take the {0} configuration ({1}). Put it yourself once what it names is there: {2}",
            "S3 が {0} の設定を受け付けませんでした（{1}）。参照先を用意してから、自分で設定してください: {2}";
        SourceHadNone: "the source had no {0}", "移行元に {0} の設定はなかった";
        NeitherHas: "the source had no {0}, and so has the target", "{0} の設定は移行元になく、移行先にもない";
        AsItWas: "{0} is as it was", "{0} の設定は元のまま";
        AsItWasRenamed: "{0} is as it was, with the target's names in it", "{0} の設定は、名前が移行先のものになったほかは元のまま";
        OwnForm: "{0} is there, in S3's own form", "{0} の設定がある（S3 の形式に変換済み）";
        Admits: "it admits {0}", "許可した相手: {0}";
        NoPolicy: "the source had no policy", "移行元にポリシーはなかった";
        PolicyRewritten: "the policy is there, with the target's account id in place of the source's",
            "ポリシーがある（アカウント ID は移行先のものに置き換え済み）";
        PolicyAsItWas: "the policy is as it was", "ポリシーは元のまま";
        PolicyLeft: "the source's policy was left", "移行元のポリシーは引き継いでいない";

        // Statements of the run's own in policies
        LetsRead: "the policy of {0} lets {1} read", "{0} のポリシーで {1} に読み取りを許可";
        DeniesWriting: "the policy of {0} denies writing to everyone but {1}", "{0} のポリシーで {1} 以外の書き込みを拒否";
        DeniesWritingForGood: "the policy of {0} denies writing to everyone but {1}, for good",
            "{0} のポリシーで {1} 以外の書き込みを拒否（実行後も残る）";
        LetsReplicate: "the policy of {0} lets {1} replicate into it", "{0} のポリシーで {1} にレプリケーションを許可";
        LetsReport: "the policy of {0} lets {1} read manifests and write reports",
            "{0} のポリシーで {1} にマニフェストの読み取りとレポートの書き込みを許可";
        LetsWriteSnapshots: "the policy of {0} lets {1} write snapshots",
            "{0} のポリシーで {1} にスナップショットの書き込みを許可";
        LetsReadSnapshots: "the policy of {0} lets {1} read snapshots",
            "{0} のポリシーで {1} にスナップショットの読み取りを許可";
        SourceNotNamed: "nobody of the source is named in the policy of {0} by this run",
            "{0} のポリシーに、この実行が加えた移行元の相手はない";
        TargetNotNamed: "nobody of the target is named in the policy of {0}; it still denies writing",
            "{0} のポリシーに移行先の相手はない。書き込みは引き続き拒否";

        // Inventory reports, and what Athena compares
        MayReport: "S3 may write reports under {0}/ in {1}, for both accounts",
            "S3 は {1} の {0}/ の下に両アカウントのレポートを書き込める";
        Reports: "S3 reports on {0} once a day as {1}; the first report may take 48 h",
            "S3 が {0} のレポートを {1} として 1 日 1 回作成。最初のレポートには最大 48 時間";
        ReportsNoMore: "S3 reports no more on {0} as {1}", "S3 は {0} のレポートを {1} としてはもう作成しない";
        Scanned: "{0} as it was scanned from {1} on: {2}", "{0}（スキャン開始 {1}）: {2}";
        HasDatabase: "the catalog has {0}", "データカタログに {0} がある";
        HasNoDatabase: "the catalog has no {0} any more", "データカタログに {0} はもうない";
        TableReads: "{0} reads {1}", "{0} は {1} を参照";
        Athena: "Athena compared the inventory reports of both: {0} versions and {1} delete markers are equal, {2} bytes; {3} keys are left open",
            "両方のインベントリーレポートを Athena で比較: {0} バージョンと削除マーカー {1} 件が一致、{2} バイト。未確定のキーは {3} 個";
        Open: "{0}: {1} entries, such as of {2}", "{0}: {1} エントリー、例: {2}";
        AllListed: "all of both is listed instead: {0}", "代わりに両方をすべて一覧します: {0}";
        ManyOpen: "more than {0} keys are left open", "未確定のキーが {0} 個を超えています";
        ReportNotWhole: "the report of the original has {0} versions, {1} delete markers and {2} bytes, and {3}, {4} and {5} were listed",
            "元のバケットのレポートは {0} バージョン、削除マーカー {1} 件、{2} バイトですが、一覧では順に {3}、{4}、{5} でした";

        // What is to be copied
        Listed: "{0} keys, {1} versions, {2} delete markers, {3} bytes, at most {4} entries in one key; listing {5}",
            "{0} キー、{1} バージョン、削除マーカー {2} 件、{3} バイト、1 キーに最大 {4} エントリー。一覧 {5}";
        ToBeCopied: "to be copied: {0} versions, {1} delete markers, {2} bytes",
            "コピー対象: {0} バージョン、削除マーカー {1} 件、{2} バイト";
        ByBatchJobs: "waves by batch jobs: {0}; the first, of {1} objects, takes about {2} min so, and {3} min one by one",
            "バッチジョブによる波: {0}。最初の波（{1} オブジェクト）は約 {2} 分、1 つずつなら {3} 分";
        OneByOneForRedirects: "one by one, because a website's redirects are carried by no job",
            "1 つずつコピー（ウェブサイトのリダイレクトはジョブでは引き継げないため）";
        OneByOneAsWanted: "one by one, because no wave has {0} objects, as the runbook wants for a job",
            "1 つずつコピー（ランブックがジョブの条件とする {0} オブジェクトに達する波がないため）";
        OneByOneAsFaster: "one by one, which is faster than a batch job's start",
            "1 つずつコピー（バッチジョブの開始を待つより速いため）";
        NoneArchived: "no version is archived", "アーカイブされたバージョンはない";
        ArchivedNamed: "{0} archived versions are named in {1}", "アーカイブされた {0} バージョンを {1} に記録";
        Restored: "{0} archived versions can be read", "アーカイブされた {0} バージョンが読み取り可能";
        Rows: "{0} rows of {1} in {2}", "{1} の {0} 行: {2}";
        NothingLacking: "nothing is lacking any more", "不足はもうない";

        // What was copied
        NothingOfClass: "nothing of this storage class is lacking any more", "このストレージクラスに不足はもうない";
        Copied: "job {0}: {1} copied", "ジョブ {0}: {1} 件コピー";
        CopiedNotAll: "job {0}: {1} copied, {2} failed (they are tried again behind it): {3}",
            "ジョブ {0}: {1} 件コピー、{2} 件失敗（この後で再試行）: {3}";
        ReportLies: "its report lies under {0}", "レポートは {0} の下にある";
        NoMarkerNext: "{0} keys looked at; no delete marker comes next in any of them",
            "{0} キーを確認。次が削除マーカーであるキーはない";
        NoneLacksReported: "{0} keys looked at; none lacks what the inventory report has of it, if the bucket still has it",
            "{0} キーを確認。インベントリーレポートにあり、バケットにまだあるものに不足はない";
        NoneLacks: "{0} keys looked at; none lacks anything any more", "{0} キーを確認。不足はもうない";

        // What was replicated
        RuleReplicates: "{0} replicates into {1} by the rule {2}", "{0} はルール {2} で {1} にレプリケート";
        RuleEnded: "{0} replicates nothing any more", "{0} はもうレプリケートしない";
        ReplicatedByJob: "job {0}: {1} of {2} replicated from {3} into {4}; what is left follows once nobody writes any more",
            "ジョブ {0}: {3} から {4} へ {2} 件中 {1} 件をレプリケート。残りは書き込みが止まってから";
        ReplicatedWhole: "{0} has every version and delete marker of {1} under its id; jobs: {2}",
            "{1} の全バージョンと削除マーカーが同じ ID で {0} にある。ジョブ: {2}";

        // That both are equal
        Equal: "{0} keys, {1} versions, {2} delete markers, {3} bytes: {4} equals {5}",
            "{0} キー、{1} バージョン、削除マーカー {2} 件、{3} バイト: {4} は {5} と一致";
        ByReports: "{0} entries by their inventory reports, and the keys above by listing them",
            "{0} エントリーはインベントリーレポート、上記のキーは一覧による";
        Checksum: "{0} by checksum", "チェックサムで {0} 件";
        Reading: "{0} by reading both", "両方の読み取りで {0} 件";
        Jobs: "{0} by checksums that batch jobs computed", "バッチジョブが計算したチェックサムで {0} 件";
        Size: "{0} by size alone, as the runbook accepts", "サイズのみで {0} 件（ランブックで許容）";
        Ids: "every version id and date too", "バージョン ID と日時もすべて一致";
        Kept: "each of the {0} versions and markers of {1} keys in {2} has an equal in {3}",
            "{2} の {1} キーのバージョンと削除マーカー {0} 件すべてに、同じものが {3} にある";

        // Why they stop
        // Names
        LiesElsewhere: "{0} lies in {1}, not in {2}", "{0} は {2} ではなく {1} にあります";
        NotEmpty: "{0} is new and has {1} in it already", "{0} は新しいバケットなのに、既に {1} があります";
        NotMade: "{0} has not been made in the target for {1} h", "{0} が {1} 時間たっても移行先に作成されていません";
        NotWon: "asked for {0} h and {1} times. {2}", "{0} 時間、{1} 回試しました。{2}";

        // What the plan did not know
        BlankKey: "{0} has the key {1}, nothing but white space, which AWS's SDK cannot ask for: it could not be copied",
            "{0} に空白だけのキー {1} があります。AWS の SDK では指定できないため、コピーできません";
        OtherVersioning: "versioning is {0}, and the plan was made for {1}: look at the accounts again and make a new plan",
            "バージョニングが {0} ですが、計画は {1} を前提にしています。アカウントを調べ直し、計画を作り直してください";
        OtherLifecycle: "lifecycle rules came or went since the plan was made: look at the accounts again and make a new plan",
            "計画の作成後にライフサイクルルールが追加または削除されました。アカウントを調べ直し、計画を作り直してください";
        UnknownConfigurations: "it has configurations that the inventory does not tell of ({0}), and the plan shows nothing of what becomes of them: look at the accounts again and make a new plan",
            "インベントリーにない設定（{0}）があり、それがどうなるかが計画に示されていません。アカウントを調べ直し、計画を作り直してください";

        // Jobs
        CopiedNothing: "{0} jobs copied nothing, the last of them {1}: {2}. Put it right (the batch role's trust and permissions, most often) and retry this step, or skip it: what it would copy is tried again behind it",
            "{0} 件のジョブが何もコピーしませんでした。最後のジョブ {1}: {2}。原因（多くはバッチロールの信頼ポリシーと権限）を直してこのステップを retry するか、skip してください。コピーするはずだったものは、この後で再試行します";
        OtherTasks: "the job had {0} tasks, its manifest has {1} rows", "ジョブのタスクは {0} 件ですが、マニフェストは {1} 行です";
        NullStays: "{0} has a version from before versioning (null): what becomes of it no source says, and it cannot be replicated from {1}. Nothing has been deleted. Put it right and retry this step; or undo the run and set route = \"copy\" for this bucket",
            "{0} にバージョニングより前のバージョン（null）があります。どう扱われるかを記した資料がなく、{1} からレプリケートできません。何も削除していません。対処してこのステップを retry するか、実行を undo して、このバケットに route = \"copy\" を指定してください";
        ArchivedStays: "{0} ({1}) is archived, and cannot be replicated from {2}. Nothing has been deleted. Put it right and retry this step; or undo the run and set route = \"copy\" for this bucket",
            "{0}（{1}）はアーカイブされていて、{2} からレプリケートできません。何も削除していません。対処してこのステップを retry するか、実行を undo して、このバケットに route = \"copy\" を指定してください";
        StillLacks: "{0} still lacks {1} versions and delete markers of {2}, after {3} jobs, the last of them {4}: {5}. Nothing has been deleted. Put it right and retry this step; or undo the run and set route = \"copy\" for this bucket",
            "{3} 件のジョブの後も、{2} のバージョンと削除マーカー {1} 件が {0} にありません。最後のジョブ {4}: {5}。何も削除していません。対処してこのステップを retry するか、実行を undo して、このバケットに route = \"copy\" を指定してください";
        StillLacksSuchAs: "{0} still lacks {1} versions and delete markers of {2}, such as {3} ({4}), after {5} jobs, the last of them {6}: {7}. Nothing has been deleted. Put it right and retry this step; or undo the run and set route = \"copy\" for this bucket",
            "{5} 件のジョブの後も、{2} のバージョンと削除マーカー {1} 件（例: {3}、{4}）が {0} にありません。最後のジョブ {6}: {7}。何も削除していません。対処してこのステップを retry するか、実行を undo して、このバケットに route = \"copy\" を指定してください";

        // Differences
        NotCompared: "{0} was not compared with {1}: retry the step",
            "{0} は {1} と比較されていません。ステップを retry してください";
        Differs: "{0} is not {1}: {2} keys differ, {3} versions have equal sizes but nothing else to compare",
            "{0} は {1} と一致しません: 異なるキー {2} 個、サイズは同じで他に比較できるものがないバージョン {3} 個";
        Unproved: "S3 keeps no checksum of both, and the jobs that were to compute them could not: look at their reports under {0} in the bucket of manifests, put it right (the batch role's permissions, most often) and retry this step; or compare them by hand and skip it; or undo the run and set accept_unproved",
            "両方のチェックサムが S3 になく、ジョブでも計算できませんでした。マニフェスト用バケットの {0} の下のレポートを確認し、原因（多くはバッチロールの権限）を直してこのステップを retry するか、手動で比較して skip するか、実行を undo して accept_unproved を設定してください";
        SuchAs: "such as {0}", "例: {0}";
        KeyLacks: "{0} lacks {1} entries", "{0} に {1} エントリー不足";
        KeyHasMore: "{0} has {1} entries too many", "{0} に {1} エントリー余分";
        OtherEntry: "entry {0} of {1} is another", "{1} のエントリー {0} が別のもの";
        OtherClass: "entry {0} of {1} has another storage class", "{1} のエントリー {0} のストレージクラスが異なる";
        OtherId: "entry {0} of {1} has another version id or date", "{1} のエントリー {0} のバージョン ID か日時が異なる";
        OtherContent: "entry {0} of {1} has another content", "{1} のエントリー {0} の内容が異なる";
        ForeignKey: "entry {0} of {1} lies under the key {2} of another account",
            "{1} のエントリー {0} が別アカウントのキー {2} で暗号化されている";
        VersionOtherContent: "version {0} of {1} has another content", "{1} のバージョン {0} の内容が異なる";
        NoChecksum: "version {0} of {1} has no checksum", "{1} のバージョン {0} にチェックサムがない";
    }
}
