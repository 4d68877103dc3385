//! What the plan of the delivery flow says, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, or a step's title.
    pub(crate) enum Text {
        // Notes
        NoLook: "no step looks at the delivery flow: `cleave check RUNBOOK` does, some days before and once more before the cut-over.",
            "デリバリーを確認するステップはありません。数日前と切り替えの直前に `cleave check RUNBOOK` で確認してください。";
        Looked: "the delivery flow is looked at before writes stop and traffic moves. What is open then is waited for with an alarm, and after 15 minutes a person is asked; what fires in the source is told and not waited for. `cleave check RUNBOOK` looks at the same beforehand.",
            "書き込みの停止とトラフィックの切り替えの前に、デリバリーを確認します。未対応のものがあれば警報を出して待ち、15 分たつと担当者に判断を求めます。移行元でまだ起動するものは知らせるだけで、待ちません。`cleave check RUNBOOK` で事前に同じ確認ができます。";
        WithoutFiles: "{0} Files (scan) are looked through by `cleave check` alone: they lie where it is typed, and not where a run is resumed",
            "{0}ファイル（scan）を調べるのは `cleave check` だけです。ファイルはこのコマンドを打つ場所にあり、実行を再開する場所にはないためです";

        // What steps prove
        LookedAt: "looked at {0}", "{0} に確認";
        ReadyAt: "ready at {0}: {1}", "{0} に準備完了: {1}";
        ToKnow: "to know: {0}", "参考: {0}";
        NothingFires: "nothing that is named as moving fires in the source",
            "移すものとして指定されたもので、移行元で起動するものはありません";
        StillFires: "STILL FIRES IN THE SOURCE, and would in both accounts (stop it before you agree; cleave check RUNBOOK gives the commands): {0}",
            "移行元でまだ起動しており、このままでは両方のアカウントで起動します（同意する前に止めてください。コマンドは cleave check RUNBOOK で表示されます）: {0}";
        AndMore: "and {0} more", "ほか {0} 件";

        // Why they stop
        NotReady: "{0} min after it was first looked, the delivery flow is not ready: {1}",
            "確認を始めて {0} 分たちましたが、デリバリーの準備ができていません: {1}";

        // Titles
        LookBeforeGate: "look whether the delivery flow is ready, before {0} is asked", "ゲート {0} の前に、デリバリーの準備を確認";
        LookBeforeCutover: "look whether the delivery flow is ready, before anything is cut over", "切り替えの前に、デリバリーの準備を確認";
    }
}
