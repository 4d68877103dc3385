use std::sync::{Arc, Mutex};

use model::{Digest, Failure, FailureClass, Plan, Recorded};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;

/// A run with one step and one gate.
fn state() -> State {
    let step = json!({"id": "database/shop/copy", "action": "a.b", "version": 1, "resource": {"kind": "database", "name": "shop"},
        "side": "source", "title": "copies", "phase": "freeze", "needs": [], "gates": ["stopped"], "undo": {"can": "auto"},
        "estimate": {"p50": 1, "p90": 1}, "patience": 1, "input": {}});
    let plan: Plan = serde_json::from_value(json!({"format": 1, "migration": "shop", "region": "ap-northeast-1", "accounts": {},
        "runbook": Digest::of(b""), "windows": [], "gates": [{"name": "stopped", "ask": "Stopped?", "after": []}], "limits": {},
        "steps": [step], "notes": []}))
    .expect("a plan");
    let event = Event::RunStarted {
        run: model::RunId::new("0123456789ab").expect("an id"),
        world: model::event::WorldKind::Endpoint,
        seed: 1,
        digest: plan.digest(),
        plan: Box::new(plan),
    };
    State::begin(&recorded(1, event)).expect("a run")
}

fn recorded(seq: u64, event: Event) -> Recorded {
    Recorded {
        seq,
        at: Timestamp::UNIX_EPOCH,
        event,
    }
}

fn stopped() -> Event {
    let message = "the command said: password=hunter2";
    Event::StepStopped {
        step: model::StepId::new("database/shop/copy").expect("an id"),
        failure: Failure::ours("hook", FailureClass::WrongState, "[ExitCode]", message),
        advice: "look".into(),
    }
}

/// What a server was sent, whose first answers are of these statuses and whose others are 200.
async fn server(statuses: Vec<u16>) -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/T0/secret", listener.local_addr().expect("an address"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&heard);
    tokio::task::spawn_local(async move {
        let mut statuses = statuses.into_iter();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let body = loop {
                let mut piece = [0; 4096];
                let read = stream.read(&mut piece).await.expect("a request");
                request.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&request);
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    continue;
                };
                let length = head
                    .to_lowercase()
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length:").map(str::to_owned));
                if length.is_some_and(|length| length.trim().parse() == Ok(body.len())) {
                    break body.to_owned();
                }
            };
            kept.lock()
                .expect("nobody panicked")
                .push(serde_json::from_str(&body).expect("JSON"));
            let status = statuses.next().unwrap_or(200);
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("an answer");
        }
    });
    (address, heard)
}

fn way(address: String, slack: bool) -> Way {
    Way::Post {
        http: world::outside(),
        time: SharedTimeSource::new(aws_smithy_async::time::SystemTimeSource::new()),
        address,
        slack,
    }
}

/// A notifier of one channel, with what carries its messages out.
fn channel(on: &[Occasion], way: Way) -> (Notifier, Messengers) {
    let (sender, waiting) = mpsc::unbounded_channel();
    let untold = Rc::new(Cell::new(0));
    let notifier = Notifier {
        channels: vec![Outlet {
            on: on.iter().copied().collect(),
            sender,
            untold: Rc::clone(&untold),
        }],
        journal: PathBuf::from("migrations.db"),
        host: "bastion".to_owned(),
    };
    let name = "it".to_owned();
    (
        notifier,
        Messengers {
            each: vec![Messenger {
                name,
                way,
                waiting,
                untold,
            }],
        },
    )
}

fn asked() -> Event {
    Event::GateAsked {
        gate: GateName::new("stopped").expect("a gate"),
        evidence: String::new(),
    }
}

fn here<T>(future: impl Future<Output = T>) -> T {
    let local = tokio::task::LocalSet::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(local.run_until(future))
}

#[test]
fn a_gate_is_told_to_slack_with_its_question_and_the_command_and_again_where_slack_was_down() {
    here(async {
        let (address, heard) = server(vec![503]).await;
        let (notifier, messengers) = channel(&[Occasion::Gate], way(address, true));
        notifier.hear(
            &Signal::Recorded(&recorded(2, asked()), &state()),
            Timestamp::UNIX_EPOCH,
        );
        // Not an occasion of this channel.
        notifier.hear(
            &Signal::Recorded(&recorded(3, stopped()), &state()),
            Timestamp::UNIX_EPOCH,
        );
        drop(notifier);
        messengers.deliver().await;
        let heard = heard.lock().expect("nobody panicked");
        assert_eq!(heard.len(), 2, "refused once, and told again: {heard:?}");
        assert_eq!(heard[0], heard[1]);
        let text = heard[0]["text"].as_str().expect("a text");
        assert!(
            text.contains("Stopped?") && text.contains("cleave approve stopped --journal migrations.db"),
            "{text}"
        );
        assert_eq!(
            heard[0].as_object().map(serde_json::Map::len),
            Some(1),
            "Slack takes a text"
        );
    });
}

#[test]
fn a_stop_is_told_without_what_a_command_or_aws_said() {
    here(async {
        let (address, heard) = server(vec![]).await;
        let (notifier, messengers) = channel(&[Occasion::Failure], way(address, false));
        notifier.hear(
            &Signal::Recorded(&recorded(2, stopped()), &state()),
            Timestamp::UNIX_EPOCH,
        );
        drop(notifier);
        messengers.deliver().await;
        let heard = heard.lock().expect("nobody panicked");
        assert_eq!(heard[0]["step"], "database/shop/copy");
        assert_eq!(
            (&heard[0]["occasion"], &heard[0]["run"]),
            (&json!("failure"), &json!("0123456789ab"))
        );
        let all = heard[0].to_string();
        assert!(!all.contains("hunter2") && all.contains("[ExitCode]"), "{all}");
    });
}

#[test]
fn a_command_is_told_on_its_standard_input() {
    let folder = tempfile::tempdir().expect("a folder");
    here(async {
        let way = Way::Run {
            hook: world::hooks::real(folder.path().to_owned()),
            argv: ["sh", "-c", "cat > told; echo $CLEAVE_OCCASION >> told"]
                .map(str::to_owned)
                .into(),
        };
        let (notifier, messengers) = channel(&[Occasion::Done], way);
        let ended = Event::RunEnded {
            verdict: Verdict::Completed,
        };
        notifier.hear(&Signal::Recorded(&recorded(2, ended), &state()), Timestamp::UNIX_EPOCH);
        drop(notifier);
        messengers.deliver().await;
    });
    let told = std::fs::read_to_string(folder.path().join("told")).expect("it was run");
    assert!(
        told.contains("\"verdict\":\"completed\"") && told.ends_with("done\n"),
        "{told}"
    );
}

#[test]
fn what_is_dropped_at_the_end_is_warned_of_and_what_was_told_is_not() {
    here(async {
        for (statuses, left) in [
            (vec![503; 5], "it could not be told of the last 2 messages"),
            // The first is told, and the second refused until nobody waits any more.
            (vec![200, 503, 503], "it could not be told of the last message"),
            (vec![], ""),
        ] {
            let (address, _) = server(statuses).await;
            let (notifier, messengers) = channel(&[Occasion::Gate], way(address, true));
            for seq in [2, 3] {
                let asked = recorded(seq, asked());
                notifier.hear(&Signal::Recorded(&asked, &state()), Timestamp::UNIX_EPOCH);
            }
            drop(notifier);
            let untold = messengers.untold();
            let lines = untold
                .finish_within(messengers.deliver(), Duration::from_millis(700))
                .await;
            let text = lines.join("\n");
            assert!(
                text.starts_with(left) && text.is_empty() == left.is_empty(),
                "{left:?}: {text:?}"
            );
        }
    });
}

#[test]
fn an_address_that_the_environment_lacks_is_told_before_anything_is_begun_and_never_shown() {
    let sections = [NotifySection {
        by: Channel::Slack {
            env: "CLEAVE_TEST_NO_SUCH_VARIABLE".to_owned(),
        },
        on: BTreeSet::from([Occasion::Gate]),
    }];
    let time = SharedTimeSource::new(aws_smithy_async::time::SystemTimeSource::new());
    let hooks = world::hooks::real(PathBuf::from("."));
    let refused = channels(
        &sections,
        Path::new("migrations.db"),
        (&world::outside(), &time),
        &hooks,
    );
    let Err(error) = refused else { panic!("it was accepted") };
    assert_eq!(error.code, exit::BLOCKED);
    assert!(error.to_string().contains("CLEAVE_TEST_NO_SUCH_VARIABLE"), "{error}");
}
