//! What the plan of a database says, and that of taking its old side away, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a step's title, or what a gate asks.
    pub(crate) enum Text {
        // What must be there: the database, its key, what it is put into
        NoDatabase: "account {0} has no database {1} in {2}",
            "アカウント {0} の {2} にデータベース {1} がありません";
        NoDatabaseButCluster: "account {0} has no database {1} in {2}: it is the cluster {3}, or a member of it; write [[cluster]]",
            "アカウント {0} の {2} にデータベース {1} がありません。これはクラスター {3} かそのメンバーですので、[[cluster]] と書いてください";
        KeyUnlisted: "its key {0} is not in the inventory: whether it can be shared cannot be told",
            "キー {0} がインベントリーにないため、共有できるか判断できません";
        OfAurora: "{0}: an Aurora database moves as a cluster: write [[cluster]]",
            "{0}: Aurora のデータベースはクラスターとして移行します。[[cluster]] と書いてください";
        OfCustom: "{0}: RDS Custom snapshots cannot be copied to another account",
            "{0}: RDS Custom のスナップショットは他のアカウントにコピーできません";
        TargetUnseen: "the inventory does not say what account {0} has in {1}",
            "アカウント {0} の {1} に何があるか、インベントリーに記載がありません";
        NameTaken: "account {0} has a database {1} already",
            "アカウント {0} にはデータベース {1} がすでにあります";
        NoSecurityGroup: "account {0} has no security group {1}",
            "アカウント {0} にセキュリティグループ {1} がありません";
        NoSecurityGroups: "restore.security_groups is empty: AWS would take the VPC's default group",
            "restore.security_groups が空です。このままでは AWS が VPC のデフォルトのグループを使います";

        // How it travels, and what is not as it was
        Rekeyed: "it lies on a key that AWS manages, which cannot be opened to another account: its snapshot is first copied under a transport key. That is a second full copy",
            "AWS 管理のキーで暗号化されていて、このキーは他のアカウントに開放できません。そのためスナップショットを先に輸送用キーでコピーします。フルコピーがもう 1 回増えます";
        KeyOfAws: "its key is AWS's own (sse-rds). No source says whether RDS copies its snapshot under a customer key: where it refuses, the run stops there, with nothing changed but the snapshot, and access that is blocked until the run is undone",
            "キーは AWS 所有のもの（sse-rds）です。RDS がそのスナップショットをカスタマー管理のキーでコピーするかは、どの資料にも書かれていません。拒否された場合、実行はそこで止まります。変わっているのはスナップショットができたことと、実行を undo するまでアクセスが遮断されることだけです";
        NotRestored: "restore = false: the copy of its snapshot stays in the target, under the target's key, and its ARN is told; whoever restores it (Terraform: snapshot_identifier) names subnet group, security groups and parameter group there",
            "restore = false: スナップショットのコピーを移行先のキーで移行先に残し、その ARN を知らせます。サブネットグループ、セキュリティグループ、パラメータグループは復元する側（Terraform なら snapshot_identifier）で指定してください";
        HostChanges: "the endpoint's host name changes, and its resource id in policies of rds-db:connect; alarms and automated backups are not in a snapshot",
            "エンドポイントのホスト名と、rds-db:connect のポリシーにあるリソース ID が変わります。アラームと自動バックアップはスナップショットに含まれません";
        PublicAddress: "it will have a public address: restore.public = true",
            "パブリックアドレスが付きます: restore.public = true";
        ExtendedSupport: "AWS enrols a restored database in extended support, which costs once its major version is out of standard support; restore.extended_support = false refuses that",
            "AWS は復元したデータベースを延長サポートに登録します。メジャーバージョンの標準サポートが終わると料金がかかります。restore.extended_support = false とすると登録されません";
        Unencrypted: "it is not encrypted in the source; in the target it will be",
            "移行元では暗号化されていませんが、移行先では暗号化されます";
        MasterSecret: "Secrets Manager has its master password. No snapshot carries that: the restored instance gets a new password and a secret of a new ARN, under aws/secretsmanager; the step says which, and consumers must be pointed to it",
            "マスターパスワードは Secrets Manager にあり、スナップショットには含まれません。復元したインスタンスには新しいパスワードと、新しい ARN のシークレット（aws/secretsmanager で暗号化）が作られます。ARN はステップが示すので、利用側をそれに向けてください";

        // Snapshots and full copies meanwhile
        CopiesUnderNoKey: "snapshots meanwhile: {0} in the source, 1 in the target; full copies: {1} of {2} GiB, {3} GiB in all. The snapshot lies under no key, its copy in the target under the target's {4}",
            "作業中のスナップショットは移行元に {0} 個、移行先に 1 個です。フルコピーは {2} GiB が {1} 回、合計 {3} GiB です。スナップショットは暗号化されず、移行先のコピーは移行先の {4} で暗号化されます";
        Copies: "snapshots meanwhile: {0} in the source, 1 in the target; full copies: {1} of {2} GiB, {3} GiB in all. The snapshot lies under {4}, its copy in the target under the target's {5}",
            "作業中のスナップショットは移行元に {0} 個、移行先に 1 個です。フルコピーは {2} GiB が {1} 回、合計 {3} GiB です。スナップショットは {4} で、移行先のコピーは移行先の {5} で暗号化されます";
        CopiesRekeyed: "snapshots meanwhile: {0} in the source, 1 in the target; full copies: {1} of {2} GiB, {3} GiB in all. The snapshot lies under {4}, its copy in the source under the transport key, its copy in the target under the target's {5}",
            "作業中のスナップショットは移行元に {0} 個、移行先に 1 個です。フルコピーは {2} GiB が {1} 回、合計 {3} GiB です。スナップショットは {4} で、移行元でのコピーは輸送用キーで、移行先のコピーは移行先の {5} で暗号化されます";

        // How long it is slow, and what looks at it
        Slow: "its blocks come from S3 on first touch: reading all {0} GiB takes {1} min at the least, and until then it is slow. A command of your own can read them first: warm = { run = [\"./warm.sh\"] }",
            "ブロックは最初にアクセスされたときに S3 から読み込まれます。{0} GiB すべての読み込みには少なくとも {1} 分かかり、それまでは低速です。独自のコマンドで先に読み込めます: warm = { run = [\"./warm.sh\"] }";
        SlowUntilWarm: "its blocks come from S3 on first touch: reading all {0} GiB takes {1} min at the least, and until then it is slow. {2} reads them before its check, as a step of its own",
            "ブロックは最初にアクセスされたときに S3 から読み込まれます。{0} GiB すべての読み込みには少なくとも {1} 分かかり、それまでは低速です。確認の前に、独立したステップで {2} がすべてを読み込みます";
        NotChecked: "nothing asks it whether all of its data is there: check = { run = [\"./check.sh\"] } runs a command of your own, and what travelled is kept until that has ended well",
            "データがすべてあるかを確認するものがありません。check = { run = [\"./check.sh\"] } とすると独自のコマンドを実行し、それが成功するまで移行に使ったものを残します";
        NothingToAsk: "warm and check ask the restored database, and restore = false restores none: take them out",
            "warm と check は復元したデータベースに対して実行するものですが、restore = false では何も復元しません。どちらも外してください";

        // Settings
        NoDataApi: "the Data API is of Aurora clusters: leave restore.settings.data_api out",
            "Data API は Aurora クラスターのものです。restore.settings.data_api を外してください";
        InsightsStay: "what Performance Insights gathered stays behind; in the target they lie under the target's own key",
            "Performance Insights がこれまでに集めたデータは移行されません。移行先では移行先自身のキーで暗号化されます";
        MonitoringRoleUnknown: "it has enhanced monitoring, and the inventory does not say which role writes it: name restore.settings.monitoring_role, or set restore.settings.monitoring_interval = 0",
            "拡張モニタリングが有効ですが、書き込むロールがインベントリーにありません。restore.settings.monitoring_role を指定するか、restore.settings.monitoring_interval = 0 としてください";
        MonitoringRoleBecomes: "its monitoring role {0} becomes {1}",
            "モニタリング用のロール {0} は {1} になります";
        NoMonitoringRole: "the inventory does not list the role {0} in account {1}: make it before the run, trusting monitoring.rds.amazonaws.com, or RDS refuses to monitor the restored database",
            "インベントリーではアカウント {1} にロール {0} がありません。monitoring.rds.amazonaws.com を信頼するロールとして実行の前に作成してください。ないと、RDS は復元したデータベースのモニタリングを拒否します";

        // What no snapshot carries: each list with what stands behind it
        NotCarried: "no snapshot carries these, make them anew by hand: {0}",
            "次のものはスナップショットに含まれないため、手動で作り直してください: {0}";
        Replicas: "read replicas: {0}",
            "リードレプリカ: {0}";
        Roles: "associated roles (re-attach the target's own): {0}",
            "関連付けられたロール（移行先のものを付け直してください）: {0}";
        Proxies: "proxies: {0}",
            "プロキシ: {0}";
        Subscriptions: "event subscriptions: {0}",
            "イベントサブスクリプション: {0}";
        BackupsOfADay: "a day of automated backups: point-in-time restore in the target begins with the restore",
            "1 日分の自動バックアップ（移行先でのポイントインタイムリカバリは復元した時点からになります）";
        BackupsOfDays: "{0} days of automated backups: point-in-time restore in the target begins with the restore",
            "{0} 日分の自動バックアップ（移行先でのポイントインタイムリカバリは復元した時点からになります）";

        // Option groups
        Encrypts: "its option group has {0}: a snapshot of a database with transparent data encryption can neither be shared nor copied to another account",
            "オプショングループに {0} があります。透過的データ暗号化を使うデータベースのスナップショットは、共有も他のアカウントへのコピーもできません";
        OptionsLacking: "the target's option group {0} lacks, or has otherwise: {1}",
            "移行先のオプショングループ {0} には次のオプションがないか、内容が異なります: {1}";
        NoOptionGroup: "neither account has an option group {0} in the inventory: make it in the target first",
            "インベントリーではどちらのアカウントにもオプショングループ {0} がありません。先に移行先に作成してください";
        OptionsSecurityGroups: "options of {0} have security groups: in the target they get {1}",
            "{0} のオプションにはセキュリティグループがあります。移行先では {1} になります";
        OptionGroupMade: "the target has no option group {0}: it is made there, with the source's options",
            "移行先にオプショングループ {0} がないため、移行元のオプションで作成します";

        // The old side
        WayBack: "it is the only way back to before the hand-over; what was written in the target since its snapshot is not in it, so it is worth less every day. No moment can be told: keep it until the team is sure",
            "引き渡しの前に戻る唯一の手段です。スナップショットの後に移行先で書かれたものは含まれないため、日ごとに価値が下がります。いつまで必要かは示せません。チームが確信できるまで残してください";
        WayBackSince: "it is the only way back to before the hand-over; what was written in the target since {0} is not in it, so it is worth less every day. No moment can be told: keep it until the team is sure",
            "引き渡しの前に戻る唯一の手段です。{0} 以降に移行先で書かれたものは含まれないため、日ごとに価値が下がります。いつまで必要かは示せません。チームが確信できるまで残してください";
        Protected: "it refuses to be deleted (deletion protection): --despite-protection lifts that, as a step of its own",
            "削除保護のため削除できません。--despite-protection を付けると、独立したステップで削除保護を解除します";
        Instance: "RDS instance ({0}) {1}",
            "RDS インスタンス ({0}) {1}";
        Deleted: "{0} is deleted for good, and its automated backups with it. Its last snapshot, taken by this run, stays and costs.",
            "{0} を自動バックアップごと完全に削除します。この実行で取得した最後のスナップショットは残り、料金がかかります。";
        DeletedWithMembers: "{0} is deleted for good, its instances {1} before it, and its automated backups with it. Its last snapshot, taken by this run, stays and costs.",
            "先にインスタンス {1} を、続いて {0} を自動バックアップごと完全に削除します。この実行で取得した最後のスナップショットは残り、料金がかかります。";
        LiftedFirst: "{0} Its deletion protection is lifted first.",
            "{0}その前に削除保護を解除します。";

        // What steps prove
        GroupThere: "{0} is there, for {1}", "{0} が {1} 用に存在";
        OptionsThere: "{0} has the options {1}", "{0} にオプション {1} が存在";
        Serves: "{0} serves at {1} under {2}", "{0} は {1} で稼働中（キー {2}）";

        // Why they stop
        GroupForOther: "{0} is for {1}, not for {2}", "{0} は {2} 用ではなく {1} 用です";

        // Titles
        CopyToTarget: "copy the snapshot in the target, under the target's own key",
            "移行先で、移行先自身のキーを使ってスナップショットをコピー";
        Restore: "restore {0} in the target",
            "移行先に {0} を復元";
        Load: "load its {0} GiB from S3: {1}",
            "S3 から {0} GiB を読み込み: {1}";
        Ask: "ask it whether all is there: {0}",
            "データがすべてあるかを確認: {0}";
        Settle: "set what no restore takes: {0}",
            "復元では指定できない項目を設定: {0}";
        ManageSecret: "keep a new master password in Secrets Manager",
            "新しいマスターパスワードを Secrets Manager で管理";
        MakeOptionGroup: "make the option group {0} in the target, as the source's",
            "移行先に移行元と同じオプショングループ {0} を作成";
        AddOptions: "add to it {0}",
            "{0} を追加";

        // Titles of taking the old side away
        ProveReplaced: "prove that the target has what {0} held, and that nobody uses {0}",
            "{0} の内容が移行先にあり、{0} が使われていないことを証明";
        TakeLast: "take the last snapshot of {0}, which stays",
            "{0} の最後のスナップショットを取得（残します）";
        LetDelete: "let {0} be deleted",
            "{0} の削除保護を解除";
        DeleteMember: "delete the instance {0} of {1}",
            "{1} のインスタンス {0} を削除";
        Delete: "delete {0} with its automated backups",
            "{0} を自動バックアップごと削除";
    }
}
