//! `cleave simcloud`: serves the simulated AWS on TCP, for any AWS client.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use simcloud::cloud::Cloud;
use simcloud::serve::{ScaledClock, serve_with_dns};
use simcloud::services::sts::{self, Credentials};
use tokio::net::{TcpListener, UdpSocket};

use crate::args::SimcloudArgs;
use crate::commands::files::read_inventory;
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};
use crate::world;

/// Serves until it is killed.
pub fn simcloud(args: SimcloudArgs) -> Result<u8, CliError> {
    if !(args.speed.is_finite() && args.speed > 0.0) {
        return Err(CliError::before(exit::USAGE, Failed::Speed, ToDo::SpeedFor));
    }
    let inventory = read_inventory(&args.inventory)?;
    world::block_on(async {
        let start = args.at.unwrap_or(inventory.observed_at);
        let mut cloud = Cloud::new(&inventory, start, args.seed, args.faults.level());
        if !cloud.refused_documents.is_empty() {
            return Err(CliError::before(
                exit::BLOCKED,
                cloud.refused_documents.join("\n"),
                ToDo::CorrectDocuments,
            )
            .at(args.inventory.display().to_string()));
        }
        let announced = sts::credentials(&mut cloud);
        let clock = ScaledClock {
            base: start,
            wall_base: world::wall_now(),
            speed: args.speed,
            wall: Arc::new(world::wall_now),
            latency: Duration::from_millis(args.latency_ms),
        };
        let cannot_listen = |error: std::io::Error| {
            CliError::before(exit::BLOCKED, Failed::NotListenedOn, ToDo::AnotherListen)
                .at(args.listen.to_string())
                .because(&error)
        };
        let listener = TcpListener::bind(args.listen).await.map_err(cannot_listen)?;
        let endpoint = listener.local_addr().map_err(cannot_listen)?;
        let (udp, tcp) = dns_sockets(endpoint.ip()).await.map_err(cannot_listen)?;
        let dns = tcp.local_addr().map_err(cannot_listen)?;
        let keys = |of: &Credentials| json!({ "account": of.account, "access_key_id": of.access_key, "secret_access_key": of.secret_key });
        let line = json!({
            "endpoint": format!("http://{endpoint}"),
            "dns": dns.to_string(),
            "credentials": {
                "operator": keys(&announced.operator),
                "source": announced.source.as_ref().map(keys),
                "target": announced.target.as_ref().map(keys),
            },
        });
        write_out(&format!("{line}\n"))?;
        let shared = Arc::new(Mutex::new(cloud));
        let ended = serve_with_dns(listener, udp, tcp, shared, clock).await;
        match ended {
            Ok(never) => match never {},
            Err(error) => Err(CliError::before(exit::INTERNAL, Failed::ServingEnded, ToDo::ServeAgain).because(&error)),
        }
    })?
}

/// One free port for DNS, on UDP and on TCP.
///
/// A port that is free on one may be taken on the other, by a connection of somebody else's just now: then another one is asked for.
async fn dns_sockets(ip: IpAddr) -> std::io::Result<(UdpSocket, TcpListener)> {
    let mut tries_left = 100_u8;
    loop {
        let tcp = TcpListener::bind((ip, 0)).await?;
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok((udp, tcp)),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && tries_left > 0 => tries_left -= 1,
            Err(error) => return Err(error),
        }
    }
}
