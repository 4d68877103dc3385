//! What the plan of a zone says, public or private, with its certificates and re-pointed records, and that of taking the old one away; in English and Japanese.

use model::sentences;

sentences! {
/// A note, a step's title, what a gate asks, or a part of those.
pub(crate) enum Text {
    // Notes: what a zone's move needs
    NoSourceAccount: "the inventory does not have the source account {0}",
        "インベントリーに移行元アカウント {0} がありません";
    NoTargetAccount: "the inventory does not have the target account {0}",
        "インベントリーに移行先アカウント {0} がありません";
    NoParentAccount: "the inventory does not have the parent account {0}",
        "インベントリーに親アカウント {0} がありません";
    NotBelow: "{0} does not lie below {1}, which is named as its parent",
        "{0} は、親として指定された {1} の配下にありません";
    BadTtl: "ttl = {0}: the lowered TTL is between 1 and 900 seconds",
        "ttl = {0}: 下げた TTL は 1〜900 秒にしてください";
    NoParentSection: "its parent zone lies in the parent account, and the runbook has no [parent] account",
        "親ゾーンは親アカウントにあるとされていますが、ランブックに [parent] のアカウントがありません";
    ParentMoves: "its parent {0} moves in the same run: move {1} in a later one, or the other way round",
        "親の {0} が同じ実行で移ります。{1} は後の実行で移すか、順序を逆にしてください";
    NoId: "the inventory does not tell the id of zone {0}",
        "インベントリーにゾーン {0} の ID がありません";
    SourceHasSeveral: "the source account has several public zones {0} ({1}): delete those not in use",
        "移行元アカウントにパブリックゾーン {0} が複数あります（{1}）。使っていないものを削除してください";
    NoneOutside: "the source account has no public zone {0}, and what lies in a zone outside of Route 53 cannot be read",
        "移行元アカウントにパブリックゾーン {0} がありません。Route 53 の外にあるゾーンの内容は読めません";
    NoServers: "the inventory does not tell the name servers of zone {0}",
        "インベントリーにゾーン {0} のネームサーバーがありません";
    NoParentZone: "{0} has no public zone {1}",
        "{0}にパブリックゾーン {1} がありません";
    NotDelegated: "zone {0} ({1}) does not delegate {2}: it has no NS set of it",
        "ゾーン {0}（{1}）は {2} を委任していません。その NS セットがありません";
    OtherInUse: "zone {0} ({1}) delegates {2} to {3}, and zone {4} is on {5}: the zone that would move is not the one in use",
        "ゾーン {0}（{1}）は {2} を {3} に委任していますが、ゾーン {4} のネームサーバーは {5} です。移そうとしているゾーンは使用中のものではありません";
    Signed: "{0} is signed (zone {1} has a DS set of it), and signing cannot move: remove the DS, wait its TTL and until every server of the parent has forgotten it, and sign the new zone afterwards",
        "{0} は署名されており（ゾーン {1} に DS セットがあります）、署名は移せません。DS を削除し、その TTL が過ぎて親のすべてのサーバーから消えるのを待ってください。新しいゾーンへの署名はその後にしてください";
    NoDelegationTtl: "the delegation of {0} in {1} has no TTL",
        "{1} にある {0} の委任に TTL がありません";
    NewUnsigned: "Route 53 signs it, and nothing refers to its keys: the new zone is not signed. Sign it afterwards, with a key of the target's, if it is to be",
        "Route 53 で署名されていますが、その鍵を参照するものはなく、新しいゾーンは署名されません。必要なら、移行後に移行先のキーで署名してください";
    ByTrafficPolicy: "traffic policies made {0}, which cannot be copied as records: make policies and records anew in account {1}, or records in their place, and drop them here first",
        "{0} はトラフィックポリシーが作成したもので、レコードとしてコピーできません。アカウント {1} でポリシーとレコードを作り直すか、代わりのレコードを作り、先にここから消してください";

    // Notes: what becomes of the zone
    WaitBefore: "the TTL is lowered first, and then {0} hours pass before the hand-over, because resolvers may remember the old TTL for so long: start the run that much before its window",
        "先に TTL を下げ、引き渡しまで {0} 時間待ちます。その間はリゾルバーが古い TTL を覚えている可能性があるためです。その分だけ作業時間帯より前に実行を開始してください";
    OldZoneStays: "the records of the old zone {0} stay in the source, whole, with a lowered TTL at its apex: resolvers may use it for a while. {1}",
        "古いゾーン {0} のレコードは、ゾーン頂点の TTL を下げた状態で、すべて移行元に残ります。しばらくはリゾルバーが使う可能性があります。{1}";
    SetsStay: "its {0} record sets stay in zone {1}, hidden behind the delegation: they answer again at once where it is taken back. {2}",
        "レコードセット {0} 件は、委任に隠れた状態でゾーン {1} に残ります。委任を元に戻せば、すぐにまた応答します。{2}";
    WriteBoth: "Write what changes to both zones; cleave retire takes them away, no earlier than 48 hours after the hand-over",
        "変更は両方のゾーンに書いてください。古い方は、引き渡しから 48 時間以上たった後に cleave retire で撤去します";
    WrittenToo: "For {0} h what is written to the new zone is written there too; what is written there only is told. cleave retire takes them away after that, no earlier than 48 hours after the hand-over",
        "{0} 時間は、新しいゾーンに書かれたものを古い方にも書き、古い方にだけ書かれたものは知らせます。その後、引き渡しから 48 時間以上たってから cleave retire で撤去します";
    PutsBack: "within the {0} s after the hand-over the run puts the delegation back by itself, where a name is gone from the new zone or does not answer as it should for three minutes, unless something was written only to the new zone: approving the hand-over approves that",
        "引き渡しから {0} 秒の間に、新しいゾーンから名前が消えるか、3 分間正しく応答しないと、この実行は自動で委任を元に戻します（新しいゾーンにだけ書かれたものがあれば戻しません）。引き渡しの承認は、この動作の承認でもあります";
    WayBackOpen: "the way back is open while nothing was written only to the new zone; after the TTLs are raised again it takes as long as the raised TTL",
        "新しいゾーンにだけ書かれたものがない間は、元に戻せます。TTL を上げ直した後は、戻るまでにその TTL だけ時間がかかります";
    NotCarried: "not carried over: query logging, signing, accelerated recovery, the SOA's own TTL. Certificates of the target account need validation records of their own, in the old zone before the hand-over and in the new one after it (certificates = [...])",
        "引き継がれないもの: クエリログ、署名、高速復旧 (accelerated recovery)、SOA 自体の TTL。移行先アカウントの証明書には専用の検証レコードが必要です。引き渡し前は古いゾーン、引き渡し後は新しいゾーンに置きます（certificates = [...]）";
    SourceAccount: "the source account", "移行元アカウント";
    TargetAccount: "the target account", "移行先アカウント";
    ParentAccount: "the parent account", "親アカウント";

    // Notes: a zone that the target has
    TargetHasZone: "the target account has a zone {0} already ({1}), and would get a second one: where the target's Terraform made it, write adopt = true; else delete it first",
        "移行先アカウントにはすでにゾーン {0} があり（{1}）、このままでは 2 つ目ができます。移行先の Terraform が作ったものなら adopt = true と書き、そうでなければ先に削除してください";
    NothingToAdopt: "adopt = true, and the inventory lists no public zone {0} in the target account: have Terraform make it, and look anew, or leave adopt out",
        "adopt = true ですが、インベントリーの移行先アカウントにパブリックゾーン {0} がありません。Terraform で作って調べ直すか、adopt を外してください";
    NoTargetId: "the inventory does not tell the id of the target's zone {0}",
        "インベントリーに移行先のゾーン {0} の ID がありません";
    TargetHasSeveral: "the target account has several public zones {0} ({1}): delete those not in use",
        "移行先アカウントにパブリックゾーン {0} が複数あります（{1}）。使っていないものを削除してください";
    HeldOtherwise: "the target's zone {0} holds otherwise what would be copied into it: {1}. Make both alike, or delete one of them, first",
        "移行先のゾーン {0} に、コピーするものと内容の異なるものがあります: {1}。先に両方を同じ内容にするか、片方を削除してください";
    OtherCollection: "the target's zone {0} holds what would be copied into it, by another CIDR collection than the copy would go by: {1}. A collection of the target's serves that has the name and the blocks of the source's: make it so and have these sets go by it, or delete them there, first",
        "移行先のゾーン {0} に、コピーするものが、コピーとは別の CIDR コレクションを使う形ですでにあります: {1}。移行元と名前もブロックも同じ移行先のコレクションなら使えます。先にそうしてこれらのセットで使うか、移行先から削除してください";
    OtherCheck: "the target's zone {0} holds what would be copied into it, with another health check: {1}. Have both depend on the same one, or delete one of them, first",
        "移行先のゾーン {0} に、コピーするものが、別のヘルスチェックを使う形ですでにあります: {1}。先に両方で同じヘルスチェックを使うか、片方を削除してください";
    ChecksThere: "health_checks = \"copy\", and the target's zone {0} holds sets already that depend on a health check there or here: {1}. The copies would depend on checks that are not made yet, and would be written over them: delete these sets in the target first, or leave out health_checks = \"copy\"",
        "health_checks = \"copy\" ですが、移行先のゾーン {0} に、どちらかでヘルスチェックを使うセットがすでにあります: {1}。コピーはまだ作られていないヘルスチェックを使い、これらを上書きすることになります。先に移行先のこれらのセットを削除するか、health_checks = \"copy\" を外してください";

    // Notes: names that are carved out
    NoneToCarve: "the source account has no public zone {0}, and {1} no public zone {2} out of which it could be carved",
        "移行元アカウントにパブリックゾーン {0} がなく、切り出し元となるパブリックゾーン {2} も{1}にありません";
    SeveralParents: "{0} has several public zones {1} ({2}), and which of them answers cannot be told: delete those not in use",
        "{0}にパブリックゾーン {1} が複数あり（{2}）、どれが応答しているか判断できません。使っていないものを削除してください";
    AlreadyDelegated: "zone {0} ({1}) delegates {2} already, to {3}, and the source account has no such zone: it has moved, or lies elsewhere",
        "ゾーン {0}（{1}）はすでに {2} を {3} に委任していますが、移行元アカウントにそのゾーンがありません。移行済みか、別の場所にあります";
    CnameAtCut: "{0} is a CNAME in zone {1}: beside a delegation it cannot stand, and at the apex of the new zone neither. Make it an alias, or A and AAAA records, first",
        "{0} はゾーン {1} の CNAME です。CNAME は委任と共存できず、新しいゾーンのゾーン頂点にも置けません。先にエイリアスか、A・AAAA レコードにしてください";
    NothingToCarve: "zone {0} ({1}) has no records at {2} or below: there is nothing to carve out. Delegate an empty zone by Terraform",
        "ゾーン {0}（{1}）には {2} 以下のレコードがなく、切り出すものがありません。空のゾーンなら Terraform で委任してください";
    AliasesOverCut: "aliases reach within one zone only, and these would reach from one into the other: {0}. Make them CNAMEs, or aliases to what they mean, first",
        "エイリアスは同じゾーンの中しか指せず、次のものは別のゾーンを指すことになります: {0}。先に CNAME か、本来の対象へのエイリアスにしてください";

    // Notes: a parent outside of Route 53
    ParentOutside: "{0} is not in Route 53: have somebody at hand in the window who can change the NS lines of {1} there. They are told when the new zone holds everything, and the run goes on when all name servers of {0} say so. Going back is the same, the other way round. How long resolvers remember the delegation is {0}'s to set (registries: two days): until then they may use the old zone, which goes on answering",
        "{0} は Route 53 にありません。作業時間帯には、そこで {1} の NS の行を変更できる人を待機させてください。新しいゾーンがすべて揃った時点で知らせ、{0} のすべてのネームサーバーに反映されると続行します。元に戻すときも同じ手順を逆に行います。リゾルバーが委任を覚えている時間は {0} 側の設定で決まり（レジストリなら 2 日）、それまでは古いゾーンが使われる可能性がありますが、古いゾーンは応答し続けます";

    // Notes: what records name beside records
    ChecksStay: "its records go on depending on {0} health checks that stay where they are ({1}): AWS admits that, and they must not be deleted with what is left in the source. With health_checks = \"copy\" the target gets its own",
        "レコードは引き続き、元の場所に残るヘルスチェック {0} 件を使います（{1}）。AWS で許可された使い方ですが、移行元に残ったものと一緒に削除しないでください。health_checks = \"copy\" なら移行先に専用のものを作ります";
    AndMore: "{0} and {1} more", "{0} 他 {1} 件";
    UnknownCollection: "{0} and {1} more of its record sets go by the CIDR collection {2}, which the inventory does not tell of: write it into cidr_collections of account {3} (aws route53 list-cidr-collections, and list-cidr-blocks --collection-id {2})",
        "{0} と他 {1} 件のレコードセットが使う CIDR コレクション {2} がインベントリーにありません。アカウント {3} の cidr_collections に書いてください（aws route53 list-cidr-collections と list-cidr-blocks --collection-id {2}）";
    UnknownLocation: "{0} goes by a location that the CIDR collection {1} ({2}) has not, by the inventory: look at the account anew",
        "{0} の使うロケーションが、インベントリーの CIDR コレクション {1}（{2}）にありません。アカウントを調べ直してください";
    OtherBlocks: "the target has a CIDR collection {0} with other blocks, which stays as it is: its records get one of their own",
        "移行先にブロックの異なる CIDR コレクション {0} がありますが、そのまま残します。レコードには専用のコレクションを作ります";
    ManyCollections: "the target would have {0} CIDR collections, and AWS lets an account have {1} unless it was asked for more",
        "移行先の CIDR コレクションは {0} 個になりますが、AWS の上限は申請しない限りアカウントあたり {1} 個です";
    OwnCollection: "names that go by the CIDR collection {0} go by the target's own from the hand-over on, called {0} and a piece of the run's token. Blocks that are changed in one of the two after that are not carried to the other",
        "CIDR コレクション {0} を使う名前は、引き渡し以降、移行先のコレクションを使います（名前は {0} に実行のトークンの一部を付けたもの）。その後に片方で変更したブロックは、もう片方に反映されません";
    UnknownCheck: "its records depend on the health check {0}, which the inventory does not tell of: write it into health_checks of account {1} (aws route53 get-health-check --health-check-id {0}), or leave out health_checks = \"copy\"",
        "レコードが使うヘルスチェック {0} がインベントリーにありません。アカウント {1} の health_checks に書く（aws route53 get-health-check --health-check-id {0}）か、health_checks = \"copy\" を外してください";
    CheckOfService: "health_checks = \"copy\", and the health check {0} was made by {1}, which alone may make and edit such ones: leave it out, so that its records go on depending on the source's",
        "health_checks = \"copy\" ですが、ヘルスチェック {0} は {1} が作成したもので、{1} だけが作成・編集できます。この指定を外し、レコードが引き続き移行元のものを使うようにしてください";
    CheckOfControl: "health_checks = \"copy\", and the health check {0} has the state of {1}, of the Application Recovery Controller, which no run moves: leave it out, so that its records go on depending on the source's",
        "health_checks = \"copy\" ですが、ヘルスチェック {0} は Application Recovery Controller の {1} の状態に従うもので、これは移せません。この指定を外し、レコードが引き続き移行元のものを使うようにしてください";
    SomeControl: "a routing control", "ルーティングコントロール";
    CheckCircle: "its health checks are calculated from each other in a circle",
        "ヘルスチェックの計算が循環しています";
    ChecksCost: "{0} health checks are made in the target, and Route 53 charges for each by the month. Those of the source stay, for the old zone. A copied one asks what the old one asks: give it another address where that moves, too",
        "移行先にヘルスチェックを {0} 件作成します。Route 53 では 1 件ごとに月額料金がかかります。移行元のものは古いゾーンのために残ります。コピーは元と同じ対象を確認するので、対象も移る場合は宛先を変更してください";
    ChecksByAlarms: "health checks go by CloudWatch alarms, which a check looks for in its own account: the target must have them under the same names before the run, fed with its own metrics ({0})",
        "ヘルスチェックが CloudWatch アラームを使っており、アラームは自分のアカウントの中から探されます。実行前に、移行先にも同じ名前で、移行先のメトリクスを使うアラームが必要です（{0}）";

    // Notes: certificates
    CertificateTwice: "the certificate for {0} in {1} is named twice",
        "{1} の {0} の証明書が 2 回指定されています";
    NoCertificateName: "certificates: {0} is not a name such as {1} or \"*.{2}\"",
        "certificates: {0} は {1} や \"*.{2}\" のような名前ではありません";
    CertificateElsewhere: "the certificate for {0} is not for a name of {1}: its validation records lie in another zone",
        "{0} の証明書は {1} の名前のものではなく、検証レコードは別のゾーンにあります";
    CaaNobody: "the CAA record of {0} in zone {1} admits nobody, and Amazon is not among them: ACM would refuse the certificate for {2}. Add 0 issue \"amazon.com\" to it first",
        "ゾーン {1} にある {0} の CAA レコードは、Amazon を含むどの認証局も許可していません。このままでは ACM が {2} の証明書を拒否します。先に 0 issue \"amazon.com\" を追加してください";
    CaaNobodyWild: "the CAA record of {0} in zone {1} admits nobody, and Amazon is not among them: ACM would refuse the certificate for {2}. Add 0 issue \"amazon.com\" (and issuewild, where there is one) to it first",
        "ゾーン {1} にある {0} の CAA レコードは、Amazon を含むどの認証局も許可していません。このままでは ACM が {2} の証明書を拒否します。先に 0 issue \"amazon.com\"（issuewild があればそれにも）を追加してください";
    CaaOthers: "the CAA record of {0} in zone {1} admits {2}, and Amazon is not among them: ACM would refuse the certificate for {3}. Add 0 issue \"amazon.com\" to it first",
        "ゾーン {1} にある {0} の CAA レコードは {2} だけを許可し、Amazon を許可していません。このままでは ACM が {3} の証明書を拒否します。先に 0 issue \"amazon.com\" を追加してください";
    CaaOthersWild: "the CAA record of {0} in zone {1} admits {2}, and Amazon is not among them: ACM would refuse the certificate for {3}. Add 0 issue \"amazon.com\" (and issuewild, where there is one) to it first",
        "ゾーン {1} にある {0} の CAA レコードは {2} だけを許可し、Amazon を許可していません。このままでは ACM が {3} の証明書を拒否します。先に 0 issue \"amazon.com\"（issuewild があればそれにも）を追加してください";
    TerraformAsks: "the target's Terraform asks for the certificates, the run does not: it waits for each, writes its validation records into zone {0}, which is asked now, and hands {1} over when all are issued. Records that stand there already are left alone",
        "証明書を申請するのは移行先の Terraform で、この実行ではありません。この実行は各証明書の申請を待ち、検証レコードを現在応答しているゾーン {0} に書き、すべて発行されてから {1} を引き渡します。すでにあるレコードには触れません";
    ValidationStays: "the validation records stay in both zones: ACM renews certificates by them. Only taking the run back takes out those that it wrote; the target's certificates are not renewed then",
        "検証レコードは両方のゾーンに残します。ACM が証明書の更新に使うためです。この実行が書いたものは、実行を取り消したときだけ消します。その場合、移行先の証明書は更新されなくなります";

    // Notes: records that are re-pointed
    RepointTwice: "repoint: {0} is named twice", "repoint: {0} が 2 回指定されています";
    RepointElsewhere: "repoint: {0} is not a name of {1}", "repoint: {0} は {1} の名前ではありません";
    RepointDelegation: "repoint: {0}: delegations are not re-pointed",
        "repoint: {0}: 委任の向き先は変更できません";
    RepointNone: "repoint: zone {0} has no {1}", "repoint: ゾーン {0} に {1} がありません";
    RepointOtherType: "repoint: zone {0} has no {1}; of that name it has {2}, and a type does not change",
        "repoint: ゾーン {0} に {1} がありません。その名前にあるのは {2} で、タイプは変更できません";
    RepointWhich: "repoint: {0} has {1} sets: say which by set_identifier ({2})",
        "repoint: {0} には {1} 個のセットがあります。どれかを set_identifier で指定してください（{2}）";
    RepointSame: "repoint: {0} says {1} already", "repoint: {0} はすでに {1} です";
    RepointOneWay: "repoint: {0}: to has exactly one of value, values, alias (with zone_id), database and cluster",
        "repoint: {0}: to には value、values、alias（zone_id と共に）、database、cluster のうち 1 つだけを書いてください";
    RepointNoAlias: "repoint: {0}: zone_id and evaluate_health belong to an alias",
        "repoint: {0}: zone_id と evaluate_health は alias と共に書いてください";
    RepointNoReader: "repoint: {0}: reader belongs to a cluster",
        "repoint: {0}: reader は cluster と共に書いてください";
    RepointZoneId: "repoint: {0}: an alias needs zone_id, the hosted zone of {1} itself (of a load balancer its CanonicalHostedZoneId, of a distribution Z2FDTNDATAQYW2)",
        "repoint: {0}: alias には zone_id が必要です。{1} 自体のホストゾーンを書いてください（ロードバランサーなら CanonicalHostedZoneId、ディストリビューションなら Z2FDTNDATAQYW2）";
    RepointWithin: "repoint: {0}: an alias within the zone is copied, not re-pointed",
        "repoint: {0}: 同じゾーン内へのエイリアスは、向き先を変更せずコピーします";
    RepointAliasType: "repoint: {0}: an alias to a thing of AWS's is an A or AAAA record",
        "repoint: {0}: AWS のリソースへのエイリアスは A か AAAA レコードです";
    RepointNoCname: "repoint: {0}: an endpoint is a name, so only a CNAME can point at it",
        "repoint: {0}: エンドポイントは名前なので、指せるのは CNAME だけです";
    RepointNoDatabase: "repoint: {0}: this run restores no database {1}",
        "repoint: {0}: この実行ではデータベース {1} を復元しません";
    RepointNoCluster: "repoint: {0}: this run restores no cluster {1}",
        "repoint: {0}: この実行ではクラスター {1} を復元しません";
    RepointEmpty: "repoint: {0}: an empty value points nowhere",
        "repoint: {0}: 空の値はどこも指しません";
    RepointValues: "repoint: {0}: a CNAME has one value", "repoint: {0}: CNAME の値は 1 つだけです";
    OldAndNew: "{0}: - {1} + {2}", "{0}: 変更前 {1}、変更後 {2}";
    EndpointOf: "the endpoint of {0} in the target", "移行先の {0} のエンドポイント";
    ReaderOf: "the endpoint for reading of {0} in the target", "移行先の {0} の読み取り用エンドポイント";
    RepointedFirst: "re-pointed records change in the old zone, before the delegation, and are copied from there: until the delegation changes it alone is asked. Whoever goes by them reaches the target from then on; going back writes the old values again, and what was written in the target meanwhile stays there",
        "向き先を変えるレコードは、委任より先に古いゾーンで変更し、そこからコピーします。委任が変わるまでは古いゾーンだけが応答するためです。これを使うものは、その時点から移行先につながります。元に戻すと古い値を書き直しますが、その間に移行先に書かれたものは移行先に残ります";
    RepointedInState: "a Terraform that still has the re-pointed records in its state would write the old values again: let it not apply until source_removed.tf is in",
        "向き先を変えたレコードがまだ state にある Terraform は、古い値を書き戻します。source_removed.tf を取り込むまで apply しないでください";
    NotLowered: "{0} is one of several sets, which have one TTL: it is not lowered, and resolvers may remember the old value for {1} s",
        "{0} は TTL を共有する複数のセットの 1 つなので、TTL を下げません。リゾルバーは古い値を {1} 秒間覚えている可能性があります";

    // Notes: private zones
    MadeByService: "zone {0} was made by {1}, which alone changes its records and VPCs: make the namespace and its services anew in the target (with Cloud Map: create-private-dns-namespace) and drop it here",
        "ゾーン {0} は {1} が作成したもので、レコードと VPC を変更できるのは {1} だけです。移行先で名前空間とサービスを作り直し（Cloud Map なら create-private-dns-namespace）、ここからは外してください";
    NoVpcs: "vpcs is empty: name the target's VPCs that are to resolve {0}, such as vpcs = [\"vpc-0a1b2c3d\"]",
        "vpcs が空です。{0} を解決する移行先の VPC を指定してください（例: vpcs = [\"vpc-0a1b2c3d\"]）";
    VpcTwice: "{0} is named twice", "{0} が 2 回指定されています";
    VpcResolves: "{0} resolves zone {1} of the same name already (of account {2}), and a VPC resolves one zone of a name only: end that first (aws route53 disassociate-vpc-from-hosted-zone), or leave {0} out",
        "{0} はすでに同じ名前のゾーン {1}（アカウント {2}）を解決しており、VPC が解決できるのは 1 つの名前につき 1 つのゾーンだけです。先に関連付けを外す（aws route53 disassociate-vpc-from-hosted-zone）か、{0} を指定から外してください";
    VpcShares: "{0} resolves zone {1} of the same name already (of account {2}), and a VPC resolves one zone of a name only: end that first (aws route53 disassociate-vpc-from-hosted-zone), or leave {0} out; or leave it as it is with route = \"share\"",
        "{0} はすでに同じ名前のゾーン {1}（アカウント {2}）を解決しており、VPC が解決できるのは 1 つの名前につき 1 つのゾーンだけです。先に関連付けを外す（aws route53 disassociate-vpc-from-hosted-zone）か、{0} を指定から外すか、route = \"share\" として現状のままにしてください";
    NoPrivateZone: "the source account has no private zone {0} in the inventory; a public one is moved by [[zone]]",
        "インベントリーの移行元アカウントにプライベートゾーン {0} がありません。パブリックゾーンは [[zone]] で移します";
    NoSuchId: "none of the source's private zones {0} has the id {1}: {2}",
        "移行元のプライベートゾーン {0} に、ID が {1} のものはありません: {2}";
    SeveralPrivate: "the source account has several private zones {0}: say with id which is meant: {1}",
        "移行元アカウントにプライベートゾーン {0} が複数あります。どれかを id で指定してください: {1}";
    NoVpcId: "{0} is not the id of a VPC, such as \"vpc-0a1b2c3d\"",
        "{0} は \"vpc-0a1b2c3d\" のような VPC の ID ではありません";
    VpcOfSource: "{0} is a VPC of the source: name those of the target",
        "{0} は移行元の VPC です。移行先の VPC を指定してください";
    UnknownVpc: "the inventory has no VPC {0} in {1} of the target {2}: look whether that is its id, and write it there under vpcs",
        "インベントリーの移行先 {2} の {1} に VPC {0} がありません。ID が正しいか確認し、そこの vpcs に書いてください";
    ProfilesUnseen: "zones that a Route 53 Profile attaches to a VPC are in none of the lists that are looked at: whether one of {0} is, only aws route53profiles list-profile-associations and list-profile-resource-associations tell, in each account whose Profile reaches the VPC",
        "Route 53 Profile で VPC に関連付けたゾーンは、確認する一覧のどれにも出ません。{0} に該当するものがあるかは、VPC に関連付いた Profile を持つ各アカウントで aws route53profiles list-profile-associations と list-profile-resource-associations を実行しないと分かりません";
    NamesUnasked: "no name is asked for: only from inside a VPC can private names be asked, and Route 53's own test (TestDNSAnswer) knows public zones only. Private zones cannot be delegated either: what lies below in a private zone of its own needs a [[private_zone]] of its own",
        "名前解決の確認はしません。プライベートな名前は VPC の中からしか引けず、Route 53 のテスト (TestDNSAnswer) はパブリックゾーンしか扱えないためです。プライベートゾーンは委任もできません。配下に別のプライベートゾーンがあれば、それにも [[private_zone]] が必要です";
    ResolvedAlready: "{0} of the VPCs named resolve zone {1} already: nothing is done with them",
        "指定された VPC のうち {0} 個はすでにゾーン {1} を解決しているため、何もしません";
    SharedForGood: "for good, {0} of account {1} will resolve zone {2} of account {3}: this grant outlives the run, both accounts see the same answers, and only account {3} can change them. Whoever deletes that zone takes {4} from the target",
        "アカウント {1} の {0} は、今後ずっとアカウント {3} のゾーン {2} を解決します。この許可は実行後も残り、両アカウントに同じ応答が返り、変更できるのはアカウント {3} だけです。そのゾーンを削除すると、移行先でも {4} が使えなくなります";
    VpcIgnored: "where a Terraform owns zone {0} with vpc blocks, give its aws_route53_zone lifecycle { ignore_changes = [vpc] } before its next apply: it would take {1} off the zone again",
        "Terraform が vpc ブロックでゾーン {0} を管理している場合は、次の apply の前に aws_route53_zone に lifecycle { ignore_changes = [vpc] } を付けてください。付けないと {1} の関連付けが外されます";
    OwnLater: "a zone of the target's own later (route = \"copy\") means a gap in {0}, between its end with this zone and the other's beginning, in which {1} does not resolve there",
        "後から移行先専用のゾーンにする（route = \"copy\"）場合、{0} では、このゾーンから外れて新しいゾーンに関連付くまでの間、{1} を解決できません";
    TwoZones: "from now on there are two zones {0}: {1} go on asking zone {3}, {2} the new one. What is changed after the records are copied must be written to both, as long as both are asked",
        "今後、ゾーン {0} は 2 つになります。{1} は引き続きゾーン {3} を、{2} は新しいゾーンを参照します。レコードのコピー後の変更は、両方が使われている間、両方に書く必要があります";
    VpcsOfSource: "the VPCs of the source", "移行元の VPC";
    CopiedAsTheyAre: "records are copied as they are: values that name private addresses or endpoints of account {0} go on naming those, and {1} must be able to reach them until you write the target's own (cleave outputs tells them)",
        "レコードはそのままコピーします。アカウント {0} のプライベートアドレスやエンドポイントを指す値もそのままなので、移行先のもの（cleave outputs で分かります）に書き換えるまで、{1} からそこに到達できる必要があります";
    NoAnswerYet: "a private zone is made with its VPC: from the moment it is made until its records are copied, {0} and all below has no answer in {1}, whatever answered there before",
        "プライベートゾーンは VPC と共に作成されます。作成からレコードのコピーが終わるまで、{1} では、それまでの応答元にかかわらず {0} とその配下が応答しません";
    MoveOnlyVpc: "a VPC of the source moves to the new zone NEW by hand, if it is to, with a gap in which its names do not resolve. It is the only VPC of its zone, and the last one cannot be disassociated: associate one that nobody uses with the old zone first, or delete that zone, its records before it. In account {0}: {1}; in account {2}: {3} && {4}; in account {0}: {5}",
        "移行元の VPC を新しいゾーン NEW に移す場合は手動で行います。その間、名前を解決できない時間が生じます。ゾーンの唯一の VPC で、最後の VPC は関連付けを外せないため、先に誰も使っていない VPC を古いゾーンに関連付けるか、ゾーンを（レコードを消してから）削除してください。アカウント {0} で: {1}。アカウント {2} で: {3} && {4}。アカウント {0} で: {5}";
    MoveVpc: "a VPC of the source moves to the new zone NEW by hand, if it is to, with a gap in which its names do not resolve. The last of the {0} VPCs cannot be disassociated: associate one that nobody uses with the old zone before it, or delete that zone, its records before it. In account {1}: {2}; in account {3}: {4} && {5}; in account {1}: {6}",
        "移行元の VPC を新しいゾーン NEW に移す場合は手動で行います。その間、名前を解決できない時間が生じます。{0} 個の VPC のうち最後の 1 つは関連付けを外せないため、その前に誰も使っていない VPC を古いゾーンに関連付けるか、ゾーンを（レコードを消してから）削除してください。アカウント {1} で: {2}。アカウント {3} で: {4} && {5}。アカウント {1} で: {6}";
    PrivateNotCarried: "not carried over: query logging. Health checks that records name stay those of the source account",
        "引き継がれないもの: クエリログ。レコードが使うヘルスチェックは移行元アカウントのもののままです";

    // Notes, and what a gate asks: taking the old away
    SetsLeft: "{0} record sets", "レコードセット {0} 件";
    TheSets: "the record sets", "レコードセット";
    ItsSets: "its record sets", "そのレコードセット";
    BackToZone: "pointing the delegation at it goes back, while nothing was written to the new zone only; resolvers may use the old one for 48 hours after the hand-over",
        "新しいゾーンにだけ書かれたものがない間は、委任をこのゾーンに向ければ元に戻ります。引き渡しから 48 時間は、リゾルバーが古いゾーンを使う可能性があります";
    BackToSets: "deleting the delegation goes back to them, while nothing was written to the new zone only; resolvers may use the old one for 48 hours after the hand-over",
        "新しいゾーンにだけ書かれたものがない間は、委任を削除すれば元に戻ります。引き渡しから 48 時間は、リゾルバーが古いゾーンを使う可能性があります";
    CollectionsLeft: "its records are not the only ones that may name the CIDR collections {0}: no step deletes those. Do it by hand once nothing else uses them",
        "CIDR コレクション {0} は他のレコードも使っている可能性があり、どのステップも削除しません。他に使うものがなくなったら手動で削除してください";
    ChecksLeft: "its records are not the only ones that may name the health checks {0}: no step deletes those. Do it by hand once nothing else uses them",
        "ヘルスチェック {0} は他のレコードも使っている可能性があり、どのステップも削除しません。他に使うものがなくなったら手動で削除してください";
    ChangedSince: "the new zone has these otherwise, changed since the hand-over: {0}",
        "新しいゾーンでは次のものが引き渡し後に変更され、内容が異なります: {0}";
    ConsentZone: "The old zone {0} of {1} is deleted with {2}. Whoever still asks its servers gets no answer, and a new zone never has the same servers again.",
        "{1} の古いゾーン {0} を、{2}と共に削除します。まだそのサーバーに問い合わせるものには応答がなくなり、新しいゾーンに同じサーバーが割り当てられることは二度とありません。";
    ConsentSets: "{0} at {1} and below are deleted from zone {2}. The delegation stays; without them taking it back leaves these names without an answer.",
        "{1} 以下の{0}をゾーン {2} から削除します。委任は残ります。削除後に委任を元に戻すと、これらの名前は応答しなくなります。";

    // Titles: making the zone, and its records
    MakeZone: "make a new zone {0}", "新しいゾーン {0} を作成";
    UseZone: "use the zone {0} that the target has", "移行先にあるゾーン {0} を使用";
    TagZone: "tag the new zone", "新しいゾーンにタグを付与";
    CopySets: "copy its {0} record sets", "レコードセット {0} 件をコピー";
    LowerNewApex: "lower the new zone's own NS TTL to {0} s, so that there is a quick way back",
        "すぐに元に戻せるよう、新しいゾーン自体の NS の TTL を {0} 秒に下げる";
    AskServers: "ask each of the new name servers for every name and compare with the old ones",
        "新しいネームサーバーのそれぞれに全名前を問い合わせ、古いものと比較";
    LowerDelegation: "lower the TTL of the delegation in {0} from {1} to {2} s",
        "{0} にある委任の TTL を {1} から {2} 秒に下げる";
    LowerOldApex: "lower the old zone's own NS TTL from {0} to {1} s",
        "古いゾーン自体の NS の TTL を {0} から {1} 秒に下げる";
    WaitTtl: "wait {0} s, until no resolver remembers the old TTL",
        "古い TTL がリゾルバーから消えるまで {0} 秒待機";

    // Titles: handing over, and what follows
    CopyLate: "copy what was changed in the old zone since", "その後に古いゾーンで変更されたものをコピー";
    CompareAgain: "compare the answers once more", "応答をもう一度比較";
    PointDelegation: "point the delegation in {0} at the new zone", "{0} にある委任を新しいゾーンに向ける";
    Delegate: "delegate {0} in {1} to the new zone", "{1} で {0} を新しいゾーンに委任";
    AskParent: "ask the name servers of {0} whom they delegate it to", "{0} のネームサーバーに現在の委任先を問い合わせ";
    TellLines: "tell the NS lines for {0}, and wait until all of its name servers delegate to the new zone",
        "{0} に書く NS の行を知らせ、そのすべてのネームサーバーが新しいゾーンに委任するのを待機";
    Watch: "watch the delegation and the answers for {0} s", "委任と応答を {0} 秒間監視";
    KeepEqual: "keep both zones the same for {0} h more", "さらに {0} 時間、両ゾーンを同じ内容に保つ";
    RaiseDelegation: "raise the TTL of the delegation to {0} s again", "委任の TTL を {0} 秒に戻す";
    RaiseNewApex: "raise the new zone's own NS TTL to {0} s", "新しいゾーン自体の NS の TTL を {0} 秒に上げる";
    ReleaseZone: "take the run's tags off the target's zone", "移行先のゾーンから実行のタグを外す";

    // Titles: what records name beside records
    UseCollection: "use the CIDR collection {0} that the target has, as it has the same blocks",
        "ブロックが同じなので、移行先にある CIDR コレクション {0} を使用";
    MakeCollection: "make a CIDR collection for what {0} is in the source",
        "移行元の {0} に当たる CIDR コレクションを作成";
    PutBlocks: "put the {0} blocks of its {1} locations into it", "{1} 個のロケーションのブロック {0} 個を登録";
    PutLateBlocks: "put the blocks that were changed in the old one since", "その後に元のコレクションで変更されたブロックを登録";
    CopyCheck: "make the {0} health check {1} in the target, too", "{0} のヘルスチェック {1} を移行先にも作成";
    TagCheck: "tag it", "タグを付与";
    AwaitHealth: "wait until the {0} copied health checks are healthy where the old ones are",
        "コピーしたヘルスチェック {0} 件が、元が正常なものについて正常になるのを待機";

    // Titles: certificates
    AwaitCertificate: "wait until the target's Terraform has asked for a certificate for {0} in {1}",
        "移行先の Terraform が {1} で {0} の証明書を申請するのを待機";
    WriteValidation: "write its validation records into the old zone {0}", "証明書の検証レコードを古いゾーン {0} に書き込み";
    AwaitIssued: "wait until the certificate for {0} in {1} is issued", "{1} の {0} の証明書が発行されるのを待機";

    // Titles: re-pointing
    LowerRecord: "lower the TTL of {0} from {1} to {2} s", "{0} の TTL を {1} から {2} 秒に下げる";
    WaitRecordTtl: "wait {0} s, until no resolver remembers an old TTL of what is re-pointed",
        "向き先を変えるレコードの古い TTL がリゾルバーから消えるまで {0} 秒待機";
    Repoint: "re-point {0}: {1} → {2}", "{0} の向き先を変更: {1} → {2}";
    RaiseInNew: "raise the TTL of {0} to {1} s again in the new zone", "新しいゾーンで {0} の TTL を {1} 秒に戻す";
    RaiseInOld: "raise the TTL of {0} to {1} s again in the old zone", "古いゾーンで {0} の TTL を {1} 秒に戻す";

    // Titles: private zones
    LetAssociate: "let {0} be associated with zone {1}", "{0} とゾーン {1} の関連付けを許可";
    Associate: "associate {0} with zone {1} of the source", "{0} を移行元のゾーン {1} に関連付け";
    Withdraw: "withdraw the permission to associate {0}", "{0} の関連付けの許可を取り消し";
    MakePrivateZone: "make a private zone {0} for {1}", "{1} 用のプライベートゾーン {0} を作成";
    CopyPrivateSets: "copy its {0} record sets, and compare what is stored", "レコードセット {0} 件をコピーし、保存内容を比較";
    AssociateNew: "associate {0} with the new zone", "{0} を新しいゾーンに関連付け";

    // Titles: taking the old away
    ProveRetired: "prove that the parent delegates {0} to the new zone, which holds all that the old side holds",
        "親が {0} を新しいゾーンに委任し、古い側の内容がすべて新しいゾーンにあることを確認";
    DeleteSets: "delete {0} of {1}, batch by batch", "{1} の{0}を順に削除";
    DeleteZone: "delete the old zone {0}", "古いゾーン {0} を削除";
}
}
