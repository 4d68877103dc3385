//! What the plan of a cache says, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a question, or a step's title.
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
    }
}
