//! `dig`, another's client, against the name servers of a served simcloud: before, while and after a zone is handed over, over UDP and TCP, by the
//! resolver and by each of the parent's name servers. Skipped, and said so, where there is no `dig`.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::served::{Served, UnderWay, folder};

const ZONE: &str = "stg.shop.example.com";
/// Names that answer the same to everybody at any time, and their types.
const ASKED: [(&str, &str); 8] = [
    ("stg.shop.example.com", "A"),
    ("stg.shop.example.com", "MX"),
    ("stg.shop.example.com", "TXT"),
    ("www.stg.shop.example.com", "A"),
    ("api.stg.shop.example.com", "A"),
    ("batch.stg.shop.example.com", "A"),
    ("feature-1.pr.stg.shop.example.com", "A"),
    ("_acme-challenge.stg.shop.example.com", "TXT"),
];
const PARENT_SERVERS: [&str; 4] = [
    "ns-509.awsdns-61.com",
    "ns-707.awsdns-63.net",
    "ns-1393.awsdns-07.org",
    "ns-1578.awsdns-48.co.uk",
];

/// What one answer says, but for TTLs and order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    status: String,
    records: BTreeSet<String>,
}

fn dig(at: SocketAddr, arguments: &[&str]) -> Said {
    let (host, port) = (format!("@{}", at.ip()), at.port().to_string());
    let output = Command::new("dig")
        .args([
            host.as_str(),
            "-p",
            &port,
            "+noall",
            "+comments",
            "+answer",
            "+authority",
            "+time=10",
        ])
        .args(arguments)
        .output()
        .expect("dig can be started");
    let text = String::from_utf8(output.stdout).expect("text");
    let status = text.split("status: ").nth(1).and_then(|rest| rest.split(',').next());
    let records = text
        .lines()
        .filter(|line| !line.starts_with(';') && !line.trim().is_empty());
    // Name, TTL, class, type, value.
    let without_ttl = |line: &str| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        words.remove(1);
        words.join(" ")
    };
    Said {
        status: status.unwrap_or(&text).to_owned(),
        records: records.map(without_ttl).collect(),
    }
}

fn ask(at: SocketAddr, nth: usize) -> Said {
    let (name, kind) = ASKED[nth % ASKED.len()];
    // Every other round over TCP.
    let how = if (nth / ASKED.len()).is_multiple_of(2) {
        "+notcp"
    } else {
        "+tcp"
    };
    dig(at, &[name, kind, how])
}

/// The servers to which each of the parent's refers, asked without recursion and by its name.
fn delegations(at: SocketAddr) -> Vec<BTreeSet<String>> {
    let of = |server: &str| {
        let hex: String = server.bytes().map(|byte| format!("{byte:02x}")).collect();
        let named = format!("+ednsopt=65001:{hex}");
        let said = dig(at, &[ZONE, "NS", "+norecurse", &named]);
        assert_eq!(said.status, "NOERROR", "{server}: {said:?}");
        let servers = said.records.iter().filter_map(|line| line.split(" NS ").nth(1));
        servers.map(str::to_owned).collect()
    };
    PARENT_SERVERS.iter().map(|server| of(server)).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "dig asks while the run goes on")]
fn dig_gets_the_same_answers_before_while_and_after_a_zone_is_handed_over() {
    if Command::new("dig").arg("-v").output().is_err() {
        eprintln!(
            "SKIPPED: there is no dig on this machine (Debian: bind9-dnsutils), so that only our own resolver asks"
        );
        return;
    }
    let home = folder("dig");
    let served = Served::start(&["--speed", "500"]);
    let at: SocketAddr = served.page("clock")["dns"]
        .as_str()
        .and_then(|dns| dns.parse().ok())
        .expect("it serves DNS");

    let before: Vec<Said> = (0..ASKED.len()).map(|nth| ask(at, nth)).collect();
    for (said, asked) in before.iter().zip(ASKED) {
        assert!(
            said.status == "NOERROR" && !said.records.is_empty(),
            "{asked:?}: {said:?}"
        );
    }
    let old = delegations(at);
    assert!(
        old.iter().all(|servers| *servers == old[0] && servers.len() == 4),
        "{old:?}"
    );

    let (over, right) = (Arc::new(AtomicBool::new(false)), before.clone());
    let asking = std::thread::spawn({
        let over = Arc::clone(&over);
        move || {
            let mut wrong = Vec::new();
            let mut asked = 0;
            while !over.load(Ordering::Relaxed) {
                let said = ask(at, asked);
                if said != right[asked % ASKED.len()] {
                    wrong.push((ASKED[asked % ASKED.len()], said));
                }
                asked += 1;
            }
            (asked, wrong)
        }
    });
    let mut run = UnderWay::start(served.run_of(&crate::served::without_window(&home), &home, &home.join("m.db")));
    run.until(&format!("zone/{ZONE}/delegate: done"));
    let during = delegations(at);
    let ended = run.end();
    over.store(true, Ordering::Relaxed);
    let (asked, wrong) = asking.join().expect("the other thread has not panicked");
    assert!(ended.success(), "{:#?}", run.said);
    assert_eq!(wrong, Vec::new(), "of {asked} answers");
    assert!(asked > 2 * ASKED.len(), "only {asked} questions were asked meanwhile");

    let new = delegations(at);
    assert!(
        new.iter().all(|servers| *servers == new[0] && servers.len() == 4),
        "{new:?}"
    );
    assert!(new[0].is_disjoint(&old[0]), "{new:?}");
    assert_eq!(during, new, "once it is done, every server of the parent says so");
    let after: Vec<Said> = (0..ASKED.len()).map(|nth| ask(at, nth)).collect();
    assert_eq!(after, before);
}
