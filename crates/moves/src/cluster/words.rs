//! What the plan of a cluster says, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a question, or a step's title.
    pub(crate) enum Text {
        // What it is, and what would stop it
        NoCluster: "account {0} has no cluster {1} in {2}",
            "アカウント {0} の {2} にクラスター {1} がありません";
        KeyUnlisted: "its key {0} is not in the inventory: whether it can be shared cannot be told",
            "キー {0} がインベントリーにないため、共有できるか判断できません";
        CloneHasNoSnapshot: "a clone is made of the cluster as it is, and has no snapshot: leave snapshot out, or route",
            "クローンはその時点のクラスターから作るもので、スナップショットを使いません。snapshot か route のどちらかを外してください";
        NoReboot: "stop_writes = \"block-and-reboot\" reboots instances one by one, which RDS does not do with the writer of a Multi-AZ cluster: write \"block\"",
            "stop_writes = \"block-and-reboot\" はインスタンスを 1 台ずつ再起動しますが、RDS は Multi-AZ クラスターのライターを再起動できません。\"block\" としてください";
        OtherEngine: "{0} is an engine neither of Aurora nor of a Multi-AZ cluster: only those move as clusters",
            "エンジン {0} は Aurora のものでも Multi-AZ クラスターのものでもありません。クラスターとして移行できるのはこの 2 種類だけです";
        ClassUntold: "the inventory does not tell its class, without which RDS does not restore a Multi-AZ cluster",
            "インベントリーにクラスがありません。クラスが分からないと、RDS は Multi-AZ クラスターを復元できません";
        UnderKeyOfAws: "it lies under a key that AWS owns (sse-rds): whether RDS copies the snapshot of such a cluster under a customer key no source says. Move it by a dump, or by a replica, of its engine",
            "AWS 所有のキー（sse-rds）で暗号化されています。このようなクラスターのスナップショットを RDS がカスタマー管理のキーでコピーするかどうかは、どの資料にもありません。エンジンのダンプかレプリカで移してください";
        ServerlessV1: "it is Aurora Serverless v1, which does not move: convert it to provisioned or Serverless v2 first",
            "Aurora Serverless v1 は移行できません。先にプロビジョニング済みか Serverless v2 に変換してください";
        OfGlobal: "it belongs to the global database {0}, which does not move: a restored cluster stands alone. Take it out of the global database first, and make a new one in the target afterwards",
            "グローバルデータベース {0} に属しています。グローバルデータベースは移行できず、復元したクラスターは単独になります。先にグローバルデータベースから外し、移行後に移行先で作り直してください";
        ManyWriters: "the inventory gives it {0} writers: a cluster has one",
            "インベントリーではライターが {0} 台ありますが、クラスターのライターは 1 台です";
        NoScaling: "it has a member of class db.serverless and no scaling in the inventory: RDS would refuse to make that member",
            "クラス db.serverless のメンバーがありますが、インベントリーに scaling がありません。RDS がそのメンバーの作成を拒否します";
        NoMembers: "the inventory lists no members: the cluster will have its data and nobody to serve them",
            "インベントリーにメンバーがありません。データはあっても、応答するインスタンスのないクラスターになります";
        MultiAz: "it is a Multi-AZ cluster that is not Aurora. Whether RDS lets the snapshot of such a cluster be shared with another account no source says: where it refuses, the run stops there, before anything is restored in account {0}; undo it then",
            "Aurora ではない Multi-AZ クラスターです。このようなクラスターのスナップショットを RDS が他のアカウントと共有させるかどうかは、どの資料にもありません。拒否された場合、実行はアカウント {0} で何も復元しないうちに止まります。その場合は実行を undo してください";

        // What the target must have
        TargetUnseen: "the inventory does not say what account {0} has in {1}",
            "アカウント {0} の {1} に何があるか、インベントリーに記載がありません";
        HasCluster: "account {0} has a cluster {1} already",
            "アカウント {0} には既にクラスター {1} があります";
        HasInstance: "account {0} has an instance {1} already",
            "アカウント {0} には既にインスタンス {1} があります";
        NoSecurityGroup: "account {0} has no security group {1}",
            "アカウント {0} にセキュリティグループ {1} がありません";
        SecurityGroupsEmpty: "restore.security_groups is empty: AWS would take the VPC's default group",
            "restore.security_groups が空です。このままでは AWS が VPC のデフォルトのグループを使います";
        NotAMember: "restore.classes names {0}, which is not a member",
            "restore.classes の {0} はメンバーではありません";
        ForMember: "{0} (for {1})",
            "{0}（{1} 用）";

        // How it is configured
        NoSuchSetting: "{0} is nothing that RDS lets such a cluster have there: leave it out",
            "{0} は、このクラスターでは RDS が認めない設定です。外してください";
        IopsUntold: "the inventory does not tell its IOPS, without which RDS does not restore a Multi-AZ cluster: name restore.settings.iops",
            "インベントリーに IOPS がありません。IOPS が分からないと、RDS は Multi-AZ クラスターを復元できません。restore.settings.iops を指定してください";
        DataApi: "the Data API is switched on in the target; its users' policies name the cluster by its ARN, which is another there, and a secret, which is another too",
            "移行先で Data API を有効にします。利用者のポリシーにあるクラスターの ARN とシークレットは、移行先ではどちらも別のものになります";

        // The copies
        CopyUnencrypted: "one full copy of {0} GiB. It is not encrypted in the source; neither are its snapshot and the copy in the target, because RDS refuses a key for them. The restored cluster will be, under the target's key. That such a restore works is documented; one report of 2018 saw it fail",
            "{0} GiB の完全なコピーを 1 回作ります。移行元で暗号化されておらず、RDS がキーの指定を拒否するので、スナップショットも移行先のコピーも暗号化されません。復元したクラスターは移行先のキーで暗号化されます。このような復元ができることは文書にありますが、失敗したという報告が 2018 年に 1 件あります";
        CopiesOfManaged: "two full copies of {0} GiB: it lies on a key that AWS manages, which cannot be opened to another account. Its snapshot lies under that key, the first copy under the transport key, the copy in the target and the restored cluster under the target's key",
            "{0} GiB の完全なコピーを 2 回作ります。AWS 管理のキーで暗号化されていて、このキーは他のアカウントに開放できません。スナップショットはそのキー、最初のコピーは輸送用キー、移行先のコピーと復元したクラスターは移行先のキーで暗号化されます";
        CopyUnder: "one full copy of {0} GiB: its snapshot lies under the source's {1}, the copy in the target and the restored cluster under the target's key",
            "{0} GiB の完全なコピーを 1 回作ります。スナップショットは移行元の {1}、移行先のコピーと復元したクラスターは移行先のキーで暗号化されます";

        // The clone
        OnlyAuroraClones: "only Aurora is cloned into another account: leave route out",
            "他のアカウントにクローンできるのは Aurora だけです。route を外してください";
        CloneUnencrypted: "it is not encrypted, and a clone can only be what its source is: leave route out, the restore of its snapshot encrypts it",
            "暗号化されておらず、クローンも移行元と同じで暗号化されません。route を外してください。スナップショットからの復元で暗号化されます";
        CloneOfManaged: "it lies on a key that AWS manages, which cannot be shared; the cure, a restore under another key first, gains nothing over its snapshot: leave route out",
            "AWS 管理のキーで暗号化されていて、このキーは共有できません。先に別のキーで復元する方法は、スナップショットで移すのと変わりません。route を外してください";
        CloneWithoutMember: "it has no member, and only a cluster that has one is cloned",
            "メンバーがありません。クローンできるのはメンバーのあるクラスターだけです";
        CloneUnrestored: "restore = false leaves the copy of a snapshot, and a clone has none: leave route out",
            "restore = false はスナップショットのコピーを残すものですが、クローンにはスナップショットがありません。route を外してください";
        OtherZones: "the subnets of {0} lie in other zones than those of the source's {1}: a clone's must lie in the same physical zones",
            "{0} のサブネットは、移行元の {1} とは別のアベイラビリティーゾーンにあります。クローンのサブネットは物理的に同じアベイラビリティーゾーンに必要です";
        ZonesUntold: "the inventory does not tell zone_ids of both subnet groups: the subnets of {0} must lie in the same physical zones as the source's, or RDS refuses the clone",
            "インベントリーに両方のサブネットグループの zone_ids が揃っていません。{0} のサブネットが移行元と物理的に同じアベイラビリティーゾーンにないと、RDS はクローンを拒否します";
        Cloned: "it is cloned, not copied. Do not delete or disable the source's {0} while the clone lives: whether pages that it shares with the source are read under that key, no source says. For independence take a snapshot of the clone in the target, copy it there, and restore the copy. RDS admits one clone of a cluster in the target account: after an undo another may be refused until the first is gone",
            "コピーではなくクローンを作ります。クローンがある間は、移行元の {0} を削除したり無効にしたりしないでください。移行元と共有するページがそのキーで読まれるかどうかは、どの資料にもありません。独立させるには、移行先でクローンのスナップショットを取り、移行先でコピーして、そのコピーを復元してください。RDS が移行先アカウントに認めるクローンは 1 クラスターに 1 つです。undo の後は、最初のクローンが消えるまで次のクローンが拒否されることがあります";

        // What a restore does not bring
        Unrestored: "restore = false: the copy of its snapshot stays in the target, and its ARN is told; whoever restores it names the key, subnet group, security groups and parameter groups there, and makes its members",
            "restore = false: スナップショットのコピーが移行先に残り、その ARN を表示します。復元する人が、キー、サブネットグループ、セキュリティグループ、パラメータグループを指定し、メンバーを作成します";
        UnrestoredUnencrypted: "it is not encrypted, and neither is the copy: name a key at the restore, it can never be given later",
            "暗号化されておらず、コピーも暗号化されません。復元するときにキーを指定してください。後からは指定できません";
        NotInSnapshot: "the endpoints' host names change; replica auto scaling, proxies, alarms, event subscriptions, activity streams and the history of backups are not in a snapshot",
            "エンドポイントのホスト名が変わります。レプリカの自動スケーリング、プロキシ、アラーム、イベントサブスクリプション、アクティビティストリーム、バックアップの履歴はスナップショットに含まれません";
        CustomEndpoints: "its custom endpoints are not in a snapshot, make them anew: {0}",
            "カスタムエンドポイントはスナップショットに含まれません。作り直してください: {0}";
        Roles: "its IAM roles are not in a snapshot, add the target's own: {0}",
            "IAM ロールの関連付けはスナップショットに含まれません。移行先のロールを追加してください: {0}";
        MasterSecret: "Secrets Manager has its master password. No snapshot carries that: the restored cluster gets a new password and a secret of a new ARN, under aws/secretsmanager; the step says which, and consumers must be pointed to it",
            "マスターパスワードは Secrets Manager にあり、スナップショットには含まれません。復元したクラスターには、新しいパスワードと、新しい ARN のシークレット（aws/secretsmanager で暗号化）が作られます。ARN はステップに表示されるので、利用側をそれに向けてください";
        IamAuth: "IAM may log in: its resource id is new, so that policies with rds-db:connect must name the new one",
            "IAM でログインできます。リソース ID が変わるので、rds-db:connect のポリシーには新しい ID が必要です";
        PublicMembers: "its members will have public addresses: restore.public = true",
            "メンバーにパブリックアドレスが付きます: restore.public = true";
        PublicNoMore: "{0} has a public address in the source and will have none: restore.public = false",
            "{0} は移行元ではパブリックアドレスがありますが、移行先では付きません: restore.public = false";
        ExtendedSupport: "AWS enrols a restored cluster in extended support, which costs once its major version is out of standard support; restore.extended_support = false refuses that",
            "復元したクラスターは AWS により延長サポートに登録され、メジャーバージョンの標準サポートが終わると料金がかかります。restore.extended_support = false で登録を断れます";
        WriterUntold: "the inventory does not say which member writes: {0} will",
            "どのメンバーがライターか、インベントリーにありません。{0} がライターになります";

        // What is left of it
        MembersFirst: "its instances {0} go before it",
            "先にインスタンス {0} を削除します";
        Protected: "it refuses to be deleted (deletion protection): --despite-protection lifts that, as a step of its own",
            "削除保護のため削除できません。--despite-protection を付けると、独立したステップで削除保護を解除します";
        ReplacedByClone: "the target's is a clone: no source says whether the two still share pages that the source holds. AWS has a clone outlive its original",
            "移行先のものはクローンです。移行元にあるページを両者がまだ共有しているかどうかは、どの資料にもありません。AWS によれば、クローンは元のクラスターを削除しても残ります";
        ClusterOf: "RDS cluster ({0}) of {1} instance(s) {2}",
            "RDS クラスター（{0}、インスタンス {1} 台）{2}";
        Cluster: "RDS cluster {0}",
            "RDS クラスター {0}";

        // What steps prove
        Accepted: "{0} has accepted the invitation to {1}", "{0} が {1} への招待を承諾済み";
        TakesPart: "{0} has its part, without an invitation, in {1}", "{0} は招待なしで {1} に参加済み";
        HasMembers: "{0} has its {1} members; {2} writes; it lies under {3}",
            "{0} のメンバーは {1} 台、ライターは {2}、キーは {3}";
        HasMembersWas: "{0} has its {1} members; {2} writes (in the source {3}); it lies under {4}",
            "{0} のメンバーは {1} 台、ライターは {2}（移行元では {3}）、キーは {4}";
        Nobody: "nobody", "なし";
        Writes: "{0} ({1}) is a member of {2} and writes", "{0}（{1}）は {2} のライター";
        Reads: "{0} ({1}) is a member of {2} and reads", "{0}（{1}）は {2} のリーダー";
        SharedWith: "{0} is shared with {1} and nobody else", "{0} の共有先は {1} だけです";
        Unshared: "{0} is gone. Do not delete or disable the source's key while the clone lives: whether pages that it shares with the source are read under that key, no source says. For independence take a snapshot of the clone in the target, copy it there, and restore the copy",
            "{0} は削除済み。クローンがある間は、移行元のキーを削除したり無効にしたりしないでください。移行元と共有するページがそのキーで読まれるかどうかは、どの資料にもありません。独立させるには、移行先でクローンのスナップショットを取り、移行先でコピーして、そのコピーを復元してください";
        Available: "{0} is available under {1}, {2}; nobody serves it before its members",
            "{0} は available（キー {1}、{2}）。メンバーができるまで応答するインスタンスはありません";

        // Why they stop
        InvitationEnded: "the invitation to {0} is {1}", "{0} への招待は {1} です";
        ShareFailed: "the resource share {0} has failed", "リソース共有 {0} が失敗しました";
        SharedTooWide: "{0} is shared with {1}, too", "{0} は {1} とも共有されています";
        SourceGone: "the cluster {0} is gone from the source", "クラスター {0} が移行元からなくなりました";
        OtherInstances: "its instances are {0}, not {1}", "インスタンスが {1} ではなく {0}";
        OtherMembers: "its members are {0}, not {1}", "メンバーが {1} ではなく {0}";
        OtherWriters: "its writers are {0}", "ライターが {0}";
        MemberClass: "its class is {0}", "クラスが {0}";
        MemberPublic: "publicly accessible is {0}", "パブリックアクセスが {0}";
        MemberParameterGroups: "its parameter groups are {0}", "パラメータグループが {0}";
        PromotionTier: "its promotion tier is {0}", "昇格の優先順位が {0}";

        // Titles
        AskTheTeam: "ask it whether all is there: {0}",
            "データがすべてあるかを確認: {0}";
        ShareCluster: "share the cluster with the target account",
            "クラスターを移行先アカウントと共有";
        AcceptShare: "take the target's part in that share",
            "移行先でその共有を受け入れ";
        CloneCluster: "clone {0} as it is then into the target, without instances",
            "その時点の {0} を移行先にクローン（インスタンスなし）";
        UnshareCluster: "share the cluster no longer",
            "クラスターの共有を終了";
        CheckMembers: "look at the whole cluster: its key, its members, its writer",
            "クラスター全体（キー、メンバー、ライター）を確認";
        Settle: "set what no restore takes: {0}",
            "復元では指定できない項目を設定: {0}";
        EnableDataApi: "switch the Data API on",
            "Data API を有効化";
        KeepSecret: "keep a new master password in Secrets Manager",
            "新しいマスターパスワードを Secrets Manager で管理";
        CopyUnderOwnKey: "copy the snapshot in the target, under the target's own key",
            "移行先で、移行先自身のキーを使ってスナップショットをコピー";
        CopyAsItIs: "copy the snapshot in the target",
            "移行先でスナップショットをコピー";
        RestoreAlone: "restore {0} in the target, without instances",
            "移行先に {0} を復元（インスタンスなし）";
        RestoreMultiAz: "restore {0} in the target, with three instances",
            "移行先に {0} を復元（インスタンス 3 台）";
        MakeWriter: "make {0} ({1}), the writer",
            "ライター {0}（{1}）を作成";
        MakeReader: "make {0} ({1}), a reader",
            "リーダー {0}（{1}）を作成";
    }
}
