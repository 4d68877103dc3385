use std::sync::{Arc, Mutex};

use model::inventory::Inventory;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;
use crate::cloud::Cloud;
use crate::faults::{Fate, FaultLevel, Nth, Trap};

fn clock(seconds_passed: i64) -> ScaledClock {
    let base: Timestamp = "2026-11-22T22:00:00Z".parse().expect("a moment");
    let wall_base: Timestamp = "2027-01-01T00:00:00Z".parse().expect("a moment");
    let wall_now = wall_base
        .saturating_add(jiff::SignedDuration::from_secs(seconds_passed))
        .expect("in range");
    ScaledClock {
        base,
        wall_base,
        speed: 60.0,
        wall: Arc::new(move || wall_now),
        latency: std::time::Duration::ZERO,
    }
}

async fn ask(address: std::net::SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream
        .write_all(request.as_bytes())
        .await
        .expect("it can be written to");
    let mut answer = Vec::new();
    // A connection that a fault has broken ends in a reset or at once.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn virtual_time_runs_so_many_times_as_fast() {
    assert_eq!(clock(10).now(), "2026-11-22T22:10:00Z".parse().expect("a moment"));
}

#[tokio::test]
async fn own_pages_and_aws_come_in_on_one_port() {
    let inventory = json!({"format": 1, "observed_at": "2026-11-22T22:00:00Z", "accounts": {"111111111111": {}}});
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let cloud = Cloud::new(&inventory, inventory.observed_at, 7, FaultLevel::None);
    let shared: Shared = Arc::new(Mutex::new(cloud));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = tokio::spawn(serve(listener, shared.clone(), clock(1)));
    let page = ask(
        address,
        "GET /_simcloud/clock HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(
        page.ends_with(r#"{"now":"2026-11-22T22:01:00Z","speed":60.0,"base":"2026-11-22T22:00:00Z","dns":null}"#),
        "{page}"
    );
    assert!(
        ask(
            address,
            "GET /_simcloud/laws HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .await
        .ends_with("[]")
    );
    let unknown_key = "POST / HTTP/1.1\r\nhost: 111111111111.x\r\nconnection: close\r\ncontent-length: 24\r\nauthorization: AWS4-HMAC-SHA256 Credential=AKIA/20261122/ap-northeast-1/sts/aws4_request, SignedHeaders=host, Signature=0\r\n\r\nAction=GetCallerIdentity";
    let refused = ask(address, unknown_key).await;
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");
    assert!(refused.contains("<Code>InvalidClientTokenId</Code>"), "{refused}");
    assert!(refused.contains("date: Sun, 22 Nov 2026 22:01:00 GMT"), "{refused}");
    assert_eq!(lock(&shared).requests.len(), 1, "own pages are no AWS calls");
    lock(&shared).faults.set_trap(Trap {
        nth: Nth::Call(1),
        what: Fate::LoseReply,
    });
    let unsigned = ask(
        address,
        "GET /shop?versions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert_eq!(unsigned, "", "the connection breaks without an answer");
    server.abort();
}
