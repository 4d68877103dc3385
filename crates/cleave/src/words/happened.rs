//! What the screen says of each event of a run, in both languages.

use model::sentence::filled;

use super::{Language, chosen};

impl Happened {
    /// It in the chosen language, its places filled in.
    pub fn fill(self, values: &[&str]) -> String {
        filled(self.say(), values)
    }
}

words! { Happened
    RunStarts: "run {0} of {1} starts: {2} steps, plan {3}", "{1} の実行 {0} を開始: ステップ {2} 件、計画 {3}";
    StepsKnown: "{0}: {1} further steps are known now", "{0}: さらに {1} 件のステップが確定";
    Attempt: "{0}: attempt {1}", "{0}: {1} 回目の試行";
    TakingBack: "{0}: taking it back", "{0}: 取り消し中";
    NotDone: "{0}: not done, {1}: {2}", "{0}: 未実施（{1}）: {2}";
    Unknown: "{0}: outcome unknown, looking: {1}", "{0}: 結果が不明なため確認中: {1}";
    AnsweredAgain: "{0}: answered again", "{0}: 応答が回復";
    NoLook: "{0}: could not look, {1}: {2}", "{0}: 確認できません（{1}）: {2}";
    SoFar: "{0}: {1} of {2}", "{0}: {2} 件中 {1} 件";
    AlarmOver: "{0}: the alarm is over", "{0}: 警報は解消";
    Done: "{0}: done: {1}", "{0}: 完了: {1}";
    TriedAgain: "{0}: tried again by {1}: {2}", "{0}: {1} が再試行を指示: {2}";
    LeftOut: "{0}: left out by {1}: {2}", "{0}: {1} が省略を指示: {2}";
    Undone: "{0}: undone: {1}", "{0}: 取り消し済み: {1}";
    OneAgrees: "gate {0}: {1} agrees; {2} more must", "ゲート {0}: {1} が同意。あと {2} 名の同意が必要です";
    Approved: "gate {0}: approved by {1}", "ゲート {0}: {1} が承認";
    Voided: "gate {0}: approval void: {1}", "ゲート {0}: 承認は無効: {1}";
    TeamAgrees: "product {0} agrees to the plan, by {1}", "プロダクト {0} が計画に同意（{1}）";
    TeamAgreesSaying: "product {0} agrees to the plan, by {1}: {2}", "プロダクト {0} が計画に同意（{1}）: {2}";
    WindowLonger: "the window stays open until {0}, by {1}: {2}", "{1} が作業時間帯を {0} まで延長: {2}";
    PausedBy: "paused by {0}", "{0} が一時停止";
    LoginExpired: "paused: your login has expired; type: {0}", "一時停止: ログインの期限切れです。入力: {0}";
    GoesOn: "goes on, by {0}", "{0} が再開";
    AllTakenBack: "everything is taken back, by {0}: {1}", "{0} がすべての取り消しを指示: {1}";
    TakenBackTo: "taken back to {0}, by {1}: {2}", "{1} が {0} までの取り消しを指示: {2}";
    Completed: "completed", "完了しました";
    Unwound: "unwound", "すべて取り消しました";
}
