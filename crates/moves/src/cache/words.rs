//! What the plan of a cache says, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a question, a step's title, what a step proves or why it stops.
    pub(crate) enum Text {
        // What becomes of it
        Unlisted: "the inventory lists no cache {0} in the source: whether it exists cannot be told",
            "インベントリーに移行元のキャッシュ {0} がなく、存在するか分かりません";
        StaysBehind: "its content stays behind: {0}. The target's cache starts empty and fills itself; expect more load behind it at first",
            "内容は移行しません: {0}。移行先のキャッシュは空から始まって徐々に埋まるので、最初は後段の負荷が増えます";
        FillOfSkipped: "fill belongs to content = \"export\": with \"skip\" nothing is there to fill a cache from",
            "fill は content = \"export\" で使うものです。\"skip\" では、キャッシュに入れる元がありません";
        Undecided: "the source has the cache {0} ({1}), and the runbook does not say what becomes of it: add [[cache]] with content = \"skip\" or \"export\", and why",
            "移行元にキャッシュ {0}（{1}）がありますが、どうするかがランブックにありません。content = \"skip\" か \"export\" と、その理由を書いた [[cache]] を追加してください";
        IsStore: "it keeps automatic snapshots for {0} day(s): make sure that nobody takes it for a store (queues, sessions, counters)",
            "自動スナップショットを {0} 日間保持しています。データの保管先（キュー、セッション、カウンター）として使われていないことを確認してください";
        TakenAlong: "its content is taken along: {0}",
            "内容も移行します: {0}";

        // Why it has no export
        NoCache: "account {0} has no cache {1} in {2}, or the inventory does not list it: let discover look",
            "アカウント {0} の {2} にキャッシュ {1} がないか、インベントリーに載っていません。discover で調べてください";
        SourceNamespace: "a policy lets the source account {0} make buckets in its own namespace only, and its files pass through one that is made",
            "ポリシーにより、移行元アカウント {0} では自分の名前空間にしかバケットを作れませんが、ファイルは実行が作るバケットを経由します";
        TargetNamespace: "a policy lets the target account {0} make buckets in its own namespace only, and its files pass through one that is made",
            "ポリシーにより、移行先アカウント {0} では自分の名前空間にしかバケットを作れませんが、ファイルは実行が作るバケットを経由します";
        Memcached: "Memcached has no snapshots, so there is nothing to export: write content = \"skip\"; the target's cache fills itself",
            "Memcached にはスナップショットがなく、エクスポートするものがありません。content = \"skip\" と書いてください。移行先のキャッシュは自然に埋まります";
        Serverless: "it is serverless, and cleave exports replication groups and clusters only. By hand: aws elasticache create-serverless-cache-snapshot, export-serverless-cache-snapshot to a bucket in the source, and in the target create-serverless-cache --snapshot-arns-to-restore; write content = \"skip\" once that is arranged",
            "サーバーレスです。cleave がエクスポートするのはレプリケーショングループとクラスターだけです。手動で行うには、移行元で aws elasticache create-serverless-cache-snapshot と、移行元のバケットへの export-serverless-cache-snapshot、移行先で create-serverless-cache --snapshot-arns-to-restore を使います。手配できたら content = \"skip\" と書いてください";
        DataTiering: "it keeps data on SSDs (data tiering), and ElastiCache exports no backup of such a cache: write content = \"skip\", or move it to nodes without before",
            "データの一部を SSD に置いていて（データ階層化）、ElastiCache はこのようなキャッシュのバックアップをエクスポートしません。content = \"skip\" と書くか、先にデータ階層化のないノードに移してください";
        ShapeUntold: "the inventory does not tell its engine_version, node_type, shards and nodes, from which the new one is made: let discover look",
            "新しいキャッシュの元になる engine_version、node_type、shards、nodes がインベントリーにありません。discover で調べてください";

        // What is wrong with the new one
        FillTrue: "fill = true says nothing of the new cache: write fill = { subnet_group = …, … }",
            "fill = true では新しいキャッシュの構成が分かりません。fill = { subnet_group = …, … } と書いてください";
        FillUntold: "content = \"export\" needs fill: the replication group that is made of it in the target, as fill = { subnet_group, security_groups, node_type, parameter_group, encrypted_in_transit, encrypted_at_rest }, or fill = false, which leaves the files in a bucket of the target for your Terraform's snapshot_arns",
            "content = \"export\" には fill が必要です。移行先に作るレプリケーショングループを fill = { subnet_group, security_groups, node_type, parameter_group, encrypted_in_transit, encrypted_at_rest } の形で書くか、fill = false としてください。false ではファイルが移行先のバケットに残り、Terraform の snapshot_arns に使えます";
        BadId: "{0} cannot be the id of a replication group: at most 40 lower-case letters, digits and single hyphens, beginning with a letter",
            "{0} はレプリケーショングループの ID にできません。ID は英小文字、数字、連続しないハイフンで 40 文字以内、先頭は英字です";
        HasCache: "the target account has a cache {0} already: give fill another id",
            "移行先アカウントには既にキャッシュ {0} があります。fill に別の id を指定してください";
        AsksForToken: "the source asks for a token, which ElastiCache tells nobody and cleave never asks for: say who the new one admits, by user_groups = […] (RBAC) or auth = \"none\", or write fill = false and let your Terraform make it with its token",
            "移行元はトークンを要求します。ElastiCache は誰にもトークンを教えず、cleave も尋ねません。新しいキャッシュが誰を許可するかを user_groups = […]（RBAC）か auth = \"none\" で指定するか、fill = false として、Terraform でトークン付きで作成してください";
        AsksForGroups: "the source asks for its user groups, which are the source account's own: say who the new one admits, by user_groups = […] (RBAC) or auth = \"none\", or write fill = false and let your Terraform make it with its token",
            "移行元は、移行元アカウントにしかないユーザーグループを要求します。新しいキャッシュが誰を許可するかを user_groups = […]（RBAC）か auth = \"none\" で指定するか、fill = false として、Terraform でトークン付きで作成してください";
        AuthContradicts: "auth = \"none\" and user_groups contradict each other: keep one",
            "auth = \"none\" と user_groups は併用できません。どちらか一方にしてください";
        GroupsNeedTls: "user groups can be had only over TLS: encrypted_in_transit = true",
            "ユーザーグループは TLS でしか使えません: encrypted_in_transit = true";
        KeyNeedsRest: "key needs encrypted_at_rest = true",
            "key には encrypted_at_rest = true が必要です";
        SecurityGroupsEmpty: "fill.security_groups is empty: without any the VPC's default group would be taken",
            "fill.security_groups が空です。このままでは VPC のデフォルトのセキュリティグループが使われます";
        OlderEngine: "engine_version = {0} is older than the source's {1}: it cannot read its files",
            "engine_version = {0} は移行元の {1} より古く、移行元のファイルを読めません";
        NoSubnetGroup: "the target account has no cache subnet group {0}",
            "移行先アカウントにキャッシュのサブネットグループ {0} がありません";
        NoParameterGroup: "the target account has no cache parameter group {0}",
            "移行先アカウントにキャッシュのパラメータグループ {0} がありません";
        NoSecurityGroup: "the target account has no security group {0}",
            "移行先アカウントにセキュリティグループ {0} がありません";
        NoUserGroup: "the target account has no cache user group {0}",
            "移行先アカウントにキャッシュのユーザーグループ {0} がありません";

        // What to know before one agrees
        AddGate: "what is written to it after its snapshot was begun is not in the new one, and keys that expire meanwhile may be; add a [[gate]] before = [\"cache\"], and stop what writes to it before you agree",
            "スナップショットの開始後に書き込まれた内容は新しいキャッシュに含まれず、その間に期限が切れたキーは含まれることがあります。[[gate]] before = [\"cache\"] を追加し、書き込むものを止めてから承認してください";
        StopBeforeGate: "what is written to it after its snapshot was begun is not in the new one, and keys that expire meanwhile may be; stop what writes to it before you agree at the gate",
            "スナップショットの開始後に書き込まれた内容は新しいキャッシュに含まれず、その間に期限が切れたキーは含まれることがあります。書き込むものを止めてからゲートで承認してください";
        Busy: "while the snapshot is taken nothing else can be done to the cache, and its primary needs memory for it (reserved-memory-percent): take it at a quiet hour. ElastiCache takes at most 20 manual snapshots of a node a day",
            "スナップショットの取得中は、キャッシュに他の操作ができず、プライマリにそのためのメモリ（reserved-memory-percent）が必要です。負荷の少ない時間帯に取ってください。ElastiCache の手動スナップショットは 1 ノードにつき 1 日 20 個までです";
        SizeUntold: "whether a shard's data fits on a {0} shows only when it is filled (the inventory does not tell data_mib): if it does not, the new cache is restore-failed, the run stops, and undo or a retry with a larger fill.node_type in a new plan helps",
            "シャードのデータが {0} に収まるかは、データを入れるまで分かりません（インベントリーに data_mib がありません）。収まらないと新しいキャッシュは restore-failed になり、実行は止まります。その場合は undo するか、fill.node_type を大きくした新しい計画でやり直してください";
        SizeTold: "whether a shard's data fits on a {0} shows only when it is filled ({1} MiB in {2} shard(s)): if it does not, the new cache is restore-failed, the run stops, and undo or a retry with a larger fill.node_type in a new plan helps",
            "シャードのデータが {0} に収まるかは、データを入れるまで分かりません（{2} シャードで {1} MiB）。収まらないと新しいキャッシュは restore-failed になり、実行は止まります。その場合は undo するか、fill.node_type を大きくした新しい計画でやり直してください";
        NoToken: "the source asks for a token and the new cache for none, as auth = \"none\" says: whoever its security groups admit can read it. Give it a token afterwards with aws elasticache modify-replication-group --auth-token-update-strategy",
            "移行元はトークンを要求しますが、auth = \"none\" なので新しいキャッシュは要求せず、セキュリティグループが許可する相手は誰でも読めます。後で aws elasticache modify-replication-group --auth-token-update-strategy によりトークンを設定してください";
        NoTls: "the source is spoken to over TLS and the new cache is not: its applications must be told",
            "移行元は TLS で接続しますが、新しいキャッシュは TLS なしです。アプリケーションの設定を変更してください";
        FilesStay: "fill = false: its files stay in a bucket of the target that ElastiCache may read, and the end of the run tells their snapshot_arns. Delete the bucket once your cache is filled: the files are all of its content",
            "fill = false: ファイルは ElastiCache が読める移行先のバケットに残り、実行の終わりに snapshot_arns を表示します。ファイルはキャッシュの全内容なので、キャッシュに取り込んだらバケットを削除してください";
        NotCarried: "its tags, endpoint, maintenance window, log delivery and notifications are not carried, except for the tags of a cache that is filled",
            "タグ、エンドポイント、メンテナンスウィンドウ、ログ配信、通知は引き継ぎません（fill で作るキャッシュにはタグだけ引き継ぎます）";

        // What is left of it
        HeldUntilHandOver: "it holds what was written to it until the hand-over; what was written in the target since is not in it",
            "引き渡しまでに書き込まれた内容を保持しています。その後に移行先で書き込まれた内容は含まれません";
        NothingTold: "CloudWatch tells nothing of what it was asked for in the last hour",
            "直近 1 時間にどんな要求があったか、CloudWatch に記録がありません";
        NotFilled: "the run filled no cache with it: make sure that somebody has",
            "この実行では、これを移行先のキャッシュに取り込んでいません。誰かが取り込んだことを確認してください";
        GoesWithNodes: "The cache ({0}, {1} node(s) of {2}) {3} is deleted for good with all of its nodes, and its automatic snapshots with it. Its last snapshot, taken by this run, stays and costs.",
            "キャッシュ {3}（{0}、{2} のノード {1} 台）を、すべてのノードと自動スナップショットごと完全に削除します。この実行が取った最後のスナップショットは残り、料金がかかります。";
        Goes: "The cache {0} is deleted for good with all of its nodes, and its automatic snapshots with it. Its last snapshot, taken by this run, stays and costs.",
            "キャッシュ {0} を、すべてのノードと自動スナップショットごと完全に削除します。この実行が取った最後のスナップショットは残り、料金がかかります。";

        // Titles
        TakeSnapshot: "take a snapshot of {0}",
            "{0} のスナップショットを取得";
        LetWrite: "let ElastiCache write into the bucket",
            "ElastiCache にバケットへの書き込みを許可";
        Export: "have ElastiCache write the snapshot into the bucket",
            "ElastiCache でスナップショットをバケットに書き出し";
        LetWriteNoLonger: "let ElastiCache write into the bucket no longer",
            "ElastiCache のバケットへの書き込みの許可を終了";
        OwnFiles: "make the files that ElastiCache wrote the source account's own",
            "ElastiCache が書いたファイルを移行元アカウントの所有に変更";
        CopyFiles: "copy the files into the target's bucket, and prove them equal",
            "ファイルを移行先のバケットにコピーし、一致を確認";
        LetReadWhatStays: "let ElastiCache read the files, which stay",
            "ElastiCache に、残すファイルの読み取りを許可";
        LetRead: "let ElastiCache read the files",
            "ElastiCache にファイルの読み取りを許可";
        MakeGroup: "make the replication group {0} of the files, on {1} nodes",
            "ファイルからレプリケーショングループ {0} を {1} のノードで作成";
        DeleteSnapshot: "delete the snapshot that was taken for the way",
            "移行用に取ったスナップショットを削除";
        ProveReplaced: "prove that the target's cache {0} is in service, and that nobody uses {1}",
            "移行先のキャッシュ {0} が稼働していて、{1} を誰も使っていないことを確認";
        LastSnapshot: "take the last snapshot of {0}, which stays",
            "{0} の最後のスナップショットを取得（残します）";
        DeleteCache: "delete {0} with its nodes",
            "{0} をノードごと削除";

        // What steps prove
        MayWrite: "ElastiCache may write into {0}",
            "ElastiCache は {0} に書き込めます";
        OwnerAlone: "the ACL of {0} names its owner alone",
            "{0} の ACL にあるのは所有者だけです";
        MayRead: "ElastiCache may read {0} file(s) in {1}",
            "ElastiCache は {1} のファイル {0} 個を読めます";
        OwnersOwn: "everything in {0} is its owner's",
            "{0} の内容はすべてバケット所有者のもの";
        FilesWritten: "{0} file(s) in {1}, {2} bytes",
            "{1} にファイル {0} 個、{2} バイト";
        FilesEqual: "{0} file(s) in {1}, {2} bytes, equal to those in {3}",
            "{1} にファイル {0} 個、{2} バイト、{3} のものと一致";
        Holds: "{0} holds {1} shard(s) of {2} as of {3}: what was written later is not in it",
            "{0} には {2} の {1} シャードがあります（時点: {3}）。その後に書き込まれた内容は含まれません";
        UntoldMoment: "a moment that ElastiCache does not tell",
            "ElastiCache からは不明";
        InService: "{0} is in service as asked for, made of {1} file(s) that were proved equal; how many keys it holds only who may speak to it can tell",
            "{0} は指定どおりに稼働中。一致を確認したファイル {1} 個から作成しました。キーの数は、接続できる人にしか分かりません";
        Gone: "{0} is gone",
            "{0} は削除済み";
        CacheDeleted: "the cache {0} is gone; its snapshot {1} stays until somebody deletes it",
            "キャッシュ {0} はもうありません。スナップショット {1} は誰かが削除するまで残ります";
        ReplacedUntold: "{0} is replaced by {1}; CloudWatch told nothing of the last hour",
            "{0} は {1} に置き換えられています。直近 1 時間について CloudWatch に記録がありません";
        ReplacedUnused: "{0} is replaced by {1}; no client read or wrote in the {2} minutes of the last hour that CloudWatch told of",
            "{0} は {1} に置き換えられています。直近 1 時間のうち CloudWatch に記録がある {2} 分間、読み書きしたクライアントはありません";

        // Why they stop
        SnapshotFailed: "{0} has failed",
            "{0} は失敗しました";
        OtherShards: "{0} has {1} shards, and the plan was made for {2}: let discover look again and make a new plan",
            "{0} のシャードは {1} ですが、計画は {2} を前提にしています。discover で調べ直し、計画を作り直してください";
        HalfWritten: "ElastiCache has written {0} of {1} files",
            "ElastiCache が書き出したファイルは {1} 個中 {0} 個です";
        FileEmpty: "{0} in {1} is empty: a dump has a header at least",
            "{1} の {0} が空です。ダンプには少なくともヘッダーがあります";
        FileGone: "{0} is not in {1} any more",
            "{1} に {0} がもうありません";
        FileUnderKey: "{0} in {1} lies under {2}, and ElastiCache reads files under SSE-S3 only: the account encrypts buckets by default",
            "{1} の {0} は {2} で暗号化されていますが、ElastiCache が読めるのは SSE-S3 のファイルだけです。アカウントのデフォルトでバケットが暗号化されています";
        FileDiffers: "{0} in {1} is not what it is in {2}",
            "{1} の {0} が {2} のものと一致しません";
        NotFed: "{0} is in the status {1}: the files could not be read, are of a later engine, or do not fit on a {2}",
            "{0} のステータスは {1} です。ファイルを読めなかったか、ファイルのエンジンのほうが新しいか、{2} に収まりません";
        MemberFailed: "its node {0} has the status {1}",
            "ノード {0} のステータスは {1}";
        OldGone: "the source has no cache {0} any more, or another one since",
            "移行元にキャッシュ {0} がもうないか、別のものに変わっています";
        NewGone: "the cache {0} is gone in the target",
            "移行先のキャッシュ {0} がもうありません";
        NewIs: "the cache {0} is {1} in the target",
            "移行先のキャッシュ {0} は {1} です";
        NewUnderOthersKey: "the cache {0} lies under {1}, a key of another account",
            "キャッシュ {0} は別アカウントのキー {1} で暗号化されています";
        OnlyOne: "{0}: {1} is the only one",
            "{0}。{1} しか残っていません";
        Read: "somebody read from {0} at {1}: it is in use",
            "{1} に {0} から読み取りがあり、使用中です";
        Written: "somebody wrote to {0} at {1}: it is in use",
            "{1} に {0} への書き込みがあり、使用中です";

        // How the new one is not as it was asked for
        NotAsAsked: "the cache {0} is not as asked for: {1}",
            "キャッシュ {0} が指定と異なります: {1}";
        NodeType: "its node type is {0} and not {1}",
            "ノードタイプが {1} ではなく {0}";
        Nodes: "its number of nodes is {0} and not {1}",
            "ノード数が {1} ではなく {0}";
        InTransit: "encryption in transit is {0} and not {1}",
            "転送中の暗号化が {1} ではなく {0}";
        AtRest: "encryption at rest is {0} and not {1}",
            "保存時の暗号化が {1} ではなく {0}";
        ClusterMode: "cluster mode is {0} and not {1}",
            "クラスターモードが {1} ではなく {0}";
        Failover: "automatic failover is {0} and not {1}",
            "自動フェイルオーバーが {1} ではなく {0}";
        UserGroups: "its user groups are {0} and not {1}",
            "ユーザーグループが {1} ではなく {0}";
        Slots: "the slots of its shards are {0} and not {1}",
            "シャードのスロットが {1} ではなく {0}";
    }
}
