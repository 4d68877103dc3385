//! What the plan says of parameter groups, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, a step's title, or a part of one; what a step proves or why it stops.
    pub(crate) enum Text {
        // What such a group is called
        Group: "parameter group {0}",
            "パラメータグループ {0}";
        ClusterGroup: "cluster parameter group {0}",
            "クラスターパラメータグループ {0}";

        // Why a restore cannot have it
        WhichGroup: "account {0} cannot be told which parameter group to look for: the inventory does not name it, nor the section's restore",
            "アカウント {0} のどのパラメータグループを使うのか分かりません。インベントリーにも、このセクションの restore にも書かれていません";
        WhichClusterGroup: "account {0} cannot be told which cluster parameter group to look for: the inventory does not name it, nor the section's restore",
            "アカウント {0} のどのクラスターパラメータグループを使うのか分かりません。インベントリーにも、このセクションの restore にも書かれていません";
        NoGroup: "account {0} has no {1}, and the inventory none of the source's that could be carried: make it there first, of the source's family",
            "アカウント {0} に{1} がなく、移行元から引き継げるものもインベントリーにありません。先に移行元と同じファミリーで作成してください";
        OtherFamily: "account {0} has a {1} of family {2}, the source's is of {3}",
            "アカウント {0} の{1} のファミリーは {2} ですが、移行元のものは {3} です";

        // How the target's differs; each parameter with what stands behind it
        NotAsSource: "the target's {0} is not as the source's: {1}",
            "移行先の{0} が移行元のものと異なります: {1}";
        Differs: "{0} is {1} there, {2} here",
            "{0}（移行先: {1}、移行元: {2}）";
        ItsDefault: "its default",
            "デフォルト値";

        // That it is made
        Made: "the target has no {0}: it is made there, with what a user has set in the source's",
            "移行先に{0} がないため、移行元でユーザーが設定した値で作成します";

        // Titles
        Make: "make the {0} in the target, as the source's",
            "移行先に移行元と同じ{0} を作成";
        Set: "set in it {0}",
            "{0} を設定";

        // What steps prove
        IsThere: "{0} is there, of family {1}",
            "{0} があり、ファミリーは {1}";
        HasSet: "{0} has {1} as the source's",
            "{0} の {1} は移行元と同じ";

        // Why they stop
        IsOfFamily: "{0} is of family {1}, not {2}",
            "{0} のファミリーは {2} ではなく {1}";
        SetSince: "the source's parameter group {0} is not as the inventory says: {1}. Bring the inventory up to date, and plan anew",
            "移行元のパラメータグループ {0} がインベントリーと異なります: {1}。インベントリーを更新し、計画を作り直してください";
    }
}
