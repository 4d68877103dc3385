//! What a plan says of what no step moves, in English and Japanese.

use model::sentences;

sentences! {
    /// A note, or a part of one.
    pub(crate) enum Text {
        // Notes
        FileSystem: "the file system {0}, {1} GiB, is NOT moved: make one in account {2} and carry its files with DataSync, or copy a recovery point of AWS Backup from account {3} into a vault of account {2} under a customer key and restore that",
            "ファイルシステム {0}（{1} GiB）は移行されません。アカウント {2} に作成して DataSync でファイルを移すか、AWS Backup のリカバリポイントをアカウント {3} からカスタマーキーで暗号化したアカウント {2} のボールトにコピーして復元してください";
        StoreOfRunning: "what is on the instance store of {0} ({1}) is NOT moved, and no image or snapshot holds it: carry it with rsync to an instance in account {2}; it is gone once the instance is stopped",
            "{0}（{1}）のインスタンスストアの内容は移行されず、イメージにもスナップショットにも含まれません。アカウント {2} のインスタンスに rsync で移してください。インスタンスを停止すると失われます";
        StoreOfStopped: "what is on the instance store of {0} ({1}) is NOT moved, and no image or snapshot holds it: carry it with rsync to an instance in account {2}; the instance does not run, so nothing is left on it",
            "{0}（{1}）のインスタンスストアの内容は移行されず、イメージにもスナップショットにも含まれません。移す場合はアカウント {2} のインスタンスに rsync で移しますが、このインスタンスは停止しているため、何も残っていません";
        Left: "{0} ({1}) are NOT moved: {2}", "{0}（{1}）は移行されません。{2}";

        // What several things of a kind are called
        Of: "things of {0}", "{0} のリソース";
        RdsProxies: "RDS proxies", "RDS プロキシ";
        DynamoDbTables: "DynamoDB tables", "DynamoDB テーブル";
        DaxClusters: "DAX clusters", "DAX クラスター";
        MemoryDbClusters: "MemoryDB clusters", "MemoryDB クラスター";
        RedshiftClusters: "Redshift clusters", "Redshift クラスター";
        RedshiftServerless: "Redshift Serverless namespaces and workgroups",
            "Redshift Serverless の名前空間とワークグループ";
        OpenSearchDomains: "OpenSearch domains", "OpenSearch ドメイン";
        OpenSearchCollections: "OpenSearch Serverless collections", "OpenSearch Serverless コレクション";
        FsxFileSystems: "FSx file systems", "FSx ファイルシステム";
        EfsAccessPoints: "EFS access points", "EFS アクセスポイント";
        BackupVaults: "backup vaults", "バックアップボールト";
        BackupPlans: "backup plans", "バックアッププラン";
        SqsQueues: "SQS queues", "SQS キュー";
        SnsTopics: "SNS topics", "SNS トピック";
        KinesisStreams: "Kinesis streams", "Kinesis ストリーム";
        FirehoseStreams: "Firehose streams", "Firehose ストリーム";
        MskClusters: "MSK clusters", "MSK クラスター";
        MqBrokers: "MQ brokers", "MQ ブローカー";
        EventRules: "EventBridge rules", "EventBridge ルール";
        EventBuses: "event buses", "イベントバス";
        Schedules: "EventBridge schedules", "EventBridge スケジュール";
        EventPipes: "EventBridge pipes", "EventBridge パイプ";
        StateMachines: "state machines", "ステートマシン";
        Functions: "Lambda functions", "Lambda 関数";
        Layers: "Lambda layers", "Lambda レイヤー";
        EventSources: "event source mappings", "イベントソースマッピング";
        EcsServices: "ECS services", "ECS サービス";
        EcsClusters: "ECS clusters", "ECS クラスター";
        TaskDefinitions: "task definitions", "タスク定義";
        EcsTasks: "ECS tasks", "ECS タスク";
        EksClusters: "EKS clusters", "EKS クラスター";
        EksParts: "parts of EKS clusters", "EKS クラスターの構成要素";
        Batch: "AWS Batch environments, queues and definitions", "AWS Batch のコンピューティング環境、キュー、ジョブ定義";
        AppRunner: "App Runner services", "App Runner サービス";
        Beanstalk: "Elastic Beanstalk applications and environments", "Elastic Beanstalk のアプリケーションと環境";
        EcrRepositories: "ECR repositories", "ECR リポジトリ";
        SsmParameters: "SSM parameters", "SSM パラメータ";
        SsmOthers: "SSM documents, windows and associations", "SSM のドキュメント、メンテナンスウィンドウ、関連付け";
        PrivateAuthorities: "private certificate authorities", "プライベート認証局";
        LogGroups: "log groups", "ロググループ";
        CloudWatchOthers: "dashboards and other things of CloudWatch", "ダッシュボードなど CloudWatch のその他のリソース";
        ApiDomains: "domain names of API Gateway", "API Gateway のドメイン名";
        RestApis: "REST APIs", "API Gateway の REST API";
        HttpApis: "HTTP and WebSocket APIs", "HTTP API と WebSocket API";
        ApiOthers: "other things of API Gateway", "API Gateway のその他のリソース";
        AppSyncApis: "AppSync APIs", "AppSync の API";
        Distributions: "CloudFront distributions", "CloudFront ディストリビューション";
        CloudFrontOthers: "functions and policies of CloudFront", "CloudFront の関数とポリシー";
        Waf: "WAF web ACLs and sets", "WAF のウェブ ACL とセット";
        LoadBalancers: "load balancers", "ロードバランサー";
        TargetGroups: "target groups, listeners and rules", "ターゲットグループ、リスナー、ルール";
        AutoScaling: "Auto Scaling groups", "Auto Scaling グループ";
        LaunchTemplates: "launch templates", "起動テンプレート";
        ElasticIps: "Elastic IP addresses", "Elastic IP アドレス";
        NatGateways: "NAT gateways", "NAT ゲートウェイ";
        VpcEndpoints: "VPC endpoints", "VPC エンドポイント";
        TransitGateways: "transit gateways and attachments", "Transit Gateway とアタッチメント";
        Vpns: "VPN connections and gateways", "VPN 接続とゲートウェイ";
        KeyPairs: "key pairs", "キーペア";
        Ec2Others: "network and other things of EC2", "ネットワークなど EC2 のその他のリソース";
        CloudMap: "Cloud Map namespaces and services", "Cloud Map の名前空間とサービス";
        UserPools: "Cognito user pools", "Cognito ユーザープール";
        IdentityPools: "Cognito identity pools", "Cognito ID プール";
        SesIdentities: "SES identities", "SES のアイデンティティ";
        Athena: "workgroups and catalogues of Athena", "Athena のワークグループとカタログ";
        TransferServers: "Transfer Family servers", "Transfer Family サーバー";
        CodeBuildProjects: "CodeBuild projects", "CodeBuild プロジェクト";
        CodeCommitRepositories: "CodeCommit repositories", "CodeCommit リポジトリ";
        AmplifyApps: "Amplify apps", "Amplify アプリ";
        Stacks: "CloudFormation stacks", "CloudFormation スタック";
        GuardDuty: "GuardDuty detectors", "GuardDuty ディテクター";
        Config: "rules and recorders of Config", "AWS Config のルールとレコーダー";
        Iam: "roles, users and policies of IAM", "IAM のロール、ユーザー、ポリシー";
        Resolvers: "resolver rules and endpoints", "Route 53 Resolver のルールとエンドポイント";
        Domains: "registered domains", "登録済みドメイン";
        ResourceGroups: "resource groups", "リソースグループ";
        OfDirectConnect: "things of Direct Connect", "Direct Connect のリソース";
        OfGlue: "things of Glue", "Glue のリソース";
        OfSageMaker: "things of SageMaker", "SageMaker のリソース";
        OfCodeDeploy: "things of CodeDeploy", "CodeDeploy のリソース";

        // The way that people take
        ByTerraform: "make them anew with the team's Terraform in the target",
            "移行先のチームの Terraform で作り直してください";
        OnceRestored: "make them anew with the team's Terraform once the database is restored",
            "データベースの復元後、チームの Terraform で作り直してください";
        ExportTable: "export to S3 in the source and import into a new table in the target (both need point-in-time recovery on), or AWS Backup into a vault of the target",
            "移行元で S3 にエクスポートし、移行先の新しいテーブルにインポートするか（どちらもポイントインタイムリカバリの有効化が必要です）、AWS Backup で移行先のボールトにコピーしてください";
        ExportSnapshot: "export a snapshot to S3 and make a cluster of it in the target",
            "スナップショットを S3 にエクスポートし、移行先でそこからクラスターを作成してください";
        ShareManualSnapshot: "share a manual snapshot with the target and restore it there",
            "手動スナップショットを移行先に共有し、そこで復元してください";
        ShareSnapshot: "share a snapshot with the target and restore it there", "スナップショットを移行先に共有し、そこで復元してください";
        SnapshotRepository: "register one bucket as a snapshot repository in both, take a snapshot, restore it in the target; or index anew",
            "1 つのバケットを両方でスナップショットリポジトリとして登録し、スナップショットを取得して移行先で復元するか、インデックスを作り直してください";
        IndexAnew: "make them in the target and index anew", "移行先で作成し、インデックスを作り直してください";
        DataSync: "DataSync into a new one, or AWS Backup into a vault of the target",
            "DataSync で新しいファイルシステムにコピーするか、AWS Backup で移行先のボールトにコピーしてください";
        OnFileSystem: "make them anew on the target's file system", "移行先のファイルシステムに作り直してください";
        CopyRecoveryPoints: "copy the recovery points that must last into a vault of the target",
            "残す必要のあるリカバリポイントを移行先のボールトにコピーしてください";
        DrainQueues: "make them anew with Terraform; drain them before the switch: messages do not travel",
            "Terraform で作り直し、切り替え前にキューを空にしてください。メッセージは移りません";
        SubscribeAgain: "make them anew with Terraform, and have every subscriber subscribe (and confirm) again",
            "Terraform で作り直し、すべてのサブスクライバーに再度サブスクライブ（と確認）をしてもらってください";
        ReadToEnd: "make them anew; let consumers read the old one to its end",
            "作り直し、コンシューマーには古いストリームを最後まで読ませてください";
        CarryTopics: "make one in the target and carry topics with MSK Replicator or MirrorMaker 2",
            "移行先に作成し、MSK Replicator か MirrorMaker 2 でトピックを移してください";
        DrainBroker: "make one in the target; drain the queues before the switch", "移行先に作成し、切り替え前にキューを空にしてください";
        DeployRules: "deploy them to the target (ecschedule, Terraform), and disable them in the source, or jobs run twice: cleave check looks",
            "移行先にデプロイし（ecschedule、Terraform）、移行元では無効にしてください。無効にしないとジョブが二重に動きます。cleave check で確認できます";
        NoArchives: "make them anew with Terraform; archives do not travel",
            "Terraform で作り直してください。アーカイブは移りません";
        DeploySchedules: "deploy them to the target, and disable them in the source, or jobs run twice: cleave check looks",
            "移行先にデプロイし、移行元では無効にしてください。無効にしないとジョブが二重に動きます。cleave check で確認できます";
        LetEnd: "deploy them to the target; let running executions end in the source",
            "移行先にデプロイし、実行中のものは移行元で終わらせてください";
        DeployFunctions: "deploy them to the target from their own pipeline (Serverless Framework, SAM, lambroll)",
            "それぞれのパイプライン（Serverless Framework、SAM、lambroll）から移行先にデプロイしてください";
        PublishBefore: "publish them in the target before the functions", "関数より先に移行先で公開してください";
        WithFunctions: "they come with the functions' deployment; leave them off until the switch",
            "関数のデプロイで作成されます。切り替えまで無効にしておいてください";
        DeployServices: "deploy them to the target (ecspresso) once what they need is there",
            "必要なものが揃ってから、移行先にデプロイしてください（ecspresso）";
        RegisterTasks: "register them in the target with the names that cleave outputs tells",
            "cleave outputs が示す名前で移行先に登録してください";
        NothingToDo: "they are their service's or schedule's: nothing is to be done",
            "サービスやスケジュールに属するもので、何もする必要はありません";
        DeployEks: "make one in the target and deploy to it; carry volumes as [[volume]] or with Velero",
            "移行先に作成してデプロイし、ボリュームは [[volume]] か Velero で移してください";
        WithCluster: "they come with their cluster", "クラスターと一緒に作成されます";
        LinkDomains: "deploy them to the target; custom domains are linked anew",
            "移行先にデプロイし、カスタムドメインを関連付け直してください";
        SameVersion: "make them anew in the target from the same application version",
            "同じアプリケーションバージョンから移行先に作り直してください";
        PushImages: "push to the target's registry from the pipeline, or replicate (PutReplicationConfiguration) before the switch: cleave check looks which images are missing",
            "切り替え前に、パイプラインから移行先のレジストリにプッシュするか、レプリケーション（PutReplicationConfiguration）してください。足りないイメージは cleave check で確認できます";
        WriteSecrets: "write them into the target by hand or from where they are kept: with a customer key and a resource policy the target can read them meanwhile",
            "手動または管理元から移行先に書き込んでください。カスタマーキーとリソースポリシーがあれば、その間も移行先から読めます";
        WriteParameters: "write them into the target with the values that cleave outputs tells; SecureString ones are encrypted anew under the target's key",
            "cleave outputs が示す値で移行先に書き込んでください。SecureString は移行先のキーで暗号化し直されます";
        RequestAnew: "request them anew in the target: a key does not leave ACM. [[zone]] waits for them with certificates = …",
            "移行先でリクエストし直してください。秘密鍵は ACM から取り出せません。[[zone]] に certificates = … と書くと発行を待ちます";
        ShareAuthorities: "share them with the target by RAM, or make new ones and trust both",
            "RAM で移行先に共有するか、新しく作成して両方を信頼してください";
        ExportLogs: "new ones are made as things run; export to S3 (CreateExportTask) what must be kept",
            "新しいものは動き始めると作成されます。残す必要のあるものは S3 にエクスポートしてください（CreateExportTask）";
        OneAccountsDomain: "a domain name is one account's in its region: delete it in the source and make it in the target within the outage, or switch the record to a new regional endpoint",
            "ドメイン名はリージョン内で 1 つのアカウントのものです。停止時間内に移行元で削除して移行先で作成するか、レコードを新しいリージョナルエンドポイントに切り替えてください";
        ImportKeys: "deploy them to the target; API keys are imported from a CSV export",
            "移行先にデプロイし、API キーは CSV でエクスポートしてインポートしてください";
        ImportOpenApi: "deploy them to the target (export and import OpenAPI)",
            "移行先にデプロイしてください（OpenAPI のエクスポートとインポート）";
        NewKeys: "deploy them to the target; API keys are new", "移行先にデプロイしてください。API キーは新しくなります";
        Deploy: "deploy them to the target", "移行先にデプロイしてください";
        MoveAlternateName: "make one in the target and move the alternate name over (associate-alias, with a TXT record that proves the name)",
            "移行先に作成し、代替ドメイン名を移してください（associate-alias。名前を証明する TXT レコードが必要です）";
        Repoint: "make them anew with Terraform; [[zone]] re-points aliases to them (repoint = …)",
            "Terraform で作り直してください。[[zone]] の repoint = … でエイリアスの向き先を変えられます";
        WithBalancer: "they come with their load balancer", "ロードバランサーと一緒に作成されます";
        WithNewImage: "make them anew with Terraform, with the image's new id: cleave outputs tells it",
            "イメージの新しい ID を使い、Terraform で作り直してください。ID は cleave outputs が示します";
        TransferAddresses: "transfer them (enable-address-transfer, accept-address-transfer): who has them in an allow-list goes on seeing them",
            "アドレスを移管してください（enable-address-transfer、accept-address-transfer）。許可リストに入れている相手からは同じアドレスのままです";
        OtherAddresses: "make them anew: traffic leaves from other addresses, which others may have to allow",
            "作り直してください。送信元のアドレスが変わるため、相手側で許可が必要になることがあります";
        BeforeWindow: "make them anew with Terraform before the window", "作業時間帯の前に Terraform で作り直してください";
        ShareOrMake: "share them by RAM, or make them anew: whoever has the network decides",
            "RAM で共有するか、作り直してください。ネットワークの担当が決めます";
        OtherSide: "make them anew: the other side gets new addresses and keys",
            "作り直してください。相手側のアドレスとキーが変わります";
        ImportPublicKey: "import the public key into the target", "公開鍵を移行先にインポートしてください";
        NetworkDecides: "whoever has the network decides", "ネットワークの担当が決めます";
        RegisterThemselves: "make them anew: the services register themselves", "作り直してください。サービスは自動で登録されます";
        NoPasswords: "passwords do not leave a pool: make one in the target with a migration trigger, or import users, who then set a new password",
            "パスワードはユーザープールから取り出せません。移行トリガーを付けて移行先に作成するか、ユーザーをインポートしてパスワードを設定し直してもらってください";
        NewIds: "make them anew: identity ids change", "作り直してください。ID は変わります";
        VerifyAnew: "verify them anew in the target (DKIM records in the zone), and ask to leave its sandbox well before",
            "移行先で検証し直し（ゾーンに DKIM レコードを追加）、サンドボックスの解除を早めに申請してください";
        ShareCatalogue: "make databases, tables and jobs anew with Terraform, or share the catalogue with Lake Formation",
            "データベース、テーブル、ジョブを Terraform で作り直すか、Lake Formation でカタログを共有してください";
        OldHostKey: "make one in the target with the old host key, so that clients see the same",
            "古いホストキーで移行先に作成してください。クライアントからは同じに見えます";
        CopyModels: "copy model artefacts with their bucket, and make models and endpoints anew",
            "モデルアーティファクトはバケットごとコピーし、モデルとエンドポイントを作り直してください";
        PushRepository: "push them to one in the target", "移行先のリポジトリにプッシュしてください";
        ConnectAnew: "connect the repository anew in the target; a custom domain is linked to one app at a time",
            "移行先でリポジトリを接続し直してください。カスタムドメインは同時に 1 つのアプリにしか関連付けられません";
        DeployStacks: "deploy them to the target; before a bucket moves take it out of its stack, keeping it",
            "移行先にデプロイしてください。バケットを移す前に、バケットを残したままスタックから外してください";
        LandingZoneChecked: "the target's landing zone has its own: cleave check looks",
            "移行先のランディングゾーンに用意されています。cleave check で確認できます";
        LandingZone: "the target's landing zone has its own", "移行先のランディングゾーンに用意されています";
        NoKeys: "make them anew with Terraform; no keys are carried over",
            "Terraform で作り直してください。アクセスキーは引き継がれません";
        ShareByRam: "share them by RAM, or make them anew", "RAM で共有するか、作り直してください";
        TransferDomains: "transfer them to the target (transfer-domain-to-another-aws-account): nothing changes in DNS",
            "移行先に移管してください（transfer-domain-to-another-aws-account）。DNS には変更がありません";
        NotKnown: "look with the team that has them: this program knows nothing of them",
            "担当チームと確認してください。cleave はこの種類のリソースを把握していません";
    }
}
