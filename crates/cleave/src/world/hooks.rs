//! Commands of the team's own: run for real, or, in a rehearsal, taken to end as the runbook says.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use model::{Failure, FailureClass};
use moves::world::{HookAnswer, HookCall, RunHook};
use tokio::io::AsyncWriteExt as _;

/// So much of the end of what a command writes is kept.
const KEPT: usize = 8 * 1024;

/// Runs nothing: each command takes the time and ends with the code that the runbook names.
pub(crate) fn rehearsed() -> RunHook {
    Rc::new(|call| {
        Box::pin(async move {
            #[expect(
                clippy::disallowed_methods,
                reason = "a rehearsed command takes its time, on the paused clock"
            )]
            tokio::time::sleep(Duration::from_secs(call.rehearse.takes).min(call.timeout)).await;
            let in_time = Duration::from_secs(call.rehearse.takes) <= call.timeout;
            Ok(HookAnswer {
                exit: in_time.then_some(call.rehearse.exit),
                output: "rehearsed: nothing was run".to_owned(),
            })
        })
    })
}

/// Runs commands in `folder`: the journal's, which is the same for whoever goes on with the run.
pub(crate) fn real(folder: PathBuf) -> RunHook {
    Rc::new(move |call| {
        let folder = folder.clone();
        Box::pin(async move { run(&folder, call).await })
    })
}

async fn run(folder: &Path, call: HookCall) -> Result<HookAnswer, Failure> {
    let failed = |class: FailureClass, code: &str, why: String| Failure {
        account: "-".to_owned(),
        service: "hook".to_owned(),
        operation: call.argv.join(" "),
        class,
        code: code.to_owned(),
        message: why,
        request_id: None,
    };
    let [program, arguments @ ..] = call.argv.as_slice() else {
        return Err(failed(
            FailureClass::Invalid,
            "[NoProgram]",
            "it names no program".to_owned(),
        ));
    };
    let mut command = tokio::process::Command::new(program);
    command
        .args(arguments)
        .envs(&call.env)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Whoever interrupts cleave does not leave it running unseen.
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| {
        failed(
            FailureClass::Invalid,
            "[NotStarted]",
            format!("in {}: {error}", folder.display()),
        )
    })?;
    let mut stdin = child.stdin.take();
    let ended = async {
        if let Some(stdin) = &mut stdin {
            // One that does not read is free not to.
            let _ = stdin.write_all(call.stdin.as_bytes()).await;
        }
        drop(stdin.take());
        child.wait_with_output().await
    };
    let ended = tokio::time::timeout(call.timeout, ended).await;
    Ok(match ended {
        Err(_) => HookAnswer {
            exit: None,
            output: String::new(),
        },
        Ok(Err(error)) => return Err(failed(FailureClass::Unexpected, "[NoOutput]", error.to_string())),
        Ok(Ok(output)) => {
            let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
            said.push_str(&String::from_utf8_lossy(&output.stderr));
            HookAnswer {
                exit: output.status.code(),
                output: end_of(&said),
            }
        }
    })
}

fn end_of(said: &str) -> String {
    let mut from = said.len().saturating_sub(KEPT);
    while !said.is_char_boundary(from) {
        from += 1;
    }
    said[from..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(script: &str, timeout: Duration) -> HookCall {
        HookCall {
            argv: vec!["sh".to_owned(), "-c".to_owned(), script.to_owned()],
            stdin: "{\"run\":\"r\"}".to_owned(),
            env: [("CLEAVE_RUN".to_owned(), "r".to_owned())].into(),
            timeout,
            rehearse: Default::default(),
        }
    }

    fn ran(call: HookCall) -> Result<HookAnswer, Failure> {
        crate::world::block_on(real(PathBuf::from("/"))(call)).expect("a runtime")
    }

    #[test]
    fn a_command_is_told_the_facts_and_gives_its_exit_code_and_what_it_said() {
        let answer = ran(call(
            "cat; echo \" $CLEAVE_RUN in $PWD\"; echo no >&2; exit 3",
            Duration::from_secs(60),
        ));
        let answer = answer.expect("it can be started");
        assert_eq!(
            (answer.exit, answer.output.as_str()),
            (Some(3), "{\"run\":\"r\"} r in /\nno\n")
        );
    }

    #[test]
    fn a_command_that_does_not_read_and_says_much_is_no_trouble_and_the_end_of_it_is_kept() {
        let answer = ran(call("seq 1 100000; echo end", Duration::from_secs(60))).expect("it can be started");
        assert_eq!(answer.exit, Some(0));
        assert!(answer.output.len() <= KEPT && answer.output.ends_with("100000\nend\n"));
    }

    #[test]
    fn a_command_that_takes_too_long_is_stopped_and_one_that_is_not_there_is_told() {
        let answer = ran(call("sleep 600", Duration::from_millis(200))).expect("it can be started");
        assert_eq!(answer.exit, None);
        let missing = HookCall {
            argv: vec!["/no/such/program".to_owned()],
            ..call("", Duration::from_secs(1))
        };
        assert_eq!(ran(missing).expect_err("no such program").code, "[NotStarted]");
    }
}
