//! How fast a bucket is listed: `cleave manifest` against `cleave simcloud`, two processes over TCP, 60 ms an answer, over buckets
//! whose contents are computed, in four shapes. Every count is checked; no time is.
//!
//! `cargo bench -p cleave --bench listing --profile dev [-- --keys N] [--in-flight N]`: 1,000,000 keys and 32 and 256 requests in flight
//! unless others are asked for. Server and client share the machine: at 256 the server is what is measured.

#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const SHAPES: [&str; 4] = ["flat", "hashed", "dates", "skew"];
const ACCOUNT: &str = "111111111111";
const LATENCY_MS: &str = "60";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let asked = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    let keys = asked("--keys").unwrap_or(1_000_000);
    let in_flight = asked("--in-flight").map_or(vec![32, 256], |one| vec![one]);
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(folder.path(), keys);
    println!("shape    in flight   versions   requests   seconds   versions/s   peak MB");
    for shape in SHAPES {
        for in_flight in &in_flight {
            let told = listed(&served, folder.path(), shape, *in_flight);
            let count = |name: &str| told[name].as_u64().unwrap_or(0);
            let deep = keys.div_ceil(10);
            assert_eq!(
                (count("keys"), count("versions"), count("delete_markers")),
                (keys, keys + deep, deep),
                "{shape}: {told}"
            );
            println!(
                "{shape:<8} {in_flight:>9} {:>10} {:>10} {:>9.2} {:>12} {:>9}",
                count("versions"),
                count("requests"),
                told["seconds"].as_f64().unwrap_or(0.0),
                told["versions_per_second"].as_f64().unwrap_or(0.0).round(),
                count("peak_rss_bytes") / 1_000_000
            );
        }
    }
}

/// simcloud in a process of its own.
struct Served {
    server: Child,
    endpoint: String,
    key_id: String,
    secret: String,
}

impl Served {
    fn start(folder: &Path, keys: u64) -> Self {
        let bucket = |shape: &str| json!({ "name": format!("bench-{shape}"), "versioning": "enabled", "generated": { "shape": shape, "keys": keys } });
        let buckets: Vec<Value> = SHAPES.iter().map(|shape| bucket(shape)).collect();
        let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
            ACCOUNT: { "roles": { "cleave-source": { "trusts": ["333333333333"] } }, "regions": { "ap-northeast-1": { "buckets": buckets } } } } });
        let file = folder.join("inventory.json");
        std::fs::write(&file, inventory.to_string()).expect("a file");
        let mut server = Command::new(env!("CARGO_BIN_EXE_cleave"))
            .args(["simcloud", "--latency-ms", LATENCY_MS, "--inventory"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .expect("simcloud starts");
        let mut line = String::new();
        let stdout = server.stdout.take().expect("its output is read");
        BufReader::new(stdout).read_line(&mut line).expect("its first line");
        let told: Value = serde_json::from_str(&line).expect("JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let keys = &told["credentials"]["source"];
        Self {
            endpoint: text(&told["endpoint"]),
            key_id: text(&keys["access_key_id"]),
            secret: text(&keys["secret_access_key"]),
            server,
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.server.kill().and_then(|()| self.server.wait());
    }
}

fn listed(served: &Served, folder: &Path, shape: &str, in_flight: u64) -> Value {
    let out = folder.join(format!("{shape}-{in_flight}"));
    let done = Command::new(env!("CARGO_BIN_EXE_cleave"))
        .args([
            "manifest",
            "--bucket",
            &format!("bench-{shape}"),
            "--owner",
            ACCOUNT,
            "--json",
            "--region",
            "ap-northeast-1",
        ])
        .args([
            "--endpoint-url",
            &served.endpoint,
            "--concurrency",
            &in_flight.to_string(),
            "--out",
        ])
        .arg(&out)
        .env("AWS_ACCESS_KEY_ID", &served.key_id)
        .env("AWS_SECRET_ACCESS_KEY", &served.secret)
        .output()
        .expect("cleave starts");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}
