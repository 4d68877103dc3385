//! What the plan of a volume or a snapshot says, in English and Japanese.

use model::sentences;

sentences! {
/// A note, a step's title, what a step proves or why it stops.
pub(crate) enum Text {
    // What stands in the way
    NoVolume: "account {0} has no {1} in {2}, or the inventory does not list it among volumes, ebs_snapshots or the snapshots of images",
        "アカウント {0} の {2} に {1} がないか、インベントリーの volumes、ebs_snapshots、イメージのスナップショットのいずれにもありません";
    WhichZone: "where shall it lie in the target? Add availability_zone = \"{0}a\" or another one, or restore = false, which leaves the copy of the snapshot",
        "移行先のどこに置きますか。availability_zone = \"{0}a\" などを追加してください。スナップショットのコピーだけでよければ restore = false を追加してください";
    NoSuchZone: "{0} is no availability zone of {1}",
        "{0} は {1} のアベイラビリティーゾーンではありません";
    Archived: "{0} lies in the archive tier, where it can be neither shared nor copied: restore it first (aws ec2 restore-snapshot-tier)",
        "{0} はアーカイブ階層にあり、共有もコピーもできません。先に復元してください（aws ec2 restore-snapshot-tier）";
    NotCompleted: "{0} is {1}, not completed: it cannot be copied",
        "{0} は completed ではなく {1} です。コピーできません";
    OfOthers: "{0} belongs to {1}, who alone can share it",
        "{0} は {1} のもので、共有できるのは {1} だけです";
    ImageMoves: "{0} stands behind the image {1}, which this runbook moves: leave one of the two to another run",
        "{0} は、このランブックで移行するイメージ {1} のスナップショットです。どちらか一方は別の実行に回してください";

    // What becomes of it
    AttachedStopped: "{0} is attached to {1}, which is stopped: leave it so",
        "{0} は停止中の {1} にアタッチされています。停止したままにしてください";
    AttachedUngated: "{0} is attached to {1}: its snapshot holds what is on the volume at that moment, as after a power failure, and not what is in memory; add a [[gate]] before = [\"volume\"], stop the instance or unmount it, and agree then",
        "{0} は {1} にアタッチされています。スナップショットに入るのは、電源断の直後と同じくその時点のボリュームの内容で、メモリ上のものは入りません。[[gate]] before = [\"volume\"] を追加し、インスタンスを停止するかボリュームをアンマウントしてから同意してください";
    AttachedGated: "{0} is attached to {1}: its snapshot holds what is on the volume at that moment, as after a power failure, and not what is in memory; stop the instance or unmount it before you agree at the gate",
        "{0} は {1} にアタッチされています。スナップショットに入るのは、電源断の直後と同じくその時点のボリュームの内容で、メモリ上のものは入りません。ゲートで同意する前に、インスタンスを停止するかボリュームをアンマウントしてください";
    MultiAttach: "it is attached to several instances (Multi-Attach): the new one is a plain volume",
        "複数のインスタンスにアタッチされています（Multi-Attach）。新しいものは通常のボリュームです";
    Rekeyed: "it lies on a key that AWS manages, which cannot be opened to another account: its snapshot is first copied under a transport key. That is a second full copy",
        "AWS 管理のキーで暗号化されていて、このキーは他のアカウントに開放できません。そのためスナップショットを先に輸送用キーでコピーします。フルコピーがもう 1 回増えます";
    BecomesGp3: "a snapshot does not say of what type its volume was: the new one is gp3, and the copy of the snapshot stays",
        "スナップショットからは元のボリュームのタイプが分かりません。新しいものは gp3 で、スナップショットのコピーも残ります";
    SlowAtFirst: "the new volume is slow at first: each block is fetched when it is first read",
        "新しいボリュームは最初は遅くなります。各ブロックは初めて読むときに取得されます";

    // Taking the old away
    OnlyOne: "the target has a volume of it, which has been written to since, and no snapshot: it is the only one as it was",
        "移行先にあるのはこれから作ったボリュームで、その後の書き込みがあり、スナップショットはありません。当時のままのものはこれだけです";
    WayBack: "what was written in the target since is not in it",
        "その後に移行先で書き込まれたものは入っていません";
    SnapshotGoes: "The EBS snapshot {0} is deleted; no snapshot of it is taken first.",
        "EBS スナップショット {0} を削除します。事前に別のスナップショットは取りません。";
    VolumeGoes: "The EBS volume {0} is deleted; no snapshot of it is taken first.",
        "EBS ボリューム {0} を削除します。事前にスナップショットは取りません。";

    // Titles. What every id begins with is part of the sentence: by one word no sentence is known
    TakeSnapshot: "take a snapshot of {0}", "{0} のスナップショットを取得";
    CopyForTransport: "copy the snapshot under the transport key", "輸送用キーでスナップショットをコピー";
    ShareSnapshot: "share the snapshot with the target account", "スナップショットを移行先アカウントと共有";
    CopyInTarget: "copy the snapshot in the target, under the target's own key", "移行先で、移行先自身のキーを使ってスナップショットをコピー";
    MakeVolume: "make a volume of it in {0}, {1} {2} GiB", "{0} にボリュームを作成（{1}、{2} GiB）";
    DeletePassing: "delete the snapshot that was made for the way", "移行用に作ったスナップショットを削除";
    ProveKept: "prove that the target has {0} and that nothing uses {1}", "移行先に {0} があり、{1} を使うものがないことを確認";
    DeleteSnapshot: "delete snap-{0}", "snap-{0} を削除";
    DeleteVolume: "delete vol-{0}", "vol-{0} を削除";

    // What steps prove
    SnapshotMade: "{0} is completed, {1} GiB, under {2}", "{0} は completed、{1} GiB、キーは {2}";
    NoKey: "no key", "なし";
    VolumeMade: "{0} is {1} {2} GiB {3} in {4} under {5}",
        "{0} は {4} の {1}（{2} GiB {3}、キーは {5}）になりました";
    Gone: "{0} is gone", "{0} は削除済み";
    Unused: "{0} stands in the target; nothing in the source uses {1}",
        "移行先に {0} があり、移行元で {1} を使うものはありません";

    // Why they stop
    SnapshotInError: "{0} is in error: {1}", "{0} は error です: {1}";
    VolumeInError: "{0} is in error: its key may not admit who asked",
        "{0} は error です。キーが要求元を許可していない可能性があります";
    KeyOfOthers: "{0} is not a key of account {1}", "{0} はアカウント {1} のキーではありません";
    UnderOtherKey: "{0} lies under {1}, not under {2}", "{0} のキーは {2} ではなく {1}";
    OtherSize: "{0} is {1} and of {2} GiB, not of {3}", "{0} は {1}、{3} GiB ではなく {2} GiB";
    NotKept: "the target has no {0} any more: {1} is the only one",
        "{0} は、もう移行先にありません。残っているのは {1} だけです";
    BehindImage: "it stands behind the image {0}", "イメージ {0} のスナップショットです";
    Attached: "it is attached to {0}", "{0} にアタッチされています";

    // How a volume is not as it was asked for
    NotAsAsked: "the volume {0} is not as asked for: {1}", "ボリューム {0} が指定と異なります: {1}";
    Zone: "its zone is {0} and not {1}", "ゾーンが {1} ではなく {0}";
    Type: "its type is {0} and not {1}", "タイプが {1} ではなく {0}";
    Size: "its size in GiB is {0} and not {1}", "サイズ（GiB）が {1} ではなく {0}";
    Key: "its key is {0} and not {1}", "キーが {1} ではなく {0}";
    Iops: "its IOPS is {0} and not {1}", "IOPS 値が {1} ではなく {0}";
    Throughput: "its throughput is {0} and not {1}", "スループットが {1} ではなく {0}";
    Nothing: "none", "なし";
}
}
