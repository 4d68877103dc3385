//! A served simcloud and runs against it, as processes of their own: what a person has in two terminals.

#![allow(unreachable_pub, reason = "a part of a test")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use aws::{Account, Accounts, Connection};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use model::plan::AccountAccess;
use model::{AccountId, Region, RunId, Side};
use serde_json::Value;

/// Longer than anything here takes; what exceeds it hangs.
const PATIENCE: Duration = Duration::from_secs(240);

/// The example that the tests carry out.
pub fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../runbooks/shop-staging")
        .join(file)
}

/// A folder of one test, empty at its start.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    folder
}

/// The example without the two days for which its zones are kept the same, beside its inventory in a folder of the test.
pub fn brief(home: &Path) -> PathBuf {
    written(home, brief_text())
}

/// The same without its window: virtual time goes on while other programs look at simcloud, and on a busy machine a night is over before the run is.
pub fn without_window(home: &Path) -> PathBuf {
    let text = brief_text();
    let (before, rest) = text.split_once("[[window]]").expect("it has a window");
    let (_, after) = rest.split_once("[[gate]]").expect("a gate behind it");
    written(home, format!("{before}[[gate]]{after}"))
}

fn brief_text() -> String {
    let text = std::fs::read_to_string(example("runbook.toml")).expect("the example");
    let (before, after) = text.split_once("[[zone]]").expect("it has a zone");
    format!("{before}[[zone]]\nequal_for = 0{after}")
}

fn written(home: &Path, text: String) -> PathBuf {
    let runbook = home.join("runbook.toml");
    std::fs::write(&runbook, text).expect("a file");
    std::fs::copy(example("inventory.json"), home.join("inventory.json")).expect("a file");
    runbook
}

/// `cleave simcloud`, until it is dropped.
pub struct Served {
    child: Child,
    /// Where it answers.
    pub endpoint: SocketAddr,
    /// The operator's access key and secret.
    pub operator: (String, String),
    /// The source account's.
    pub source: (String, String),
    /// The target account's.
    pub target: (String, String),
}

impl Served {
    /// Starts it with the example's inventory.
    pub fn start(arguments: &[&str]) -> Self {
        Self::with(&example("inventory.json"), arguments)
    }

    /// Starts it with another one.
    pub fn with(inventory: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cleave"))
            .arg("simcloud")
            .arg("--inventory")
            .arg(inventory)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("cleave can be started");
        let mut line = String::new();
        let out = child.stdout.as_mut().expect("stdout is piped");
        BufReader::new(out)
            .read_line(&mut line)
            .expect("it says where it listens");
        let said: Value = serde_json::from_str(&line).expect("the first line is JSON");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let keys = |of: &str| {
            let keys = &said["credentials"][of];
            (text(&keys["access_key_id"]), text(&keys["secret_access_key"]))
        };
        let endpoint = text(&said["endpoint"])
            .trim_start_matches("http://")
            .parse()
            .expect("an address");
        Self {
            endpoint,
            operator: keys("operator"),
            source: keys("source"),
            target: keys("target"),
            child,
        }
    }

    /// `cleave discover` with what lies in a folder, as the operator.
    pub fn discover(&self, home: &Path, arguments: &[&str]) -> Output {
        let mut command = self.cleave(home);
        let world = format!("simcloud={}", self.endpoint);
        command
            .args(["discover", "runbook.toml", "--world"])
            .arg(world)
            .args(arguments);
        command.output().expect("cleave can be started")
    }

    /// The source account, entered as its administrator: for what a test writes.
    pub fn source_account(&self) -> Arc<Account> {
        self.account(Side::Source, "111111111111", "ap-northeast-1", &self.source)
    }

    /// The target account in a region, in the same way.
    pub fn target_account(&self, region: &str) -> Arc<Account> {
        self.account(Side::Target, "222222222222", region, &self.target)
    }

    fn account(&self, side: Side, id: &str, region: &str, (key, secret): &(String, String)) -> Arc<Account> {
        let connection = Connection {
            http: aws_smithy_http_client::Builder::new().build_http(),
            time: SharedTimeSource::new(SystemTimeSource::new()),
            sleep: SharedAsyncSleep::new(TokioSleep::new()),
            operator: SharedCredentialsProvider::new(Credentials::new(key, secret, None, None, "test")),
            endpoint: Some(format!("http://{}", self.endpoint)),
            log: Arc::new(drop),
            partition: format!("test-{}", self.endpoint),
        };
        let access = AccountAccess {
            account: AccountId::new(id).expect("twelve digits"),
            role: None,
            external_id: None,
        };
        let region = Region::new(region).expect("a region");
        let run = RunId::new("test00000000").expect("twelve letters and digits");
        Accounts::enter(&connection, &[(side, access)].into(), &region, &run).side(side)
    }

    /// One of simcloud's own pages.
    pub fn page(&self, page: &str) -> Value {
        self.ask("GET", page, "")
    }

    /// Tells the laws something; answers with those broken so far.
    pub fn tell(&self, page: &str, body: &str) -> Value {
        self.ask("POST", page, body)
    }

    fn ask(&self, method: &str, page: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(self.endpoint).expect("simcloud listens");
        let length = body.len();
        write!(
            stream,
            "{method} /_simcloud/{page} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .expect("it can be asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
        assert!(head.starts_with("HTTP/1.1 200"), "{page}: {answer}");
        serde_json::from_str(body).expect("a page is JSON")
    }

    /// `account operation` of every effect, and what was changed.
    pub fn effects(&self) -> Vec<(String, String, String)> {
        let page = self.page("effects");
        let effects = page.as_array().expect("a list").iter().map(|effect| {
            let field = |name: &str| effect[name].as_str().expect("a text").to_owned();
            (
                format!("{} {}", field("account"), field("operation")),
                field("resource"),
                field("at"),
            )
        });
        effects.collect()
    }

    /// `cleave` with this world's credentials and nothing else of the environment.
    pub fn cleave(&self, home: &Path) -> Command {
        let mut command = cleave(home);
        command
            .env("AWS_ACCESS_KEY_ID", &self.operator.0)
            .env("AWS_SECRET_ACCESS_KEY", &self.operator.1);
        command
    }

    /// The command that starts a run and goes on with it.
    pub fn run(&self, home: &Path, journal: &Path) -> Command {
        self.run_of(&brief(home), home, journal)
    }

    /// The same of another runbook.
    pub fn run_of(&self, runbook: &Path, home: &Path, journal: &Path) -> Command {
        let mut command = self.run_of_people(runbook, home, journal);
        command.args(["--auto-approve", "--wait"]);
        command
    }

    /// The command as it is typed where people agree at gates.
    pub fn run_of_people(&self, runbook: &Path, home: &Path, journal: &Path) -> Command {
        let mut command = self.cleave(home);
        command
            .arg("run")
            .arg(runbook)
            .arg("--world")
            .arg(format!("simcloud={}", self.endpoint))
            .arg("--journal")
            .arg(journal);
        command
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `cleave` in an environment without credentials, home or metadata service.
pub fn cleave(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cleave"));
    command
        .env_clear()
        .env("HOME", home)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("PATH", "/usr/bin:/bin")
        .current_dir(home);
    command
}

/// A process under way, its stderr read line by line.
pub struct UnderWay {
    child: Child,
    lines: Receiver<String>,
    /// What it has said so far.
    pub said: Vec<String>,
}

impl UnderWay {
    /// Starts it.
    #[expect(
        clippy::disallowed_methods,
        reason = "its stderr is read while the test does something else"
    )]
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("cleave can be started");
        let errors = child.stderr.take().expect("stderr is piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            said: Vec::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the next line; none when it has ended.
    pub fn line(&mut self) -> Option<String> {
        let line = self.lines.recv_timeout(PATIENCE);
        assert!(
            !matches!(line, Err(std::sync::mpsc::RecvTimeoutError::Timeout)),
            "nothing was said for {PATIENCE:?}: {:#?}",
            self.said
        );
        let line = line.ok()?;
        self.said.push(line.clone());
        Some(line)
    }

    /// Waits until it says something that contains `words`.
    pub fn until(&mut self, words: &str) {
        while let Some(line) = self.line() {
            if line.contains(words) {
                return;
            }
        }
        panic!("it ended without saying {words:?}: {:#?}", self.said);
    }

    /// SIGKILL, now.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("it can be waited for");
    }

    /// Another signal.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {}", self.id())])
            .status();
        assert!(sent.expect("sh is there").success(), "SIG{signal} could not be sent");
    }

    /// Waits for its end.
    #[expect(clippy::disallowed_methods, reason = "another process ends in real time")]
    pub fn end(&mut self) -> ExitStatus {
        while self.line().is_some() {}
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it has closed stderr and does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
