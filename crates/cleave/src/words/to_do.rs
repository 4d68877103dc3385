//! What to do about an error: nothing else can stand behind its "to do:".

use model::sentence::filled;

use super::{Language, chosen};

/// What to do, its places filled in, in the chosen language. Made of [`ToDo`] alone: an advice in one language does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advised(String);

impl From<ToDo> for Advised {
    fn from(to_do: ToDo) -> Self {
        Self(to_do.say().to_owned())
    }
}

impl std::fmt::Display for Advised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl ToDo {
    /// It in the chosen language, its places filled in.
    pub fn fill(self, values: &[&str]) -> Advised {
        Advised(filled(self.say(), values))
    }
}

words! { ToDo
    // Anywhere
    CheckPath: "Check the path and its permissions.", "パスと権限を確認してください。";
    CheckDisk: "Check the path, its permissions and the space on the disk, then type the same command again.",
        "パス・権限・ディスクの空き容量を確認し、同じコマンドを再入力してください。";
    Repeat: "Repeat the command.", "同じコマンドを再入力してください。";
    Mistake: "This is a mistake in cleave: report it.", "cleave の不具合です。報告してください。";
    LogIn: "Log in, or set AWS_PROFILE, or pass --profile.", "ログインするか、AWS_PROFILE を設定するか、--profile を付けてください。";
    LogInAgain: "Log in again and repeat the command.", "ログインし直し、同じコマンドを再入力してください。";
    WhenAwsAnswers: "Repeat the command when AWS answers.", "AWS が応答するようになったら、同じコマンドを再入力してください。";
    CorrectAccount: "Correct the account or the role in the runbook, or log in to the other account.",
        "ランブックのアカウントかロールを直すか、もう一方のアカウントにログインしてください。";
    AdmitRole: "Make the role in that account, or let its trust policy admit you (and the external id of the runbook).",
        "そのアカウントにロールを作るか、ロールの信頼ポリシーで自分（とランブックの外部 ID）を許可してください。";

    // The journal, and who carries the run on
    JournalNewer: "Use the release of cleave that wrote it, or a later one. `cleave status` and `cleave report` can still read it.",
        "書き込んだ版以降の cleave を使ってください。`cleave status` と `cleave report` は今の版でも使えます。";
    JournalMissing: "Check the path: the journal lies where the run was started (--journal).",
        "パスを確認してください。ジャーナルは実行を開始した場所にあります（--journal）。";
    JournalExists: "Another process has just made it. Type the same command again.",
        "別のプロセスが作成したところです。同じコマンドを再入力してください。";
    JournalFull: "Nothing was begun in AWS that the journal does not hold. Make room on the file system of the journal, then type the same command again: it looks at what there is and goes on.",
        "ジャーナルにない操作は AWS で始まっていません。ジャーナルのあるファイルシステムの空きを増やし、同じコマンドを再入力してください。現状を確認して続行します。";
    JournalNotWritable: "Give this user the right to write the journal and its folder (two files are made beside it), or mount the file system for writing, then type the same command again. `cleave status` and `cleave report` need no such right.",
        "ジャーナルとそのフォルダーへの書き込み権限を与える（隣にファイルが 2 つ作られます）か、書き込み可能でマウントし、同じコマンドを再入力してください。`cleave status` と `cleave report` に書き込み権限は不要です。";
    JournalDisk: "Nothing was begun in AWS that the journal does not hold. Look what the kernel says of the disk (dmesg) and copy the journal to a sound one, then type the same command again; a copy is made the run's with `cleave journal adopt`.",
        "ジャーナルにない操作は AWS で始まっていません。カーネルのログ（dmesg）でディスクを確認し、ジャーナルを正常なディスクへコピーして、同じコマンドを再入力してください。コピーは `cleave journal adopt` で引き継ぎます。";
    JournalBusy: "Some process has had the journal open for writing for half a minute; ours take milliseconds. Close it, for example a SQLite shell, then type the same command again.",
        "30 秒以上ジャーナルを書き込み用に開いているプロセスがあります（cleave ならミリ秒で終わります）。SQLite シェルなどを閉じ、同じコマンドを再入力してください。";
    JournalOther: "The journal is not touched and no fresh one is begun, because it alone knows what was changed. Put back the latest copy of it (`cleave journal backup` makes them), then `cleave journal adopt`; or keep the file and ask for help.",
        "変更内容を知っているのはこのジャーナルだけなので、書き換えも新規作成もしません。最新のコピー（`cleave journal backup` で作成）を戻して `cleave journal adopt` するか、ファイルを残して問い合わせてください。";
    StartOne: "Start one: cleave run RUNBOOK", "開始してください: cleave run RUNBOOK";
    AdoptHere: "Adopt it: what it does not know is looked up in AWS. `cleave status` says as of which event it is.",
        "引き継いで（adopt）ください。記録にないことは AWS で確認します。どのイベント時点かは `cleave status` で分かります。";
    AdoptRenamed: "If this host was called {0} then, or the run is never carried on there again, adopt it. Else go on there.",
        "このホストの当時の名前が {0} だったか、そちらで二度と続行しない場合は引き継いで（adopt）ください。それ以外はそちらで続行してください。";
    GoOnWith: "Go on with {0} on {1}. If that one is gone, or nobody will ever run it again, say that the run goes on here. `cleave status`, `cleave report` and `cleave journal export` work on copies.",
        "{1} の {0} で続行してください。それが失われたか、二度と実行されない場合は、ここで続行すると宣言してください。`cleave status`、`cleave report`、`cleave journal export` はコピーでも使えます。";
    SameCommandAsBefore: "Go on with the same command as before (run, undo or retire).",
        "これまでと同じコマンド（run、undo、retire）で続行してください。";
    KnowsMore: "Go on with that file. If it is to be given up all the same, move it away first: what it alone knows is then looked up in AWS.",
        "そのファイルで続行してください。それでも破棄する場合は、先に別の場所へ移してください。そのファイルだけが知ることは AWS で確認します。";
    LockFile: "Give this user the right to write the lock file and its folder, then type the same command again.",
        "ロックファイルとそのフォルダーへの書き込み権限を与え、同じコマンドを再入力してください。";
    HeldBy: "Watch it from here; it needs no second process. To go on here instead, have it paused (`cleave pause`) and type the same command again. When that process is gone, however it ended, its lock is gone, too.",
        "ここから状況を見てください。2 つ目のプロセスは不要です。ここで続けるには、一時停止（`cleave pause`）させて同じコマンドを再入力してください。そのプロセスが終われば、終わり方によらずロックも外れます。";
    KeepTheJournal: "Keep the journal. If the plan was made by another release, use that one.",
        "ジャーナルを残してください。別の版で作られた計画なら、その版を使ってください。";
    RunbookChanged: "Put the runbook back as it was (its digest is in the journal) and go on, or undo this run and start another with a new journal.",
        "ランブックを元に戻して（ダイジェストはジャーナルにあります）続行するか、この実行を取り消し、新しいジャーナルで始めてください。";
    ClockSetBack: "If the clock is wrong now, set it right. If it was wrong then, say so: what was to wait until a moment that lies ahead is looked at at once.",
        "今の時計が誤っているなら、直してください。前回の時計が誤っていたなら、そう宣言してください。先の時刻まで待つはずだったものをすぐに確認します。";
    AnotherJournal: "A rehearsal is never carried on against AWS. Name another journal with --journal.",
        "リハーサルを AWS に対して続行することはできません。--journal で別のジャーナルを指定してください。";
    WithoutWorld: "Repeat the command without --world, or name another journal.",
        "--world なしで同じコマンドを再入力するか、別のジャーナルを指定してください。";
    WithSameWorld: "Repeat the command with the same --world, or name another journal.",
        "同じ --world を付けて再入力するか、別のジャーナルを指定してください。";
    WithSameWorldOrOffline: "Repeat the command with the same --world, or with --offline, or name another journal.",
        "同じ --world か --offline を付けて再入力するか、別のジャーナルを指定してください。";
    ForARun: "Repeat the command for the journal of a run, or name another journal.",
        "実行のジャーナルに対して再入力するか、別のジャーナルを指定してください。";
    JournalOfThatRun: "Give the journal of that run (--journal), or leave --run out: a journal holds one run.",
        "その実行のジャーナルを指定する（--journal）か、--run を外してください。ジャーナル 1 つに実行は 1 つです。";
    CheckJournal: "Check --journal.", "--journal を確認してください。";
    NameJournalOrRun: "Name the file of the journal, or the run's id (twelve letters and digits) and its journal with --journal.",
        "ジャーナルのファイルか、実行 ID（英数字 12 文字）とそのジャーナル（--journal）を指定してください。";
    NameJournalFolder: "Name the folder in which the journals lie; single ones are named with --journals.",
        "ジャーナルのあるフォルダーを指定してください。個別のジャーナルは --journals で指定します。";

    // What people write
    CorrectRunbookPath: "Correct the path; `cleave init` writes a first runbook.",
        "パスを直してください。最初のランブックは `cleave init` で作れます。";
    CorrectRunbook: "Correct that place; docs/runbook.md has every field.",
        "その箇所を直してください。項目の一覧は docs/runbook.md にあります。";
    DiscoverFirst: "`cleave discover RUNBOOK` looks at the accounts and writes inventory.json beside the runbook; --inventory names another file.",
        "`cleave discover RUNBOOK` がアカウントを調べ、ランブックの隣に inventory.json を書きます。別のファイルは --inventory で指定します。";
    CorrectInventory: "docs/inventory.md describes the format.", "形式は docs/inventory.md にあります。";
    CorrectPricesPath: "Correct the path; docs/costs.md has the form of the file.",
        "パスを直してください。ファイルの形式は docs/costs.md にあります。";
    CorrectPrices: "Correct that place; docs/costs.md has the form of the file and what it may name.",
        "その箇所を直してください。ファイルの形式と書ける項目は docs/costs.md にあります。";
    Unblock: "Change the runbook or what exists, for each cause named above; `cleave plan` shows the whole.",
        "上の原因それぞれについて、ランブックか既存のものを直してください。全体は `cleave plan` で確認できます。";
    CorrectScan: "Check scan in [delivery]: its paths lie beside the runbook.",
        "[delivery] の scan を確認してください。パスはランブックのある場所が基準です。";
    WithoutScan: "Leave scan out of [delivery].", "[delivery] から scan を外してください。";
    SetWebhook: "Set it to the webhook's address, or take the section out of the runbook: export {0}=…",
        "Webhook のアドレスを設定するか、この節をランブックから外してください: export {0}=…";
    CorrectReference: "Correct it in the runbook, or name the thing itself there.",
        "ランブックで直すか、対象そのものを書いてください。";
    PlanWithTerraform: "Write it with: terraform plan -out tfplan && terraform show -json tfplan",
        "次のコマンドで作ってください: terraform plan -out tfplan && terraform show -json tfplan";
    CorrectDocuments: "Correct `deployed` or `identities` in the inventory: each document is the input of an AWS call, as the AWS CLI takes it with --cli-input-json.",
        "インベントリーの `deployed` か `identities` を直してください。各文書は AWS 呼び出しの入力で、AWS CLI の --cli-input-json と同じ形式です。";

    // init
    SayIt: "Say it, or type `cleave init` at a terminal: there you are asked.",
        "指定するか、端末で `cleave init` と入力してください。端末では質問されます。";
    AnotherTarget: "Name another account with --target.", "--target で別のアカウントを指定してください。";
    AnotherAccount: "Name another account.", "別のアカウントを指定してください。";
    TypeInitAgain: "Type `cleave init` again, or say it in flags: `cleave help init`.",
        "もう一度 `cleave init` と入力するか、フラグで指定してください: `cleave help init`";
    AnotherInto: "Name another file with --into, or go on with this one.",
        "--into で別のファイルを指定するか、このファイルで続けてください。";

    // discover
    WithoutDiff: "Write one first: the same command without --diff.", "先に作成してください。--diff なしの同じコマンドです。";
    AnotherStarter: "Name another file, or remove this one if nobody has written into it.",
        "別のファイルを指定するか、誰も書き込んでいなければこのファイルを削除してください。";
    LetDiscover: "Give the role of the runbook the Describe, List and Get calls of KMS, RDS, EC2, ElastiCache, EFS, S3, CloudWatch, Route 53, IAM and the Tagging API, log in, or correct the runbook.",
        "ランブックのロールに KMS、RDS、EC2、ElastiCache、EFS、S3、CloudWatch、Route 53、IAM、Tagging API の Describe・List・Get を許可するか、ログインするか、ランブックを直してください。";
    LetDiscoverParent: "Give the role of the runbook's parent the List and Get calls of Route 53, log in, or correct the runbook.",
        "ランブックの parent のロールに Route 53 の List・Get を許可するか、ログインするか、ランブックを直してください。";
    LetLookUp: "Give the target's role s3:GetObject on the state's bucket and ec2:DescribeSecurityGroups, or name the thing itself in the runbook.",
        "移行先のロールに、state のバケットへの s3:GetObject と ec2:DescribeSecurityGroups を許可するか、ランブックに対象そのものを書いてください。";

    // plan, rehearse, simcloud, explain
    RehearseThis: "Rehearse this runbook with this inventory: cleave rehearse RUNBOOK --seeds 1..20 --json > FILE",
        "このランブックとインベントリーでリハーサルしてください: cleave rehearse RUNBOOK --seeds 1..20 --json > FILE";
    LearnFromARun: "Give --learn-from the journal of a run.", "--learn-from には実行のジャーナルを指定してください。";
    OneSeed: "Give one --seed with it.", "--seed を 1 つ付けてください。";
    AnotherFile: "Name another file, or move that one away.", "別のファイルを指定するか、そのファイルを移してください。";
    NumbersAsPrinted: "Give the numbers that shrinking this seed of this runbook, at this level and with this program, has printed.",
        "同じランブック・シード・レベル・プログラムで縮小したときに表示された番号を指定してください。";
    SpeedFor: "60 makes an hour of a minute.", "60 なら 1 分が 1 時間になります。";
    AnotherListen: "Choose another with --listen.", "--listen で別のアドレスを指定してください。";
    ServeAgain: "Start it again.", "もう一度起動してください。";
    ListChecks: "Without an id all checks are listed.", "ID を付けなければ、すべてのチェックを一覧表示します。";

    // Gates, windows, steps
    NotAskedYet: "Its evidence is not there: approve it when the run has come to it.",
        "証拠がまだありません。実行がそこに達してから承認してください。";
    SomebodyElse: "It takes {0} people: somebody else must agree, too, as another user of this host.",
        "{0} 名の同意が必要です。このホストの別のユーザーが同意してください。";
    MustBeTyped: "It asks for {0} to be typed: what follows cannot be taken back.",
        "{0} の入力が必要です。以降は取り消せません。";
    PutRight: "Put right what {0} found, and have it tried again: the evidence is gathered anew then, and the gate asked anew.",
        "{0} が見つけた問題を直し、再試行してください。証拠を集め直し、ゲートを再度確認します。";
    ShownBefore: "What belongs to the product is shown before it is agreed to.", "同意の前に、そのプロダクトに属するものを表示します。";
    GatesAre: "Its gates are: {0}.", "ゲートは次のとおりです: {0}";
    NoWindows: "It may disturb at any time: nothing is to be extended.", "作業時間帯の制限がないため、延長は不要です。";
    TimeToCome: "Name a time to come, or a length above zero.", "これからの時刻か、0 より長い時間を指定してください。";
    NoStepStopped: "No step did.", "判断を待つステップはありません。";
    StepsStopped: "These did: {0}.", "判断を待つステップ: {0}";
    ListSteps: "`cleave status` lists the steps.", "ステップは `cleave status` で確認できます。";
    StepsAre: "Steps that come up while it runs cannot be named. Its steps are: {0}.",
        "実行中に加わるステップは指定できません。ステップは次のとおりです: {0}";
    EndedForGood: "What has ended is not taken back by its journal. Its report says what was made where.",
        "終了した実行は、ジャーナルでは取り消せません。何をどこに作ったかはレポートで確認できます。";

    // Products
    NameProducts: "Nothing in it belongs to a product: name them in the runbook ([products.NAME]), or tag things with product, and plan anew.",
        "プロダクトに属するものがありません。ランブックに書く（[products.NAME]）か、対象に product タグを付けて、計画し直してください。";
    ProductsAre: "Its products are: {0}.", "プロダクトは次のとおりです: {0}";
    ReadThisPlan: "Read this one (`cleave report`), and agree to it: what was said to another plan does not count here.",
        "この計画を読み（`cleave report`）、同意してください。別の計画への同意は無効です。";
    NothingToAgree: "There is nothing left to agree to. Its report says what took place (`cleave report`).",
        "同意を待つものはもうありません。実施内容はレポートで確認できます（`cleave report`）。";
    TypeTheProduct: "Type the product's name, {0}, at a terminal; or, where the team has read the plan, add --yes.",
        "端末でプロダクト名 {0} を入力するか、チームが計画を読んだのであれば --yes を付けてください。";
    WhereItAgreed: "Name the journal in which it did, or leave --before out.",
        "同意したジャーナルを指定するか、--before を外してください。";

    // Buckets
    AddRegion: "Add --region, such as --region ap-northeast-1.", "--region を付けてください（例: --region ap-northeast-1）。";
    NameOwner: "Log in, or name the account that owns the bucket with --owner.",
        "ログインするか、バケットを所有するアカウントを --owner で指定してください。";
    CheckBucket: "Check the name, the region and the account.", "名前・リージョン・アカウントを確認してください。";
    LetList: "The credentials need s3:ListBucketVersions on the bucket, and --owner must be the account that owns it.",
        "認証情報にバケットへの s3:ListBucketVersions が必要です。--owner はバケットを所有するアカウントにしてください。";
    ListOn: "Type the same command again: with --out it goes on from what was listed.",
        "同じコマンドを再入力してください。--out があれば、一覧の続きから再開します。";
    LetCompare: "The credentials need s3:GetObjectVersion in both buckets, and kms:Decrypt with the keys that encrypt them.",
        "認証情報に、両バケットの s3:GetObjectVersion と、暗号化キーの kms:Decrypt が必要です。";
    LogInThenAgain: "Log in again, then type the same command again.", "ログインし直し、同じコマンドを再入力してください。";
    CompareOn: "Type the same command again: with --out the listings are there already.",
        "同じコマンドを再入力してください。--out があれば、一覧は取得済みです。";

    // outputs, report, terraform, roles
    LookInWhat: "Check the path: --look-in takes files and folders.",
        "パスを確認してください。--look-in にはファイルかフォルダーを指定します。";
    LookByTable: "Keep the journal, and look for them by the table of `cleave outputs --md`.",
        "ジャーナルを残し、`cleave outputs --md` の表で探してください。";
    LookWithARun: "Look in the accounts with the journal of a run, or leave --look-in-account out.",
        "実行のジャーナルでアカウントを調べるか、--look-in-account を外してください。";
    NameWorld: "Name the same world: --world simcloud=HOST:PORT", "同じ環境を指定してください: --world simcloud=HOST:PORT";
    LeaveWorldOut: "Leave --world out.", "--world を外してください。";
    LetLookIn: "Give the runbook's role ecs:List* and ecs:Describe*, lambda:ListFunctions, ssm:DescribeParameters and ssm:GetParameters, and ec2:DescribeLaunchTemplateVersions, or log in.",
        "ランブックのロールに ecs:List*、ecs:Describe*、lambda:ListFunctions、ssm:DescribeParameters、ssm:GetParameters、ec2:DescribeLaunchTemplateVersions を許可するか、ログインしてください。";
    NameReport: "Name it: cleave report run.html", "ファイル名を指定してください: cleave report run.html";
    EndingOrNone: "Give the file one of these endings, or none to have it printed.",
        "ファイル名の末尾をこのどれかにしてください。ファイル名がなければ画面に表示します。";
    Ending: "Give the file one of these endings.", "ファイル名の末尾をこのどれかにしてください。";
    StateAnew: "Write it anew where the source's Terraform is set up, and give that file.",
        "移行元の Terraform を設定した場所で書き出し直し、そのファイルを指定してください。";
    AnotherFolder: "Give another folder (--out), or move the file away.",
        "別のフォルダーを指定する（--out）か、そのファイルを移してください。";
    NameTrust: "Name the IAM user or role of the jump account: --trust arn:aws:iam::333333333333:role/jump",
        "踏み台アカウントの IAM ユーザーかロールを指定してください: --trust arn:aws:iam::333333333333:role/jump";
    FolderForRoles: "Name a folder for them: --out DIR. Or one role: --for.",
        "書き出すフォルダーを --out DIR で指定するか、ロールを --for で 1 つに絞ってください。";
    WhoTrusts: "docs/roles.md says who can be named.", "指定できる相手は docs/roles.md にあります。";
    ForDiscoverCosts: "Add --for discover, or leave --costs out: the role of a run needs it for nothing.",
        "--for discover を付けるか、--costs を外してください。実行用のロールには不要な権限です。";
    ForDiscover: "Add --for discover, or name the runbook.", "--for discover を付けるか、ランブックを指定してください。";
    NameRole: "Name it in the runbook: role under source, target or parent, batch_role, replication_role.",
        "ランブックに書いてください: source・target・parent の role、batch_role、replication_role。";
    AnotherOut: "Make room, or name another folder: --out", "空きを増やすか、別のフォルダーを指定してください: --out";

    // retire
    GoOnOrLook: "Go on with the run, or look at it.", "実行を続けるか、状況を確認してください。";
    NameRemovals: "Name what is to be taken away with --remove; `cleave retire` without it lists what there is.",
        "撤去するものを --remove で指定してください。--remove なしの `cleave retire` で一覧を表示します。";
    LeaveOut: "See to each cause named above, or leave it out; `cleave retire` shows all there is.",
        "上の原因それぞれに対処するか、対象から外してください。全体は `cleave retire` で確認できます。";
    OwnJournal: "Name another file with --into: a removal has a journal of its own.",
        "--into で別のファイルを指定してください。撤去には専用のジャーナルがあります。";
    GoOnInto: "Go on with it: cleave retire --into {0}. Or name another file with --into.",
        "そのまま続ける（cleave retire --into {0}）か、--into で別のファイルを指定してください。";
    GoneForGood: "What it has taken away does not come back; the last snapshots that it took are there.",
        "撤去したものは戻りません。最後に取得したスナップショットは残っています。";
    LetLookBack: "Log in, or give the roles the Describe, List and Get calls that the run had; --offline says what the journal tells.",
        "ログインするか、実行時と同じ Describe・List・Get をロールに許可してください。--offline ならジャーナルの内容だけを表示します。";
}
