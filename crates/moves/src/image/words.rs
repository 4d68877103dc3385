//! What the plan of an image says, in English and Japanese.

use model::sentences;

sentences! {
/// A note, a step's title, what a step proves or why it stops.
pub(crate) enum Text {
    // What stands in the way
    NoImage: "account {0} has no image {1} in {2}",
        "アカウント {0} の {2} にイメージ {1} がありません";
    Marketplace: "{0} carries the Marketplace codes {1}: it cannot be copied into another account. Subscribe in the target, launch it there once and make an image of that",
        "{0} には Marketplace の製品コード {1} が付いており、他のアカウントにコピーできません。移行先でサブスクライブし、そこで一度起動して、そのイメージを作ってください";
    Disabled: "{0} is disabled: nobody can copy it. Enable it (aws ec2 enable-image --image-id {0}) and make the inventory anew",
        "{0} は無効化されていて、コピーできません。有効にして（aws ec2 enable-image --image-id {0}）、インベントリーを作り直してください";
    NotAvailable: "{0} is {1}, not available: it cannot be shared or copied",
        "{0} は available ではなく {1} です。共有もコピーもできません";
    NoSnapshots: "{0} has no EBS snapshots: images on an instance store cannot be re-encrypted",
        "{0} に EBS スナップショットがありません。インスタンスストアのイメージは暗号化し直せません";
    SnapshotOfOthers: "{0} behind {1} belongs to {2}: account {3} cannot share it. Copy the image within the account first, and move the copy",
        "{1} のスナップショット {0} は {2} のもので、アカウント {3} からは共有できません。先にアカウント内でイメージをコピーし、そのコピーを移行してください";
    SnapshotArchived: "{0} behind {1} lies in the archive tier, where it can be neither shared nor copied: restore it first (aws ec2 restore-snapshot-tier --snapshot-id {0} --permanent-restore; it takes 24 to 72 hours)",
        "{1} のスナップショット {0} はアーカイブ階層にあり、共有もコピーもできません。先に復元してください（aws ec2 restore-snapshot-tier --snapshot-id {0} --permanent-restore。24〜72 時間かかります）";
    NameTwice: "{0} becomes an image {1} in the target, too",
        "{0} も移行先でイメージ {1} になります";
    NameTaken: "account {0} has an image {1} already",
        "アカウント {0} にはすでにイメージ {1} があります";
    KeyUnlisted: "the key {0} of its snapshots is not in the inventory: whether it can be shared cannot be told",
        "スナップショットのキー {0} がインベントリーになく、共有できるかどうか分かりません";
    NotAllowed: "account {0} sees only images that its criteria admit (Allowed AMIs), and account {1} is not among their owners: add it (aws ec2 replace-image-criteria-in-allowed-images-settings) until the run is over. The copy is the account's own and needs no criterion",
        "アカウント {0} からは条件（Allowed AMIs）で許可したイメージしか見えず、許可した所有者にアカウント {1} がありません。実行が終わるまで追加してください（aws ec2 replace-image-criteria-in-allowed-images-settings）。コピーは自アカウントのものなので、条件は不要です";

    // What the accounts' settings mean
    BlocksPublic: "account {0} blocks public access to images or snapshots: that concerns everybody, and the run shares with one account only, so it is not in the way",
        "アカウント {0} はイメージまたはスナップショットのパブリックアクセスをブロックしています。これは一般公開に対する設定で、この実行は 1 つのアカウントにしか共有しないため、支障ありません";
    AllowedMeanwhile: "account {0} sees only images that its criteria admit (Allowed AMIs); copies are its own and need none, but for the time of the way account {1} must be among their owners",
        "アカウント {0} からは条件（Allowed AMIs）で許可したイメージしか見えません。コピーは自アカウントのものなので条件は不要ですが、移行中は許可した所有者にアカウント {1} が必要です";
    TargetEncrypts: "account {0} encrypts by default, under {1}: the copies name their own key and do not fall under it",
        "アカウント {0} はデフォルトで {1} により暗号化しますが、コピーにはキーを指定するため、影響しません";
    SourceEncrypts: "account {0} encrypts by default, under {1}: what is copied there on the way names its own key",
        "アカウント {0} はデフォルトで {1} により暗号化しますが、途中でそこに作るコピーにはキーを指定します";

    // What becomes of it
    AlsoMeant: "{0} means it, too: it is moved once",
        "{0} にも該当しますが、移行は 1 回だけです";
    Rekeyed: "it lies on a key that AWS manages, which cannot be opened to another account: it is first copied under a transport key. That is a second full copy",
        "AWS 管理のキーで暗号化されていて、このキーは他のアカウントに開放できません。そのため先に輸送用キーでコピーします。フルコピーがもう 1 回増えます";
    Protected: "{0} is protected from deregistration ({1}); its copy is not, so that the run can be taken back: protect it once the run is over",
        "{0} は登録解除から保護されています（{1}）。コピーは実行を取り消せるように保護しません。実行が終わったら保護してください";
    DeprecatedBefore: "{0} is deprecated since {1}, and EC2 takes no date in the past: its copy is not deprecated",
        "{0} は {1} から非推奨ですが、EC2 は過去の日時を受け付けないため、コピーは非推奨になりません";
    DeprecatedLate: "{0} becomes deprecated at {1}; EC2 takes ten years at most: the copy gets no date",
        "{0} は {1} に非推奨になりますが、EC2 は 10 年先までしか受け付けないため、コピーに日時は付きません";
    NewId: "its id in the target is a new one: launch templates, Auto Scaling groups, SSM parameters and infrastructure code that name it must be changed, together with any snapshot and key that they pin",
        "移行先では ID が変わります。これを参照する起動テンプレート、Auto Scaling グループ、SSM パラメータ、インフラのコードを、そこで固定しているスナップショットやキーとともに変更してください";
    NewIdNamed: "its id in the target is a new one: launch templates, Auto Scaling groups, SSM parameters and infrastructure code that name it must be changed, together with any snapshot and key that they pin. In the source {0} name {1}",
        "移行先では ID が変わります。これを参照する起動テンプレート、Auto Scaling グループ、SSM パラメータ、インフラのコードを、そこで固定しているスナップショットやキーとともに変更してください。移行元では {0} が {1} を参照しています";
    AutoScalingRole: "an Auto Scaling group of the target launches it as the service-linked role AWSServiceRoleForAutoScaling, which a new account may not have yet and which no customer key admits by itself: let the role be made, and admit it in the target key's policy (its use, and kms:CreateGrant); else instances end with Client.InternalError",
        "移行先の Auto Scaling グループは、サービスにリンクされたロール AWSServiceRoleForAutoScaling で起動します。このロールは新しいアカウントにはまだないことがあり、カスタマー管理のキーは自動ではこのロールを許可しません。ロールを作成し、移行先のキーポリシーで許可してください（使用と kms:CreateGrant）。許可しないと、インスタンスは Client.InternalError で終了します";
    SlowAtFirst: "what is launched of the copy is slow at first: each block is fetched when it is first read",
        "コピーから起動したものは最初は遅くなります。各ブロックは初めて読むときに取得されます";

    // Taking the old away
    SnapshotStays: "{0} stays: it stands behind {1} as well",
        "{0} は {1} でも使われているため、残ります";
    NoWayBackNeeded: "none is needed: its copy in the target is whole, and nothing writes to an image",
        "不要です。移行先のコピーは完全で、イメージに書き込むものはありません";
    Goes: "The image {0} ({1}) is deregistered, and {2} snapshot(s) behind it are deleted: nothing launches of it any more.",
        "イメージ {0}（{1}）を登録解除し、そのスナップショット {2} 個を削除します。以後このイメージからは起動できません。";

    // Titles
    CopyForTransport: "copy {0} under the transport key", "輸送用キーで {0} をコピー";
    ShareImage: "share the image with the target account", "イメージを移行先アカウントと共有";
    ShareSnapshot: "share a snapshot behind it with the target account", "イメージのスナップショットを移行先アカウントと共有";
    CopyInTarget: "copy {0} in the target, under the target's own key", "移行先で、移行先自身のキーを使って {0} をコピー";
    ShareNoLonger: "share it with the target account no longer", "移行先アカウントとの共有を終了";
    Deprecate: "have the copy become deprecated at {0}, as its original", "元のイメージと同じく {0} に非推奨になるようコピーを設定";
    TakeCopyAway: "take the copy that travelled away, with its snapshots", "移行に使ったコピーをスナップショットごと削除";
    TakeImageAway: "take the image that was made for the way away, with its snapshots", "移行用に作ったイメージをスナップショットごと削除";
    ProveCopied: "prove that the copy of {0} is whole and that nothing names {0}", "{0} のコピーが完全で、{0} を参照するものがないことを確認";
    Deregister: "deregister {0} and delete {1} snapshot(s) behind it", "{0} を登録解除し、そのスナップショット {1} 個を削除";

    // What steps prove
    SharedAnyway: "{0} was shared with {1} before, and stays so",
        "{0} は以前から {1} と共有されていて、共有は残ります";
    SharedBefore: "{0} was shared with {1} before this run, and stays so",
        "{0} はこの実行の前から {1} と共有されていて、共有は残ります";
    Sees: "account {0} sees {1}",
        "アカウント {0} から {1} が見えます";
    SharedNoLonger: "{0} is no longer shared with {1}",
        "{0} と {1} との共有は終了済み";
    Available: "{0} ({1}) is available, {2} snapshot(s) under {3}",
        "{0}（{1}）は available、スナップショット {2} 個、キーは {3}";
    AsOriginal: "it boots, and is described, as {0}", "起動の設定と説明は {0} と同じ";
    Deprecates: "the copy becomes deprecated at {0}",
        "コピーは {0} に非推奨になります";
    DatePassed: "the date has passed: the copy has none",
        "日時が過ぎたため、コピーには設定していません";
    GoneWithItsSnapshots: "{0} and its {1} snapshot(s) are gone",
        "{0} とそのスナップショット {1} 個はもうありません";
    GoneWithThoseBehind: "{0} and {1} snapshot(s) behind it are gone",
        "{0} と元のスナップショット {1} 個はもうありません";
    Unnamed: "{0} stands in the target on {1} snapshot(s) of its own, under the target's own key; no launch template, no parameter and no other account names {2}, as far as EC2 tells",
        "移行先の {0} は、移行先自身のキーで暗号化した独自のスナップショット {1} 個からなります。EC2 で分かる限り、{2} を参照する起動テンプレート、パラメータ、他のアカウントはありません";

    // Why they stop
    Ended: "the image {0} is in the state {1}", "イメージ {0} の状態は {1} です";
    KeyOfOthers: "{0} is not a key of the target",
        "{0} は移行先のキーではありません";
    UnderOtherKey: "{0} of {1} lies under {2}, not under {3}",
        "{1} の {0} のキーは {3} ではなく {2}";
    NoKey: "no key", "なし";
    SnapshotIs: "{0} of {1} is in the state {2}", "{1} の {0} の状態は {2}";
    OtherSizes: "{0} has volumes of {1} GiB, its original of {2}",
        "{0} のボリュームは {1} GiB、元は {2}";
    NotAs: "{0} is not as {1}: {2}", "{0} は {1} と異なります: {2}";
    Architecture: "its architecture was {0} and is {1}", "アーキテクチャは元が {0}、コピーが {1}";
    BootMode: "its boot mode was {0} and is {1}", "ブートモードは元が {0}、コピーが {1}";
    TpmSupport: "its TPM support was {0} and is {1}", "TPM のサポートは元が {0}、コピーが {1}";
    ImdsSupport: "its IMDS support was {0} and is {1}", "IMDS のサポートは元が {0}、コピーが {1}";
    EnaSupport: "its ENA support was {0} and is {1}", "ENA のサポートは元が {0}、コピーが {1}";
    Description: "its description was {0} and is {1}", "説明は元が {0}、コピーが {1}";
    NotTold: "\"not told\"", "不明";
    CopyGone: "its copy {0} is gone in the target: {1} is the only one",
        "移行先のコピー {0} がもうなく、{1} しか残っていません";
    CopyIs: "its copy {0} is {1} in the target",
        "移行先のコピー {0} は {1}";
    CopyOnOthers: "its copy {0} has {1} behind it, which the run did not make",
        "コピー {0} に、実行が作っていない {1} が使われています";
    CopyNotWhole: "of the {0} snapshots behind its copy {1} are whole",
        "コピーのスナップショット {0} 個のうち、完全なものは {1} 個だけです";
    CopyUnderOthersKey: "its copy {0} lies under {1}, a key of another account",
        "コピー {0} は別アカウントのキー {1} で暗号化されています";
    NamedBy: "it is named by {0}", "{0} から参照されています";
    SharedWith: "it is shared with {0}", "{0} と共有されています";
}
}
