//! What plans say, steps' titles, notes, what gates ask, in English and Japanese. Each room has its own table, `words.rs` beside what says it; here stand the tables of no one
//! room, and how a text is found in all of them.

use model::sentence::Both;
use model::{Advice, sentences};

/// What gates ask.
const QUESTIONS: &[&[Both]] = &[
    Question::BOTH,
    crate::bucket::titles::Question::BOTH,
    crate::retire::words::Text::BOTH,
];

/// Every table.
const TABLES: &[&[Both]] = &[
    Advice::BOTH,
    engine::words::Text::BOTH,
    Text::BOTH,
    Question::BOTH,
    crate::bucket::words::Text::BOTH,
    crate::bucket::titles::Title::BOTH,
    crate::bucket::titles::Question::BOTH,
    crate::bucket::proofs::Proof::BOTH,
    crate::cache::words::Text::BOTH,
    crate::cluster::words::Text::BOTH,
    crate::database::words::Text::BOTH,
    crate::delivery::words::Text::BOTH,
    crate::foreign::Foreign::BOTH,
    crate::hook::words::Text::BOTH,
    crate::image::words::Text::BOTH,
    crate::instance::words::Text::BOTH,
    crate::key::words::Text::BOTH,
    crate::left_to_people::Left::BOTH,
    crate::old_group::words::Text::BOTH,
    crate::parameter_group::words::Text::BOTH,
    crate::restored::words::Differs::BOTH,
    crate::restored::words::Text::BOTH,
    crate::retire::words::Text::BOTH,
    crate::retired::words::Text::BOTH,
    crate::snapshot::words::Text::BOTH,
    crate::subnet_group::words::Text::BOTH,
    crate::underway::Underway::BOTH,
    crate::unmoved::words::Text::BOTH,
    crate::volume::words::Text::BOTH,
    crate::writes::words::Text::BOTH,
    crate::zone::words::Text::BOTH,
    crate::zone::proofs::Proof::BOTH,
];

/// In Japanese what a plan, a step or the engine said in English. None where no table has it: what a runbook or another release has said stands as it is.
pub fn in_japanese(said: &str) -> Option<String> {
    model::sentence::in_japanese(TABLES, TABLES, said)
}

/// In Japanese what a gate of cleave's own asks. None for a runbook's gate, which may read like a step's title ("run the last export") and is its writer's.
pub fn question_in_japanese(asked: &str) -> Option<String> {
    model::sentence::in_japanese(QUESTIONS, TABLES, asked)
}

/// A value for a sentence; "none" where there is none.
pub(crate) fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| Text::None.into(), |value| value.to_string())
}

sentences! {
    /// What no one room says.
    pub(crate) enum Text {
        None: "none", "なし";

        // Notes: names that point at what Terraform has made
        NoTag: "{0} is not a tag such as \"tag:Name=stg-db\"", "{0} は \"tag:Name=stg-db\" のようなタグの指定ではありません";
        NoPlace: "{0} is not a place in a state such as \"tfstate://my-states/stg/terraform.tfstate#aws_security_group.db\"",
            "{0} は \"tfstate://my-states/stg/terraform.tfstate#aws_security_group.db\" のようなステート内の場所の指定ではありません";
        OnlyGroupsByTag: "{0}: only security groups are found by tag; name it, or point at its address in Terraform's state",
            "{0}: タグで探せるのはセキュリティグループだけです。名前を書くか、Terraform のステート内のアドレスを指定してください";
        NotLookedUp: "{0}: the inventory does not say what that is. Let it be looked up: cleave discover RUNBOOK",
            "{0}: 何を指すかがインベントリーにありません。次のコマンドで調べてください: cleave discover RUNBOOK";
        LookedUp: "{0} is {1}, as discovered at {2}", "{0} は {1} です（{2} に検出）";

        // Notes: what the target's Terraform would create
        TerraformMakesEmpty: "the target's Terraform would create {0} ({1}) without {2}: it would be empty. Give it what the run tells at its end",
            "移行先の Terraform は {0}（{1}）を {2} なしで作成しようとしており、そのままでは空になります。実行の最後に示される値を指定してください";
        TerraformMakes: "the target's Terraform would create {0} ({1}): an empty one would take the name that this runbook moves. Take it out of that apply, and import it afterwards; or leave it to Terraform here (a database or cluster: restore = false; a cache: fill = false; a bucket: create = \"terraform\")",
            "移行先の Terraform は {0}（{1}）を作成しようとしており、このランブックで移す名前が空のリソースに使われてしまいます。その apply から外して後でインポートするか、ランブックで Terraform に任せてください（データベースとクラスター: restore = false、キャッシュ: fill = false、バケット: create = \"terraform\"）";

        // Notes: quotas
        UsualQuota: "this runbook needs {0} {1} at once in account {2}, and AWS admits {3} unless it has been asked for more: what the account has, `cleave discover` asks",
            "このランブックではアカウント {2} に同時に {0} 個の{1}が必要ですが、引き上げを申請していなければ AWS の上限は {3} 個です。アカウントの実際の値は `cleave discover` で調べられます";
        NoQuota: "account {0} has {1} of {3} {2}, and this runbook needs {4} more at once: delete what nobody needs, or have AWS raise the quota (Service Quotas, RDS)",
            "アカウント {0} の{2}は上限 {3} 個のうち {1} 個が使用中で、このランブックでは同時にさらに {4} 個が必要です。不要なものを削除するか、AWS にクォータの引き上げを申請してください（Service Quotas、RDS）";
        Instances: "DB instances", "DB インスタンス";
        Clusters: "DB clusters", "DB クラスター";
        Snapshots: "manual snapshots of instances", "インスタンスの手動スナップショット";
        ClusterSnapshots: "manual snapshots of clusters", "クラスターの手動スナップショット";

        // Notes: windows
        NoWindow: "no window opens within a year of the inventory: whatever disturbs would wait for ever",
            "インベントリーの取得から 1 年以内に始まる作業時間帯がありません。停止を伴うステップはいつまでも始まりません";
        NoRoom: "no window has room for its outage: from \"{0}\" to the last disturbing step behind it, nine in ten runs take up to {1}, and the longest window has {2}. Open a longer window, or move it in a way that disturbs for less time",
            "停止が収まる作業時間帯がありません。「{0}」から、停止を伴う最後のステップまで、9 割の確率で {1} 以内かかりますが、最長の作業時間帯は {2} です。もっと長い作業時間帯を設けるか、停止の短い方法で移してください";
        Hours: "{0} h {1} min", "{0} 時間 {1} 分";
    }
}

sentences! {
    /// What a gate of no one room asks.
    pub(crate) enum Question {
        TeamAgrees: "Does the team of {0} agree to what this plan does to its things?",
            "{0} のチームは、この計画が自チームのリソースに対して行うことに同意しますか？";
        TeamOfAgrees: "Does the team of {0} ({1}) agree to what this plan does to its things?",
            "{0} のチーム（{1}）は、この計画が自チームのリソースに対して行うことに同意しますか？";
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
