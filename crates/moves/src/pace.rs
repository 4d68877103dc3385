//! How soon another look at something under way is worth its call: often near the end, seldom far from it.

use std::time::Duration;

use engine::StepContext;

const SOONEST: Duration = Duration::from_secs(5);
const LATEST: Duration = Duration::from_secs(60);

/// When to look again at what is done to `percent`. AWS shows 0 % for as long as a copy is queued: then, and where it shows nothing,
/// the plan's estimate is gone by.
pub fn look_again(cx: &StepContext, percent: Option<i32>) -> Duration {
    let begun = cx.started_at.unwrap_or(cx.now);
    let elapsed = cx.now.duration_since(begun).as_secs_f64().max(0.0);
    after(elapsed, percent, cx.spec.estimate.p50)
}

fn after(elapsed: f64, percent: Option<i32>, expected: u64) -> Duration {
    let left = match percent {
        Some(percent @ 1..=99) => elapsed * f64::from(100 - percent) / f64::from(percent),
        _ => expected as f64 - elapsed,
    };
    // A quarter of what is left: a few looks more than bisecting would take, and the end is seen within seconds.
    Duration::from_secs_f64((left / 4.0).clamp(SOONEST.as_secs_f64(), LATEST.as_secs_f64()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_closer_together_towards_the_end() {
        assert_eq!(after(600.0, Some(10), 60), LATEST, "90 minutes are left");
        assert_eq!(after(600.0, Some(90), 60).as_secs(), 16, "67 seconds are left");
        assert_eq!(after(600.0, Some(99), 60), SOONEST);
    }

    #[test]
    fn what_shows_no_progress_goes_by_the_estimate() {
        assert_eq!(after(0.0, None, 80).as_secs(), 20);
        assert_eq!(after(0.0, Some(0), 80).as_secs(), 20, "queued");
        assert_eq!(after(500.0, None, 80), SOONEST, "overdue");
    }
}
