//! The three worlds: AWS itself, another endpoint, and simcloud in this process. All that differs between them is made here; wall
//! clock, randomness and environment enter the program in this file and nowhere else.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws::{Accounts, CallSink, Connection};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::shared::IntoShared as _;
use engine::Clock;
use jiff::{SignedDuration, Timestamp};
use model::event::WorldKind;
use model::{Failure, FailureClass, Inventory, Region, RunId, Side};
use moves::world::{AskDns, RunHook};
use simcloud::faults::FaultLevel;

use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};

/// A world, ready to be entered.
pub struct World {
    /// Which one.
    pub kind: WorldKind,
    /// How AWS is reached.
    pub connection: Connection,
    /// How name servers are asked.
    pub dns: AskDns,
    /// How commands of the team's own are run.
    pub hooks: RunHook,
    /// What time it is.
    pub clock: Clock,
    /// The command that renews the operator's login.
    pub login_command: String,
    /// Where the listings of buckets lie while a step needs them.
    pub listings: PathBuf,
    /// After so many pages it is kept how far a listing is.
    pub pages_between_commits: u32,
}

impl World {
    /// The same with nothing let through that could change anything.
    pub fn looking_only(mut self) -> Self {
        self.connection.http = aws::read_only::ReadOnlyHttp::new(self.connection.http).into_shared();
        self
    }

    /// The runbook's two accounts, for whoever only looks; `of` is whose looks they are, in twelve letters and digits.
    pub fn accounts_of(&self, runbook: &moves::Runbook, of: &str) -> Accounts {
        let mut access = BTreeMap::from([
            (Side::Source, runbook.source.access()),
            (Side::Target, runbook.target.access()),
        ]);
        access.extend(runbook.parent.iter().map(|parent| (Side::Parent, parent.access())));
        let run = RunId::new(of).expect("twelve letters and digits");
        Accounts::enter(&self.connection, &access, &runbook.region, &run)
    }
}

/// About a second of a large bucket's listing; a small one is done before there is anything to keep.
const PAGES_BETWEEN_COMMITS: u32 = 500;

/// simcloud in this process, for one rehearsal.
pub struct Simulated {
    /// The world.
    pub world: World,
    /// The state behind it.
    pub cloud: simcloud::cloud::Shared,
    /// Goes with it: rehearsals of one plan run side by side, and each has its own listings.
    _listings: Passing,
}

/// A folder that is removed with the value, if it was made at all.
struct Passing(PathBuf);

impl Passing {
    fn folder() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(temporary_folder().join(format!("cleave-rehearsal-{}-{number}", std::process::id())))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The wall's clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the wall's clock is read")]
pub fn wall_now() -> Timestamp {
    Timestamp::now()
}

/// A seed that nobody chose.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where randomness enters that no seed determines"
)]
pub fn fresh_seed() -> u64 {
    // SQLite keeps signed numbers.
    fastrand::u64(..) >> 1
}

/// Who types: for approvals and the lease.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub fn user() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "somebody".to_owned())
}

/// A variable of the environment that a runbook names; none where it is empty.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.trim().is_empty())
}

/// An HTTP client for others than AWS: also beside a served simcloud, whose own client takes every name for itself.
pub fn outside() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(TLS).build_https()
}

/// This machine's name.
pub fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "this host".to_owned(), |h| h.trim().to_owned())
}

/// Where folders may be made for files that nobody keeps.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// A folder for files that nobody keeps, readable by this user only, and gone with the value.
pub fn passing_folder() -> Result<tempfile::TempDir, CliError> {
    let place = temporary_folder();
    tempfile::Builder::new()
        .prefix("cleave-")
        .tempdir_in(&place)
        .map_err(|error| CliError::unwritable(&place, &error))
}

/// The most memory that this process has held, in bytes; none where the system does not tell.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Carries out what needs clock and sockets, on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| CliError::before(exit::INTERNAL, Failed::NotOpened, ToDo::Repeat).because(&error))?;
    Ok(runtime.block_on(future))
}

/// A clock as the SDK wants it.
struct SdkClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl std::fmt::Debug for SdkClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SdkClock")
    }
}

impl TimeSource for SdkClock {
    fn now(&self) -> SystemTime {
        SystemTime::from((self.0)())
    }
}

fn sdk_time(now: &Arc<dyn Fn() -> Timestamp + Send + Sync>) -> SharedTimeSource {
    SharedTimeSource::new(SdkClock(Arc::clone(now)))
}

/// simcloud, filled with an inventory. Must be called on a tokio runtime whose time is paused: virtual time is that runtime's.
pub fn simulated(inventory: &Inventory, start: Timestamp, seed: u64, level: FaultLevel, log: CallSink) -> Simulated {
    // The SDK draws its jitter, invocation ids and tokens from this thread's generator.
    seed_sdk(seed);
    let begun = tokio::time::Instant::now();
    let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = Arc::new(move || {
        let elapsed = SignedDuration::try_from(begun.elapsed()).unwrap_or(SignedDuration::MAX);
        start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    });
    let mut cloud = simcloud::cloud::Cloud::new(inventory, start, seed, level);
    let operator = simcloud::services::sts::credentials(&mut cloud).operator;
    let cloud: simcloud::cloud::Shared = Arc::new(std::sync::Mutex::new(cloud));
    let http = simcloud::http_client::SimHttpClient::new(Arc::clone(&cloud), Arc::clone(&now));
    let credentials = Credentials::new(operator.access_key, operator.secret_key, None, None, "simcloud");
    let connection = Connection {
        http: http.into_shared(),
        time: sdk_time(&now),
        sleep: SharedAsyncSleep::new(TokioSleep::new()),
        operator: SharedCredentialsProvider::new(credentials),
        endpoint: None,
        log,
        partition: format!("simulation-{seed}"),
    };
    let asked = Arc::clone(&cloud);
    let dns_now = Arc::clone(&now);
    let dns: AskDns = std::rc::Rc::new(move |server, query| {
        let (cloud, now) = (Arc::clone(&asked), Arc::clone(&dns_now));
        Box::pin(async move {
            #[expect(
                clippy::disallowed_methods,
                reason = "a simulated name server takes its time, on the paused clock"
            )]
            tokio::time::sleep(Duration::from_millis(5)).await;
            let mut cloud = simcloud::dispatch::lock(&cloud);
            cloud.advance(now());
            Ok(simcloud::dns::answer(&mut cloud, &server, &query))
        })
    });
    let clock = Clock::new(move || now(), 1.0);
    let listings = Passing::folder();
    let world = World {
        kind: WorldKind::Rehearsal,
        connection,
        dns,
        hooks: hooks::rehearsed(),
        clock,
        login_command: "aws sso login".to_owned(),
        listings: listings.0.clone(),
        pages_between_commits: PAGES_BETWEEN_COMMITS,
    };
    Simulated {
        world,
        cloud,
        _listings: listings,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the SDK draws from this thread's generator: it must start from the run's seed"
)]
fn seed_sdk(seed: u64) {
    fastrand::seed(seed);
}

const TLS: tls::Provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);

/// AWS itself.
pub async fn live(region: &Region, profile: Option<&str>, log: CallSink) -> Result<World, CliError> {
    let http = aws_smithy_http_client::Builder::new().tls_provider(TLS).build_https();
    let login_command = login_command(profile);
    let operator = operator(profile, region, &http, &login_command).await?;
    let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = Arc::new(wall_now);
    Ok(World {
        kind: WorldKind::Live,
        connection: Connection {
            http,
            time: sdk_time(&now),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            operator,
            endpoint: None,
            log,
            partition: "live".to_owned(),
        },
        dns: ask_network(None),
        hooks: hooks::real(PathBuf::from(".")),
        clock: Clock::new(wall_now, 1.0),
        login_command,
        listings: temporary_folder(),
        pages_between_commits: PAGES_BETWEEN_COMMITS,
    })
}

/// The world that the command line names: another endpoint, or AWS itself.
pub async fn named(
    address: Option<SocketAddr>,
    dns: Option<SocketAddr>,
    region: &Region,
    profile: Option<&str>,
    log: CallSink,
) -> Result<World, CliError> {
    match address {
        Some(address) => endpoint(address, dns, region, profile, log).await,
        None => live(region, profile, log).await,
    }
}

/// The same with nothing let through that could change anything. Nobody reads the log of its calls: a bucket may take a hundred thousand.
pub async fn read_only(
    address: Option<SocketAddr>,
    dns: Option<SocketAddr>,
    region: &Region,
    profile: Option<&str>,
) -> Result<World, CliError> {
    let forget: CallSink = Arc::new(drop);
    let world = named(address, dns, region, profile, forget).await?;
    Ok(world.looking_only())
}

/// A served simcloud, or another AWS-compatible endpoint.
pub async fn endpoint(
    address: SocketAddr,
    dns: Option<SocketAddr>,
    region: &Region,
    profile: Option<&str>,
    log: CallSink,
) -> Result<World, CliError> {
    // `<account>.HOST`, as S3 Control makes it, is no name that any resolver knows: every name is the endpoint.
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(TLS)
        .build_with_resolver(OneAddress(address));
    let login_command = login_command(profile);
    let operator = operator(profile, region, &http, &login_command).await?;
    let served = served_clock(address).await;
    let speed = served.as_ref().map_or(1.0, |served| served.speed);
    let now: Arc<dyn Fn() -> Timestamp + Send + Sync> = match served.as_ref() {
        Some(served) => {
            let (base, begun, speed) = (served.now, wall_now(), served.speed);
            Arc::new(move || {
                base.saturating_add(wall_now().duration_since(begun).mul_f64(speed))
                    .unwrap_or(Timestamp::MAX)
            })
        }
        None => Arc::new(wall_now),
    };
    let dns = dns.or(served.and_then(|served| served.dns));
    let clock_now = Arc::clone(&now);
    Ok(World {
        kind: WorldKind::Endpoint,
        connection: Connection {
            http,
            time: sdk_time(&now),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            operator,
            endpoint: Some(format!("http://{address}")),
            log,
            partition: format!("endpoint-{address}"),
        },
        dns: ask_network(dns),
        hooks: hooks::real(PathBuf::from(".")),
        clock: Clock::new(move || clock_now(), speed),
        login_command,
        listings: temporary_folder(),
        pages_between_commits: PAGES_BETWEEN_COMMITS,
    })
}

fn login_command(profile: Option<&str>) -> String {
    profile.map_or_else(
        || "aws sso login".to_owned(),
        |profile| format!("aws sso login --profile {profile}"),
    )
}

async fn operator(
    profile: Option<&str>,
    region: &Region,
    http: &SharedHttpClient,
    login_command: &str,
) -> Result<SharedCredentialsProvider, CliError> {
    aws::operator::credentials(profile, region, http.clone())
        .await
        .ok_or_else(|| {
            CliError::before(exit::BLOCKED, Failed::NoCredentials, ToDo::LogIn)
                .at("environment, profile and login cache")
                .type_this(login_command)
        })
}

/// Every name is one address.
#[derive(Debug, Clone)]
struct OneAddress(SocketAddr);

impl ResolveDns for OneAddress {
    fn resolve_dns<'a>(&'a self, _name: &'a str) -> DnsFuture<'a> {
        DnsFuture::ready(Ok(vec![self.0.ip()]))
    }
}

struct ServedClock {
    now: Timestamp,
    speed: f64,
    dns: Option<SocketAddr>,
}

/// What a served simcloud says of its time; none from any other endpoint.
async fn served_clock(address: SocketAddr) -> Option<ServedClock> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let asked = async {
        let mut stream = tokio::net::TcpStream::connect(address).await.ok()?;
        let request = format!("GET /_simcloud/clock HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let body = answer.split("\r\n\r\n").nth(1)?;
        let body: serde_json::Value = serde_json::from_str(body).ok()?;
        Some(ServedClock {
            now: body["now"].as_str()?.parse().ok()?,
            speed: body["speed"].as_f64()?,
            dns: body["dns"].as_str().and_then(|dns| dns.parse().ok()),
        })
    };
    tokio::time::timeout(Duration::from_secs(5), asked).await.ok()?
}

/// Asks name servers over the network: UDP first, TCP when the answer did not fit. With `through`, one address answers for every
/// server, and the message names the server in an EDNS option that simcloud reads.
fn ask_network(through: Option<SocketAddr>) -> AskDns {
    std::rc::Rc::new(move |server, query| {
        Box::pin(async move {
            let failed = |why: String| Failure {
                account: "-".to_owned(),
                service: "dns".to_owned(),
                operation: format!("ask {server}"),
                class: FailureClass::NoAnswer,
                code: "[NoAnswer]".to_owned(),
                message: why,
                request_id: None,
            };
            let (address, query) = match through {
                Some(address) => (address, dns::naming(&server, &query).map_err(&failed)?),
                None => {
                    let host = server.trim_end_matches('.').to_owned();
                    let mut found = tokio::net::lookup_host((host, 53))
                        .await
                        .map_err(|error| failed(error.to_string()))?;
                    (
                        found.next().ok_or_else(|| failed("it has no address".to_owned()))?,
                        query,
                    )
                }
            };
            dns::ask(address, &query)
                .await
                .map_err(|error| failed(error.to_string()))
        })
    })
}

pub(crate) mod hooks;

mod dns {
    //! One DNS question over UDP, then TCP.

    use std::io;
    use std::net::SocketAddr;
    use std::time::Duration;

    use hickory_proto::op::{Edns, Message};
    use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpStream, UdpSocket};

    const PATIENCE: Duration = Duration::from_secs(3);
    /// simcloud's own option: the name of the server that the question is meant for.
    const NAMED_SERVER: u16 = 65_001;

    /// The message with the server's name in it.
    pub(super) fn naming(server: &str, query: &[u8]) -> Result<Vec<u8>, String> {
        let mut message = Message::from_vec(query).map_err(|error| error.to_string())?;
        let edns = message.edns.get_or_insert_with(Edns::new);
        edns.options_mut()
            .insert(EdnsOption::Unknown(NAMED_SERVER, server.as_bytes().to_vec()));
        debug_assert_eq!(u16::from(EdnsCode::Unknown(NAMED_SERVER)), NAMED_SERVER);
        message.to_vec().map_err(|error| error.to_string())
    }

    /// Asks, twice over UDP because datagrams get lost, and over TCP when the answer was cut.
    pub(super) async fn ask(address: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
        let mut last = io::Error::from(io::ErrorKind::TimedOut);
        for _ in 0..2 {
            match tokio::time::timeout(PATIENCE, over_udp(address, query)).await {
                Ok(Ok(answer)) if is_cut(&answer) => {
                    return tokio::time::timeout(PATIENCE, over_tcp(address, query))
                        .await
                        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
                }
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => last = error,
                Err(_) => last = io::Error::from(io::ErrorKind::TimedOut),
            }
        }
        Err(last)
    }

    fn is_cut(answer: &[u8]) -> bool {
        answer.get(2).is_some_and(|flags| flags & 0b10 != 0)
    }

    async fn over_udp(address: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
        let any: SocketAddr = if address.is_ipv4() {
            ([0, 0, 0, 0], 0).into()
        } else {
            ([0; 16], 0).into()
        };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(address).await?;
        socket.send(query).await?;
        let mut answer = vec![0; 65_535];
        loop {
            let length = socket.recv(&mut answer).await?;
            // Another question's answer, come late.
            if answer.get(..2) == query.get(..2) {
                answer.truncate(length);
                return Ok(answer);
            }
        }
    }

    async fn over_tcp(address: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(address).await?;
        stream
            .write_u16(u16::try_from(query.len()).map_err(io::Error::other)?)
            .await?;
        stream.write_all(query).await?;
        let length = stream.read_u16().await?;
        let mut answer = vec![0; usize::from(length)];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    }
}
