use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_proto::rr::RecordType;
use hickory_proto::rr::rdata::opt::EdnsOption;
use model::inventory::{AccountInventory, Inventory, Record, Zone};

use super::*;
use crate::faults::FaultLevel;

fn server() -> DnsServer {
    let long: Vec<String> = (0..60).map(|n| format!("10.9.0.{n}")).collect();
    let record = |name: &str, values: Vec<String>| Record {
        name: name.into(),
        kind: "A".into(),
        ttl: Some(60),
        values,
        ..Record::default()
    };
    let zone = |id: &str, name: &str, servers: &str, value: &str| Zone {
        id: id.into(),
        name: name.into(),
        name_servers: vec![servers.into()],
        records: vec![
            record(&format!("www.{name}"), vec![value.into()]),
            record(&format!("many.{name}"), long.clone()),
        ],
        ..Zone::default()
    };
    // Two zones of one name: the registry points at the first, the second can only be asked by its server's name.
    let zones = vec![
        zone("ZA", "example.com", "ns-1.awsdns-01.com", "10.0.0.1"),
        zone("ZB", "example.com", "ns-2.awsdns-02.com", "10.0.0.2"),
    ];
    let start: Timestamp = "2026-11-21T22:00:00Z".parse().unwrap();
    let account = AccountInventory {
        zones,
        ..AccountInventory::default()
    };
    let accounts = [("111111111111".parse().unwrap(), account)].into();
    let cloud = Cloud::new(
        &Inventory {
            schema: None,
            format: 1,
            observed_at: start,
            accounts,
            references: Default::default(),
            looked: None,
            terraform_creates: Vec::new(),
        },
        start,
        3,
        FaultLevel::None,
    );
    DnsServer::new(Arc::new(Mutex::new(cloud)), Arc::new(move || start))
}

fn query(name: &str, recursion: bool, meant: Option<&str>) -> Vec<u8> {
    let mut query = Message::new(9, MessageType::Query, OpCode::Query);
    query.metadata.recursion_desired = recursion;
    query.add_query(Query::query(message::name(name).unwrap(), RecordType::A));
    if let Some(server) = meant {
        let mut edns = Edns::new();
        edns.options_mut()
            .insert(EdnsOption::Unknown(message::SERVER_OPTION, server.as_bytes().to_vec()));
        query.set_edns(edns);
    }
    query.to_vec().unwrap()
}

async fn over_udp(at: std::net::SocketAddr, query: &[u8]) -> Message {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(query, at).await.unwrap();
    let mut buffer = [0; 4096];
    let length = socket.recv(&mut buffer).await.unwrap();
    Message::from_vec(&buffer[..length]).unwrap()
}

fn first(message: &Message) -> String {
    message.answers[0].data.to_string()
}

#[tokio::test]
async fn sockets_answer_with_recursion_through_the_delegation_and_as_one_server() {
    let server = server();
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let second = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (at, tcp_at, second_at) = (
        udp.local_addr().unwrap(),
        tcp.local_addr().unwrap(),
        second.local_addr().unwrap(),
    );
    let standing = server.clone().standing_for("ns-2.awsdns-02.com.");
    let clients = async {
        let recursive = over_udp(at, &query("www.example.com", true, None)).await;
        assert!(recursive.metadata.recursion_available && !recursive.metadata.authoritative);
        assert_eq!(first(&recursive), "10.0.0.1");
        let direct = over_udp(at, &query("www.example.com", false, None)).await;
        assert!(direct.metadata.authoritative);
        let meant = over_udp(at, &query("www.example.com", false, Some("ns-2.awsdns-02.com"))).await;
        assert_eq!(first(&meant), "10.0.0.2");
        assert_eq!(
            first(&over_udp(second_at, &query("www.example.com", true, None)).await),
            "10.0.0.2"
        );

        let cut = over_udp(at, &query("many.example.com", true, None)).await;
        assert!(cut.metadata.truncation && cut.answers.is_empty());
        let mut stream = TcpStream::connect(tcp_at).await.unwrap();
        for _ in 0..2 {
            let bytes = query("many.example.com", true, None);
            stream.write_u16(u16::try_from(bytes.len()).unwrap()).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
            let mut answer = vec![0; usize::from(stream.read_u16().await.unwrap())];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(Message::from_vec(&answer).unwrap().answers.len(), 60);
        }
    };
    tokio::select! {
        () = clients => {}
        _ = server.serve_udp(udp) => panic!("the UDP server ended"),
        _ = server.serve_tcp(tcp) => panic!("the TCP server ended"),
        _ = standing.serve_udp(second) => panic!("the other UDP server ended"),
    }
}
