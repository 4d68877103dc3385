//! The applications that use the databases which were there at the start. They keep connections open and write, for as long as they can get
//! at their database: a changed security group turns new connections away and leaves those that are there, because security groups
//! track connections (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html>); a reboot ends all.
//!
//! Left out: who reads only, and whoever would use the target's databases.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::AccountId;

use super::{Place, after, write_cluster_data, write_data};
use crate::cloud::Cloud;
use crate::faults::FaultLevel;
use crate::services::ec2::security_groups;

/// The applications of all databases that there were at the start.
#[derive(Default)]
pub struct Clients {
    by_database: BTreeMap<Holder, Client>,
    /// When they were last looked at; absent before the first time.
    seen: Option<Timestamp>,
}

/// What holds the data: a cluster (`true`) or an instance, and where it lies.
type Holder = (bool, Place);

/// What uses one database.
#[derive(Debug, Default)]
struct Client {
    connections: Vec<Connection>,
    /// How many there were from each moment on.
    history: Vec<(Timestamp, usize)>,
    /// When it writes again.
    writes_at: Option<Timestamp>,
    /// People have stopped it.
    stopped: bool,
}

/// One connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Connection {
    /// One of a pool that is kept full.
    Pooled,
    /// It cannot be opened again, and ends then.
    Ends(Timestamp),
    /// It cannot be opened again, and does not end by itself.
    Stays,
}

/// How many connections an application keeps open.
const POOL: usize = 3;
/// How long an application waits between two writes, in seconds.
const PAUSES: std::ops::Range<i64> = 30..900;

/// Whether a database lets anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Open,
    /// Nobody new.
    Closed,
    /// It serves nobody, and whoever was connected is no longer.
    Down,
}

/// Lets everything happen that is due by now.
pub(super) fn advance(cloud: &mut Cloud) {
    let mut clients = std::mem::take(&mut cloud.rds.clients);
    let since = clients.seen.unwrap_or(cloud.now);
    if clients.seen.is_none() {
        clients.by_database = applications(cloud);
    }
    for (holder, client) in &mut clients.by_database {
        client.follow(cloud, holder, since);
    }
    clients.seen = Some(cloud.now);
    cloud.rds.clients = clients;
}

fn applications(cloud: &Cloud) -> BTreeMap<Holder, Client> {
    let alone = cloud.rds.instances.iter().filter(|(_, one)| one.member.is_none());
    let instances = alone.map(|(place, _)| (false, place.clone()));
    let clusters = cloud.rds.clusters.keys().map(|place| (true, place.clone()));
    instances
        .chain(clusters)
        .map(|holder| (holder, Client::default()))
        .collect()
}

fn door(cloud: &Cloud, (is_cluster, place): &Holder) -> Door {
    let closed = |groups: &[String]| security_groups::closed(cloud, &place.0, &place.1, groups);
    let (status, groups) = if *is_cluster {
        let cluster = cloud.rds.clusters.get(place);
        let writer = super::clusters::members(cloud, place)
            .into_iter()
            .find(|(_, member)| member.member.as_ref().is_some_and(|of| of.writer));
        let status = writer.map_or("stopped", |(_, member)| member.status());
        (status, cluster.map(|cluster| &cluster.security_groups))
    } else {
        let instance = cloud.rds.instances.get(place);
        let status = instance.map_or("stopped", |instance| instance.status());
        (status, instance.map(|instance| &instance.security_groups))
    };
    match groups {
        None => Door::Down,
        Some(_) if matches!(status, "creating" | "deleting" | "rebooting" | "stopped") => Door::Down,
        Some(groups) if !groups.is_empty() && closed(groups) => Door::Closed,
        Some(_) => Door::Open,
    }
}

impl Client {
    /// What became of it between a moment and now: nothing but time has passed since then.
    fn follow(&mut self, cloud: &mut Cloud, holder: &Holder, since: Timestamp) {
        match door(cloud, holder) {
            Door::Down => {
                self.connections.clear();
                self.note(since);
            }
            Door::Open if !self.stopped => {
                if self.connections != [Connection::Pooled; POOL] {
                    self.connections = vec![Connection::Pooled; POOL];
                    self.note(since);
                }
            }
            Door::Open | Door::Closed => {
                for connection in &mut self.connections {
                    if *connection == Connection::Pooled {
                        *connection = turned_away(cloud, since);
                    }
                }
            }
        }
        self.write(cloud, holder, since);
        loop {
            let ends = self.connections.iter().filter_map(|connection| match connection {
                Connection::Ends(at) if *at <= cloud.now => Some(*at),
                Connection::Ends(_) | Connection::Pooled | Connection::Stays => None,
            });
            let Some(at) = ends.min() else { break };
            self.connections
                .retain(|connection| *connection != Connection::Ends(at));
            self.note(at);
        }
    }

    fn note(&mut self, at: Timestamp) {
        let count = self.connections.len();
        if self.history.last().map(|(_, before)| *before) != Some(count) {
            self.history.push((at, count));
        }
    }

    /// Its writes until now, each while a connection lasts.
    fn write(&mut self, cloud: &mut Cloud, (is_cluster, place): &Holder, since: Timestamp) {
        if cloud.faults.level() == FaultLevel::None {
            return;
        }
        loop {
            let pause = match self.writes_at {
                Some(at) if at > cloud.now => return,
                _ => cloud.faults.stream("database writers").i64(PAUSES),
            };
            let before = self.writes_at.replace(after(self.writes_at.unwrap_or(since), pause));
            let lasts = |at: Timestamp| {
                let lasting = |connection: &Connection| !matches!(connection, Connection::Ends(ends) if *ends <= at);
                self.connections.iter().any(lasting)
            };
            match before.filter(|at| lasts(*at)) {
                Some(_) if *is_cluster => write_cluster_data(cloud, place),
                Some(_) => write_data(cloud, place),
                None => {}
            }
        }
    }
}

/// What becomes of a connection that cannot be opened again.
fn turned_away(cloud: &mut Cloud, since: Timestamp) -> Connection {
    let level = cloud.faults.level();
    let stream = cloud.faults.stream("database connections");
    let seconds = match level {
        FaultLevel::None => stream.i64(20..60),
        FaultLevel::Usual => stream.i64(20..600),
        FaultLevel::Harsh | FaultLevel::Hostile => stream.i64(20..2_400),
    };
    let stays = level == FaultLevel::Hostile && stream.u32(0..100) < 20;
    if cloud.faults.comes("database connection stays", stays) {
        return Connection::Stays;
    }
    Connection::Ends(after(since, seconds))
}

/// People have stopped what uses a database: it opens no connection any more, and those that it has end.
pub fn stop(cloud: &mut Cloud, is_cluster: bool, account: &AccountId, id: &str) {
    set_stopped(cloud, is_cluster, account, id, true);
}

/// People have started it again.
pub fn start(cloud: &mut Cloud, is_cluster: bool, account: &AccountId, id: &str) {
    set_stopped(cloud, is_cluster, account, id, false);
}

fn set_stopped(cloud: &mut Cloud, is_cluster: bool, account: &AccountId, id: &str, stopped: bool) {
    // Also before time has begun to pass.
    advance(cloud);
    let clients = &mut cloud.rds.clients;
    for ((cluster, place), client) in &mut clients.by_database {
        if *cluster == is_cluster && place.0 == *account && place.2 == id {
            client.stopped = stopped;
        }
    }
}

/// The most connections that an instance had at any time of a span; none where there was no such instance.
pub fn connections(cloud: &Cloud, place: &Place, from: Timestamp, until: Timestamp) -> Option<usize> {
    let instance = cloud.rds.instances.get(place)?;
    let holder = match &instance.member {
        Some(member) => (true, (place.0.clone(), place.1.clone(), member.cluster.clone())),
        None => (false, place.clone()),
    };
    let Some(client) = cloud.rds.clients.by_database.get(&holder) else {
        return Some(0);
    };
    let history = &client.history;
    let begun = history.iter().rposition(|(at, _)| *at <= from).unwrap_or(0);
    let counts = history[begun.min(history.len())..].iter();
    Some(
        counts
            .take_while(|(at, _)| *at < until)
            .map(|(_, count)| *count)
            .max()
            .unwrap_or(0),
    )
}
