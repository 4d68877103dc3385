//! What the plan of a bucket says beside its steps' titles, in English and Japanese: notes, what blocks it, and why.

use model::sentences;

sentences! {
    /// A note, or a part of one.
    pub(crate) enum Text {
        // What must be there: roles, the bucket, keys
        NoRoles: "moving a bucket needs source.role and target.role in the runbook: its policy must name who may still write, and who may copy",
            "バケットの移行には、ランブックに source.role と target.role が必要です。誰が引き続き書き込めるか、誰がコピーできるかを、バケットのポリシーに書くためです";
        NoBatchRoleNamed: "target.batch_role is missing in the runbook: the role that S3 Batch Operations takes on to copy",
            "ランブックに target.batch_role がありません。S3 Batch Operations がコピーのために引き受けるロールです";
        NoBatchRole: "the target account has no role {0} that trusts {1}",
            "移行先アカウントに {1} を信頼するロール {0} がありません";
        NoBucket: "account {0} has no bucket {1} in {2}",
            "アカウント {0} の {2} にバケット {1} がありません";
        UnderKeyOfAws: "its objects lie under aws/s3, a key that AWS manages and that cannot be shared with another account: re-encrypt them under a customer key first (UpdateObjectEncryption)",
            "オブジェクトは AWS 管理のキー aws/s3 で暗号化されていて、このキーは他のアカウントと共有できません。先にカスタマー管理のキーで再暗号化してください（UpdateObjectEncryption）";
        UnderKey: "its objects lie under a KMS key: the roles that copy need kms:Decrypt on the source's key and kms:GenerateDataKey and kms:Decrypt on the target's, in their own policies",
            "オブジェクトは KMS キーで暗号化されています。コピーするロール自身のポリシーに、移行元のキーへの kms:Decrypt と、移行先のキーへの kms:GenerateDataKey、kms:Decrypt が必要です";

        // Names that cannot be had, and why
        NameUnfit: "it cannot be made anew under its name: {0}. With new_name it is copied under another",
            "この名前では作り直せません: {0}。new_name を指定すると、別の名前でコピーします";
        InterimUnfit: "interim = {0} cannot be made: {1}",
            "interim = {0} のバケットは作成できません: {1}";
        NewNameUnfit: "new_name = {0} cannot be made: {1}",
            "new_name = {0} のバケットは作成できません: {1}";
        NewNameAndInterim: "interim and new_name do not go together: under a new name there is one copy, and it stays",
            "interim と new_name は併用できません。新しい名前ではコピーは 1 回だけで、それがそのまま残ります";
        NewNameAndTerraform: "create = \"terraform\" and new_name do not go together: nobody races for a new name, and Terraform can import the bucket when the run is done",
            "create = \"terraform\" と new_name は併用できません。新しい名前は取り合いにならないので、実行の終了後に Terraform で import できます";
        OwnName: "it is the bucket's own name",
            "移行元のバケットと同じ名前です";
        OwnNamespace: "its name ends with {0}: it lies in the source account's own namespace and no other account can have it",
            "名前が {0} で終わります。移行元アカウント固有の名前空間の名前で、他のアカウントでは使えません";
        SomeNamespace: "names that end with -an belong to an account's own namespace",
            "-an で終わる名前は、いずれかのアカウント固有の名前空間のものです";
        NameLength: "its name has {0} characters; a new bucket's has 3 to 63",
            "名前が {0} 文字です。新しいバケットの名前は 3～63 文字です";
        NameCharacter: "its name has {0}, which names of today may not have",
            "名前に {0} があり、現在の命名規則では使えません";
        NameEnds: "a name of today begins and ends with a letter or a digit",
            "現在の命名規則では、名前の先頭と末尾は英数字です";
        NameDots: "its dots stand beside dots or hyphens, which names of today may not have",
            "ピリオドがピリオドかハイフンと隣り合っていて、現在の命名規則では使えません";
        NameLikeAddress: "its name looks like an IP address",
            "名前が IP アドレスの形をしています";
        ReservedPrefix: "names that begin with {0} are reserved",
            "{0} で始まる名前は予約されています";
        ReservedSuffix: "names that end with {0} are reserved",
            "{0} で終わる名前は予約されています";

        // What would stop it half-way
        ObjectLock: "it has Object Lock: locked versions can neither be carried nor deleted",
            "Object Lock が有効です。ロックされたバージョンは移行も削除もできません";
        MfaDelete: "it has MFA delete: its versions cannot be deleted without the root user's device. Only root can switch it off, and must do so first, or give it a new_name",
            "MFA Delete が有効です。ルートユーザーのデバイスがなければバージョンを削除できません。先にルートユーザーが無効にするか（他の誰にもできません）、new_name を指定してください";
        RequesterPays: "its requesters pay: batch jobs and copies would be refused. Let the owner pay until it has moved",
            "リクエスタ支払いが有効です。バッチジョブもコピーも拒否されるので、移行が終わるまで所有者の支払いにしてください";
        AccessPoints: "it has access points: it cannot be deleted as long as they are there, and their ARNs and aliases cannot be had again. Move their clients to the bucket's name and delete them first, or give it a new_name",
            "アクセスポイントがあります。ある間はバケットを削除できず、その ARN とエイリアスは二度と取得できません。先にクライアントをバケット名に切り替えてアクセスポイントを削除するか、new_name を指定してください";
        Computed: "its contents are computed by simcloud, to be listed: there is nothing that could be moved",
            "内容は simcloud が一覧のために計算しているもので、移行できる実体がありません";
        CustomerKeys: "some of its versions lie under keys that clients bring with each request (SSE-C): nobody else can copy them. Copy them under another encryption first",
            "クライアントがリクエストごとに渡すキー（SSE-C）で暗号化されたバージョンがあり、他の誰にもコピーできません。先に別の暗号化でコピーし直してください";
        ArchivedDays: "archived.days must be at least 1",
            "archived.days は 1 以上にしてください";
        DeniesDeleting: "statement {0} of its policy denies deleting to everyone: the source could not be emptied or deleted, behind the point of no return. Take it out of the policy first",
            "ポリシーのステートメント {0} が、全員に削除を拒否しています。このままでは、後戻りできない点を過ぎてから移行元を空にも削除もできません。先にポリシーから外してください";
        MayDenyDeleting: "statement {0} of its policy denies deleting under conditions or to some: make sure that it does not hold for source.role, which empties and deletes the source",
            "ポリシーのステートメント {0} が、条件付きで、または一部の相手に削除を拒否しています。移行元を空にして削除する source.role に当てはまらないことを確認してください";
        KeepAccessAndTerraform: "keep_access and create = \"terraform\" do not go together: the policy is Terraform's, and must admit them",
            "keep_access と create = \"terraform\" は併用できません。ポリシーは Terraform が管理するので、そちらで許可してください";
        KeepAccessOfOthers: "keep_access names {0}, which is no role, user or root of the source account, such as {1}role/shop-web",
            "keep_access の {0} は、移行元アカウントのロール、ユーザー、ルートのどれでもありません（例: {1}role/shop-web）";
        LogsIntoIt: "bucket {0} writes its access logs into it, which no policy of ours stops: a bucket that is written to is never empty, and after the deletion they would go to whoever has the name. Stop that first",
            "バケット {0} がアクセスログをここに書き込んでいて、cleave のポリシーでは止められません。書き込まれ続けるバケットは空にならず、削除後はその名前を持つ相手に書き込まれます。先に止めてください";
        ReplicatesIntoIt: "bucket {0} replicates into it, which no policy of ours stops: a bucket that is written to is never empty, and after the deletion they would go to whoever has the name. Stop that first",
            "バケット {0} がここにレプリケートしていて、cleave のポリシーでは止められません。書き込まれ続けるバケットは空にならず、削除後はその名前を持つ相手に書き込まれます。先に止めてください";
        ReportsIntoIt: "bucket {0} writes its inventory reports into it, which no policy of ours stops: a bucket that is written to is never empty, and after the deletion they would go to whoever has the name. Stop that first",
            "バケット {0} がインベントリーレポートをここに書き込んでいて、cleave のポリシーでは止められません。書き込まれ続けるバケットは空にならず、削除後はその名前を持つ相手に書き込まれます。先に止めてください";
        OwnedByStack: "the CloudFormation stack {0} owns it in the source: take it out of there first, keeping the bucket. An apply or a stack's deletion while the name is nobody's would take it back, or fail for good",
            "移行元では CloudFormation スタック {0} が管理しています。先に、バケットを残したまま管理から外してください。名前が誰のものでもない間に apply やスタックの削除をすると、名前を取り返すか、回復できない失敗になります";
        OwnedByTerraform: "Terraform (tag {0} = {1}) owns it in the source: take it out of there first, keeping the bucket. An apply or a stack's deletion while the name is nobody's would take it back, or fail for good",
            "移行元では Terraform が管理しています（タグ {0} = {1}）。先に、バケットを残したまま管理から外してください。名前が誰のものでもない間に apply やスタックの削除をすると、名前を取り返すか、回復できない失敗になります";

        // What becomes of it
        ThawedFirst: "versions in GLACIER or DEEP_ARCHIVE are restored before they are copied, which takes up to {0} hours and costs a retrieval and, for {1} days, a second storage; the new bucket has them in their old class again, where early deletion from the source may be charged",
            "GLACIER と DEEP_ARCHIVE のバージョンは、コピーの前に復元します。最大 {0} 時間かかり、取り出しの料金と、{1} 日間の二重の保管料金が発生します。新しいバケットでは元のストレージクラスに戻ります。移行元からの早期削除料金がかかることがあります";
        NameIsNobodys: "its name is nobody's between the source's deletion and the new bucket: minutes to hours, in which every request fails and in theory a stranger could take it",
            "移行元の削除から新しいバケットの作成まで、この名前は誰のものでもありません。数分から数時間の間、すべてのリクエストが失敗し、理論上は他者が名前を取ることもあり得ます";
        BecomesNew: "it becomes {0}: everything that names it must be pointed there, once the run has ended and not before. {1} stays as it is when writing ends, readable and, by a statement of its policy that stays, not writable for anyone but the run's role: take that out when you delete it",
            "名前が {0} になります。このバケットを参照するものはすべて、実行が終わってから（それより前ではなく）新しい名前に向けてください。{1} は書き込みを止めた時点のまま残ります。読み取れますが、ポリシーに残るステートメントにより、実行のロール以外は書き込めません。このステートメントは、バケットを削除するときに外してください";
        OfTerraform: "the target's Terraform makes the bucket and configures it: give its create a timeout of hours, apply again when it gives up, and leave lifecycle rules, notifications and replication to an apply after the run's end, or they act on half a content. Versioning and the default encryption are set by the run as copying needs them",
            "移行先の Terraform がバケットを作成し、設定します。作成のタイムアウトは数時間にし、時間切れになったら再度 apply してください。ライフサイクルルール、通知、レプリケーションは、途中の内容に作用しないよう、実行が終わってから apply してください。バージョニングとデフォルト暗号化は、コピーに必要な値を実行が設定します";
        AccessAfterCopy: "who had access as a principal of the source account needs a grant in the new bucket's policy (keep_access); version ids, dates, ACLs and object locks do not survive a copy; uploads in parts that are under way are ended",
            "移行元アカウントのプリンシパルとしてアクセスしていた相手には、新しいバケットのポリシーでの許可（keep_access）が必要です。バージョン ID、日時、ACL、オブジェクトロックはコピーでは引き継がれません。進行中のマルチパートアップロードは打ち切られます";
        AccessAfterReplication: "who had access as a principal of the source account needs a grant in the new bucket's policy (keep_access); ACLs and object locks are not carried; uploads in parts that are under way are ended",
            "移行元アカウントのプリンシパルとしてアクセスしていた相手には、新しいバケットのポリシーでの許可（keep_access）が必要です。ACL とオブジェクトロックは引き継がれません。進行中のマルチパートアップロードは打ち切られます";
        NamesNotChecked: "not checked before the first step: whether the target account may make buckets with global names at all. The step that makes the bucket of manifests shows it, before anything of the source is touched",
            "移行先アカウントでグローバルな名前のバケットをそもそも作成できるかは、開始前には確認しません。移行元に触れる前に、マニフェスト用バケットを作るステップで分かります";
        GrantsVanish: "the statements that let the target read the source stand in the source's policy and vanish with it",
            "移行先に読み取りを許可するステートメントは移行元のポリシーにあり、移行元とともに消えます";
        NullVersions: "null versions get real version ids; versioning is suspended again at the end",
            "null バージョンには実際のバージョン ID が付きます。バージョニングは最後に再び停止します";

        // Its policy
        PolicyBecomes: "in its policy, statement {0}, {1} becomes {2}",
            "ポリシーのステートメント {0} で、{1} が {2} に変わります";
        PolicyRewritten: "its policy is put on the new bucket with the target's account id in place of the source's: roles that it names must exist in the target by then",
            "ポリシーは、移行元のアカウント ID を移行先のものに置き換えて、新しいバケットに設定します。ポリシーにあるロールは、それまでに移行先に用意してください";
        AdmittedToRead: "{0} is admitted by the new bucket's policy, to read it",
            "新しいバケットのポリシーで、{0} に読み取りを許可します";
        AdmittedToWrite: "{0} is admitted by the new bucket's policy, to read, write and delete its objects",
            "新しいバケットのポリシーで、{0} にオブジェクトの読み取り、書き込み、削除を許可します";
        AdmittedToDecrypt: "{0} is admitted by the new bucket's policy, to read it; the policy of the target's key admits it to kms:Decrypt, through S3 only, and stays so",
            "新しいバケットのポリシーで、{0} に読み取りを許可します。移行先のキーのポリシーでも、S3 経由に限って kms:Decrypt を許可し、そのまま残します";
        AdmittedToEncrypt: "{0} is admitted by the new bucket's policy, to read, write and delete its objects; the policy of the target's key admits it to kms:Decrypt and kms:GenerateDataKey, through S3 only, and stays so",
            "新しいバケットのポリシーで、{0} にオブジェクトの読み取り、書き込み、削除を許可します。移行先のキーのポリシーでも、S3 経由に限って kms:Decrypt と kms:GenerateDataKey を許可し、そのまま残します";
        AclAdmits: "its ACL admits {0}, and ACLs are not carried over: let its policy admit them before, which is (keep_access, for those of the source account)",
            "ACL が {0} を許可していますが、ACL は引き継ぎません。先に、引き継がれるポリシーで許可してください（移行元アカウントのものは keep_access）";

        // Its configuration
        InsteadAndTerraform: "instead and leave do not go with create = \"terraform\": the configuration is Terraform's, and nothing is carried over",
            "instead と leave は create = \"terraform\" と併用できません。設定は Terraform が管理し、何も引き継ぎません";
        InsteadUnused: "instead names {0}, and none of its configurations does",
            "instead の {0} は、どの設定にもありません";
        LeaveUnknown: "leave names {0}, which is none of {1}",
            "leave の {0} は、次のどれでもありません: {1}";
        NotWanted: "its {0} configuration is not carried over, as the runbook says",
            "{0} の設定は、ランブックの指定により引き継ぎません";
        NotCarried: "its {0} configuration is not carried over: {1}",
            "{0} の設定は引き継ぎません: {1}";
        LogsStay: "access logs go to buckets of the same account only, and {0} stays in the source: say instead = { {1} = \"a bucket of the target\" }",
            "アクセスログの保存先は同じアカウントのバケットに限られ、{0} は移行元に残ります。instead = { {1} = \"移行先のバケット\" } と指定してください";
        ConfigurationBecomes: "in its {0} configuration, {1} {2} becomes {3}",
            "{0} の設定の {1} で、{2} が {3} に変わります";
        KeyStays: "its {0} configuration names the source's key {1}, and goes on doing so: instead = { {2} = \"…\" } names another",
            "{0} の設定は移行元のキー {1} を指していて、そのままになります。別のキーにするには instead = { {2} = \"…\" } と指定してください";
        ConfigurationNeeds: "its {0} configuration: {1}. What S3 refuses is tried again for 15 minutes, told, and then left out with its text in the report; the run goes on",
            "{0} の設定: {1}。S3 が拒否したものは、知らせたうえで 15 分間再試行し、その後は内容をレポートに載せて省きます。実行は続きます";
        NeedsReceivers: "the queues, topics and functions that it names must be there by then, in the bucket's region, and admit s3.amazonaws.com on behalf of account {0} (S3 sends them a test message)",
            "指定されたキュー、トピック、関数をそれまでにバケットと同じリージョンに用意し、アカウント {0} のための s3.amazonaws.com を許可しておいてください（S3 がテストメッセージを送ります）";
        NeedsReportsBucket: "the policy of the bucket that its reports go to must let s3.amazonaws.com write on behalf of account {0} from now on",
            "レポートの保存先バケットのポリシーで、アカウント {0} のための s3.amazonaws.com に、今後の書き込みを許可してください";
        NeedsLogsBucket: "the bucket that its access logs go to must be there by then, and let logging.s3.amazonaws.com write",
            "アクセスログの保存先バケットをそれまでに用意し、logging.s3.amazonaws.com に書き込みを許可しておいてください";
        NeedsReplicationRole: "its role must be there by then, trust s3.amazonaws.com, and be one that the target's role may pass on (iam:PassRole); the policy of the bucket that it replicates into must admit it. What is copied in before is not replicated again",
            "設定のロールをそれまでに用意し、s3.amazonaws.com を信頼させ、移行先のロールから渡せるようにしてください（iam:PassRole）。レプリケート先のバケットのポリシーで、このロールを許可してください。それより前にコピーされたものは、改めてレプリケートされません";

        // S3's own lists of it
        TooFewForAthena: "inventory.compare = \"athena\" holds from {0} entries on, and it has {1}: both buckets are listed and compared",
            "inventory.compare = \"athena\" が有効なのは {0} エントリーからで、このバケットは {1} エントリーです。両方のバケットを一覧して比較します";
        PlannedFromReport: "it has {0} entries, {1} or more: its first copy is planned from a report of S3 Inventory, which comes within 48 hours and is asked for once a day until then. What changed since is found by listing it once nobody writes any more",
            "エントリーが {0} 件（{1} 件以上）あるので、最初のコピーは S3 Inventory のレポートをもとに計画します。レポートは 48 時間以内に届き、それまで 1 日に 1 回要求します。その後の変更は、書き込みが止まってから一覧して見つけます";
        AthenaAndChecksums: "inventory.compare = \"athena\" and verify = \"checksums\" do not go together: reports have ETags and no checksums",
            "inventory.compare = \"athena\" と verify = \"checksums\" は併用できません。レポートにあるのは ETag で、チェックサムはありません";
        ComparedByAthena: "Athena compares it with its copy over reports of both that are made after the last copy: they take up to 48 hours more, in which nobody may write. The target's role needs Athena and Glue's catalog; what is read is charged for. Keys that the reports leave open (written twice within a second, under a KMS key, uploaded in parts) are listed one by one",
            "最後のコピーの後に作られる両方のバケットのレポートを、Athena で比較します。レポートにはさらに最大 48 時間かかり、その間は誰も書き込めません。移行先のロールには Athena と Glue カタログの権限が必要で、読み取った量に応じて料金がかかります。レポートだけでは決まらないキー（1 秒以内に 2 回書かれたもの、KMS キーのもの、マルチパートでアップロードされたもの）は、1 つずつ一覧します";

        // What stands in the way of replication
        NotVersioned: "route = \"replication\": its versioning is not enabled, and S3 replicates versions only: move it by route = \"copy\"",
            "route = \"replication\": バージョニングが有効でなく、S3 がレプリケートするのはバージョンだけです。route = \"copy\" で移してください";
        ArchivedNotReplicated: "route = \"replication\": versions in GLACIER or DEEP_ARCHIVE are never replicated: move it by route = \"copy\"",
            "route = \"replication\": GLACIER と DEEP_ARCHIVE のバージョンはレプリケートされません。route = \"copy\" で移してください";
        ReplicatesAlready: "route = \"replication\": it has a replication configuration, and a bucket has only one: take that away until it has moved, or move it by route = \"copy\"",
            "route = \"replication\": 既にレプリケーション設定があり、1 つのバケットに設定は 1 つだけです。移行が終わるまで外すか、route = \"copy\" で移してください";
        NullReplicated: "route = \"replication\": it has versions from before versioning (null), and what replication makes of them no source says: move it by route = \"copy\"",
            "route = \"replication\": バージョニングより前のバージョン（null）があり、レプリケーションでどう扱われるかを記した資料がありません。route = \"copy\" で移してください";
        BatchFromForCopies: "route = \"replication\": batch_from is for copying",
            "route = \"replication\": batch_from はコピー用の設定です";
        NoReplicatorNamed: "route = \"replication\": {0}.replication_role is missing in the runbook: the role that S3 takes on to replicate the {0}'s buckets",
            "route = \"replication\": ランブックに {0}.replication_role がありません。バケットをレプリケートするために S3 が引き受けるロールです";
        NoSourceReplicator: "route = \"replication\": the source account has no role {0} that trusts both {1} and {2}",
            "route = \"replication\": 移行元アカウントに、{1} と {2} の両方を信頼するロール {0} がありません";
        NoTargetReplicator: "route = \"replication\": the target account has no role {0} that trusts both {1} and {2}",
            "route = \"replication\": 移行先アカウントに、{1} と {2} の両方を信頼するロール {0} がありません";

        // What replication brings and what not
        Replicated: "S3 replicates it: every version keeps its id and date, and lifecycle rules go on counting from them. The replication roles need, in their own policies, s3:GetReplicationConfiguration, s3:ListBucket and s3:PutInventoryConfiguration on the bucket that they replicate from, s3:InitiateReplication, s3:GetObjectVersionForReplication, s3:GetObjectVersionAcl and s3:GetObjectVersionTagging on what is in it, s3:ReplicateObject, s3:ReplicateDelete and s3:ReplicateTags where they replicate to, and to read manifests and write reports in the bucket of manifests",
            "S3 がレプリケートします。どのバージョンも ID と日時を保ち、ライフサイクルルールの日数も引き継がれます。レプリケーション用ロールには、自身のポリシーで次の権限が必要です。レプリケート元のバケットに s3:GetReplicationConfiguration、s3:ListBucket、s3:PutInventoryConfiguration。その中のオブジェクトに s3:InitiateReplication、s3:GetObjectVersionForReplication、s3:GetObjectVersionAcl、s3:GetObjectVersionTagging。レプリケート先に s3:ReplicateObject、s3:ReplicateDelete、s3:ReplicateTags。マニフェスト用バケットでは、マニフェストの読み取りとレポートの書き込み";
        ReplicatedUnderKey: "its objects lie under a KMS key: the source's replication role needs kms:Decrypt on the source's key and kms:GenerateDataKey on the target's, the target's role both on the target's; the target's key is opened to the source account until everything is replicated. Objects under aws/s3, or under a key and in a bucket without one, are not replicated, and would stop the run before anything is deleted",
            "オブジェクトは KMS キーで暗号化されています。移行元のレプリケーション用ロールには移行元のキーへの kms:Decrypt と移行先のキーへの kms:GenerateDataKey が、移行先のロールには移行先のキーへの両方が必要です。移行先のキーは、すべてレプリケートされるまで移行元アカウントに開放します。aws/s3 のオブジェクトと、キーの設定がないバケットにあるキー付きのオブジェクトはレプリケートされず、何かを削除する前に実行が停止します";
        LifecycleNotReplicated: "it has lifecycle rules: what they do while it is in use is not replicated; what they expired for good is taken out of the replicas again, what they archive meanwhile stops the run. They are taken away when writing ends",
            "ライフサイクルルールがあります。使用中のルールの動作はレプリケートされません。期限切れで完全に削除されたものはレプリカからも取り除きますが、その間にアーカイブされたものがあると実行は停止します。ルールは書き込みを止めるときに外します";
        RedirectsUntold: "it is a website: whether the redirects of single objects are replicated no source says, and no listing tells it. Compare them by hand, or move it by route = \"copy\"",
            "ウェブサイトです。個々のオブジェクトのリダイレクトがレプリケートされるかを記した資料はなく、一覧でも分かりません。手動で比較するか、route = \"copy\" で移してください";
        ReplicasKeepClass: "a version that replication brings keeps its storage class, in the interim bucket too: leaving that early may be charged",
            "レプリケートされたバージョンは、中間バケットでもストレージクラスを保ちます。中間バケットからの早期削除料金がかかることがあります";
    }
}
