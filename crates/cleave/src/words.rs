//! What people read at three in the morning, in both languages: gates, notifications, the frame of an error; what failed ([`Failed`]) and what to do
//! ([`ToDo`]) are tables of their own. A missing translation does not compile. Identifiers, commands and AWS's codes stay as they are; what plan, steps and engine say is in
//! `moves::words` and `model::advice`.

use std::sync::OnceLock;

use model::sentence::filled;
use model::{Failure, FailureClass, GateName, Plan};
use moves::words::{in_japanese, question_in_japanese};

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

/// Makes a table of sentences: `{0}`, `{1}` stand for what is filled in.
macro_rules! words {
    ($of:ident $($name:ident: $en:literal, $ja:literal;)*) => {
        /// One sentence of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(rustdoc::broken_intra_doc_links, reason = "a runbook's `[section]` in a sentence is no link")]
        pub enum $of { $(#[doc = $en] $name),* }

        impl $of {
            /// Every one, in both languages: what the tests go through.
            #[cfg(test)]
            pub(super) const ALL: &[(&str, &str)] = &[$(($en, $ja)),*];

            /// It in a language.
            fn in_language(self, language: Language) -> &'static str {
                let (en, ja) = match self { $($of::$name => ($en, $ja)),* };
                match language {
                    Language::En => en,
                    Language::Ja => ja,
                }
            }

            /// It in the chosen language.
            pub fn say(self) -> &'static str {
                self.in_language(chosen())
            }
        }
    };
}

mod failed;
mod happened;
mod to_do;

pub use failed::Failed;
pub use happened::Happened;
pub use to_do::{Advised, ToDo};

impl Words {
    /// It in the chosen language, its places filled in.
    pub fn fill(self, values: &[&str]) -> String {
        filled(self.say(), values)
    }
}

words! { Words
    // The frame of an error, and of a step that stopped
    Error: "error: {0}", "エラー: {0}";
    Where: "where:", "場所:";
    Because: "because:", "原因:";
    Changed: "changed:", "変更:";
    ToDo: "to do:", "対処:";
    Type: "type:", "入力:";
    StepStopped: "{0}: NEEDS OPERATOR: {1}. {2}", "{0}: オペレーターの判断が必要です: {1}。{2}";
    Raised: "ALARM {0}: {1}", "警報 {0}: {1}";
    AlarmOf: "{0}: ALARM: {1}", "{0}: 警報: {1}";
    NeedsOperator: "needs operator: {0}", "オペレーターの判断が必要です: {0}";
    NothingChanged: "Nothing was changed.", "何も変更していません。";
    ByThisNothing: "By this command, nothing.", "このコマンドでは何も変更していません。";
    ByThisNothingSeeStatus: "By this command, nothing. What the run has changed so far: cleave status --journal {0}",
        "このコマンドでは何も変更していません。これまでの変更内容: cleave status --journal {0}";
    IsWritten: "{0} is written", "{0} を書き込みました";
    SeeStatus: "See what the run has changed so far: cleave status --journal {0}",
        "これまでの変更内容: cleave status --journal {0}";

    // Gates
    WaitingAt: "waiting at gate {0}: {1}", "ゲート {0} で承認待ち: {1}";
    GateStands: "gate {0}: {1}", "ゲート {0}: {1}";
    FromAnother: "waiting at gate {0}; from another terminal: {1}", "ゲート {0} で承認待ち。別の端末から: {1}";
    ThenAgain: "then the same `{0}` again, or use --wait", "その後、同じ `{0}` を再入力するか、--wait を付けてください";
    TypeToAgree: "{0}\n\nevidence:\n{1}\n\nplan {2}\ntype {3} to agree: ", "{0}\n\n証拠:\n{1}\n\n計画 {2}\n同意するには {3} と入力: ";
    TypeToAgreeTo: "type {0} to agree: ", "同意するには {0} と入力: ";
    GateIsApproved: "gate {0} is approved", "ゲート {0} を承認しました";
    OthersMust: "you agree at gate {0}; {1} more must", "ゲート {0} に同意しました。あと {1} 名の同意が必要です";
    HeededSoon: "{0}; the running process heeds it within seconds", "{0}。実行中のプロセスが数秒以内に反映します";
    HeededLater: "{0}; no process is carrying the run out: it is heeded when you type the same command (run, undo or retire) again",
        "{0}。実行中のプロセスはありません。同じコマンド（run、undo、retire）を再入力すると反映されます";

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
    PlanOf: "plan {0} of {1}: {2}, {3}\n{4} steps, {5} gates, at least {6} on the longest path",
        "{1} の計画 {0}: {2}、{3}\nステップ {4} 件、ゲート {5} 件、最長の経路で {6} 以上";
    PlanLearned: "{0} of them are expected to take what they took in earlier runs, the others what AWS documents",
        "うち {0} 件の所要時間は過去の実行の実績、残りは AWS の文書による見込みです";
    MarkDisturbs: "disturbs", "影響あり";
    MarkNoWayBack: "cannot be taken back", "取り消し不可";
    MarkByHand: "taken back by hand", "取り消しは手動";
    MarkGate: "behind gate {0}", "ゲート {0} の後";
    NoteBlocks: "BLOCKS", "実行不可";
    NoteWarns: "warns", "要確認";
    NoteTells: "note", "参考";
    Charges: "estimated charges: {0}, of that for the proof {1} ({2}; of buckets and of snapshots on the way; line by line with --report or --json)",
        "料金の見積もり: {0}、うち検証 {1}（{2}。バケットと移行用スナップショットの分。明細は --report か --json）";
    PricesLent: "prices of {0} that are not known: those of {1}", "{0} の価格が不明なものは {1} の価格";
    AmountUnknown: "; how much there is the inventory does not tell", "（量はインベントリーにありません）";
    LineUnpriced: "; {0} line without a price", "（価格のない項目 {0} 件）";
    LinesUnpriced: "; {0} lines without a price", "（価格のない項目 {0} 件）";
    ListPrices: "list prices of {0}", "{0} 時点の公開価格";
    OwnPrices: "your own prices of {0}, and where they tell nothing list prices of {1}", "{0} 時点の自社価格、そこにないものは {1} 時点の公開価格";
    SumUnknown: "unknown", "不明";
    FromTo: "{0} to {1}", "{0} ～ {1}";
    OutsideNever: "outside the window: no window opens any more; the same command goes on then", "作業時間帯の外で、今後の時間帯はありません。同じコマンドで続行します";
}

/// What a plan, a step or the engine says, in the chosen language. What a runbook, AWS or another release has said stands as it is.
pub fn said(text: &str) -> String {
    said_in(chosen(), text)
}

fn said_in(language: Language, text: &str) -> String {
    let japanese = match language {
        Language::En => None,
        Language::Ja => in_japanese(text),
    };
    japanese.unwrap_or_else(|| text.to_owned())
}

/// What stands at a gate, a step on each line with what it proved, in the chosen language. What is agreed to is the English text: its digest is in the approval.
pub fn proofs(evidence: &str) -> String {
    proofs_in(chosen(), evidence)
}

fn proofs_in(language: Language, evidence: &str) -> String {
    model::gates::evidence_said(evidence, |proved| said_in(language, proved))
}

/// A failure with its message in the chosen language; AWS's own words stand as they are.
pub fn failed(failure: &Failure) -> Failure {
    Failure {
        message: said(&failure.message),
        ..failure.clone()
    }
}

/// What a step that stopped, or raises an alarm, advises, in the chosen language. What another release has said stands as it is; what such a failure asks for in general
/// stands before it.
pub fn advised(said: &str, class: Option<FailureClass>) -> String {
    advised_in(chosen(), said, class)
}

fn advised_in(language: Language, said: &str, class: Option<FailureClass>) -> String {
    match language {
        Language::En => said.to_owned(),
        Language::Ja => in_japanese(said).unwrap_or_else(|| {
            let general = class.map(|class| format!("{} ", about(class)));
            general.unwrap_or_default() + said
        }),
    }
}

/// What to do about a failure in general, in Japanese.
fn about(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Throttled => {
            "呼び出しの上限に達しています。同じアカウントの他の処理を減らし、retry してください。"
        }
        FailureClass::Unavailable => "AWS が応答できませんでした。AWS Health を確認し、復旧後に retry してください。",
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
    }
}

/// What a gate asks. What the runbook asks is its writer's; what cleave itself asks is said in the chosen language.
pub fn question(plan: &Plan, gate: &GateName) -> String {
    plan.gate(gate).map_or_else(String::new, |gate| asked(&gate.ask))
}

/// The same of the question alone.
pub fn asked(ask: &str) -> String {
    let japanese = match chosen() {
        Language::En => None,
        Language::Ja => question_in_japanese(ask),
    };
    japanese.unwrap_or_else(|| ask.to_owned())
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
