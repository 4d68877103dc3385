//! What a step that stopped, or raises an alarm, advises, in both languages. The journal keeps the English text, as it always has; whoever shows it under Japanese reads the
//! values back out of it. One table for steps and engine, so that neither can say what nobody could translate, and a missing translation does not compile.
//!
//! A text that the table does not have (of another release, of a runbook) is nobody's to translate: it is shown as it stands.

use crate::sentences;

sentences! {
/// One advice; `{0}`, `{1}` stand for what is filled in.
pub enum Advice {
    // Of any step
    Foreign: "Look at what exists under that name. Rename or remove it if nobody needs it and retry the step, or undo the run.",
        "その名前で存在するものを確認してください。不要なら改名か削除をしてステップを retry、そうでなければ実行を undo してください。";
    Broken: "Remove the failed thing, deal with the cause named above, and retry the step; or undo the run.",
        "失敗したものを削除し、上の原因に対処してステップを retry するか、実行を undo してください。";
    NotRight: "Nothing further was changed. Find out who else writes to it, put it right and retry the step; or undo the run.",
        "これ以上は変更していません。他に誰が書き込んでいるかを調べ、直してステップを retry するか、実行を undo してください。";
    Denied: "Give the role the permission that the message names (or take away the deny), and retry the step.",
        "メッセージにある権限をロールに与え（または Deny を外し）、ステップを retry してください。";
    NotFound: "What the call names does not exist. Restore it, and retry the step; or undo the run.",
        "呼び出しの対象がありません。元に戻してステップを retry するか、実行を undo してください。";
    WrongState: "Wait until the resource is in order, then retry the step; or undo the run.",
        "リソースが正常になるのを待ってステップを retry するか、実行を undo してください。";
    Quota: "Ask AWS for a higher quota or remove what is not needed, then retry the step.",
        "AWS にクォータの引き上げを申請するか、不要なものを削除して、ステップを retry してください。";
    Outage: "AWS has not answered for hours. Look at the AWS Health Dashboard; retry the step when it is back.",
        "AWS が何時間も応答していません。AWS Health Dashboard を確認し、復旧後にステップを retry してください。";
    LogIn: "Log in again and resume.", "ログインし直し、再開してください。";
    Refused: "The request was refused as wrong: this is a mistake in cleave or in the runbook. Keep the journal and report it; undo the run if the window is short.",
        "リクエストが不正として拒否されました。cleave かランブックの誤りです。ジャーナルを残して報告し、作業時間帯に余裕がなければ実行を undo してください。";
    LookedAnew: "It is looked at anew.", "改めて確認します。";

    // Commands of the team's own, the delivery flow
    MendHook: "Mend what it complains of and retry the step: it is run again. Skip it to go on without.",
        "コマンドが報告した問題を直し、ステップを retry してください（再度実行します）。実行せずに進むなら skip してください。";
    DeliveryNotReady: "Put it right (cleave check RUNBOOK tells all of it, with the commands) and retry the step. Where you know better, leave it out, with a reason: cleave skip {0} --reason …. Nothing was changed by it",
        "直して（cleave check RUNBOOK がすべてをコマンド付きで表示します）ステップを retry してください。問題ないと分かっていれば、理由を付けて省いてください: cleave skip {0} --reason …。このステップは何も変更していません";

    // Writes to databases
    AccessChanged: "Somebody has changed them meanwhile. Put the noted ones back and retry the step, or undo the run.",
        "その間に誰かが変更しています。記録したものに戻してステップを retry するか、実行を undo してください。";
    StopByGate: "Set stop_writes = \"gate\" in the runbook, and stop what uses the database yourself.",
        "ランブックで stop_writes = \"gate\" とし、データベースを使うものを自分で止めてください。";
    StopUsers: "Stop what uses {0}. Then retry the step.", "{0} を使うものを止め、ステップを retry してください。";
    StillConnected: "Nobody connects to {0} anew, but who was connected stays so. Stop what uses it, or end its connections: aws rds reboot-db-instance --db-instance-identifier {0} (of a cluster: each member). Then retry the step. Access stays blocked meanwhile; undoing the run gives it back.",
        "{0} に新しい接続はできませんが、既存の接続は残っています。使うものを止めるか、接続を切ってください: aws rds reboot-db-instance --db-instance-identifier {0}（クラスターなら各メンバー）。その後ステップを retry してください。その間もアクセスは遮断したままで、実行を undo すると元に戻ります。";
    WhoConnected: "Find out what connected. If it wrote nothing that matters, skip this step; else undo the run and begin again.",
        "何が接続したかを調べてください。重要な書き込みがなければこのステップを skip し、あれば実行を undo して始め直してください。";
    PendingChanges: "Look at its pending changes in the console, and retry the step; or skip it and set this by hand.",
        "コンソールで保留中の変更を確認してステップを retry するか、skip して手動で設定してください。";

    // Buckets
    BlankKey: "Nothing has been deleted. Copy what it holds to another key and delete it, all its versions (aws s3api delete-objects takes it), then retry this step; or move the bucket by route = \"replication\"",
        "何も削除していません。内容を別のキーにコピーし、全バージョンを削除して（aws s3api delete-objects で可能です）このステップを retry するか、route = \"replication\" でバケットを移してください";
    NameNotMade: "Look at what Terraform's apply says, and retry the step to go on waiting. Without the name: leave the run as it is, and use the interim bucket, which is whole.",
        "Terraform の apply の出力を確認し、待ち続けるならステップを retry してください。その名前を使わないなら、実行はこのままにして、欠けのない中間バケットを使ってください。";
    NameNotWon: "Retry the step to ask once more, as often as you like. Without the name: leave the run as it is, and use the interim bucket, which is whole.",
        "もう一度名前を取りにいくなら、何度でもステップを retry できます。その名前を使わないなら、実行はこのままにして、欠けのない中間バケットを使ってください。";

    // Zones
    NameParent: "Write in the runbook under parent which zone delegates {0} (dig +trace NS {0} shows it). Undo this run, and start another with a new journal",
        "{0} を委任しているゾーンをランブックの parent に書いてください（dig +trace NS {0} で分かります）。この実行を undo し、新しいジャーナルで始めてください";
    DelegatedElsewhere: "Have {0} delegate {1} to the servers of the zone in use, or correct the inventory. Then retry the step.",
        "{0} で {1} を使用中のゾーンのサーバーに委任してもらうか、インベントリーを直し、ステップを retry してください。";
    Signed: "Remove the DS, wait its TTL and until every server of the parent has forgotten it, and retry the step. Sign the new zone afterwards.",
        "DS を削除し、その TTL が過ぎて親のすべてのサーバーから消えるのを待ち、ステップを retry してください。新しいゾーンへの署名はその後にしてください。";
    CopyIfMeant: "Look whether that is meant. If it is: cleave retry {0} --reason …, and they are copied",
        "意図した変更かを確認してください。意図したものなら、次のコマンドでコピーします: cleave retry {0} --reason …";
    StrangeDelegation: "Find out who has changed it. Have these lines written in {0}, and no others, and retry the step:\n{1}",
        "誰が変更したかを調べてください。{0} に次の行だけを書いてもらい、ステップを retry してください:\n{1}";
    StillWritten: "Somebody still uses it. Write it to the new zone {0} and delete it here by hand, then retry the step.",
        "まだ誰かが使っています。新しいゾーン {0} に書き、古いゾーンからは手動で削除して、ステップを retry してください。";
    OldWritten: "Write to zone {0} what is meant of it, and take it out of the old one; then retry the step",
        "必要なものはゾーン {0} に書き、古いゾーンから消して、ステップを retry してください";
    Unwritable: "Going back would lose these. If that is borne, skip the step: cleave skip {0} --reason …",
        "元に戻すと、これらは失われます。それでよければステップを省いてください: cleave skip {0} --reason …";
    FollowIfMeant: "The new zone has changed so. Look whether that is meant. If it is: cleave retry {0} --reason …, and the old zone follows",
        "新しいゾーンがこのように変わりました。意図した変更かを確認してください。意図したものなら、次のコマンドで古いゾーンも追随します: cleave retry {0} --reason …";
    PutBack: "Mend the new zone, and point the delegation at it once more: cleave retry {0} --reason …. Or undo the run",
        "新しいゾーンを直し、もう一度委任してください: cleave retry {0} --reason …。または実行を undo してください";
    MendZone: "Mend the new zone and retry the step. Or undo the run: it tells the NS lines by which {0} is given back to the old zone",
        "新しいゾーンを直してステップを retry するか、実行を undo してください。undo では {0} を古いゾーンに戻す NS の行を表示します";
    MakeCollection: "Have its Terraform make it, look at both accounts anew, and plan again; or undo the run.",
        "Terraform で作り、両アカウントを調べ直して計画し直すか、実行を undo してください。";
    CollectionsAlike: "It is not the run's to change. Make both alike, and then: cleave retry {0} --reason …",
        "この実行では変更しません。両方を同じ内容にしてから: cleave retry {0} --reason …";
    ChecksAlike: "One of them was changed since. Make both alike (aws route53 update-health-check), and then: cleave retry {0} --reason …",
        "その後にどちらかが変更されています。両方を同じ内容にして（aws route53 update-health-check）から: cleave retry {0} --reason …";
    CertificateAnew: "Have the target's Terraform make it anew (terraform apply -replace=aws_acm_certificate.NAME), see that the records are as it says, and go on waiting: cleave retry {0} --reason …",
        "移行先の Terraform で作り直し（terraform apply -replace=aws_acm_certificate.NAME）、レコードがその内容どおりかを確認して、待ち続けてください: cleave retry {0} --reason …";
    NotIssued: "See whether public DNS answers {0}. To wait on: cleave retry {1} --reason …; to hand the zone over without it: cleave skip",
        "公開 DNS が {0} を返すか確認してください。待ち続けるなら: cleave retry {1} --reason …。証明書なしでゾーンを引き渡すなら: cleave skip";
    NoCertificate: "To wait on: cleave retry {0} --reason …. To hand the zone over without it: cleave skip {0} --reason …; Terraform's apply waits for its records then",
        "待ち続けるなら: cleave retry {0} --reason …。証明書なしでゾーンを引き渡すなら: cleave skip {0} --reason …。その場合、Terraform の apply はレコードを待ちます";
    NotByDns: "Approve it where it is asked for, or have Terraform make it with validation_method = \"DNS\"; then cleave retry {0} --reason …",
        "承認を求められている場所で承認するか、Terraform で validation_method = \"DNS\" として作り直してから: cleave retry {0} --reason …";

    // Taking the old away
    MustStay: "See to it, then: cleave retry {0} --reason …; or undo this run: it has deleted nothing of it.",
        "対処してから: cleave retry {0} --reason …。または、この実行を undo してください。まだ何も削除していません。";
    NothingToTakeAway: "There is nothing to take away: undo this run, and plan anew without it.",
        "撤去するものがありません。この実行を undo し、これを外して計画し直してください。";

    // Why there is no way back: said when an undo comes to such a step
    LastSnapshot: "what is deleted does not come back; the last snapshot of {0} is there, in the output of {1}",
        "削除したものは戻りません。{0} の最後のスナップショットがあります（{1} の出力）";
    WhatItSet: "what is deleted does not come back; what it set is in the output of {0}",
        "削除したものは戻りません。設定内容は {0} の出力にあります";
    CopyStands: "what is deleted does not come back; its copy {0} stands in the target",
        "削除したものは戻りません。コピー {0} が移行先にあります";
    EqualsStand: "what is deleted does not come back; every version of it has an equal in {0}",
        "削除したものは戻りません。全バージョンと同じものが {0} にあります";
    SnapshotStands: "what is deleted does not come back; {0} stands in the target",
        "削除したものは戻りません。{0} が移行先にあります";
    ImageCopyStands: "a deregistered image does not come back; its copy {0} stands in the target",
        "登録解除したイメージは戻りません。コピー {0} が移行先にあります";
    ImageStands: "a terminated instance does not come back; its image {0} stands in the target",
        "終了したインスタンスは戻りません。イメージ {0} が移行先にあります";
    RecordsDeleted: "deleting the record sets cannot be taken back by cleave; what it held is in the journal, in the output of {0}",
        "レコードセットの削除は cleave では取り消せません。内容はジャーナルにあります（{0} の出力）";
    ZoneDeleted: "deleting the zone cannot be taken back by cleave; what it held is in the journal, in the output of {0}",
        "ゾーンの削除は cleave では取り消せません。内容はジャーナルにあります（{0} の出力）";
    SourceEmptied: "emptying the source cannot be taken back. Nothing is lost: resume the run, or copy from the interim bucket",
        "移行元を空にしたことは取り消せません。何も失われていません。実行を再開するか、中間バケットからコピーしてください";
    SourceDeleted: "deleting the source bucket cannot be taken back. Nothing is lost: resume the run, or copy from the interim bucket",
        "移行元バケットの削除は取り消せません。何も失われていません。実行を再開するか、中間バケットからコピーしてください";
    NameWon: "winning the name cannot be taken back. Nothing is lost: resume the run, or copy from the interim bucket",
        "名前の取得は取り消せません。何も失われていません。実行を再開するか、中間バケットからコピーしてください";
    WrittenAnew: "{0} is open to its applications: what they have written into it would be lost. {1} is whole as it was when writing ended; take the statement that denies writing out of its policy to use it again",
        "{0} はアプリケーションに開放済みで、取り消すと書き込まれたものが失われます。{1} は書き込みを止めた時点のまま欠けなく残っています。再び使うには、書き込みを拒否するステートメントをポリシーから外してください";

    // Alarms: it is waited on, and a person should see to it
    NameTaken: "S3 says that somebody else has {0}, which was first asked for at {1}. It may be the deletion that has not reached every place yet, for hours, or a stranger who took the name. It is asked for again and again, for {2} h from the first time. Everything is whole in {3}: point clients there if they cannot wait, stop what still writes to {0} (it may be a stranger's now), and ask AWS Support for the name",
        "S3 によれば {0} は他者のものです（最初に試したのは {1}）。削除がまだ行き渡っていない（数時間かかります）か、他者が名前を取ったかのどちらかです。最初から {2} 時間は繰り返し試します。すべて {3} に欠けなくあります。待てないクライアントはそちらに向け、{0} にまだ書き込むもの（他者のバケットかもしれません）を止め、AWS サポートに名前を問い合わせてください";
    MendDocument: "S3 does not take the {0} configuration: {1}. Mend in the target what it names, if you can: it is tried again every minute, for {2} min from the first time, then the run goes on without it",
        "S3 が {0} の設定を受け付けません: {1}。可能なら、そこにあるものを移行先で直してください。最初から {2} 分間、毎分試し、その後はこの設定なしで続行します";
    NoReport: "no inventory report of {0} has come for {1} h. S3 tells nobody when it may not write one: look at the policy of {2}, and at the bucket's inventory configuration",
        "{0} のインベントリーレポートが {1} 時間届いていません。S3 は書き込めないことを知らせません。{2} のポリシーと、バケットのインベントリー設定を確認してください";
    DeliveryOpen: "the delivery flow is not ready: {0}. It is looked again by itself; cleave check RUNBOOK tells all of it, with the commands.",
        "デリバリーの準備ができていません: {0}。自動で確認し直します。cleave check RUNBOOK がすべてをコマンド付きで表示します。";
    PointOutside: "{0} is not in Route 53: a person must point {1} at the new zone there. Replace its NS lines by these, and by all of these, now; the run goes on when every name server of {0} says so:\n{2}",
        "{0} は Route 53 にありません。そこで {1} を新しいゾーンに向ける作業が必要です。今すぐ NS の行を次のすべてに置き換えてください。{0} のすべてのネームサーバーに反映されると続行します:\n{2}";
    GiveBackOutside: "{0} is not in Route 53: a person must give the delegation of {1} back there. Replace its NS lines by these now; the run goes on when every name server of {0} says so:\n{2}",
        "{0} は Route 53 にありません。そこで {1} の委任を元に戻す作業が必要です。今すぐ NS の行を次に置き換えてください。{0} のすべてのネームサーバーに反映されると続行します:\n{2}";
    SomebodyWrites: "somebody writes to the old zone {0}, from which {1} is not answered any more. What only one of them holds: {2}. Write what is meant to zone {3} too, or take it out of the old one, and have whoever wrote it write to the new one",
        "古いゾーン {0} に誰かが書き込んでいますが、{1} はもうそこから応答していません。片方にしかないもの: {2}。必要なものはゾーン {3} にも書くか、古いゾーンから消し、書いた人には新しいゾーンに書いてもらってください";
    OldCannotHold: "zone {0} cannot hold what was written to the new one, and nothing is kept equal until it can: {1}, which its account does not have. Write these sets with a collection that the run has made, or take them out again",
        "ゾーン {0} には、新しいゾーンに書かれたものを入れられず、それまで両ゾーンの同期は止まります: {1}（アカウントにありません）。この実行が作ったコレクションで書き直すか、消してください";
    NamesElsewhere: "{0} has names outside of this zone. Write their records where those names lie: {1}",
        "{0} には、このゾーンの外の名前があります。その名前のある場所にレコードを書いてください: {1}";
    UnusuallyLong: "{0} has waited for {1} min, which is unusual. See with dig whether public DNS answers {2}, and whether a CAA record admits Amazon; the zone is not handed over before",
        "{0} は {1} 分待っており、通常より長くかかっています。公開 DNS が {2} を返すか、CAA レコードが Amazon を許可しているかを dig で確認してください。それまでゾーンは引き渡しません";
    AskForCertificate: "account {0} has no certificate for {1} that is issued or pending. Let the target's Terraform ask for it: terraform apply, or terraform apply -target=aws_acm_certificate.NAME where the rest must wait. An aws_acm_certificate_validation behind it may go on waiting: this run writes the records as soon as they are known, and hands {2} over when the certificate is issued",
        "アカウント {0} に、{1} の発行済みまたは検証待ちの証明書がありません。移行先の Terraform で申請してください: terraform apply。他がまだなら terraform apply -target=aws_acm_certificate.NAME。後続の aws_acm_certificate_validation は待たせて構いません。レコードは分かり次第この実行が書き、証明書が発行されると {2} を引き渡します";
    AskForCertificateAnew: "account {0} has no certificate for {1} that is issued or pending. What is there is over and done with: {2}. Let the target's Terraform ask for it: terraform apply, or terraform apply -target=aws_acm_certificate.NAME where the rest must wait. An aws_acm_certificate_validation behind it may go on waiting: this run writes the records as soon as they are known, and hands {3} over when the certificate is issued",
        "アカウント {0} に、{1} の発行済みまたは検証待ちの証明書がありません。今あるものは使えません: {2}。移行先の Terraform で申請してください: terraform apply。他がまだなら terraform apply -target=aws_acm_certificate.NAME。後続の aws_acm_certificate_validation は待たせて構いません。レコードは分かり次第この実行が書き、証明書が発行されると {3} を引き渡します";
    EndConnections: "{0}. Nobody connects to {1} anew, but who was connected stays so. Stop what uses it, or end its connections: aws rds reboot-db-instance --db-instance-identifier {1} (of a cluster: each member).",
        "{0}。{1} に新しい接続はできませんが、既存の接続は残っています。使うものを止めるか、接続を切ってください: aws rds reboot-db-instance --db-instance-identifier {1}（クラスターなら各メンバー）。";
    StopConnected: "{0}. Stop what uses {1}.", "{0}。{1} を使うものを止めてください。";
}
}

#[cfg(test)]
#[path = "advice_tests.rs"]
mod tests;
