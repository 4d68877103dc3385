//! What people read at three in the morning, in both languages: what to do next after an error, gates, notifications. One table, so that a missing
//! translation does not compile. Identifiers, commands, AWS's codes and what a plan says of itself stay as they are.

use std::sync::OnceLock;

use model::{FailureClass, GateName, Plan};

use crate::args::Language;

/// The language of this process. It is said once, before anything else is.
static CHOSEN: OnceLock<Language> = OnceLock::new();

/// Chooses the language: what was typed, else what the environment says.
pub fn choose(typed: Option<Language>, environment: impl Fn(&str) -> Option<String>) {
    let language = typed.unwrap_or_else(|| of_environment(environment));
    // Who chooses first has chosen.
    let _ = CHOSEN.set(language);
}

/// The chosen language; English where none is.
pub fn chosen() -> Language {
    CHOSEN.get().copied().unwrap_or_default()
}

/// As POSIX has it: of these variables the first that is set counts.
fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Language {
    let said = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(variable);
    match said {
        Some(said) if said == "ja" || said.starts_with("ja_") || said.starts_with("ja.") => Language::Ja,
        Some(_) | None => Language::En,
    }
}

macro_rules! words {
    ($($name:ident: $en:literal, $ja:literal;)*) => {
        /// One sentence; `{0}`, `{1}` stand for what is filled in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Words { $(#[doc = $en] $name),* }

        impl Words {
            /// Every one: what the tests go through.
            #[cfg(test)]
            const ALL: &[Words] = &[$(Words::$name),*];

            /// It in a language.
            pub fn in_language(self, language: Language) -> &'static str {
                let (en, ja) = match self { $(Words::$name => ($en, $ja)),* };
                match language {
                    Language::En => en,
                    Language::Ja => ja,
                }
            }
        }
    };
}

impl Words {
    /// It in the chosen language.
    pub fn say(self) -> &'static str {
        self.in_language(chosen())
    }

    /// It in the chosen language, its places filled in.
    pub fn fill(self, values: &[&str]) -> String {
        filled(self.say(), values)
    }
}

/// In one pass: a value that itself holds `{1}` is not filled again.
fn filled(text: &str, values: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let place = rest[at + 1..at + 2].parse::<usize>().ok();
        let value = place.and_then(|place| values.get(place));
        out.push_str(value.expect("the table's places are those of its values"));
        rest = &rest[at + 3..];
    }
    out.push_str(rest);
    out
}

words! {
    // The frame of an error, and of a step that stopped
    Error: "error: {0}", "エラー: {0}";
    Where: "where:", "場所:";
    Because: "because:", "原因:";
    Changed: "changed:", "変更:";
    ToDo: "to do:", "対処:";
    Type: "type:", "入力:";
    NeedsOperator: "needs operator: {0}", "オペレーターの判断が必要です: {0}";
    NothingChanged: "Nothing was changed.", "何も変更していません。";
    ByThisNothing: "By this command, nothing.", "このコマンドでは何も変更していません。";
    SeeStatus: "See what the run has changed so far: cleave status --journal {0}",
        "これまでの変更内容: cleave status --journal {0}";

    // What to do next
    CheckPath: "Check the path and its permissions.", "パスと権限を確認してください。";
    CheckDisk: "Check the path, its permissions and the space on the disk, then type the same command again.",
        "パス・権限・ディスクの空き容量を確認し、同じコマンドを再入力してください。";
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

    // Gates
    WaitingAt: "waiting at gate {0}: {1}", "ゲート {0} で承認待ち: {1}";
    GateStands: "gate {0}: {1}", "ゲート {0}: {1}";
    FromAnother: "waiting at gate {0}; from another terminal: {1}", "ゲート {0} で承認待ち。別の端末から: {1}";
    ThenAgain: "then the same `{0}` again, or use --wait", "その後、同じ `{0}` を再入力するか、--wait を付けてください";
    TypeToAgree: "{0}\n\nevidence:\n{1}\n\nplan {2}\ntype {3} to agree: ", "{0}\n\n証拠:\n{1}\n\n計画 {2}\n同意するには {3} と入力: ";
    TypeProduct: "type {0} to agree: ", "同意するには {0} と入力: ";
    GateIsApproved: "gate {0} is approved", "ゲート {0} を承認しました";
    OthersMust: "you agree at gate {0}; {1} more must", "ゲート {0} に同意しました。あと {1} 名の同意が必要です";
    NotAskedYet: "Its evidence is not there: approve it when the run has come to it.",
        "証拠がまだありません。実行がそこに達してから承認してください。";
    SomebodyElse: "It takes {0} people: somebody else must agree, too, as another user of this host.",
        "{0} 名の同意が必要です。このホストの別のユーザーが同意してください。";
    MustBeTyped: "It asks for {0} to be typed: what follows cannot be taken back.",
        "{0} の入力が必要です。以降は取り消せません。";
    PutRight: "Put right what {0} found, and have it tried again: the evidence is gathered anew then, and the gate asked anew.",
        "{0} が見つけた問題を直し、再試行してください。証拠を集め直し、ゲートを再度確認します。";
    ShownBefore: "What belongs to the product is shown before it is agreed to.", "同意の前に、そのプロダクトに属するものを表示します。";
    HeededSoon: "{0}; the running process heeds it within seconds", "{0}。実行中のプロセスが数秒以内に反映します";
    HeededLater: "{0}; no process is carrying the run out: it is heeded when you type the same command (run, undo or retire) again",
        "{0}。実行中のプロセスはありません。同じコマンド（run、undo、retire）を再入力すると反映されます";
    AskProduct: "Does the team of {0} agree to what this plan does to its things?", "{0} のチームは、この計画による自プロダクトへの影響に同意しますか?";

    // Notifications
    GateWaits: "gate {0} waits for an answer: {1}\non {2}: {3}", "ゲート {0} が回答待ちです: {1}\n{2} で入力: {3}";
    OneAgrees: "gate {0}: {1} agrees; {2} more must: {3}", "ゲート {0}: {1} が同意。あと {2} 名の同意が必要です: {3}";
    ApprovalVoid: "gate {0}: the approval is void; cleave status --journal {1} says why", "ゲート {0}: 承認は無効になりました。理由: cleave status --journal {1}";
    StepNeeds: "{0} needs a person ({1}, {2}); what happened and what to do: cleave status --journal {3}",
        "{0} は人の判断が必要です（{1}、{2}）。状況と対処: cleave status --journal {3}";
    Alarm: "{0} raises an alarm: cleave status --journal {1}", "{0} が警報を出しています: cleave status --journal {1}";
    LoginExpired: "paused: the login has expired; type on {0}: {1}", "一時停止: ログインの期限切れです。{0} で入力: {1}";
    TakesBack: "{0} has what was done taken back", "{0} が実行内容の取り消しを指示しました";
    Completed: "completed", "完了しました";
    Unwound: "everything is taken back", "すべて取り消しました";
    OutsideOpens: "outside the window: the next opens {0}; the same command goes on then", "作業時間帯の外です。次は {0} に始まります。その時に同じコマンドで続行します";
    OutsideNever: "outside the window: no window opens any more; the same command goes on then", "作業時間帯の外で、今後の時間帯はありません。同じコマンドで続行します";
}

/// What to do about a failure that stopped a step, in Japanese; in English the step itself says so, more exactly.
pub fn about(class: FailureClass, language: Language) -> Option<&'static str> {
    match language {
        Language::En => None,
        Language::Ja => Some(match class {
            FailureClass::Throttled => {
                "呼び出しの上限に達しています。同じアカウントの他の処理を減らし、retry してください。"
            }
            FailureClass::Unavailable => {
                "AWS が応答できませんでした。AWS Health を確認し、復旧後に retry してください。"
            }
            FailureClass::NoAnswer => {
                "応答がありませんでした。ネットワークを確認し、retry してください。実行前に現状を確認します。"
            }
            FailureClass::CredentialsExpired => "ログインの期限切れです。ログインし直してください。",
            FailureClass::Denied => "権限が足りません。ロールとキーポリシーを確認・修正し、retry してください。",
            FailureClass::NotFound => "対象が見つかりません。削除・改名されていないか確認し、retry してください。",
            FailureClass::AlreadyExists => {
                "同名のものが既にあります。不要なら改名か削除をして retry、必要なら skip してください。"
            }
            FailureClass::WrongState => {
                "想定と異なる状態です。誰が変更したかを確認し、直してから retry するか、undo してください。"
            }
            FailureClass::Quota => "クォータの上限です。引き上げを申請するか空きを作り、retry してください。",
            FailureClass::Invalid => {
                "リクエスト自体が拒否されました。再試行では直りません。ランブックと対象の設定を確認してください。"
            }
            FailureClass::Unexpected => "想定外の応答です。ジャーナルを残し、現状を確認してから retry してください。",
        }),
    }
}

/// What a gate asks. What the runbook asks is its writer's; what cleave itself asks is said in the chosen language.
pub fn question(plan: &Plan, gate: &GateName) -> String {
    match (chosen(), plan.product_behind(gate)) {
        (Language::Ja, Some(product)) => Words::AskProduct.fill(&[product]),
        (Language::En, _) | (_, None) => plan.gate(gate).map_or_else(String::new, |gate| gate.ask.clone()),
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
