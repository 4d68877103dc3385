//! simcloud on TCP: any AWS client (the AWS CLI, boto3, Terraform) sees the same state as the in-process client.
//!
//! Everything comes in on one port and is told apart by signing scope, host, path and target header. `/_simcloud/…` is simcloud's own:
//! its clock, broken laws, effects and requests; and what only the run's side knows is told to the laws there by POST (`hear`). DNS is served beside it ([`serve_with_dns`]).

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use model::ids::AccountId;
use serde_json::{Value, json};
use tokio::net::{TcpListener, UdpSocket};

use crate::cloud::Shared;
use crate::dispatch::{Clock, Reply, dispatch, lock};
use crate::dns;
use crate::dns_server::DnsServer;
use crate::laws;

/// Virtual time for a served simcloud: where it began and how fast it runs. The wall's clock enters as a closure.
#[derive(Clone)]
pub struct ScaledClock {
    /// The virtual moment at which serving began.
    pub base: Timestamp,
    /// The wall's moment at which serving began.
    pub wall_base: Timestamp,
    /// How many virtual seconds pass in one of the wall's.
    pub speed: f64,
    /// The wall's clock.
    pub wall: Clock,
    /// How long each answer of AWS takes at least, in the wall's time. Many may be on their way at a time.
    pub latency: Duration,
}

impl ScaledClock {
    /// The virtual moment now.
    pub fn now(&self) -> Timestamp {
        let elapsed = (self.wall)().duration_since(self.wall_base);
        self.base
            .saturating_add(elapsed.mul_f64(self.speed))
            .unwrap_or(self.base)
    }

    /// The same as a [`Clock`].
    pub fn as_clock(&self) -> Clock {
        let clock = self.clone();
        std::sync::Arc::new(move || clock.now())
    }
}

/// Serves until the listener fails or the caller drops the future; connections under way go on in their own tasks.
pub async fn serve(listener: TcpListener, shared: Shared, clock: ScaledClock) -> io::Result<Infallible> {
    serve_announcing(listener, shared, clock, None).await
}

/// `dns` is said on the page of the clock, so that who has the endpoint can find the name servers, too.
async fn serve_announcing(
    listener: TcpListener,
    shared: Shared,
    clock: ScaledClock,
    dns: Option<SocketAddr>,
) -> io::Result<Infallible> {
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The client is gone before it was accepted; the listener is fine.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error),
        };
        let (shared, clock) = (shared.clone(), clock.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (shared, clock) = (shared.clone(), clock.clone());
                async move { handle(shared, clock, dns, request).await }
            });
            // An error here is the client's broken connection, or one that a fault has broken on purpose.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// Serves AWS on one listener and DNS on the other two sockets, from the same state and clock.
pub async fn serve_with_dns(
    listener: TcpListener,
    dns_udp: UdpSocket,
    dns_tcp: TcpListener,
    shared: Shared,
    clock: ScaledClock,
) -> io::Result<Infallible> {
    let dns_address = dns_udp.local_addr()?;
    let dns = DnsServer::new(shared.clone(), clock.as_clock());
    let ended = |result: io::Result<()>| {
        Err(result
            .err()
            .unwrap_or_else(|| io::Error::other("the DNS server has ended")))
    };
    tokio::select! {
        biased;
        result = serve_announcing(listener, shared, clock, Some(dns_address)) => result,
        result = dns.serve_udp(dns_udp) => ended(result),
        result = dns.serve_tcp(dns_tcp) => ended(result),
    }
}

async fn handle(
    shared: Shared,
    clock: ScaledClock,
    dns: Option<SocketAddr>,
    request: Request<Incoming>,
) -> io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    if let Some(page) = parts.uri.path().strip_prefix("/_simcloud/") {
        let (status, answer) = if parts.method == Method::POST {
            hear(&shared, &clock, page, &body)
        } else {
            own_page(&shared, &clock, dns, page)
        };
        let answer = Response::builder()
            .status(status)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(answer.to_string())))
            .expect("status and header are valid");
        return Ok(answer);
    }
    let sent_at = tokio::time::Instant::now() + clock.latency;
    let reply = dispatch(&shared, &clock.as_clock(), Request::from_parts(parts, body)).await;
    if !clock.latency.is_zero() {
        #[expect(
            clippy::disallowed_methods,
            reason = "the latency that was asked for, by the wall's clock: a served simcloud has no other"
        )]
        tokio::time::sleep_until(sent_at).await;
    }
    match reply {
        Reply::Answer(response) => Ok(response.map(Full::new)),
        // Failing the service makes hyper drop the connection without an answer.
        Reply::Lost => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        Reply::Nothing => std::future::pending().await,
    }
}

fn own_page(shared: &Shared, clock: &ScaledClock, dns: Option<SocketAddr>, page: &str) -> (u16, Value) {
    let mut cloud = lock(shared);
    cloud.advance(clock.now());
    match page {
        "clock" => (
            200,
            json!({
                "now": clock.now().to_string(), "speed": clock.speed, "base": clock.base.to_string(),
                "dns": dns.map(|dns| dns.to_string()),
            }),
        ),
        "laws" => {
            let broken = cloud
                .laws
                .broken
                .iter()
                .map(|broken| json!({ "law": broken.law, "what": broken.what }));
            (200, broken.collect::<Value>())
        }
        "effects" => {
            let effects = cloud.effects.iter().map(|effect| {
                json!({
                    "at": effect.at.to_string(), "account": effect.account.as_str(), "operation": effect.operation,
                    "resource": effect.resource,
                })
            });
            (200, effects.collect::<Value>())
        }
        "requests" => {
            let requests = cloud.requests.iter().map(|request| {
                json!({
                    "at": request.at.to_string(), "account": request.account.as_ref().map(|account| account.as_str()),
                    "service": request.service, "operation": request.operation, "mutating": request.mutating,
                    "outcome": request.outcome, "request_id": request.request_id,
                })
            });
            (200, requests.collect::<Value>())
        }
        _ => (404, json!({ "error": "there are clock, laws, effects and requests" })),
    }
}

/// What the laws must be told, because simcloud knows nothing of plans: `split/SOURCE/TARGET` before the first call of a run, without
/// which only laws 4 and 5 are watched; `proved/BUCKET`; `approved/BUCKET`; and `end` with a JSON list of the ARNs and names that the
/// run was to make. And what a person does outside of AWS: `registry/ZONE` with a JSON list of name servers points a zone that is delegated from
/// outside of Route 53 at them. Answers with the laws broken so far.
fn hear(shared: &Shared, clock: &ScaledClock, page: &str, body: &Bytes) -> (u16, Value) {
    let refused = |why: &str| (400, json!({ "error": why }));
    {
        let mut cloud = lock(shared);
        cloud.advance(clock.now());
        let parts: Vec<&str> = page.split('/').collect();
        match parts[..] {
            ["split", source, target] => match (AccountId::new(source), AccountId::new(target)) {
                (Ok(source), Ok(target)) => cloud.laws.split(&source, &target),
                _ => return refused("an account id has twelve digits"),
            },
            ["proved", bucket] => cloud.laws.proved_equal(bucket),
            ["approved", bucket] => cloud.laws.gate_approved(bucket),
            ["end"] => match serde_json::from_slice(body) {
                Ok(lasting) => laws::at_end(&mut cloud, &lasting),
                Err(_) => return refused("the body is a JSON list of ARNs and names"),
            },
            ["registry", zone] => match serde_json::from_slice::<Vec<String>>(body) {
                Ok(servers) => dns::change_registry(&mut cloud, zone, &servers),
                Err(_) => return refused("the body is a JSON list of name servers"),
            },
            _ => {
                return refused(
                    "one can tell split/SOURCE/TARGET, proved/BUCKET, approved/BUCKET, registry/ZONE and end",
                );
            }
        }
    }
    own_page(shared, clock, None, "laws")
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
