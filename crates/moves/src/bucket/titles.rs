//! What the steps of a bucket are called, and what is asked before the point of no return, in English and Japanese. What its notes say stands in [`super::words`].

use model::sentences;

sentences! {
    /// A step's title, or what a gate asks.
    pub(crate) enum Title {
        // Before it is copied
        RecordConfiguration: "record its configuration", "設定を記録";
        MakeOps: "make a bucket in the target for manifests and reports", "マニフェストとレポート用のバケットを移行先に作成";
        Tag: "tag it as this run's", "この実行のものとしてタグを付与";
        MakeInterim: "make the interim bucket in the target", "中間バケットを移行先に作成";
        MakeNew: "make the bucket under its new name in the target", "新しい名前のバケットを移行先に作成";
        SetEncryption: "set its default encryption", "デフォルト暗号化を設定";
        SwitchVersioningOn: "switch its versioning on", "バージョニングを有効化";
        AwaitVersioning: "versioning that was just switched on needs 15 minutes to hold everywhere",
            "有効化したバージョニングが全体に反映されるまで 15 分待機";
        LetRolesRead: "let the target's roles read it", "移行先のロールに読み取りを許可";
        NotForSource: "not for the source", "移行元には不要";

        // Inventory reports
        AdmitReports: "let S3 write inventory reports into the bucket of manifests",
            "マニフェスト用バケットへのインベントリーレポートの書き込みを S3 に許可";
        AskSourceReports: "ask S3 for inventory reports of the source", "移行元のインベントリーレポートを S3 に依頼";
        AskCopyReports: "ask S3 for inventory reports of the copy", "コピーのインベントリーレポートを S3 に依頼";
        AwaitFirstReport: "wait for the first inventory report", "最初のインベントリーレポートを待機";
        AwaitReports: "wait for inventory reports of both buckets as they are now",
            "両バケットの現時点のインベントリーレポートを待機";
        EndSourceReports: "ask S3 for no more inventory reports of the source",
            "移行元のインベントリーレポートを S3 で停止";
        EndCopyReports: "ask S3 for no more inventory reports of the copy", "コピーのインベントリーレポートを S3 で停止";
        MakeDatabase: "make a database of its own in the target's catalog", "移行先のデータカタログに専用のデータベースを作成";
        MakeOriginalTable: "make a table over the report of the original bucket", "元のバケットのレポートを参照するテーブルを作成";
        MakeCopiedTable: "make a table over the report of the copied bucket",
            "コピー先のバケットのレポートを参照するテーブルを作成";
        CompareReports: "have Athena compare the reports of both buckets", "両バケットのレポートを Athena で比較";
        DropDatabase: "drop the database again", "データベースを削除";

        // Copying
        SurveySource: "list it whole, and plan how it is copied while it is still in use",
            "全体を一覧し、使用中に行うコピーの手順を計画";
        SurveyChanged: "list it and its copy, and plan how what was written since is copied",
            "元とコピーを一覧し、その後に書き込まれたもののコピー手順を計画";
        SurveyInterim: "list the interim bucket, and plan how it is copied back", "中間バケットを一覧し、書き戻しの手順を計画";
        Restore: "have what is archived restored, for a time", "アーカイブされたオブジェクトを一時的に復元";
        RestoreSince: "have {0} versions restored that were archived since", "その後にアーカイブされた {0} バージョンを復元";
        NoteArchived: "note the storage classes of what is archived",
            "アーカイブされたオブジェクトのストレージクラスを記録";
        SetMarkers: "set the delete markers that come before wave {0}", "第 {0} 波より前の削除マーカーを設定";
        WriteTestManifests: "write the manifests of a first copy of {0} objects, as a test",
            "テストとして最初にコピーする {0} オブジェクトのマニフェストを作成";
        WriteManifests: "write the manifests of wave {0} ({1} objects)", "第 {0} 波のマニフェストを作成（{1} オブジェクト）";
        CopyTest: "copy {0} objects of {1} by a batch job, as a test of role, key and policy",
            "ロール、キー、ポリシーのテストとして {1} の {0} オブジェクトをバッチジョブでコピー";
        CopyWave: "copy wave {0} ({1}, {2} objects) by a batch job", "第 {0} 波（{1}、{2} オブジェクト）をバッチジョブでコピー";
        Settle: "copy what is left, key by key, and set delete markers", "残りをキーごとにコピーし、削除マーカーを設定";
        CompareVersions: "compare every version of both buckets", "両バケットの全バージョンを比較";

        // Replication
        LetReplicatorWork: "let the source's replication role read manifests and write reports",
            "移行元のレプリケーションロールにマニフェストの読み取りとレポートの書き込みを許可";
        LetReplicatorWrite: "let the source's replication role replicate into it",
            "移行元のレプリケーションロールにレプリケーションを許可";
        ReplicateWritten: "have S3 replicate what is written to it", "S3 が書き込みをレプリケーションするよう設定";
        LetInterimReplicate: "let the interim bucket replicate into the new one",
            "中間バケットから新しいバケットへのレプリケーションを設定";
        ReplicateExisting: "have what is in it replicated by a batch job, while it is in use",
            "使用中のまま、既存のものをバッチジョブでレプリケーション";
        ReplicateRest: "wait for what is on its way, and have the rest replicated",
            "途中のものを待ち、残りをレプリケーション";
        ReplicateBack: "have the interim bucket replicated into the new one", "中間バケットを新しいバケットへレプリケーション";
        EndRule: "take the replication rule away again", "レプリケーションルールを削除";
        DismissReplicator: "take the source's replication role out of the new bucket's policy again",
            "移行元のレプリケーションロールを新しいバケットのポリシーから削除";

        // Once nothing is to be written any more
        DenyWriting: "deny writing to it, to everyone but this tool", "cleave 以外からの書き込みを拒否";
        PauseLifecycle: "take its lifecycle rules away while it is copied", "コピーの間、ライフサイクルルールを外す";
        AwaitLastWrite: "let the last write arrive that was under way", "途中の最後の書き込みが届くまで待機";

        // The hand-over of its name
        EmptySource: "empty the source bucket", "移行元バケットを空にする";
        DeleteSource: "delete the source bucket", "移行元バケットを削除";
        AskForName: "ask for the name in the target until it is won", "移行先で取得できるまで名前の取得を繰り返す";
        AwaitTerraform: "wait until the target's Terraform has made the bucket",
            "移行先の Terraform がバケットを作成するまで待機";

        // Its configuration, once its content is there
        CarryOver: "carry over its {0}", "{0} の設定を引き継ぐ";
        CarryOwnership: "carry over its ownership controls", "オブジェクト所有権の設定を引き継ぐ";
        CarryTags: "carry over its tags", "タグを引き継ぐ";
        CarryAbac: "carry over its ABAC", "ABAC の設定を引き継ぐ";
        CarryCors: "carry over its CORS rules", "CORS ルールを引き継ぐ";
        CarryAcceleration: "carry over its transfer acceleration", "Transfer Acceleration の設定を引き継ぐ";
        CarryPublicAccessBlock: "carry over its public-access block", "パブリックアクセスブロックの設定を引き継ぐ";
        CarryLogging: "carry over its access logging", "アクセスログの設定を引き継ぐ";
        CarryInventories: "carry over its inventories", "インベントリーの設定を引き継ぐ";
        CarryMetrics: "carry over its request metrics", "リクエストメトリクスの設定を引き継ぐ";
        CarryAnalytics: "carry over its analytics", "分析の設定を引き継ぐ";
        CarryTiering: "carry over its Intelligent-Tiering", "Intelligent-Tiering の設定を引き継ぐ";
        CarryNotifications: "carry over its notifications", "通知の設定を引き継ぐ";
        CarryLifecycle: "carry over its lifecycle rules", "ライフサイクルルールを引き継ぐ";
        CarryPolicy: "carry over its policy", "ポリシーを引き継ぐ";
        SuspendVersioning: "suspend its versioning, as it was", "元と同じくバージョニングを停止";
        WithdrawRoles: "take the target's roles out of the source's policy again", "移行先のロールを移行元のポリシーから削除";
        DiscardInterim: "empty and delete the interim bucket", "中間バケットを空にして削除";
        DiscardOps: "empty and delete the bucket of manifests and reports", "マニフェストとレポートのバケットを空にして削除";

        // Buckets that content of another kind passes through
        MakeInSource: "make a bucket in the source for the files of its snapshot",
            "スナップショットのファイル用のバケットを移行元に作成";
        MakeInTarget: "make a bucket in the target for the files of its snapshot",
            "スナップショットのファイル用のバケットを移行先に作成";
        LetTargetRead: "let the target read it", "移行先に読み取りを許可";
        LetCacheWrite: "let ElastiCache write into it", "ElastiCache に書き込みを許可";
        LetCacheRead: "let ElastiCache read it", "ElastiCache に読み取りを許可";
        EndCacheWriting: "let ElastiCache write into it no longer", "ElastiCache への書き込み許可を取り消す";
        DiscardInSource: "empty and delete the bucket in the source", "移行元のバケットを空にして削除";
        DiscardInTarget: "empty and delete the bucket in the target", "移行先のバケットを空にして削除";

        // Taking the old one away
        WayBack: "take the statement that denies writing out of its policy to use it again; what was written to the new one since is not in it",
            "再び使うには、書き込みを拒否するステートメントをポリシーから外してください。その後に新しいバケットへ書き込まれたものは含まれません";
        ProveKept: "prove that every version of {0} has an equal in {1} still", "{0} の全バージョンと同じものが {1} に今もあることを確認";
        Goes: "The bucket {0} is emptied, every version, and deleted; what has no equal in {1} stops it. Its name becomes free for anybody.",
            "バケット {0} は全バージョンを消して空にし、削除されます。同じものが {1} にないものがあれば中止します。名前は誰でも使えるようになります。";
        Empty: "empty {0}", "{0} を空にする";
        Delete: "delete {0}", "{0} を削除";
    }
}

sentences! {
    /// What the gate asks before a bucket's name is given up.
    pub(crate) enum Question {
        HandOver: "Every version of {0} has an equal in the interim bucket. From here there is no way back: {0} is emptied and deleted in account {1}, its name is asked for until account {2} has it (minutes to hours, in which all requests fail), and everything is copied back into it. Nothing else may create a bucket of this name meanwhile, no Terraform in the old account either. Type the bucket's name to hand it over.",
            "{0} の全バージョンと同じものが中間バケットにあります。ここから先は後戻りできません。アカウント {1} で {0} を空にして削除し、アカウント {2} が取得できるまで名前の取得を繰り返し（数分から数時間かかり、その間はすべてのリクエストが失敗します）、すべてを書き戻します。その間、他の誰もこの名前のバケットを作成してはいけません（移行元アカウントの Terraform も同様です）。引き渡すには、バケットの名前を入力してください。";
        HandOverToTerraform: "Every version of {0} has an equal in the interim bucket. From here there is no way back: {0} is emptied and deleted in account {1}, its name is asked for until account {2} has it (minutes to hours, in which all requests fail), and everything is copied back into it. Nothing else may create a bucket of this name meanwhile, no Terraform in the old account either. The target's own Terraform makes the bucket: start its apply when the source is deleted, with a create timeout of hours, and again whenever it gives up. Type the bucket's name to hand it over.",
            "{0} の全バージョンと同じものが中間バケットにあります。ここから先は後戻りできません。アカウント {1} で {0} を空にして削除し、アカウント {2} が取得できるまで名前の取得を繰り返し（数分から数時間かかり、その間はすべてのリクエストが失敗します）、すべてを書き戻します。その間、他の誰もこの名前のバケットを作成してはいけません（移行元アカウントの Terraform も同様です）。バケットは移行先の Terraform が作成します。移行元が削除されたら create のタイムアウトを数時間にして apply を開始し、諦めて終わったらその都度やり直してください。引き渡すには、バケットの名前を入力してください。";
    }
}
