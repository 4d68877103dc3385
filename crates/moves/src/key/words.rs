//! What the plan of a key says, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, or a step's title.
    pub(crate) enum Text {
        // Notes: keys of the target
        NoSuchAlias: "{0} is not an alias that can be given: write \"alias/name\", not \"alias/aws/…\"",
            "{0} はエイリアスとして付けられません。\"alias/aws/…\" ではなく \"alias/name\" の形で書いてください";
        NewKey: "a new key: data under the source's key is re-encrypted on its way. The key stays if the run is undone, without its alias and with no foreign access: a deleted key takes everything under it along",
            "新しいキーです。移行元のキーで暗号化されたデータは、途中で再暗号化されます。実行を取り消してもキーは残ります（エイリアスと他アカウントからのアクセスはなくなります）。キーを削除すると、それで暗号化したものがすべて読めなくなるためです";
        NotInSource: "the source has no key of this alias: the target gets one all the same",
            "移行元にこのエイリアスのキーはありません。移行先には作成します";
        PolicyOfSource: "the source key's policy names principals of its own; the new key has AWS's default policy, which leaves access to the target account's IAM. Carry over by hand what the target needs",
            "移行元のキーポリシーには独自のプリンシパルが書かれています。新しいキーには AWS のデフォルトポリシーが付き、アクセスは移行先アカウントの IAM に委ねられます。移行先で必要なものは手動で引き継いでください";
        InTarget: "the target has the key {0} under this alias: it is used", "移行先にこのエイリアスのキー {0} があり、それを使います";
        NoKeyOfAlias: "key = {0}: neither does the runbook have a [[key]] of this alias, nor the target account a customer key",
            "key = {0}: このエイリアスの [[key]] がランブックになく、移行先アカウントにもカスタマーキーがありません";
        OnlyKey: "in the target it will lie under {0}, the runbook's only [[key]]",
            "移行先では、ランブックで唯一の [[key]] である {0} で暗号化します";
        WhichKey: "which key of the target shall it lie under? Add [[key]] alias = \"alias/…\" to the runbook, and where there are several, key = \"alias/…\" to this section; it cannot be changed afterwards",
            "移行先のどのキーで暗号化するかを指定してください。ランブックに [[key]] alias = \"alias/…\" を加え、複数ある場合はこのセクションに key = \"alias/…\" を書いてください。後から変更できません";

        // Notes: keys of the source
        DeletedPrincipal: "its policy names a principal that was deleted (AROA…, AIDA…): KMS is likely to refuse any change until that statement is removed",
            "キーポリシーに削除済みのプリンシパル（AROA…、AIDA…）があります。そのステートメントを消すまで、KMS はどの変更も拒否する可能性があります";
        PolicyFull: "with the statements that open it for the way its policy would have {0} bytes, and KMS takes 32768 at most: remove statements that nobody needs",
            "移行のために開放するステートメントを加えると、キーポリシーは {0} バイトになります。KMS の上限は 32768 バイトです。不要なステートメントを削除してください";
        WrittenElsewhere: "its tag {0} says that another tool writes its policy: do not apply that tool during the run",
            "タグ {0} によると、別のツールがキーポリシーを書き込んでいます。実行中はそのツールで適用しないでください";
        TransportKey: "a key made for the way: what lies on an AWS-managed key cannot be shared and is copied under this one first. It stays in the source, without foreign access; schedule its deletion by hand once nothing needs it",
            "輸送用キーです。AWS マネージドキーで暗号化されたものは共有できないため、まずこのキーでコピーします。キーは移行元に残り、他アカウントからのアクセスはなくなります。不要になったら手動で削除を予約してください";

        // Keys that are left
        ReadOnlyWithIt: "everything that lies under it can be read only with it, snapshots and copies of backups, too; once deleted it never comes back",
            "このキーで暗号化したものは、スナップショットもバックアップのコピーも、このキーでしか読めません。削除すると二度と戻りません";
        NoListOfUses: "KMS keeps no list of what a key encrypts: buckets, secrets, logs and queues are not looked at. CloudTrail shows who uses it",
            "KMS には、キーで暗号化したものの一覧がありません。バケット、シークレット、ログ、キューは調べていません。誰が使っているかは CloudTrail で分かります";

        // What steps prove
        AdmitsThroughS3: "the policy of {0} admits {1}, through S3", "{0} のキーポリシーは S3 経由の {1} を許可";
        PolicyAsBefore: "the policy of {0} is byte for byte what it was", "{0} のキーポリシーは開放前と 1 バイトも違いません";
        PolicyWithoutOurs: "the policy of {0} holds none of our statements; others changed it meanwhile, and that stays",
            "{0} のキーポリシーに、この実行が加えたステートメントは残っていません。その間に加えられた他の変更はそのままです";
        EnabledFor: "{0} is enabled, for {1}", "{0} は有効（{1} 用）";
        FoundEnabled: "{0} is {1}, enabled", "{0} は {1} で、有効";
        SeesEnabled: "account {0} sees {1}, enabled", "アカウント {0} から {1} が見え、有効";
        PointsTo: "{0} points to {1}", "{0} は {1} を指しています";
        Independent: "of {0} databases, clusters, snapshots and volumes in the target none that this run made lies under a key of the source; {1} key(s) of the source looked at for grants; {2} left for you to see to",
            "移行先のデータベース、クラスター、スナップショット、ボリューム {0} 個のうち、この実行が作成したもので移行元のキーで暗号化されたものはありません。移行元のキー {1} 個のグラントを確認し、対処が必要なものは {2} 件です";

        // Why they stop
        TwoRewritten: "the policy of {0} does not hold the two statements as they were added: somebody else writes it",
            "{0} のキーポリシーに、加えた 2 つのステートメントがそのままの形ではありません。ほかの誰かがポリシーを書き換えています";
        Rewritten: "the policy of {0} does not hold the statements as they were added: somebody else writes it",
            "{0} のキーポリシーに、加えたステートメントがそのままの形ではありません。ほかの誰かがポリシーを書き換えています";
        NoCustomerKey: "{0} is disabled or not a customer key of {1}",
            "{0} は無効か、{1} のカスタマーキーではありません";
        NotEnabled: "{0} is not enabled", "{0} は有効ではありません";
        UnderSourceKey: "{0} lies under {1}, a key of the source", "{0} は移行元のキー {1} で暗号化されています";

        // Titles
        MakeKey: "make the target's own key for {0}", "移行先に自前のキー {0} を作成";
        GiveAlias: "give the new key the alias {0}", "新しいキーにエイリアス {0} を付与";
        FindKey: "find the target's key {0}", "移行先のキー {0} を確認";
        OpenTargetKey: "open the target's key {0} to the source account", "移行先のキー {0} を移行元アカウントに開放";
        AdmitUsers: "admit {0}'s former users to the target's key {1}", "{0} の従来の利用者に移行先のキー {1} の使用を許可";
        OpenSourceKey: "open the source key {0} to the target account", "移行元のキー {0} を移行先アカウントに開放";
        MakeTransportKey: "make a key in the source, under which copies of what lies on AWS-managed keys travel",
            "AWS マネージドキーで暗号化されたもののコピーを運ぶ輸送用キーを移行元に作成";
        CloseSourceKey: "close the source key {0} again", "移行元のキー {0} の開放を終了";
        CloseTargetKey: "close the target's key {0} again", "移行先のキー {0} の開放を終了";
        ProveIndependence: "see that nothing in the target lies under a key of the source",
            "移行先に移行元のキーで暗号化されたものがないことを確認";
    }
}
