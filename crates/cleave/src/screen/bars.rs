//! One bar per resource: state, percentage, elapsed and expected time. Redrawn at most five times a second.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use engine::{Clock, Signal};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use model::state::StepStatus;
use model::{ResourceRef, State, StepId};

use crate::screen::lines;
use crate::screen::planned::duration;
use crate::words;

/// The bars of one run.
pub struct Bars {
    all: MultiProgress,
    by_resource: BTreeMap<ResourceRef, ProgressBar>,
    resource_of: RefCell<BTreeMap<StepId, ResourceRef>>,
    /// How far each step under way is, in words and per cent. Told by progress ticks, never stored.
    progress: RefCell<BTreeMap<StepId, (Option<f64>, String)>>,
    /// How each resource stood at its last event: between events only time and progress move.
    standing: RefCell<BTreeMap<ResourceRef, Standing>>,
    clock: Clock,
    journal: PathBuf,
}

/// How a resource stands.
struct Standing {
    begun: Option<Timestamp>,
    /// Expected seconds of the steps that are done, and of all.
    done: u64,
    all: u64,
    /// The step that is under way or has stopped, its expected seconds, and what it is about.
    now: Option<(StepId, u64, &'static str)>,
    ended: Option<Timestamp>,
}

/// A bar is a thousand long, whatever the number of steps, so that a step's own percentage can move it.
const LENGTH: u64 = 1000;

impl Bars {
    /// A bar for every resource of the plan.
    pub fn new(state: &State, clock: Clock, journal: &Path) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        let longest = state
            .plan
            .resources()
            .iter()
            .map(|resource| resource.to_string().len())
            .max()
            .unwrap_or(0)
            .min(36);
        // `wide_msg` is cut at the terminal's edge: a bar that wraps leaves its second line behind when it is redrawn.
        let style = ProgressStyle::with_template(&format!(
            "{{prefix:{longest}!}} {{bar:16}} {{percent:>3}}% {{wide_msg}}"
        ))
        .expect("only a width is put into the template")
        .progress_chars("=> ");
        let bars = state.plan.resources().into_iter().map(|resource| {
            let bar = all.add(
                ProgressBar::new(LENGTH)
                    .with_style(style.clone())
                    .with_prefix(resource.to_string()),
            );
            (resource, bar)
        });
        let bars = Self {
            by_resource: bars.collect(),
            all,
            resource_of: RefCell::default(),
            progress: RefCell::default(),
            standing: RefCell::default(),
            clock,
            journal: journal.to_owned(),
        };
        for resource in bars.by_resource.keys() {
            bars.stand(resource, state);
        }
        for step in &state.plan.steps {
            bars.resource_of
                .borrow_mut()
                .insert(step.id.clone(), step.resource.clone());
        }
        bars.draw_all();
        bars
    }

    /// Shows what the engine tells.
    pub fn tell(&self, signal: &Signal<'_>) {
        match signal {
            Signal::Recorded(recorded, state) => {
                if worth_a_line(&recorded.event)
                    && let Some(line) = lines::line(recorded, state)
                {
                    // Through the bars, so that line and bars do not tear each other.
                    let _ = self.all.println(line);
                }
                if let Some(spec) = recorded.event.step().and_then(|step| state.spec(step)) {
                    self.resource_of
                        .borrow_mut()
                        .insert(spec.id.clone(), spec.resource.clone());
                    self.stand(&spec.resource, state);
                }
                self.draw_all();
            }
            Signal::Waiting(end, state) => {
                if let Some(line) = lines::waiting(end, &state.plan, &self.journal) {
                    let _ = self.all.println(line);
                }
            }
            Signal::Foretold(forecast, state) => {
                for line in lines::foretold(forecast, state, &self.journal) {
                    let _ = self.all.println(line);
                }
            }
            Signal::TimePassed => self.draw_all(),
            Signal::Progress(step, progress) => {
                self.progress.borrow_mut().insert(
                    (*step).clone(),
                    (progress.fraction, words::said(progress.text.as_str())),
                );
                self.draw_all();
            }
        }
    }

    /// Leaves the bars as they are.
    pub fn finish(&self) {
        for bar in self.by_resource.values() {
            bar.abandon();
        }
    }

    fn stand(&self, resource: &ResourceRef, state: &State) {
        let steps: Vec<_> = state
            .plan
            .steps
            .iter()
            .filter(|step| step.resource == *resource)
            .collect();
        let expected = |step: &model::StepSpec| step.estimate.p50.max(1);
        let all = steps.iter().map(|step| expected(step)).sum();
        let done = steps
            .iter()
            .filter(|s| state.steps[&s.id].status.is_settled())
            .map(|step| expected(step))
            .sum();
        let active = |step: &model::StepSpec| {
            let status = &state.steps[&step.id].status;
            status.is_under_way() || matches!(status, StepStatus::Stopped { .. })
        };
        let now = steps.iter().find(|step| active(step));
        let standing = Standing {
            begun: steps.iter().filter_map(|step| state.steps[&step.id].started_at).min(),
            done,
            all,
            now: now.map(|step| (step.id.clone(), expected(step), state.steps[&step.id].status.word())),
            ended: (done == all).then_some(state.last_at),
        };
        self.standing.borrow_mut().insert(resource.clone(), standing);
    }

    /// All of them, also those without news: their time goes on. indicatif leaves out what comes faster than five times a second.
    fn draw_all(&self) {
        let (standing, progress) = (self.standing.borrow(), self.progress.borrow());
        for (resource, bar) in &self.by_resource {
            let Some(at) = standing.get(resource) else { continue };
            let until = at.ended.unwrap_or_else(|| self.clock.now());
            let elapsed = at.begun.map_or(0, |begun| until.duration_since(begun).as_secs().max(0));
            let elapsed = duration(u64::try_from(elapsed).unwrap_or(0));
            if at.done == at.all {
                bar.set_position(LENGTH);
                bar.set_message(format!("done in {elapsed}"));
                continue;
            }
            let told = at.now.as_ref().and_then(|(step, ..)| progress.get(step));
            let fraction = told.and_then(|(fraction, _)| *fraction).unwrap_or(0.0).clamp(0.0, 1.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss,
                reason = "a part of a step's expected seconds, for the eye"
            )]
            let partly = at
                .now
                .as_ref()
                .map_or(0, |(_, expected, _)| (*expected as f64 * fraction) as u64);
            let done = at.done + partly;
            bar.set_position(done * LENGTH / at.all.max(1));
            let left = duration(at.all - done);
            // Numbers first: what is cut at the edge of a narrow terminal are words.
            bar.set_message(match (&at.now, at.begun) {
                (Some((step, _, word)), _) => {
                    let words = told.map_or_else(|| (*word).to_owned(), shown);
                    format!("{elapsed}, about {left} left: {} {words}", step.verb())
                }
                (None, Some(_)) => format!("{elapsed}, about {left} left: waiting"),
                (None, None) => format!("about {left}: waiting"),
            });
        }
    }
}

fn shown((fraction, text): &(Option<f64>, String)) -> String {
    match fraction {
        Some(fraction) => format!("{:.0}% {text}", fraction * 100.0),
        None => text.clone(),
    }
}

/// What should stay on the screen although bars move below it: gates, stops, pauses, the end.
fn worth_a_line(event: &model::Event) -> bool {
    use model::Event;
    match event {
        Event::RunStarted { .. }
        | Event::AlarmChanged { .. }
        | Event::StepStopped { .. }
        | Event::StepRetried { .. }
        | Event::StepSkipped { .. }
        | Event::GateAsked { .. }
        | Event::GateAgreed { .. }
        | Event::GateApproved { .. }
        | Event::GateVoided { .. }
        | Event::ProductAgreed { .. }
        | Event::WindowExtended { .. }
        | Event::RunPaused { .. }
        | Event::RunResumed { .. }
        | Event::UndoRequested { .. }
        | Event::RunEnded { .. } => true,
        Event::PlanExtended { .. }
        | Event::IntentRecorded { .. }
        | Event::AttemptEnded { .. }
        | Event::LookFailed { .. }
        | Event::LookWorked { .. }
        | Event::SweepAdvanced { .. }
        | Event::OutputSeen { .. }
        | Event::StepVerified { .. }
        | Event::StepUndone { .. } => false,
    }
}
