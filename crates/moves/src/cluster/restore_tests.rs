use super::*;

const KEY: &str = "arn:aws:kms:ap-northeast-1:222222222222:key/b";

#[test]
fn only_what_differs_from_what_was_asked_is_wrong() {
    let right = DbCluster {
        id: "shop".into(),
        arn: "arn:aws:rds:ap-northeast-1:222222222222:cluster:shop".into(),
        resource_id: "id".into(),
        status: "available".into(),
        percent: None,
        endpoint: Some("shop.cluster-c.example".into()),
        reader: None,
        port: Some(5432),
        key: Some(KEY.into()),
        engine: "aurora-postgresql".into(),
        engine_version: "16.4".into(),
        storage_type: "aurora-iopt1".into(),
        subnet_group: "stg-db".into(),
        security_groups: vec!["sg-2".into(), "sg-1".into()],
        parameter_group: "shop-c16".into(),
        deletion_protection: true,
        backup_retention_days: 7,
        iam_auth: true,
        log_exports: Vec::new(),
        scaling: Some(Capacity {
            min: 0.5,
            max: 8.0,
            pause: Some(300),
        }),
        settings: Settings {
            copy_tags_to_snapshot: Some(true),
            ..Settings::default()
        },
        performance_insights_key: None,
        master_secret: None,
        class: String::new(),
        members: Vec::new(),
        tags: BTreeMap::new(),
    };
    let step = StepId::new("cluster/shop/x").expect("an id");
    let asked = Input {
        cluster: "shop".into(),
        snapshot: Some(step.clone()),
        key: step,
        storage_type: "aurora-iopt1".into(),
        class: None,
        public: None,
        settings: Settings {
            copy_tags_to_snapshot: Some(true),
            ..Settings::default()
        },
        subnet_group: "STG-db".into(),
        security_groups: vec!["sg-1".into(), "sg-2".into()],
        parameter_group: "Shop-c16".into(),
        port: Some(5432),
        deletion_protection: true,
        backup_retention_days: 7,
        iam_auth: true,
        log_exports: vec!["postgresql".into()],
        scaling: Some(Scaling {
            min: 0.5,
            max: 8.0,
            pause: None,
        }),
        extended_support: None,
        tags: BTreeMap::new(),
    };
    assert_eq!(difference(&asked, &right, KEY, "16.4"), Vec::<Said>::new());
    type Change = fn(&mut DbCluster);
    let changes: [(Change, &str); 11] = [
        (|c| c.key = Some(KEY.replace('2', "1")), "key"),
        (|c| c.engine_version = "16.6".into(), "version"),
        (|c| c.subnet_group = "default".into(), "subnet group"),
        (|c| c.security_groups.truncate(1), "security groups"),
        (
            |c| c.parameter_group = "default.aurora-postgresql16".into(),
            "parameter group",
        ),
        (|c| c.storage_type = "aurora".into(), "storage type"),
        (|c| c.deletion_protection = false, "deletion protection"),
        (|c| c.backup_retention_days = 1, "backups"),
        (|c| c.scaling = None, "scales"),
        (|c| c.port = Some(1), "port"),
        (|c| c.settings = Settings::default(), "copy_tags_to_snapshot"),
    ];
    for (change, wanted) in changes {
        let mut found = right.clone();
        change(&mut found);
        let difference = Said::all(difference(&asked, &found, KEY, "16.4")).to_string();
        assert!(difference.contains(wanted), "{wanted}: {difference:?}");
    }
}
