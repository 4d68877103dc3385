//! What the steps of a zone prove, public or private, with its certificates and re-pointed records, and why they stop; in English and Japanese.

use model::sentences;

sentences! {
/// What a step proved, why it stopped, or a part of those.
pub(crate) enum Proof {
    // What steps prove: zones, and their records
    ZoneOn: "zone {0} on {1}", "ゾーン {0}、ネームサーバーは {1}";
    ZoneUsed: "zone {0} of account {1} is used, with {2} record sets of its own, which stay",
        "アカウント {1} のゾーン {0} を使用、元からのレコードセット {2} 件はそのまま";
    NoTagOfOurs: "zone {0} carries no tag of cleave's", "ゾーン {0} に cleave のタグはなし";
    ZoneTagged: "zone {0} carries the run's tags and {1} of the old zone's",
        "ゾーン {0} に実行のタグと、古いゾーンのタグ {1} 個";
    SameSets: "zone {0} holds the same {1} record sets", "ゾーン {0} に同じレコードセット {1} 件";
    AnswersAlike: "{0} record sets are equal; {1} name servers answer {2} names and types alike",
        "レコードセット {0} 件が一致し、ネームサーバー {1} 台が {2} 件の名前とタイプに同じ応答";
    TtlOfSet: "the NS set of {0} has TTL {1}", "{0} の NS セットの TTL は {1}";
    TtlForgotten: "every cache has forgotten the old TTL since {0}", "{0} 以降、古い TTL はどのキャッシュにも残っていません";

    // What steps prove: the delegation, and what follows
    ParentDelegates: "{0} delegate {1} to zone {2}, to be remembered for {3} s, and none has a DS set of it",
        "{0} は {1} をゾーン {2} に委任（キャッシュは {3} 秒）、DS セットはどれにもなし";
    AllDelegate: "{0} servers of the parent delegate {1} to {2}", "親のサーバー {0} 台が {1} を {2} に委任";
    AllDelegateOutside: "{0} servers of {1} delegate {2} to {3}", "{1} のサーバー {0} 台が {2} を {3} に委任";
    Answered: "{0} was delegated and answered for {1} s", "{0} の委任と応答は {1} 秒間正常";
    KeptEqual: "both zones held the same until {0}; {1} changes of the new one were written to zone {2} too",
        "{0} まで両ゾーンは同じ内容、新しいゾーンの変更 {1} 件をゾーン {2} にも書き込み";

    // What steps prove: what records name beside records
    CollectionMade: "CIDR collection {0}, {1}, for {2}", "{2} に当たる CIDR コレクション {0}（{1}）";
    CollectionUsed: "CIDR collection {0} has the blocks of {1}, and is used as it is",
        "CIDR コレクション {0} は {1} とブロックが同じで、そのまま使用";
    BlocksPut: "{0} blocks, each at the location that {1} has it at", "ブロック {0} 個、ロケーションはすべて {1} と一致";
    CheckCopied: "health check {0} checks what {1} does, in the same way",
        "ヘルスチェック {0} は {1} と同じ対象を同じ方法で確認";
    CheckTagged: "health check {0} carries the run's tags and {1} of the old one's",
        "ヘルスチェック {0} に実行のタグと、元のタグ {1} 個";
    ChecksHealthy: "{0} copied health checks, each healthy where the old one is",
        "コピーしたヘルスチェック {0} 件、元が正常なものはすべて正常";

    // What steps prove: certificates, re-pointed records
    CertificateAsked: "{0} in {1} is asked for, and {2} validation records of it lie in {3}",
        "{1} で {0} の証明書を申請済み、その検証レコード {2} 件は {3} にあり";
    Issued: "issued: {0}", "発行済み: {0}";
    ValidationThere: "zone {0} has the validation records", "ゾーン {0} に検証レコードあり";
    Wrote: "written: {0}", "書き込み: {0}";
    WasThere: "there before: {0}", "以前から: {0}";
    RecordSays: "{0} says {1}, and said {2}", "{0} は {1}、変更前は {2}";

    // What steps prove: private zones
    PrivateZone: "private zone {0}, which {1} resolves", "プライベートゾーン {0}、{1} が解決";
    MayAssociate: "{0} may be associated with zone {1}", "{0} とゾーン {1} の関連付けは許可済み";
    NotAuthorized: "{0} is not authorized any more", "{0} の許可は取り消し済み";
    AuthorizedBefore: "{0} was authorized before this run, and stays so", "{0} の許可は実行前からあり、そのまま";
    AmongVpcs: "{0} is among the {1} VPCs that resolve zone {2}", "{0} はゾーン {2} を解決する VPC {1} 個のうちの 1 つ";

    // What steps prove: taking the old away
    OldMayGo: "every server of the parent delegates {0} to zone {1}, since {2}; that zone holds each of the {3} record sets of the old side, which are kept in the journal",
        "親のすべてのサーバーが {2} から {0} をゾーン {1} に委任し、古い側のレコードセット {3} 件はすべてそのゾーンにあり、ジャーナルにも保存";
    SetsGone: "zone {0} holds none of the {1} record sets any more", "レコードセット {1} 件はどれもゾーン {0} になし";
    ZoneGone: "zone {0} is gone", "ゾーン {0} は削除済み";

    // Why they stop: zones, and their records
    NoZoneToUse: "account {0} has no public zone {1} of {2} any more", "アカウント {0} に {2} のパブリックゾーン {1} がもうありません";
    FewServers: "zone {0} has {1} name servers: it is not a public zone",
        "ゾーン {0} のネームサーバーは {1} 台で、パブリックゾーンではありません";
    ZonesDiffer: "the zones differ: {0}", "両ゾーンの内容が異なります: {0}";
    NamedDiffers: "what the records name differs: {0}", "レコードが使うものの内容が異なります: {0}";
    TooMuchChanged: "{0} of its {1} record sets changed since they were copied, more than {2} %: {3}",
        "コピー後にレコードセット {1} 件中 {0} 件が変わり、{2} % を超えています: {3}";
    NotAsRecords: "what cannot be copied as records make anew in the target and drop here, what the plan does not know of write into the inventory, and plan again: {0}",
        "レコードとしてコピーできないものは、移行先で作り直し、ここからは消してください。計画が把握していないものはインベントリーに書き、計画し直してください: {0}";
    AliasCircle: "aliases that point to each other in a circle: {0}", "互いを指して循環しているエイリアスがあります: {0}";

    // Why they stop: how zones differ
    Missing: "missing: {0}", "不足: {0}";
    Different: "different: {0}", "内容が異なる: {0}";
    Extra: "not in the source: {0}", "移行元にない: {0}";

    // Why they stop: record sets that cannot be written on the other side
    AliasStays: "{0} is an alias to a name that stays in the old zone", "{0}: 古いゾーンに残る名前へのエイリアス";
    ByPolicy: "{0} is made by the traffic policy instance {1}", "{0}: 作成元はトラフィックポリシーインスタンス {1}";
    ByCollection: "{0} goes by the CIDR collection {1}, which is of the other account, and nothing here takes its place",
        "{0}: 使用する CIDR コレクション {1} はもう一方のアカウントのもので、代わりなし";
    ByCheck: "{0} depends on the health check {1}, which is of the other account, and which the plan does not copy",
        "{0}: 使用するヘルスチェック {1} はもう一方のアカウントのもので、計画のコピー対象外";
    NewCollection: "{0} goes by the CIDR collection {1}", "{0}: 使用する CIDR コレクションは {1}";

    // Why they stop: the delegation, and what follows
    NoZoneOfItsOwn: "the name servers of {0} cannot be found: {1} says {2}: it is no zone of its own",
        "{0} のネームサーバーが見つかりません: {1} の応答は {2} で、独立したゾーンではありません";
    CutOff: "a cut off answer", "途中で切れた応答";
    Referral: "a referral to {0}", "{0} への参照";
    NoData: "{0} without data", "{0}、データなし";
    OtherZoneInUse: "{0} delegates {1} to {2}, and zone {3} is on {4}: the zone that would move is not the one in use",
        "{0} は {1} を {2} に委任していますが、ゾーン {3} のネームサーバーは {4} です。移そうとしているゾーンは使用中のものではありません";
    NoZoneInUse: "{0} delegates {1} to nobody, and zone {2} is on {3}: the zone that would move is not the one in use",
        "{0} は {1} をどこにも委任していません。ゾーン {2} のネームサーバーは {3} で、移そうとしているゾーンは使用中のものではありません";
    SignedOutside: "{0} is signed ({1} has a DS set of it), and signing cannot move",
        "{0} は署名されており（{1} に DS セットがあります）、署名は移せません";
    Stranger: "{0} delegates {1} to {2}: neither the old zone's servers nor the new one's",
        "{0} は {1} を {2} に委任しています。古いゾーンのサーバーでも新しいゾーンのサーバーでもありません";
    Delegates: "{0} delegates {1} to {2}", "{0} は {1} を {2} に委任しています";
    DelegatesNobody: "{0} delegates {1} to nobody", "{0} は {1} をどこにも委任していません";
    NameGone: "{0} is gone from the new zone {1}", "{0} が新しいゾーン {1} から消えています";
    OldZoneGone: "the old zone {0} is gone: the way back is closed", "古いゾーン {0} がなく、元に戻せません";
    AnswersDiffer: "of {0}, {1} says {3} and {4} {2}", "{0} について、{1} の応答は {3}、{4} の応答は {2} です";
    PutBack: "{0}: the delegation of {1} was put back, and it is answered from the old zone",
        "{0}。{1} の委任を元に戻し、現在は古いゾーンが応答しています";
    OldWritten: "the zones differ, and zone {0} was written to after the hand-over: {1}",
        "両ゾーンの内容が異なり、引き渡し後にゾーン {0} に書き込みがありました: {1}";
    OldCannotHold: "zone {0} cannot hold what the new one does: {1}", "新しいゾーンの次の内容は、ゾーン {0} では持てません: {1}";

    // Why they stop: what records name beside records
    NoCollection: "account {0} has no CIDR collection {1} any more", "アカウント {0} に CIDR コレクション {1} がもうありません";
    CollectionChanged: "CIDR collection {0} is not as {1} any more: {2}", "CIDR コレクション {0} は {1} ともう一致しません: {2}";
    CollectionsDiffer: "the collections differ: {0}", "コレクションの内容が異なります: {0}";
    CollectionUnlike: "CIDR collection {0} is not as {1}: {2}", "CIDR コレクション {0} が {1} と不一致: {2}";
    CheckUnlike: "health check {0} is not as {1}", "ヘルスチェック {0} が {1} と不一致";
    BlockMissing: "{0} at {1} is missing", "{1} の {0} が不足";
    BlockExtra: "{0} at {1} is only there", "{1} の {0} が余分";
    NoCheck: "account {0} has no health check {1} any more", "アカウント {0} にヘルスチェック {1} がもうありません";
    CheckOfService: "health check {0} was made by {1}, which alone may make and edit such ones",
        "ヘルスチェック {0} は {1} が作成したもので、{1} だけが作成・編集できます";
    CheckOfControl: "health check {0} has the state of {1}, of the Application Recovery Controller, which no run moves",
        "ヘルスチェック {0} は Application Recovery Controller の {1} の状態に従うもので、これは移せません";
    CheckOfUnknown: "health check {0} is calculated from {1}, which the plan does not copy: look at the account anew, and plan again",
        "ヘルスチェック {0} の計算に使う {1} が計画のコピー対象にありません。アカウントを調べ直し、計画し直してください";
    CheckChanged: "health check {0} is not as {1} is now", "ヘルスチェック {0} が現在の {1} と一致しません";

    // Why they stop: certificates
    NotIssuedAt: "the certificate for {0} in {1} will not be issued: {2}", "{1} の {0} の証明書は発行されません: {2}";
    CertificateGone: "the certificate for {0} in {1} will not be issued: it was there, and is not any more",
        "{1} の {0} の証明書は発行されません。以前はありましたが、もうありません";
    StillPending: "{0} has not been issued for {1} h", "{0} は {1} 時間たっても発行されていません";
    NotAskedFor: "{0} h have passed, and {1}", "{0} 時間たちました。{1}";
    NotByDns: "{0} is not validated by DNS for {1}: no record can prove it",
        "{0} の {1} の検証方法が DNS ではなく、レコードでは証明できません";

    // Why they stop: private zones
    ServiceAssociates: "zone {0} was made by {1}, and only that associates VPCs with it",
        "ゾーン {0} は {1} が作成したもので、VPC を関連付けられるのは {1} だけです";
    ServiceChanges: "zone {0} was made by {1}, which goes on changing its records: a copy would be out of date at once",
        "ゾーン {0} は {1} が作成したもので、レコードが変更され続けるため、コピーはすぐに古くなります";
    NotInSource: "zone {0} is not in the source any more", "ゾーン {0} が移行元にもうありません";
    NotPrivate: "zone {0} is not a private one that {1} resolves", "ゾーン {0} は {1} が解決するプライベートゾーンではありません";

    // Why they stop: taking the old away
    SoakOver: "48 hours after the hand-over are over at {0}", "引き渡しから 48 時間たつのは {0} です";
    ParentUnasked: "the parent's servers could not be asked whom they delegate to", "親のサーバーに委任先を問い合わせられませんでした";
    ParentHasNone: "the parent has no name servers that could be asked", "親に問い合わせ可能なネームサーバーがありません";
    DelegatedElsewhere: "{0} delegates to {1}, not to the new zone", "{0} の委任先は {1} で、新しいゾーンではありません";
    NotDelegated: "{0} does not delegate it", "{0} は委任していません";
    NewZoneGone: "the new zone {0} is gone: this is the only one", "新しいゾーン {0} がなく、残っているのはこれだけです";
    NotAllThere: "not all of it stands in the new zone {0} (write it there, or delete it here by hand), {1}",
        "新しいゾーン {0} に揃っていません（そこに書くか、ここから手動で削除してください）、{1}";
    AliasesInto: "aliases of zone {0} point at what is hidden: {1}", "ゾーン {0} のエイリアスが隠れているものを指しています: {1}";
    WrittenSince: "{0} in zone {1} was written since its end was agreed to", "ゾーン {1} の {0} は、削除の同意後に書き込まれたものです";
    StandsAgain: "{0} stands in zone {1} again", "ゾーン {1} に再び {0} があります";
}
}
