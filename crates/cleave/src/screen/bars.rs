//! One bar per resource: state, percentage, elapsed and expected time. Redrawn at most five times a second.

use std::cell::RefCell;
use std::collections::BTreeMap;

use engine::{Clock, Signal};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use model::state::StepStatus;
use model::{ResourceRef, State, StepId};

use crate::screen::lines;
use crate::screen::planned::duration;

/// The bars of one run.
pub struct Bars {
    all: MultiProgress,
    by_resource: BTreeMap<ResourceRef, ProgressBar>,
    resource_of: RefCell<BTreeMap<StepId, ResourceRef>>,
    /// How far each step under way is, in words and per cent. Told by progress ticks, never stored.
    progress: RefCell<BTreeMap<StepId, (Option<f64>, String)>>,
    clock: Clock,
}

/// A bar is a thousand long, whatever the number of steps, so that a step's own percentage can move it.
const LENGTH: u64 = 1000;

impl Bars {
    /// A bar for every resource of the plan.
    pub fn new(state: &State, clock: Clock) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        let style = ProgressStyle::with_template("{prefix:32!} {bar:20} {percent:>3}% {msg}")
            .expect("the template is constant")
            .progress_chars("=> ");
        let bars = state.plan.resources().into_iter().map(|resource| {
            let bar = all.add(ProgressBar::new(LENGTH).with_style(style.clone()).with_prefix(resource.to_string()));
            (resource, bar)
        });
        let bars = Self {
            by_resource: bars.collect(),
            all,
            resource_of: RefCell::default(),
            progress: RefCell::default(),
            clock,
        };
        for resource in bars.by_resource.keys() {
            bars.draw(resource, state);
        }
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
                if let Some(spec) = recorded.event.step().and_then(|step| state.plan.step(step)) {
                    self.resource_of.borrow_mut().insert(spec.id.clone(), spec.resource.clone());
                    self.draw(&spec.resource, state);
                }
            }
            Signal::Progress(step, progress) => {
                let words = (progress.fraction, progress.text.clone());
                self.progress.borrow_mut().insert((*step).clone(), words.clone());
                if let Some(bar) = self.resource_of.borrow().get(step).and_then(|r| self.by_resource.get(r)) {
                    bar.set_message(format!("{} {}", step.verb(), shown(&words)));
                }
            }
        }
    }

    /// Leaves the bars as they are.
    pub fn finish(&self) {
        for bar in self.by_resource.values() {
            bar.abandon();
        }
    }

    fn draw(&self, resource: &ResourceRef, state: &State) {
        let Some(bar) = self.by_resource.get(resource) else { return };
        let steps: Vec<_> = state.plan.steps.iter().filter(|step| step.resource == *resource).collect();
        let done: u64 = steps.iter().filter(|s| state.steps[&s.id].status.is_settled()).map(|s| s.estimate.p50.max(1)).sum();
        let all: u64 = steps.iter().map(|s| s.estimate.p50.max(1)).sum();
        bar.set_position(done * LENGTH / all.max(1));
        let begun: Option<Timestamp> = steps.iter().filter_map(|s| state.steps[&s.id].started_at).min();
        let elapsed = begun.map_or(0, |begun| self.clock.now().duration_since(begun).as_secs().max(0));
        let left = duration(all - done);
        let elapsed = duration(u64::try_from(elapsed).unwrap_or(0));
        let now = steps.iter().find_map(|step| {
            let place = &state.steps[&step.id];
            let stopped = matches!(place.status, StepStatus::Stopped { .. });
            (place.status.is_under_way() || stopped).then(|| {
                let words = self.progress.borrow().get(&step.id).map(shown).unwrap_or_default();
                format!("{} {} {words}", step.id.verb(), place.status.word())
            })
        });
        if all == done {
            bar.set_message(format!("done in {elapsed}"));
        } else {
            bar.set_message(format!("{} ({elapsed}, about {left} left)", now.unwrap_or_else(|| "waiting".to_owned())));
        }
        bar.tick();
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
        | Event::StepStopped { .. }
        | Event::StepRetried { .. }
        | Event::StepSkipped { .. }
        | Event::GateAsked { .. }
        | Event::GateApproved { .. }
        | Event::GateVoided { .. }
        | Event::RunPaused { .. }
        | Event::RunResumed { .. }
        | Event::UndoRequested { .. }
        | Event::RunEnded { .. } => true,
        Event::PlanExtended { .. }
        | Event::IntentRecorded { .. }
        | Event::AttemptEnded { .. }
        | Event::LookFailed { .. }
        | Event::SweepAdvanced { .. }
        | Event::OutputSeen { .. }
        | Event::StepVerified { .. }
        | Event::StepUndone { .. } => false,
    }
}
