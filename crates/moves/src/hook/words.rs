//! What the plan of a hook says, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, or a step's title.
    pub(crate) enum Text {
        // Notes
        NoUndo: "it has no undo: what it does is not taken back with the run",
            "取り消しのコマンドがありません。実行を取り消しても、このコマンドが行ったことは元に戻りません";

        // What steps prove
        EndedWell: "{0} ended with exit code 0; it said last: {1}", "{0} は終了コード 0 で終了。最後の出力: {1}";
        Nothing: "nothing", "なし";

        // Why they stop
        Failed: "{0}: it ended with exit code {1}. It said: {2}", "{0}: 終了コード {1} で終了しました。出力: {2}";
        TimedOut: "{0}: it had not ended after {1} s and was stopped. It said: {2}",
            "{0}: {1} 秒たっても終わらず、停止しました。出力: {2}";

        // Titles
        Run: "run {0}", "{0} を実行";
    }
}
