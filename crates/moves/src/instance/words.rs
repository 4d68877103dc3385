//! What the plan of an instance says, in English and Japanese.

use model::sentences;

sentences! {
/// A note, a step's title, what a step proves or why it stops.
pub(crate) enum Text {
    // What stands in the way
    NoInstance: "account {0} has no instance {1} in {2}, or the inventory does not list it",
        "アカウント {0} の {2} にインスタンス {1} がないか、インベントリーにありません";
    WrongState: "{0} is {1}: it must be running or stopped. Make the inventory anew",
        "{0} は {1} です。running か stopped である必要があります。インベントリーを作り直してください";
    AutoScaling: "{0} belongs to the Auto Scaling group {1}, which replaces what is stopped: take it out first (aws autoscaling detach-instances), or move the group's image as [[image]]",
        "{0} は Auto Scaling グループ {1} に属し、停止すると置き換えられます。先に切り離すか（aws autoscaling detach-instances）、グループのイメージを [[image]] として移行してください";
    Spot: "{0} is a Spot instance, which cannot be stopped as others can: move its volumes as [[volume]], or an image as [[image]]",
        "{0} はスポットインスタンスで、通常のようには停止できません。ボリュームを [[volume]] として、またはイメージを [[image]] として移行してください";
    StopProtected: "{0} refuses to be stopped (disableApiStop): aws ec2 modify-instance-attribute --instance-id {0} --no-disable-api-stop",
        "{0} は停止保護（disableApiStop）が有効です: aws ec2 modify-instance-attribute --instance-id {0} --no-disable-api-stop";
    RootOnStore: "the root of {0} is an instance store: it can be neither stopped nor imaged. Carry what it holds with rsync to an instance in account {1}",
        "{0} のルートはインスタンスストアで、停止もイメージ作成もできません。内容を rsync でアカウント {1} のインスタンスに移してください";
    NoRootVolume: "the inventory lists no volume as {0} of {1}: what an image of it would hold cannot be told",
        "インベントリーに {1} の {0} のボリュームがなく、イメージに何が入るか分かりません";
    OnStore: "{0} has {1} instance-store volume(s): what they hold is gone when it is stopped, and no image has it. Carry it with rsync first, and say instance_store = \"lose\"",
        "{0} にはインスタンスストアボリュームが {1} 個あります。その内容は停止すると消え、イメージにも入りません。先に rsync で移し、instance_store = \"lose\" と書いてください";
    Marketplace: "{0} carries the Marketplace codes {1}, and so would its image, which cannot be copied into another account",
        "{0} には Marketplace の製品コード {1} が付いています。イメージにも付くため、他のアカウントにコピーできません";

    // What becomes of it
    Stopped: "{0} ({1}) is STOPPED by this run and stays stopped after it: whatever it serves is away from then on, until something of its image is launched in the target. It is never terminated; taking the run back starts it again",
        "{0}（{1}）はこの実行で停止され、実行後も停止したままです。移行先でイメージから起動するまで、提供しているものは使えなくなります。インスタンスを終了（terminate）することはなく、実行を取り消すと再び起動します";
    StoreLost: "what the {0} instance-store volume(s) of {1} hold is lost when it is stopped, as the runbook says",
        "ランブックのとおり、{1} のインスタンスストアボリューム {0} 個の内容は停止すると失われます";
    NoGate: "no gate stands before it is stopped: add [[gate]] with before = [\"instance\"] if somebody should agree first",
        "停止の前にゲートがありません。先に同意を得るべきなら、before = [\"instance\"] の [[gate]] を追加してください";
    NotCarried: "an image carries its volumes and nothing else. Not carried, and yours to say when {0} is launched in the target: {1}",
        "イメージに入るのはボリュームだけです。次のものは入らないため、移行先で {0} を起動するときに指定してください: {1}";

    // What is not carried: each says alone, or with all that follows
    Type: "the type {0}", "タイプ {0}";
    Subnet: "the subnet {0}", "サブネット {0}";
    Groups: "the security groups {0}", "セキュリティグループ {0}";
    Profile: "the instance profile {0}", "インスタンスプロファイル {0}";
    KeyPair: "the key pair {0}", "キーペア {0}";
    Address: "the address {0}", "アドレス {0}";
    UserData: "its user data", "ユーザーデータ";

    // Taking the old away
    WayBack: "started again it serves as before the hand-over, without what was written in the target since",
        "起動し直せば引き渡し前と同じように動きますが、その後に移行先で書き込まれたものはありません";
    TerminationProtected: "it refuses to be terminated (disableApiTermination): --despite-protection lifts that, as a step of its own",
        "終了保護（disableApiTermination）が有効です。--despite-protection を付けると、専用のステップで解除します";
    AllGo: "of its volumes go with it (DeleteOnTermination): {0}; stay, detached: none",
        "ボリュームのうち、一緒に削除されるもの（DeleteOnTermination）: {0}。デタッチされて残るもの: なし";
    NoneGoes: "of its volumes go with it (DeleteOnTermination): none; stay, detached: {0}",
        "ボリュームのうち、一緒に削除されるもの（DeleteOnTermination）: なし。デタッチされて残るもの: {0}";
    SomeGo: "of its volumes go with it (DeleteOnTermination): {0}; stay, detached: {1}",
        "ボリュームのうち、一緒に削除されるもの（DeleteOnTermination）: {0}。デタッチされて残るもの: {1}";
    Goes: "EC2 instance {0} ({1}) and its volumes ({2}) is terminated; no image of it is made first.",
        "EC2 インスタンス {0}（{2}、{1}）とそのボリュームを終了（terminate）します。事前にイメージは作りません。";
    GoesUnprotected: "EC2 instance {0} ({1}) and its volumes ({2}) is terminated; no image of it is made first. Its protection against that is lifted first.",
        "EC2 インスタンス {0}（{2}、{1}）とそのボリュームを終了（terminate）します。事前にイメージは作りません。先に終了保護を解除します。";

    // Titles. What every id begins with is part of the sentence: by one word no sentence is known
    Stop: "stop i-{0} ({1})", "i-{0}（{1}）を停止";
    MakeImage: "make an image of {0} with its {1} EBS volume(s)", "{0} とその EBS ボリューム {1} 個のイメージを作成";
    ProveImaged: "prove that {0} is stopped and that its image in the target is whole", "{0} が停止していて、移行先のイメージが完全なことを確認";
    LiftProtection: "let {0} be terminated", "{0} の終了保護を解除";
    Terminate: "terminate i-{0}", "i-{0} を終了（terminate）";

    // What steps prove
    IsStopped: "{0} is stopped", "{0} は停止しています";
    WasStopped: "{0} was stopped before this run", "{0} は実行前から停止しています";
    ImageHasAll: "{0} is stopped; {1} in the target has every device that is attached to it",
        "{0} は停止しています。アタッチされているデバイスはすべて移行先の {1} にあります";
    Unprotected: "{0} does not refuse to be terminated any more", "{0} の終了保護は解除済み";
    Terminated: "{0} is terminated; {1} of its volumes stay",
        "{0} は終了（terminate）済み。ボリューム {1} 個が残っています";

    // Why they stop
    TakenAway: "{0} is {1}: somebody has taken it away", "{0} は {1} です。誰かが終了（terminate）しました";
    GoneAlready: "{0} is gone already", "{0} はすでにありません";
    Used: "{0} is {1}: somebody uses it", "{0} は {1} で、誰かが使っています";
    ImageGone: "its image {0} is gone in the target: this is the only one",
        "移行先のイメージ {0} がもうなく、このインスタンスしか残っていません";
    ImageIs: "its image {0} is {1} in the target", "移行先のイメージ {0} は {1}";
    AttachedSince: "{0} ({1}) was attached to it since, and is not in its image {2}",
        "{0}（{1}）は後からアタッチされたもので、イメージ {2} に入っていません";
}
}
