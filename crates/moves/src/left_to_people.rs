//! What steps leave for people to do, once the run has done its part; in English and Japanese. The report and the morning page show it.

use model::sentences;

sentences! {
    /// What is left, and how it is done.
    pub(crate) enum Left {
        // Under keys
        UnderSourceKey: "{0} in the target lies under {1}, a key of the source: it was there before, and is lost when that key goes. Copy it under a key of the target",
            "移行先の {0} は移行元のキー {1} で暗号化されています。実行前からあるもので、キーがなくなると失われます。移行先のキーでコピーしてください";
        GrantStays: "the target still holds grant {0} of {1} for {2}: something there may still use it. Once nothing does: aws kms revoke-grant --key-id {1} --grant-id {0}",
            "移行先に {1} の {2} へのグラント {0} が残っていて、まだ使われている可能性があります。使われなくなったら: aws kms revoke-grant --key-id {1} --grant-id {0}";

        // Caches
        UseNewCache: "{0} is {1} in account {2}, at {3}: let its applications use that",
            "{0} はアカウント {2} の {1}（接続先 {3}）になりました。アプリケーションの接続先を変更してください";
        UntoldAddress: "an address that ElastiCache does not tell", "ElastiCache からは不明";
        MakeCache: "{0} is in no cache of account {1} yet: make one there with snapshot_arns = {2} (Terraform; aws elasticache create-replication-group --snapshot-arns), and delete the bucket {3} once it is available",
            "{0} の内容はアカウント {1} のキャッシュにまだありません。そこで snapshot_arns = {2}（Terraform、または aws elasticache create-replication-group --snapshot-arns）を指定して作成し、available になったらバケット {3} を削除してください";

        // Buckets
        NotCarried: "the {0} configuration was not carried over: {1}", "{0} の設定は引き継いでいません: {1}";

        // Images, instances, volumes
        ImageProtected: "{0} is protected from deregistration, its copy is not: aws ec2 enable-image-deregistration-protection --image-id {1}",
            "{0} は登録解除から保護されていますが、コピーは保護されていません: aws ec2 enable-image-deregistration-protection --image-id {1}";
        ImageProtectedLong: "{0} is protected from deregistration, its copy is not: aws ec2 enable-image-deregistration-protection --image-id {1} --with-cooldown",
            "{0} は登録解除から保護されていますが、コピーは保護されていません: aws ec2 enable-image-deregistration-protection --image-id {1} --with-cooldown";
        NamesImage: "{0} names {1}: in the target it must name {2}, and no snapshot or key of the source",
            "{0} が {1} を参照しています。移行先では {2} を参照し、移行元のスナップショットやキーを参照しないようにしてください";
        AdmitAutoScaling: "an Auto Scaling group launches {0} only once its role may use {1}: aws kms create-grant --key-id {1} --grantee-principal arn:aws:iam::{2}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling --operations Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant",
            "Auto Scaling グループが {0} を起動できるのは、そのロールが {1} を使えるようになってからです: aws kms create-grant --key-id {1} --grantee-principal arn:aws:iam::{2}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling --operations Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant";
        DatePassed: "{0} is deprecated since {1}; its copy {2} is not: EC2 takes no date in the past",
            "{0} は {1} から非推奨ですが、コピー {2} はそうなっていません（EC2 は過去の日時を受け付けません）";
        Launch: "{0} is not launched in account {1}: aws ec2 run-instances --image-id {2} --instance-type {3} --subnet-id SUBNET --security-group-ids GROUP, or ami = \"{2}\" in Terraform's aws_instance",
            "{0} はアカウント {1} で起動していません: aws ec2 run-instances --image-id {2} --instance-type {3} --subnet-id SUBNET --security-group-ids GROUP、または Terraform の aws_instance に ami = \"{2}\"";
        LaunchWithProfile: "{0} is not launched in account {1}: aws ec2 run-instances --image-id {2} --instance-type {3} --subnet-id SUBNET --security-group-ids GROUP --iam-instance-profile Name=PROFILE, or ami = \"{2}\" in Terraform's aws_instance",
            "{0} はアカウント {1} で起動していません: aws ec2 run-instances --image-id {2} --instance-type {3} --subnet-id SUBNET --security-group-ids GROUP --iam-instance-profile Name=PROFILE、または Terraform の aws_instance に ami = \"{2}\"";
        VolumeStays: "the volume {0} of {1} is not marked to go with it, stays, and costs. Once nobody wants it: aws ec2 delete-volume --volume-id {0}",
            "{1} のボリューム {0} は一緒に削除される設定ではないため残り、料金がかかります。不要になったら: aws ec2 delete-volume --volume-id {0}";
        AttachVolume: "{0} is {1} in account {2}, attached to nothing: attach it to an instance in {3}, and mount it there",
            "{0} はアカウント {2} の {1} になり、どこにもアタッチされていません。{3} のインスタンスにアタッチしてマウントしてください";
    }
}
