//! What the plan of a hook says, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, or a step's title.
    pub(crate) enum Text {
        // Notes
        NoUndo: "it has no undo: what it does is not taken back with the run",
            "取り消しのコマンドがありません。実行を取り消しても、このコマンドが行ったことは元に戻りません";

        // Titles
        Run: "run {0}", "{0} を実行";
    }
}
