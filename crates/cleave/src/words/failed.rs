//! What failed: the first line of an error. Reasons that come from elsewhere (AWS, a file's reader) stay as they were said.

use model::sentence::filled;

use super::{Language, chosen};

impl From<Failed> for String {
    fn from(failed: Failed) -> Self {
        failed.say().to_owned()
    }
}

impl Failed {
    /// It in the chosen language, its places filled in.
    pub fn fill(self, values: &[&str]) -> String {
        filled(self.say(), values)
    }
}

words! { Failed
    // Anywhere
    Unreadable: "a file cannot be read", "ファイルを読めません";
    Unwritable: "a file cannot be written", "ファイルを書き込めません";
    NoSuchFile: "there is no such file", "ファイルがありません";
    NotOpened: "the program cannot start its clock and sockets", "プログラムが時計とソケットを開始できません";
    NoCredentials: "no AWS credentials were found", "AWS の認証情報が見つかりません";
    OwnNotAccepted: "your own AWS credentials are not accepted", "自分の AWS 認証情報が拒否されました";
    NotEntered: "the {0} account cannot be entered", "{0} アカウントに入れません";
    OtherAccount: "the {0} account is {1}, not {2}", "{0} アカウントが {2} ではなく {1} です";
    Contradiction: "the plan contradicts itself", "計画に矛盾があります";

    // The journal, and who carries the run on
    Journal: "the journal cannot be used", "ジャーナルを使えません";
    NoRunYet: "the journal holds no run yet", "ジャーナルにまだ実行がありません";
    AnotherLay: "another file lay in this place when the run was last carried on (a backup was put back, or the host was renamed)",
        "前回の実行時、この場所には別のファイルがありました（バックアップを戻したか、ホスト名が変わりました）";
    IsCopy: "this journal is a copy, and two runs of one migration would each take the other's half-made things for its own",
        "このジャーナルはコピーです。1 つの移行を 2 か所で実行すると、互いの作りかけを自分のものと誤認します";
    NothingToAdopt: "there is nothing to adopt", "引き継ぐものがありません";
    GoneOn: "the run has gone on since this copy was made", "このコピーを作った後に、実行は先へ進んでいます";
    NoLock: "nobody can be kept from carrying out this run twice", "二重実行を防ぐロックを取れません";
    CarriedOut: "this run is already being carried out", "この実行は既に進行中です";
    NotCarriedOn: "the run cannot be carried on by this program", "このプログラムでは実行を続けられません";
    RunbookChanged: "the runbook has changed since the run began", "実行の開始後にランブックが変わっています";
    ClockSetBack: "the clock has been set back since the last event", "最後のイベントより時計が戻っています";
    IsRehearsal: "this is the journal of a rehearsal", "リハーサルのジャーナルです";
    TakesPlaceInAws: "this journal's run takes place in AWS itself", "このジャーナルの実行は実際の AWS が対象です";
    TakesPlaceElsewhere: "this journal's run takes place in another endpoint", "このジャーナルの実行は別のエンドポイントが対象です";
    TookPlaceInAws: "this journal's run took place in AWS itself", "このジャーナルの実行は実際の AWS で行われました";
    TookPlaceElsewhere: "this journal's run took place in another endpoint", "このジャーナルの実行は別のエンドポイントで行われました";
    TookPlaceInRehearsal: "this journal's run took place in a rehearsal", "このジャーナルの実行はリハーサルで行われました";
    OtherRun: "the journal holds run {0}, not {1}", "ジャーナルの実行は {1} ではなく {0} です";
    NothingToTakeBack: "there is no run to take back", "取り消す実行がありません";
    NeitherJournalNorRun: "{0} is neither a journal nor a run's id", "{0} はジャーナルでも実行 ID でもありません";
    NoSuchFolder: "there is no such folder", "フォルダーがありません";

    // What people write
    Runbook: "the runbook cannot be used", "ランブックを使えません";
    Inventory: "the inventory cannot be used", "インベントリーを使えません";
    Prices: "the prices cannot be used", "価格表を使えません";
    Blocked: "the plan of {0} cannot be carried out", "{0} の計画は実行できません";
    NothingToLookIn: "there is nothing of this name to look in", "調べる対象がありません";
    NotLookedFor: "the names cannot be looked for", "名前を検索できません";
    NotSet: "[[notify]] names {0}, which the environment does not have", "[[notify]] にある {0} が環境変数にありません";
    NotLookedUp: "{0} cannot be looked up", "{0} を参照できません";

    // init
    NotReadBack: "the runbook that would be written cannot be read", "書き出すランブックを読み込めません";
    Missing: "{0} is missing", "{0} がありません";
    SameAccount: "source and target are the same account, {0}: a split needs two",
        "移行元と移行先が同じアカウント {0} です。分割には 2 つ必要です";
    NothingTyped: "nothing was typed for: {0}", "入力がありませんでした: {0}";
    NotWrittenOver: "a file of this name is there already, and is not written over", "同名のファイルがあり、上書きしません";

    // discover
    NothingToCompare: "there is no inventory to compare with", "比較するインベントリーがありません";
    StarterThere: "a starter is never written over a file that is there", "ひな形で既存のファイルを上書きすることはありません";
    NotLookedAt: "the {0} account cannot be looked at", "{0} アカウントを確認できません";

    // plan, rehearse, simcloud, explain
    NotPrintedByRehearsal: "this is not what a rehearsal prints with --json", "リハーサルが --json で出力したものではありません";
    AnotherPlan: "another plan was rehearsed", "リハーサルしたのは別の計画です";
    KeepsNothing: "that is the journal of a rehearsal, which keeps nothing of what steps took",
        "リハーサルのジャーナルには、ステップの所要時間がありません";
    OneRehearsal: "--journal keeps one rehearsal", "--journal で残せるリハーサルは 1 つです";
    NewJournalOnly: "a rehearsal keeps its journal in a new file only", "リハーサルのジャーナルは新しいファイルにだけ書きます";
    NoSuchFault: "seed {0} brings {1} faults, and no fault {2}", "シード {0} の障害は {1} 件で、{2} 番はありません";
    Speed: "--speed is a positive number", "--speed には正の数を指定します";
    NotListenedOn: "that address cannot be listened on", "そのアドレスでは待ち受けできません";
    ServingEnded: "serving has ended", "サーバーが終了しました";
    NoSuchCheck: "there is no such check", "そのチェックはありません";

    // Gates, windows, steps
    NoGate: "the plan has no gate {0}", "計画にゲート {0} はありません";
    ProductOpens: "gate {0} is opened by {1} itself: its team agrees to the plan",
        "ゲート {0} は {1} のチームが計画に同意すると開きます";
    FoundOtherwise: "what was agreed to at gate {0} was found not to be so: {1}", "ゲート {0} で同意した内容が事実と異なります: {1}";
    GateNotAsked: "gate {0} is not asked yet", "ゲート {0} はまだ確認待ちではありません";
    AgreedAlready: "{0} has agreed already at gate {1}", "{0} はゲート {1} に同意済みです";
    NotApproved: "gate {0} is not approved", "ゲート {0} は承認されていません";
    WithoutWindows: "the run has no windows", "この実行に作業時間帯はありません";
    EndsBeforeItBegins: "the window would end before it begins: it is {0} now", "作業時間帯が始まる前に終わります（現在 {0}）";
    DidNotStop: "step {0} did not stop for the operator", "ステップ {0} は判断待ちではありません";
    NoStep: "the plan has no step {0}", "計画にステップ {0} はありません";
    RunEnded: "the run has ended", "実行は終了しています";

    // Products
    NothingOfProduct: "nothing in the plan belongs to {0}", "計画に {0} のものはありません";
    OtherPlanRead: "the plan that was read, {0}, is not the plan of this run, {1}", "読まれた計画 {0} は、この実行の計画 {1} ではありません";
    RunOver: "the run is over", "実行は終わっています";
    NotAgreed: "{0} has not agreed", "{0} は同意していません";
    NeverAgreed: "in this journal {0} has not agreed to anything", "このジャーナルに {0} の同意はありません";

    // Buckets
    NoRegion: "the bucket's region is missing", "バケットのリージョンがありません";
    WhoseCredentials: "it cannot be told whose the credentials are", "認証情報の持ち主が分かりません";
    NotListed: "the bucket cannot be listed", "バケットの一覧を取得できません";
    NoChecksums: "the checksums of a version cannot be asked for", "バージョンのチェックサムを取得できません";

    // outputs, report, terraform, roles
    RehearsedAccounts: "this journal is a rehearsal's: its accounts are gone", "リハーサルのジャーナルで、アカウントはもうありません";
    TookPlaceInOtherWorld: "this journal's run took place in another world than AWS itself",
        "このジャーナルの実行は実際の AWS 以外の環境で行われました";
    NotLookedIn: "the {0} account cannot be looked in", "{0} アカウントの中を確認できません";
    ReportUnwritten: "the report cannot be written", "レポートを書き込めません";
    MorningEndings: "the morning page is .txt, .md or .html", "朝のページは .txt、.md、.html のどれかです";
    ReportEndings: "a report is .html, .md or .json", "レポートは .html、.md、.json のどれかです";
    ReportFile: "a report needs a file", "レポートにはファイル名が必要です";
    TerraformState: "the source's Terraform state cannot be read", "移行元の Terraform state を読めません";
    NotOurFile: "a file of this name is there, and cleave has not written it", "同名のファイルがあり、cleave が書いたものではありません";
    NobodyTrusted: "nobody is named who takes these roles on", "ロールを引き受ける相手の指定がありません";
    AsManyTemplates: "{0} roles are as many templates, and CloudFormation takes one at a time",
        "ロール {0} 個はテンプレート {0} 個になり、CloudFormation は一度に 1 つしか受け取りません";
    NotTakenOn: "the roles cannot be taken on like that", "その指定ではロールを引き受けられません";
    OnlyDiscoverCosts: "only discover asks what a month cost", "1 か月の費用を調べるのは discover だけです";
    OnlyDiscover: "without a runbook only the role of discover is known", "ランブックなしで分かるのは discover のロールだけです";
    NoSuchRole: "the runbook names no such role, or nothing in its plan needs one",
        "ランブックにそのロールがないか、計画に必要なものがありません";
    RoleUnwritten: "a role could not be written", "ロールを書き込めません";

    // retire
    NotRetired: "nothing of run {0} can be retired: {1}", "実行 {0} のものはまだ撤去できません: {1}";
    NoRemoval: "there is no removal to go on with", "続ける撤去がありません";
    NotAllGoes: "not all of that can be taken away", "撤去できないものが含まれています";
    NotOfRemoval: "this is the journal of no removal", "撤去のジャーナルではありません";
    OtherRemoval: "this journal's removal was planned of other things, or after another run",
        "このジャーナルの撤去は、対象か元の実行が異なります";
    RemovalEnded: "the removal has ended", "撤去は終了しています";
    AccountsNotSeen: "the accounts cannot be looked at", "アカウントを確認できません";
}
