//! The one clock. Everything that asks for the time or waits does it here, so that a rehearsal's night takes milliseconds.

use std::rc::Rc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Time as the world has it: the wall's, simcloud's, or a served simcloud's that runs faster than the wall.
#[derive(Clone)]
pub struct Clock {
    now: Rc<dyn Fn() -> Timestamp>,
    speed: f64,
}

impl Clock {
    /// A clock that reads `now` and of which `speed` seconds pass in one second of tokio's time.
    pub fn new(now: impl Fn() -> Timestamp + 'static, speed: f64) -> Self {
        Self {
            now: Rc::new(now),
            speed: speed.max(f64::MIN_POSITIVE),
        }
    }

    /// The moment.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Waits until the moment has come; returns at once when it has passed. A clock that was set back, or a process that was
    /// stopped for an hour, is noticed by looking again, not by trusting one long sleep.
    #[expect(clippy::disallowed_methods, reason = "the one place where a run waits")]
    pub async fn sleep_until(&self, moment: Timestamp) {
        loop {
            let left = moment.duration_since(self.now());
            if left <= SignedDuration::ZERO {
                return;
            }
            let real = left.as_secs_f64() / self.speed;
            // At least a millisecond: tokio's timer is no finer, and a shorter one would spin.
            tokio::time::sleep(Duration::from_secs_f64(real.clamp(0.001, 3600.0))).await;
        }
    }

    /// The moment so much later.
    pub fn after(&self, duration: Duration) -> Timestamp {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        self.now().saturating_add(duration).unwrap_or(Timestamp::MAX)
    }
}
