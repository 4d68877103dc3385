//! Every word of a report, in both languages: one table, so that a missing translation does not compile.

mod named;

pub(crate) use named::{charge, class, phase, side, stamp, status, undo, weekday, weight};

/// The language of a report. What a runbook says itself (its gates' questions, its notes) stands as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// Japanese.
    Ja,
}

impl Language {
    /// The code for HTML's `lang`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Ja => "ja",
        }
    }
}

macro_rules! texts {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        /// One word or sentence of the report; `{0}`, `{1}` stand for what is filled in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Text { $($name),* }

        impl Text {
            /// Every text: what the tests go through.
            #[cfg(test)]
            pub(crate) const ALL: &[Text] = &[$(Text::$name),*];

            /// The text in a language.
            pub(crate) fn say(self, language: Language) -> &'static str {
                let (en, ja) = match self { $(Text::$name => ($en, $ja)),* };
                match language {
                    Language::En => en,
                    Language::Ja => ja,
                }
            }
        }
    };
}

impl Text {
    /// The text with its places filled in.
    pub(crate) fn fill(self, language: Language, values: &[&str]) -> String {
        model::sentence::filled(self.say(language), values)
    }
}

texts! {
    // Titles and stamps
    PlanReport: "Plan", "計画書";
    RehearsalReport: "Rehearsal report", "リハーサル報告書";
    LiveReport: "Run report", "実行報告書";
    EndpointReport: "Run report (AWS-compatible endpoint)", "実行報告書（AWS 互換エンドポイント）";
    PlanStamp: "PLAN", "計画";
    PlanStampMeans: "Nothing has been started. Times are estimates.", "まだ何も開始していません。時間はすべて見積もりです。";
    RehearsalStamp: "REHEARSAL", "リハーサル";
    RehearsalStampMeans: "Carried out in simulated accounts and in virtual time. Nothing in AWS was read or changed.",
        "模擬アカウント上・仮想時間での実行です。AWS には一切アクセスしていません。";
    LiveStamp: "LIVE", "本番";
    LiveStampMeans: "Carried out in AWS. What is reported here was changed in the accounts named below.",
        "AWS 上での実行です。記載の変更は下記のアカウントに対して行われました。";
    EndpointStamp: "ENDPOINT", "互換エンドポイント";
    EndpointStampMeans: "Carried out against an AWS-compatible endpoint, not against AWS itself.",
        "AWS そのものではなく、AWS 互換エンドポイントに対する実行です。";
    GeneratedAt: "Report made", "報告書の作成日時";
    TimesIn: "All times: {0}.", "時刻はすべて {0}。";
    Contents: "Contents", "目次";

    // Sections
    Summary: "Summary", "概要";
    Timeline: "Timeline", "タイムライン";
    Resources: "Resources", "リソース";
    Steps: "Steps", "ステップ";
    Gates: "Gates", "ゲート";
    Interventions: "What people did", "人による操作";
    Failures: "Failures", "発生した失敗";
    Calls: "AWS calls", "AWS 呼び出し";
    Accuracy: "Expected beside taken", "見積もりと実績";
    Laws: "Laws", "不変条件";
    Costs: "What AWS will charge", "AWS の料金見積もり";

    Teams: "What each team must do, and when", "各チームの作業と時期";
    Rewrites: "What is rewritten", "書き換えられる内容";
    Rehearsed: "The rehearsal it rests on", "根拠となるリハーサル";
    Graph: "What waits for what", "依存関係";
    NoReturn: "What is not taken back by itself", "自動では取り消せないもの";

    // In five lines
    InFiveLines: "In five lines", "5 行でわかる要点";
    LineWhat: "{0} resources move from account {1} to {2}: {3}.", "{0} 件のリソースをアカウント {1} から {2} へ移行します（{3}）。";
    LineWhen: "It is expected to take {0}, nine times in ten no more than {1}.", "所要時間は {0}の見込みです（9 割の確率で {1}以内）。";
    LineWindow: "The next window is {0} to {1}.", "次回の作業時間帯は {0} から {1} までです。";
    LineTook: "It took {0}, from {1}.", "実績は {0}でした（{1} 開始）。";
    LineDown: "{0} of them do not serve for a while; the longest, {2}, for {1}.", "{0} 件が一時停止します。最長は {2} の {1}です。";
    LineNoDown: "Nothing stops serving.", "停止するリソースはありません。";
    LineCost: "AWS is expected to charge {0} for the move.", "AWS の移行料金は {0} の見込みです。";
    LineNoCost: "What AWS charges for the move was not priced.", "AWS の移行料金は見積もられていません。";
    LinePeople: "People must agree at {0} gates; {1} steps of {4} resources cannot be undone; {2} things block, {3} want a look.",
        "人の同意が必要なゲートは {0} か所、取り消せないステップは {1} 件（リソース {4} 件分）、実行を妨げる項目は {2} 件、確認が必要な項目は {3} 件です。";

    // Products and teams
    Team: "Team", "チーム";
    Owner: "Owner", "担当";
    NoProduct: "Without a product", "プロダクト未設定";
    ProductPage: "Product {0}", "プロダクト：{0}";
    ProductCaption: "What of {0} moves, and for how long it does not serve. Down: from the start of its first disturbing step to the end of its last cutover step.",
        "{0} の移行対象と停止時間。停止時間は、影響のある最初のステップの開始から、最後の切り替えステップの終了までです。";
    TeamsPlanCaption: "What each product's team has to do. Moments count from the beginning of the run.", "各プロダクトのチームが行う作業。時刻は実行開始からの経過時間です。";
    TeamsByClockCaption: "What each product's team has to do. Moments are those of a run that is begun {0}. Times: {1}.",
        "各プロダクトのチームが行う作業。時刻は {0} に実行を開始した場合の見込みです（{1}）。";
    TeamsCaption: "What each product's team has to do. Times: {0}.", "各プロダクトのチームが行う作業。時刻は {0}。";
    BeforeTheWindow: "Before the window", "作業時間帯の前";
    InTheWindow: "In the window", "作業時間帯の間";
    Afterwards: "Afterwards", "完了後";
    AtTheGates: "To be answered at the gates", "ゲートで回答する質問";
    PointsToLookAt: "{0} points to look at", "確認事項 {0} 件";
    PointsThatChange: "{0} points to know", "把握しておく事項 {0} 件";
    DownBetween: "does not serve within {0} to {1}", "停止する時間帯：{0} から {1} まで";
    DownWithin: "Does not serve within", "停止する時間帯";
    Until: "until {0}", "{0} まで";
    AskedAtAbout: "asked at about {0}", "質問の時期：{0} ごろ";
    DownExpected: "Expected down", "停止時間の見込み";
    DownLate: "Nine in ten within", "9 割がこの時間以内";

    // Rewrites
    RewritesMean: "Each text that is put into the target other than it stands in the source. Lines that go are marked −, lines that come are marked +. What is not shown here is carried over as it stands. What is marked as open for a while is changed for the way and taken back in the same run.",
        "移行元と異なる内容で移行先に設定されるテキストです。− は消える行、+ は加わる行です。ここにないものはそのまま引き継がれます。「一時的」とあるものは、移行のために変更され、同じ実行の中で元に戻されます。";
    RewriteOf: "How it changes:", "変更内容：";
    ForAWhile: "for a while, in the {0} account", "一時的（{0}アカウント）";
    OpenedAt: "opened at {0} by", "変更：{0}、ステップ";
    NotOpenedYet: "not opened yet; opened by", "変更：未実施、ステップ";
    ClosedAt: "closed at {0} by", "復元：{0}、ステップ";
    ClosedAtOrLate: "closed at {0}, nine times in ten by {1}, by", "復元：{0}（9 割の確率で {1} まで）、ステップ";
    UndoneAt: "closed at {0} by undoing", "復元：{0}、取り消したステップ";
    NotClosedYet: "not closed yet; closed by", "復元：未実施、ステップ";
    BeforeUnknown: "The inventory does not tell how it stands in the source: only what is added is shown.",
        "移行元の内容はインベントリにないため、加わる部分だけを示します。";
    LineGone: "goes: ", "削除：";
    LineNew: "comes: ", "追加：";

    // The rehearsal
    Seeds: "Seeds", "シード";
    Faults: "Faults", "障害の強度";
    RehearsedOutcome: "{0} of {1} came to their end, {2} were taken back, {3} stopped for a person", "{1} 回中 {0} 回が完了、{2} 回が巻き戻し、{3} 回が判断待ちで停止";
    RehearsedBadly: "{0} of the rehearsals were not as they must be.", "{0} 回のリハーサルが期待どおりではありませんでした。";
    IsARehearsal: "This is the record of a rehearsal, of seed {0}.", "この報告書はシード {0} のリハーサルの記録です。";
    NotRehearsed: "This report names no rehearsal of the plan.", "この報告書にはリハーサルの記録が添えられていません。";
    SignedBy: "Made from the journal up to event {0}, whose hash is", "ジャーナルのイベント {0} までから作成。そのハッシュ：";

    // Pictures
    InWords: "The same in words", "同じ内容の表";
    GraphTitle: "What waits for what: kinds of resource from above, phases from the left.", "依存関係：縦はリソースの種類、横は段階。";
    GraphHint: "An arrow leads from what must be done to what waits for it; a diamond is a gate before a box. The table below says the same in words.",
        "矢印は先に完了すべきものから待つものへ向かいます。ひし形はゲートです。同じ内容は下の表にもあります。";
    GraphCaption: "Which steps wait for which, by kind and phase.", "種類・段階ごとの依存関係。";
    GraphResources: "{0} resources", "リソース {0} 件";
    BesideTitle: "How long each resource was expected not to serve, and how long it did not.", "リソースごとの停止時間の見込みと実績。";
    BesideCaption: "How long each resource was expected not to serve, and how long it did not.", "リソースごとの停止時間の見込みと実績。";
    NoReturnMark: "Point of no return", "取り消し不可となる時点";
    LateMark: "Nine in ten done by then", "9 割がこの時点までに完了";
    LateEndAt: "Expected to end {0}, nine times in ten by {1}", "完了の見込みは {0}（9 割の確率で {1} まで）";
    LateEnd: "Expected to end after {0}, nine times in ten within {1}", "完了の見込みは {0}後（9 割の確率で {1}以内）";

    // Summary
    Migration: "Migration", "移行名";
    Region: "Region", "リージョン";
    Accounts: "Accounts", "アカウント";
    SourceToTarget: "source {0} → target {1}", "移行元 {0} → 移行先 {1}";
    RoleIs: "{0}: {1}, role {2}", "{0}：{1}（ロール {2}）";
    OwnCredentials: "{0}: {1}, the operator's own credentials", "{0}：{1}（オペレーター自身の認証情報）";
    PlanDigest: "Plan digest", "計画のダイジェスト";
    RunbookDigest: "Runbook digest", "ランブックのダイジェスト";
    Run: "Run", "実行 ID";
    Seed: "Seed", "シード";
    World: "World", "実行環境";
    Verdict: "Verdict", "結果";
    Began: "Began", "開始";
    Ended: "Ended", "終了";
    LastEvent: "Last event", "最後のイベント";
    Duration: "Duration", "所要時間";
    VirtualDuration: "Virtual duration", "所要時間（仮想時間）";
    EstimatedDuration: "Estimated duration", "見積もり所要時間";
    StepsDone: "Steps done", "完了ステップ";
    DoneOf: "{0} of {1}", "{1} 件中 {0} 件";
    AlsoSkipped: "{0} skipped", "スキップ {0} 件";
    AlsoUndone: "{0} undone", "取り消し {0} 件";
    AlsoStopped: "{0} waiting for a person", "判断待ち {0} 件";
    StepCount: "{0} steps", "{0} 件";
    CriticalPath: "Critical path", "クリティカルパス";
    CriticalPathMeans: "{0} of {1}: the longest chain of steps that wait for one another. The rest is gates, windows, limits and pauses.",
        "{1}のうち {0}。依存し合うステップの最長の連なりです。残りはゲート・作業時間帯・同時実行数の上限・一時停止による待ちです。";
    CriticalPathPlan: "{0} of {1}, by the median estimates; gates answered at once, windows open.",
        "{1}のうち {0}（中央値の見積もり。ゲートは即時承認、作業時間帯内と仮定）。";
    EstimateWas: "The plan had estimated {0}.", "計画時の見積もりは {0}でした。";
    LongestDown: "Longest interruption", "最長の停止時間";
    NobodyDown: "None", "なし";
    Windows: "Windows", "作業時間帯";
    AnyTime: "None declared: disturbing steps may start at any time", "指定なし：影響のあるステップもいつでも開始できます";
    NotOn: "not from {0} to {1} ({2}) {3}", "{0} から {1} は除く（{2}）{3}";
    OverrunAsks: "An outage begins only where all of it has room. One that takes longer than its window waits for a person's word.",
        "停止は、全体が収まる場合にのみ開始します。作業時間帯に収まらなくなった場合は、担当者の判断を待ちます。";
    OverrunFinishes: "An outage begins only where all of it has room. One that takes longer than its window is finished all the same.",
        "停止は、全体が収まる場合にのみ開始します。開始した停止は、作業時間帯を過ぎても最後まで実行します。";
    WeeklyWindow: "every {0} {1} for {2} ({3})", "毎週{0} {1} から {2}（{3}）";
    OnceWindow: "{0} to {1}", "{0} から {1} まで";
    NextOpening: "next: {0} to {1}", "次回：{0} から {1} まで";
    NoOpening: "will not open any more", "今後の開始はありません";
    CannotBeUndone: "What cannot be undone", "取り消せないもの";
    NothingIrreversible: "Every step can be taken back by the tool itself.", "すべてのステップは自動で取り消せます。";
    ByHandOnly: "What is undone by hand", "手作業で取り消すもの";
    NotYetDone: "not done yet", "未実施";
    SoManyNotYetDone: "{0} of them not done yet", "うち {0} 件は未実施";
    SoManyOf: "{0} × {1}", "{1} {0} 件";
    OneByOne: "Each of them, one by one", "すべての一覧";
    NoReturnMeans: "These steps cannot be undone, each from the moment on at which it begins.", "次のステップは、開始した時点から取り消せません。";
    ByHandMeans: "These steps are undone by people, as described.", "次のステップは、記載の手順に従って手作業で取り消します。";
    NeedsDecision: "A person must decide", "人の判断が必要";
    Blocking: "What stands in the way", "実行を妨げるもの";
    Warnings: "What a person should look at", "確認が必要なもの";
    LeftOut: "Left for people to do", "手作業が残っているもの";
    Information: "For information", "参考情報";
    WholeRun: "whole run", "全体";
    Journal: "Journal", "ジャーナル";
    JournalBroken: "The journal contradicts itself: {0}. What is shown ends before that event.",
        "ジャーナルに矛盾があります：{0}。このイベントより前までを表示しています。";

    // Verdicts
    PlanReady: "Nothing stands in the way", "妨げるものはありません";
    PlanBlocked: "Blocked", "実行できません";
    Completed: "Completed", "完了";
    CompletedSkipping: "Completed, {0} skipped", "完了（スキップ {0} 件）";
    Unwound: "Unwound: everything taken back", "巻き戻し完了：すべて取り消しました";
    LawBroken: "A law was broken", "不変条件に違反";
    UnderWay: "Under way", "実行中";
    AtGate: "Waiting at gate {0}", "ゲート {0} で承認待ち";
    PausedBy: "Paused by {0}", "{0} により一時停止中";
    PausedForLogin: "Paused: the login has expired ({0})", "一時停止中：ログインの期限切れ（{0}）";
    NeedsOperator: "Needs operator", "オペレーターの判断待ち";
    TakingBack: "Being taken back", "巻き戻し中";

    // Timeline
    ChartOfRun: "When each resource's steps took place.", "リソースごとのステップの実施時刻。";
    ChartOfPlan: "When each resource's steps are expected, from the start of the run.", "リソースごとのステップの予定（実行開始からの経過時間）。";
    ChartHint: "Hold the pointer over a bar for its step; the table of steps below says the same in words.",
        "バーにポインターを重ねるとステップが表示されます。同じ内容は下のステップ表にもあります。";
    ChartPlanHint: "Scheduled by needs and limits from the median estimates; gates answered at once, windows open.",
        "依存関係と同時実行数の上限に従い、中央値の見積もりで配置しています（ゲートは即時承認、作業時間帯内と仮定）。";
    ChartOfPlanByClock: "When each resource's steps are expected, if the run is begun {0}.", "{0} に実行を開始した場合の、リソースごとのステップの予定。";
    ChartByClockHint: "Scheduled by needs, limits and windows from the median estimates; gates answered at once. Bands are windows and frozen dates: what falls into each is said in the tables below.",
        "依存関係・同時実行数の上限・作業時間帯に従い、中央値の見積もりで配置しています（ゲートは即時承認と仮定）。帯は作業時間帯と凍結期間です。それぞれに入るステップは下の表にあります。";
    ChartTruncates: "Idle time is cut short where the axis is broken.", "軸の途切れは待ち時間の省略を示します。";
    Undoing: "Undoing", "取り消し";
    StoppedSpan: "Waiting for a person", "人の判断待ち";
    WindowOpen: "Window open", "作業時間帯";
    WindowBand: "Window {0} – {1}", "作業時間帯 {0} ～ {1}";
    Frozen: "Frozen dates", "凍結期間";
    FrozenBand: "Frozen {0} to {1}", "凍結 {0} ～ {1}";
    GateMark: "Gate", "ゲート";
    Idle: "{0} idle", "待ち {0}";
    StillOpen: "not ended", "継続中";
    EmptyChart: "Nothing has been begun.", "まだ何も開始していません。";

    // Windows
    WindowsPlanCaption: "What disturbs in which window, if the run is begun {0}; what is left of the window is counted from when nine in ten are done. Times: {1}.",
        "作業時間帯ごとの影響（{0} に実行を開始した場合）。残り時間は 9 割の確率で完了する時刻から数えています。時刻は {1}。";
    WindowsCaption: "What disturbed in which window. Times: {0}.", "作業時間帯ごとの影響。時刻は {0}。";
    DownByClock: "When each resource does not serve", "リソースごとの停止の時刻";
    DownByClockPlanCaption: "When each resource is expected not to serve, if the run is begun {0}. Times: {1}.",
        "リソースごとの停止の見込み（{0} に実行を開始した場合）。時刻は {1}。";
    DownByClockCaption: "When each resource did not serve. Times: {0}.", "リソースごとの停止の実績。時刻は {0}。";
    Window: "Window", "作業時間帯";
    StepsThatDisturb: "Steps that disturb", "影響のあるステップ";
    FromThen: "From", "開始";
    UntilThen: "Until", "終了";
    LateThen: "Nine in ten by", "9 割がこの時刻まで";
    LeftOfIt: "Left of it then", "残り時間";
    BeyondIt: "{0} beyond it", "{0} 超過";
    OutsideWindows: "outside of every window", "作業時間帯の外";
    NotFrozen: "any time but frozen dates", "凍結期間以外";

    // Resources
    Resource: "Resource", "リソース";
    Disturbed: "Disturbed", "影響を受けた時刻";
    DisturbedPlan: "Disturbed after", "影響の開始（経過時間）";
    DownFor: "Down for", "停止時間";
    NotDisturbed: "not disturbed", "影響なし";
    NotDisturbedYet: "not disturbed yet", "まだ影響なし";
    AndStill: "{0} and still", "{0}（継続中）";
    Retries: "Retries", "再試行";
    FailureCount: "Failures", "失敗";
    Evidence: "Evidence", "証拠";
    EvidenceOf: "Evidence for {0}", "{0} の証拠";
    ResourceCaption: "What each resource went through. Down: from the start of its first disturbing step to the end of its last cutover step.",
        "各リソースへの影響。停止時間は、影響のある最初のステップの開始から、最後の切り替えステップの終了までです。";
    ResourcePlanCaption: "What each resource is expected to go through. Down: from the start of its first disturbing step to the end of its last cutover step.",
        "各リソースに見込まれる影響。停止時間は、影響のある最初のステップの開始から、最後の切り替えステップの終了までです。";

    // Steps
    Step: "Step", "ステップ";
    Account: "Account", "アカウント";
    Phase: "Phase", "段階";
    Title: "What it does", "内容";
    Status: "Status", "状態";
    Started: "Started", "開始時刻";
    Took: "Took", "所要時間";
    Attempts: "Attempts", "試行回数";
    Undo: "Undo", "取り消し方法";
    Expected: "Expected", "見積もり";
    Starts: "Starts after", "開始（経過時間）";
    StartsAt: "Starts", "開始予定";
    BegunAt: "Moments are those of a run that is begun {0}.", "時刻は {0} に実行を開始した場合の見込みです。";
    NeedsAndGates: "Waits for", "待つもの";
    Inputs: "Inputs", "入力";
    Disturbs: "disturbs", "影響あり";
    OnCriticalPath: "critical path", "クリティカルパス";
    UpTo: "{0}, nine in ten within {1}", "{0}（9 割は {1} 以内）";
    StepsCaption: "Every step of the plan, in order. Started: {0}.", "計画の全ステップ（実行順）。開始時刻は {0}。";
    StepsPlanCaption: "Every step of the plan, in order.", "計画の全ステップ（実行順）。";

    // Expected beside taken
    AccuracyCaption: "What steps were expected to take and took, sort by sort; only those that were done. A person's time at gates is in none of them.",
        "種類ごとの見積もりと実績（完了したステップのみ）。ゲートで人を待つ時間は含みません。";
    SortOfStep: "Sort of step", "ステップの種類";
    Taken: "Taken", "実績";
    Error: "Error", "誤差";
    WithinLate: "Within the bound of nine in ten", "9 割の上限以内";
    RestsOn: "Rests on", "根拠";
    Samples: "{0} samples of earlier runs", "過去の実行 {0} 件";
    Documented: "what AWS documents", "AWS の公開情報";
    AllSteps: "All of them, one after the other", "全体（逐次の合計）";

    // Gates
    Gate: "Gate", "ゲート";
    Question: "Question", "質問";
    Asked: "Asked", "質問日時";
    ApprovedBy: "Approved by", "承認者";
    ApprovedAt: "Approved", "承認日時";
    PlanAgreed: "Plan agreed to", "承認された計画";
    EvidenceShown: "Evidence shown", "提示された証拠";
    AskedAfter: "Asked after", "質問の前提ステップ";
    MustType: "Must be typed", "入力が必要な語句";
    Yes: "yes is enough", "「はい」で可";
    PeopleMustAgree: "by {0} different people", "異なる {0} 名の同意が必要";
    NotAsked: "not asked", "未質問";
    NotAnswered: "not answered", "未回答";
    Voided: "voided {0}: {1}", "{0} に無効化：{1}";
    NoGates: "The plan has no gates.", "この計画にゲートはありません。";
    GatesCaption: "Where a person had to agree. Times: {0}.", "人の同意が必要だった箇所。時刻は {0}。";
    GatesPlanCaption: "Where a person must agree.", "人の同意が必要な箇所。";
    InterventionsCaption: "Pauses, resumptions, retries, skips, undos and longer windows that people asked for. Times: {0}.",
        "人が指示した一時停止・再開・再試行・スキップ・取り消し・作業時間帯の延長。時刻は {0}。";
    When: "When", "日時";
    Who: "Who", "操作者";
    What: "What", "操作";
    Reason: "Reason", "理由";
    PausedIt: "paused", "一時停止";
    PausedItself: "paused by itself", "自動で一時停止";
    ResumedIt: "resumed", "再開";
    RetriedIt: "retried", "再試行";
    SkippedIt: "skipped", "スキップ";
    AskedToUndo: "asked to undo", "取り消しの指示";
    ExtendedWindow: "extended the window", "作業時間帯の延長";
    AgreedForProduct: "agreed to the plan, for a product", "プロダクトとして計画に同意";
    ExtendedUntil: "until {0}: {1}", "{0} まで：{1}";
    LoginExpired: "The login has expired; renewed by: {0}", "ログインの期限切れ。更新コマンド：{0}";

    // Failures
    FailuresSurvived: "Failures that were survived: {0}.", "乗り越えた失敗：{0} 件。";
    FailuresStanding: "Failures that are not overcome: {0}.", "未解決の失敗：{0} 件。";
    NoFailures: "No call or look failed.", "失敗した呼び出しや確認はありません。";
    FailuresCaption: "Like failures of a step are counted together. Times: {0}.", "同じステップの同種の失敗はまとめて数えています。時刻は {0}。";
    Call: "Call", "呼び出し";
    How: "How", "区分";
    Times: "Times", "回数";
    FirstSeen: "First", "初回";
    Message: "Message", "メッセージ";
    RequestId: "request id {0}", "リクエスト ID {0}";
    Overcome: "Overcome", "解消";
    OvercomeAfter: "done after {0}", "{0}後に完了";
    OvercomeUndone: "undone after {0}", "{0}後に取り消し";
    OvercomeSkipped: "step skipped after {0}", "{0}後にスキップ";
    NotOvercome: "not overcome", "未解決";
    HowNotDone: "refused, nothing changed", "拒否（変更なし）";
    HowUnknown: "effect unknown at first", "当初は効果不明";
    HowLook: "look failed", "確認の失敗";
    HowStop: "stopped for a person", "判断待ちで停止";
    HowAlarm: "alarm, went on", "警報（処理は継続）";

    // Calls
    Service: "Service", "サービス";
    Operation: "Operation", "オペレーション";
    Count: "Calls", "回数";
    Failed: "Failed", "失敗数";
    TimeTaken: "Time in all", "合計時間";
    Total: "Total", "合計";
    OperatorsOwn: "operator", "オペレーター";
    CallsCaption: "Calls by service, operation and account. Time is the sum over calls, many of which ran side by side.",
        "サービス・オペレーション・アカウント別の呼び出し。合計時間は並行した呼び出しの時間も加算しています。";

    // Laws
    LawsHeld: "The laws were checked after every call and all of them held.", "不変条件は呼び出しごとに検査され、すべて守られました。";
    LawsNotChecked: "The laws were not checked: only a simulated world can look at every instant.",
        "不変条件は検査されていません。すべての瞬間を検査できるのは模擬環境だけです。";
    LawsBroken: "Laws that were broken: {0}.", "違反した不変条件：{0} 件。";

    // The morning page
    Morning: "The morning after", "翌朝のまとめ";
    MorningDone: "{0} of {1} steps done, {2} to {3} ({4})", "全 {1} ステップ中 {0} 件完了、{2} ～ {3}（{4}）";
    MorningDown: "Did not serve (expected beside actual)", "停止時間（予測と実績）";
    MorningDownLine: "{0}: {1} (expected {2})", "{0}：{1}（予測 {2}）";
    MorningRenamed: "Old and new", "旧と新";
    MorningOld: "Old", "旧";
    MorningNew: "New", "新";
    MorningLeft: "Left to do", "残作業";
    MorningWho: "{0}: {1}", "【{0}】{1}";
    MorningOperator: "operator", "オペレーター";
    MorningSkipped: "{0} was left out: {1}", "{0} はスキップ済み：{1}";
    MorningGoesOn: "{0} steps are not done; the same cleave run goes on", "未完了 {0} ステップ。同じ cleave run で続行します";
    MorningUndo: "Taking it back", "取り消しの期限";
    MorningUndoOver: "Not any more: the run has ended. What is left in the source is listed by cleave retire.",
        "実行が終了したため、取り消しはできません。移行元に残るものは cleave retire で確認できます。";
    MorningUndoUntil: "cleave undo takes it back until the run ends, which is expected {0}", "実行の終了（{0} 頃の見込み）までは cleave undo で取り消せます";
    MorningUndoNow: "cleave undo takes it back while the run has not ended", "実行が終了するまでは cleave undo で取り消せます";
    MorningPassed: "{0}: not any more since {1} ({2})", "{0}：{1} 以降は取り消せません（{2}）";
    MorningNotPassed: "{0}: until about {1}, then no more ({2})", "{0}：{1} 頃まで取り消せます（以後は不可：{2}）";
    MorningNothing: "nothing", "なし";
    MorningMore: "… and {0} more: {1}", "… ほか {0} 件（{1}）";

    // Costs
    CostInAll: "Estimated charges", "見積もり料金";
    CostOfProof: "Of that, for the proof", "うち同一性の検証分";
    CostMeans: "List prices of {0} in US dollars, without discounts, free allowances and taxes. Priced are buckets, and the snapshots on which databases, images and volumes travel. Not counted: what is written while it is copied, what has to be done again, and what stays after the move. Ranges hold what only the run will show; the interim bucket is taken to stand for 1 to 14 days, snapshots for up to 14.",
        "{0} 時点の定価（米ドル）。割引・無料枠・税は含みません。対象はバケットと、データベース・イメージ・ボリュームの移行用スナップショットです。コピー中の新規書き込み、やり直し、移行後も残る分は含みません。幅は実行しなければ分からない分です。中間バケットは 1～14 日、スナップショットは最大 14 日存在するものとして計算しています。";
    CostOwn: "Before these stand prices of one's own, of {0}, which may have discounts and taxes in them; they are among the sources below.",
        "自社の価格ファイル（{0} 時点）にある項目は、上の定価より優先しています（割引や税を含む場合があります）。出典は下の一覧にあります。";
    CostLent: "Prices of {0} that are not known are marked *: there the price of {1} stands.",
        "* は {0} の価格が不明なため {1} の価格で計算した行です。";
    CostMissing: "Not in the sums", "合計に含まれないもの";
    CostSources: "Where the prices are published", "価格の出典";
    NotPriced: "Not priced: {0} –", "価格不明：{0} –";
    QuantityUnknown: "Quantity unknown: {0} –", "数量不明：{0} –";
    Unknown: "unknown", "不明";
    OnlySums: "The inventory has only sums of it: everything is counted as STANDARD, and what was uploaded in parts, or is proved by no ETag, from nothing to all.",
        "インベントリには合計値しかないため、すべて STANDARD として計算しています。分割アップロードされた分と ETag で検証できない分は、0 から全量までの幅で示しています。";
    CostCaption: "What moving {0} is charged for.", "{0} の移行にかかる料金の内訳。";
    CostOfResource: "{0}: {1}", "{0}：{1}";
    ChargedFor: "Charged for", "課金対象";
    Quantity: "Quantity", "数量";
    UnitPrice: "Unit price", "単価";
    Cost: "Cost", "料金";
    FromTo: "{0} to {1}", "{0} ～ {1}";
    CountRequests: "{0} requests", "{0} リクエスト";
    CountObjects: "{0} objects", "{0} オブジェクト";
    CountJobs: "{0} jobs", "{0} ジョブ";
    CountGbMonths: "{0} GB-months", "{0} GB・月";
    PriceEach: "{0} each", "1 件 {0}";
    PricePer: "{0} per {1}", "{1} 件あたり {0}";
    PricePerGb: "{0} per GB", "1 GB あたり {0}";
    PricePerGbMonth: "{0} per GB and month", "1 GB・月あたり {0}";
    PricePerTb: "{0} per TB", "1 TB あたり {0}";
    ChargeListing: "listing requests", "一覧取得リクエスト";
    ChargeListingForProof: "listing requests of the proof", "検証のための一覧取得リクエスト";
    ChargeInventoryReports: "reports of S3 Inventory", "S3 インベントリのレポート";
    ChargeAnswersOut: "listings sent to the operator's machine, if it is elsewhere", "オペレーター端末への一覧の転送（リージョン外の場合）";
    ChargeCopying: "copy requests", "コピーリクエスト";
    ChargeCopyingInParts: "requests of copies in parts", "分割コピーのリクエスト";
    ChargeReplicating: "replication requests", "レプリケーションのリクエスト";
    ChargeRetrieving: "contents read by copying", "コピー時のデータ取り出し";
    ChargeJobs: "batch jobs", "バッチジョブ";
    ChargeJobObjects: "objects in batch jobs", "バッチジョブの対象オブジェクト";
    ChargeJobManifests: "manifests that S3 makes for batch jobs", "S3 が生成するバッチジョブのマニフェスト";
    ChargeRestoreRequests: "restore requests", "復元リクエスト";
    ChargeRestoring: "contents restored from archives", "アーカイブからの復元データ";
    ChargeRestoredCopies: "temporary copies of what was restored", "復元された一時コピーの保管";
    ChargeQuestions: "requests that ask about single versions", "個別バージョンの確認リクエスト";
    ChargeQuestionsForProof: "requests that ask for checksums", "チェックサムの確認リクエスト";
    ChargeReading: "requests that read contents to compare them", "内容比較のための読み取りリクエスト";
    ChargeChecksumJobs: "batch jobs that compute checksums", "チェックサム計算のバッチジョブ";
    ChargeChecksumObjects: "objects in them", "チェックサム計算の対象オブジェクト";
    ChargeChecksums: "contents read for checksums", "チェックサム計算のためのデータ読み取り";
    ChargeAthena: "reports read by Athena", "Athena が読み取るレポート";
    ChargeKeyRequests: "requests to KMS", "KMS リクエスト";
    ChargeInterimStorage: "storage of the interim bucket", "中間バケットの保管";
    ChargeSnapshots: "snapshots taken for the way, until they are deleted", "移行用スナップショットの保管（削除まで）";
    ChargeEarlyDeletion: "early deletion from the source", "移行元からの早期削除";
    ChargeDeleting: "delete requests", "削除リクエスト";

    // Sides, phases, undo
    Source: "source", "移行元";
    Target: "target", "移行先";
    Parent: "parent", "親ゾーン";
    Prepare: "Prepare", "準備";
    Freeze: "Freeze", "書き込み停止";
    Cutover: "Cutover", "切り替え";
    Settle: "Settle", "安定確認";
    CleanUp: "Clean up", "後片付け";
    UndoAuto: "automatic", "自動";
    UndoNothing: "nothing to undo", "取り消し不要";
    UndoManual: "by hand", "手作業";
    UndoNone: "cannot be undone", "取り消し不可";

    // Statuses
    Waiting: "waiting", "未着手";
    Beginning: "beginning", "開始中";
    StepUnderWay: "under way", "進行中";
    Retrying: "retrying", "再試行中";
    Verifying: "verifying", "検証中";
    Done: "done", "完了";
    Skipped: "skipped", "スキップ";
    StoppedStatus: "needs operator", "判断待ち";
    UndoingStatus: "undoing", "取り消し中";
    Undone: "undone", "取り消し済み";

    // Failure classes
    Throttled: "throttled", "流量制限";
    Unavailable: "unavailable", "サービス利用不可";
    NoAnswer: "no answer", "応答なし";
    CredentialsExpired: "credentials expired", "認証情報の期限切れ";
    Denied: "denied", "権限なし";
    NotFound: "not found", "存在しない";
    AlreadyExists: "already exists", "既に存在";
    WrongState: "wrong state", "状態が不適合";
    Quota: "quota", "クォータ超過";
    Invalid: "invalid", "不正な要求";
    Unexpected: "unexpected", "想定外";

    // Days
    Monday: "Monday", "月曜日";
    Tuesday: "Tuesday", "火曜日";
    Wednesday: "Wednesday", "水曜日";
    Thursday: "Thursday", "木曜日";
    Friday: "Friday", "金曜日";
    Saturday: "Saturday", "土曜日";
    Sunday: "Sunday", "日曜日";
}
