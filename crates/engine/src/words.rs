//! What the engine itself says of a step in journals and reports, in English and Japanese.

use model::sentences;

sentences! {
    /// Why a step needs no taking back, is not taken back, or stands still.
    pub enum Text {
        LeavesNothing: "it leaves nothing to take back", "取り消すものはありません";
        GoneAlready: "it does not exist any more", "すでに存在しません";
        NotThisRuns: "what is there is not this run's: {0}", "存在するものは、この実行のものではありません: {0}";
        NotMadeByThisRun: "it exists already and this run did not make it: {0}", "すでに存在し、この実行が作成したものではありません: {0}";
        StillThere: "it is still there", "まだ存在します";
        DoesNotEnd: "it does not come to an end", "終わりません";
        Skipped: "skipped", "省略（skip）";
        SkippedOver: "skipped: {0}", "省略（skip）: {0}";
        Looking: "looking whether it was made", "作成されたか確認中";
        BrokenRemains: "its broken remains are still there", "壊れたものがまだ残っています";
    }
}
