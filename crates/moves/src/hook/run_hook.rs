//! Runs a command once, and keeps what came of it.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Advice, Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::spec::Command;
use super::words::Text;
use crate::world::{HookAnswer, HookCall, World};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) command: Command,
    /// What the command is told of the run, by name: the outputs of these steps.
    pub(super) facts: BTreeMap<String, StepId>,
}

/// What came of it: kept where a sweep keeps how far it is, so that it is known only of a command that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ran {
    /// Absent: it was stopped.
    exit: Option<i32>,
    output: String,
    retried: u32,
}

pub(super) struct RunHook {
    input: Input,
    world: Rc<World>,
}

impl RunHook {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn ran(&self, cx: &StepContext) -> Option<Ran> {
        let ran = cx.cursor.as_ref().and_then(|cursor| Ran::deserialize(cursor).ok());
        // A person who has it tried again wants it run again, unless it has ended well.
        ran.filter(|ran| ran.exit == Some(0) || ran.retried == cx.retried)
    }

    async fn call(&self, cx: &StepContext, argv: &[String], undo: bool) -> Result<HookAnswer, Failure> {
        let mut facts = BTreeMap::new();
        for (name, step) in &self.input.facts {
            facts.insert(name.clone(), cx.output::<Value>(step)?);
        }
        let repeat = cx.attempts > 1 && !undo;
        let told = json!({
            "run": cx.run, "step": cx.spec.id, "resource": cx.spec.resource.to_string(), "repeat": repeat, "undo": undo,
            "source": self.world.source().id, "target": self.world.target().id, "region": self.world.target().region,
            "facts": facts,
        });
        let flag = |on: bool| if on { "1" } else { "0" }.to_owned();
        let call = HookCall {
            argv: argv.to_vec(),
            stdin: told.to_string(),
            env: BTreeMap::from([
                ("CLEAVE_RUN".to_owned(), cx.run.to_string()),
                ("CLEAVE_STEP".to_owned(), cx.spec.id.to_string()),
                ("CLEAVE_REPEAT".to_owned(), flag(repeat)),
                ("CLEAVE_UNDO".to_owned(), flag(undo)),
            ]),
            timeout: std::time::Duration::from_secs(self.input.command.timeout),
            rehearse: self.input.command.rehearse.clone(),
        };
        (self.world.hooks)(call).await
    }
}

/// That a command has not ended well, and what it said.
fn failed(argv: &[String], exit: Option<i32>, timeout: u64, said: &str) -> Said {
    let command = argv.join(" ");
    match exit {
        Some(code) => Text::Failed.fill(&[&command, &code.to_string(), said]),
        None => Text::TimedOut.fill(&[&command, &timeout.to_string(), said]),
    }
}

#[async_trait(?Send)]
impl Step for RunHook {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        if self.world.taken_back.borrow().contains(&cx.spec.id) {
            return Ok(Observed::Absent);
        }
        let nothing = Said::from(Text::Nothing);
        Ok(match self.ran(cx) {
            None => Observed::Absent,
            Some(Ran {
                exit: Some(0), output, ..
            }) => Observed::Present(json!({ "exit": 0, "output": output })),
            Some(ran) => Observed::Stuck {
                why: failed(
                    &self.input.command.run,
                    ran.exit,
                    self.input.command.timeout,
                    if ran.output.is_empty() {
                        nothing.as_str()
                    } else {
                        ran.output.trim()
                    },
                ),
                advice: Advice::MendHook.into(),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let answer = self.call(cx, &self.input.command.run, false).await?;
        Ok(Begun::Swept {
            cursor: json!(Ran {
                exit: answer.exit,
                output: answer.output,
                retried: cx.retried,
            }),
            done: 1,
            total: Some(1),
            more: false,
        })
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let said = output["output"].as_str().unwrap_or_default().trim();
        let nothing = Said::from(Text::Nothing);
        let last = said.lines().last().unwrap_or(nothing.as_str());
        Ok(Verified::Right {
            evidence: Text::EndedWell.fill(&[&self.input.command.run.join(" "), last]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let command = &self.input.command;
        if !command.undo.is_empty() {
            let answer = self.call(cx, &command.undo, true).await?;
            if answer.exit != Some(0) {
                let what = failed(&command.undo, answer.exit, command.timeout, answer.output.trim());
                return Err(cx.failure(FailureClass::Invalid, "[HookFailed]", what));
            }
        }
        // Nothing in AWS shows that a command was run: that it was taken back is known while this process lives; the next one would run the
        // undo again, as the contract of hooks admits.
        self.world.taken_back.borrow_mut().insert(cx.spec.id.clone());
        Ok(())
    }
}
