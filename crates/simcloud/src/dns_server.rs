//! The simulated DNS over real sockets, for `dig` and for the tool when it drives a served simcloud.
//!
//! With recursion desired, the caching resolver answers, delegations, caches and all. Without it, one name server does: the one
//! that the socket stands for, or the one that the query names in EDNS option
//! [`SERVER_OPTION`](crate::dns::message::SERVER_OPTION), or else those that the delegation leads to now.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::cloud::Cloud;
use crate::dns::message::{self, Question};
use crate::dns::{self, ROOT_SERVER, Reply};
use crate::services::route53::names;

/// What virtual time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the sockets answer from.
#[derive(Clone)]
pub struct DnsServer {
    cloud: Arc<Mutex<Cloud>>,
    clock: Clock,
    /// The one name server that these sockets stand for, if they do not stand for all.
    stands_for: Option<String>,
}

impl DnsServer {
    /// Answers for every name server at once.
    pub fn new(cloud: Arc<Mutex<Cloud>>, clock: Clock) -> Self {
        Self {
            cloud,
            clock,
            stands_for: None,
        }
    }

    /// Answers for one name server only, as a client sees it that asks an address of its own.
    pub fn standing_for(mut self, server: &str) -> Self {
        self.stands_for = Some(names::server(server));
        self
    }

    /// Serves datagrams until the future is dropped or the socket fails.
    pub async fn serve_udp(&self, socket: UdpSocket) -> io::Result<()> {
        let mut buffer = vec![0_u8; 65_535];
        loop {
            let (length, client) = match socket.recv_from(&mut buffer).await {
                Ok(received) => received,
                // A client that went away before its answer came: reported here on some systems, and none of our trouble.
                Err(e) if e.kind() == io::ErrorKind::ConnectionReset => continue,
                Err(e) => return Err(e),
            };
            let answer = match message::read(&buffer[..length]) {
                Some(question) => {
                    let answer = self.answer(&question);
                    message::for_datagram(&question, answer)
                }
                None => message::unreadable(&buffer[..length]),
            };
            if !answer.is_empty() {
                // An answer that cannot be sent is a lost datagram: the client asks again.
                let _ = socket.send_to(&answer, client).await;
            }
        }
    }

    /// Serves connections until the future is dropped or the listener fails.
    pub async fn serve_tcp(&self, listener: TcpListener) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept().await?;
            let server = self.clone();
            tokio::spawn(async move {
                // A broken connection ends with itself.
                let _ = server.converse(stream).await;
            });
        }
    }

    /// Each message with its length before it, as many as the client sends.
    async fn converse(&self, mut stream: TcpStream) -> io::Result<()> {
        loop {
            let idle = tokio::time::timeout(Duration::from_secs(30), stream.read_u16()).await;
            let Ok(Ok(length)) = idle else { return Ok(()) };
            let mut query = vec![0_u8; usize::from(length)];
            stream.read_exact(&mut query).await?;
            let answer = match message::read(&query) {
                Some(question) => self.answer(&question),
                None => message::unreadable(&query),
            };
            let Ok(length) = u16::try_from(answer.len()) else {
                return Ok(());
            };
            stream.write_u16(length).await?;
            stream.write_all(&answer).await?;
        }
    }

    fn answer(&self, question: &Question) -> Vec<u8> {
        let mut cloud = self.cloud.lock().unwrap_or_else(PoisonError::into_inner);
        cloud.advance((self.clock)());
        let server = question.server.as_ref().or(self.stands_for.as_ref());
        let (reply, recursion) = match server {
            Some(server) => (
                cloud
                    .route53
                    .world
                    .reply(server, &question.name, &question.kind, u64::from(question.id())),
                false,
            ),
            None if question.recursion_desired() => (
                dns::resolve(&mut cloud, &question.name, &question.kind).into_reply(),
                true,
            ),
            None => (through_delegation(&cloud, question), true),
        };
        message::write(question, &reply, recursion)
    }
}

/// What the servers answer that the delegation leads to at this moment, past all caches.
fn through_delegation(cloud: &Cloud, question: &Question) -> Reply {
    let world = &cloud.route53.world;
    let mut servers = vec![ROOT_SERVER.to_owned()];
    for _ in 0..128 {
        let mut replies = servers
            .iter()
            .map(|server| world.reply(server, &question.name, &question.kind, u64::from(question.id())));
        let Some(reply) = replies.find(|reply| *reply != Reply::refused()) else {
            break;
        };
        if !reply.is_referral() {
            return reply;
        }
        servers = reply
            .authorities
            .iter()
            .map(|record| names::server(&record.value))
            .collect();
    }
    Reply {
        code: dns::Code::ServFail,
        ..Reply::refused()
    }
}

#[cfg(test)]
#[path = "dns_server_tests.rs"]
mod tests;
