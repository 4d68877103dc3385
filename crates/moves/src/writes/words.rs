//! What the plan says of stopping writes, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, or a step's title.
    pub(crate) enum Text {
        // How writes stop
        Blocked: "before its snapshot {0} gets a security group that admits nobody, and keeps it: undo gives its own back. Who is connected then stays so until it hangs up (security groups track connections), so the snapshot waits until nobody has been connected for five minutes; stop_writes = \"block-and-reboot\" ends those connections",
            "スナップショットの前に、{0} のセキュリティグループを誰も許可しないものに替え、そのままにします（undo で元に戻ります）。接続中のものは自分から切断するまで残ります（セキュリティグループは接続を追跡します）。そのため、誰も接続していない状態が 5 分続くまでスナップショットは待ちます。stop_writes = \"block-and-reboot\" とすると、残った接続を切ります";
        BlockedAndRebooted: "before its snapshot {0} gets a security group that admits nobody, and keeps it, and is rebooted: parameters that wait for a reboot come into force",
            "スナップショットの前に、{0} のセキュリティグループを誰も許可しないものに替えてそのままにし、再起動します。再起動待ちのパラメータが有効になります";
        ByGate: "somebody must stop what uses it: stop_writes = \"gate\" only looks whether anybody is connected",
            "使っているものは誰かが止める必要があります。stop_writes = \"gate\" は、誰かが接続しているかを確認するだけです";
        NoGate: "somebody must stop what uses it: stop_writes = \"gate\" only looks whether anybody is connected, and no [[gate]] or [[hook]] stands before it: add one with before = [\"{0}\"]",
            "使っているものは誰かが止める必要があります。stop_writes = \"gate\" は、誰かが接続しているかを確認するだけです。その前に [[gate]] も [[hook]] もありませんので、before = [\"{0}\"] で追加してください";
        NotStopped: "stop_writes = \"no\": what is written to it after its snapshot is not in the target, and nothing says what that was",
            "stop_writes = \"no\": スナップショットの後に書かれたものは移行先になく、それが何かも分かりません";
        NoReturn: "the first write to the target's database is the point of no return for its data: whoever goes back to the source after that loses what was written in the target",
            "移行先のデータベースに最初に書き込むと、データは後戻りできなくなります。その後で移行元に戻ると、移行先で書かれたものは失われます";

        // What steps prove
        AdmitsNobody: "{0} admits nobody any more; it had the security groups {1}",
            "{0} は誰も許可していません。元のセキュリティグループは {1}";
        GroupClosed: "security group {0} has no rule that admits anybody",
            "セキュリティグループ {0} に、許可するルールはありません";
        Rebooted: "rebooted: {0}", "再起動済み: {0}";
        QuietSince: "nobody has been connected to {0} since {1}, by CloudWatch's count of connections",
            "CloudWatch の接続数によると、{1} 以降 {0} への接続はありません";
        Unwritten: "the snapshot was taken at {0}; nobody was connected from {1} until then, so nothing that was written is missing in it",
            "スナップショットの取得は {0}。{1} からそれまで接続はなく、書き込みの漏れはありません";
        Recorded: "{0} has the security groups {1}; CloudWatch tells of no minute of the last ten",
            "{0} のセキュリティグループは {1}。CloudWatch に直近 10 分のデータはありません";
        RecordedConnected: "{0} has the security groups {1}; {2} connected at most in the last ten minutes",
            "{0} のセキュリティグループは {1}。直近 10 分の接続数は最大 {2}";

        // Why they stop
        OtherGroups: "{0} has the security groups {1}; when this run noted them they were {2}",
            "{0} のセキュリティグループは {1} ですが、この実行が記録したときは {2} でした";
        GroupOpen: "security group {0} has {1} rule(s) that admit somebody",
            "セキュリティグループ {0} に、許可するルールが {1} 個あります";
        NotQuiet: "{0} h after it was first looked at {1}: {2}",
            "{1} の確認を始めてから {0} 時間たちました: {2}";
        NoMinute: "CloudWatch has told no minute yet", "CloudWatch のデータがまだありません";
        QuietFor: "nobody connected for {0} of {1} minutes", "接続のない状態が {1} 分中 {0} 分";
        Connected: "{2} connected to {1} at {0}", "{0} に {1} への接続が {2} 件";
        ConnectedBefore: "{0} connected to {1} at {2}, before the snapshot of {3}: what they wrote may be in it or not",
            "{3} のスナップショットより前の {2} に、{1} への接続が {0} 件ありました。そこで書かれたものがスナップショットに含まれるかどうかは分かりません";
        NoVpc: "RDS does not tell in which VPC {0} lies", "RDS から {0} の VPC が得られません";
        NoGroups: "{0} has no security group that could be exchanged", "{0} に、入れ替えるセキュリティグループがありません";

        // Titles
        RecordAccess: "note who can connect to {0}",
            "{0} に接続できるものを記録";
        MakeClosedGroup: "make a security group that admits nobody",
            "誰も許可しないセキュリティグループを作成";
        BlockAccess: "let nobody connect to {0} any more",
            "{0} への新しい接続を遮断";
        Reboot: "reboot {0}, which ends the connections that are left",
            "{0} を再起動し、残った接続を切断";
        ProveQuiet: "see that nobody is connected to {0}",
            "{0} に誰も接続していないことを確認";
        ProveUnwritten: "see that nobody was connected until the snapshot was taken",
            "スナップショットの取得まで誰も接続しなかったことを確認";
    }
}
