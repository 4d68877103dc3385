//! What follows on a failure: wait and try again, stop for the operator, or pause for a login. Decided by class, never by text.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::FailureClass;

/// How long an outage (no answer, 5xx, throttling) is borne before a person is asked. AWS's own control-plane events last hours.
const OUTAGE_PATIENCE: SignedDuration = SignedDuration::from_hours(6);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again after this long.
    Again(Duration),
    /// A person must decide.
    Stop,
    /// The operator must log in again.
    Login,
}

/// What follows on a failure of `class`, refused since `since`, after `tries` tries of which this was the last.
pub fn after_failure(
    class: FailureClass,
    tries: u32,
    since: Option<Timestamp>,
    now: Timestamp,
    patience: Duration,
    rng: &mut fastrand::Rng,
) -> Next {
    let borne = now.duration_since(since.unwrap_or(now));
    let mut within = |longest: SignedDuration| {
        if borne < longest {
            // What is only looked at has no tries to count: whoever has waited for long may wait a little longer.
            let longer = Duration::try_from(borne / 8).unwrap_or_default();
            Next::Again(pause(tries, rng).max(longer).min(LONGEST_PAUSE))
        } else {
            Next::Stop
        }
    };
    match class {
        FailureClass::Throttled | FailureClass::Unavailable | FailureClass::NoAnswer => within(OUTAGE_PATIENCE),
        FailureClass::Denied
        | FailureClass::NotFound
        | FailureClass::AlreadyExists
        | FailureClass::WrongState
        | FailureClass::Quota => within(SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX)),
        FailureClass::CredentialsExpired => Next::Login,
        FailureClass::Invalid | FailureClass::Unexpected => Next::Stop,
    }
}

/// Exponential, with full jitter in the upper half: two runs that were throttled together do not come back together.
fn pause(tries: u32, rng: &mut fastrand::Rng) -> Duration {
    let base = Duration::from_secs(1)
        .saturating_mul(1 << tries.min(6))
        .min(LONGEST_PAUSE);
    base.mul_f64(0.5 + rng.f64() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(class: FailureClass, borne_seconds: i64) -> Next {
        let since = Timestamp::UNIX_EPOCH;
        let now = since + SignedDuration::from_secs(borne_seconds);
        after_failure(
            class,
            3,
            Some(since),
            now,
            Duration::from_secs(300),
            &mut fastrand::Rng::with_seed(1),
        )
    }

    #[test]
    fn a_refusal_is_borne_for_the_steps_patience_and_then_stops() {
        assert!(matches!(next(FailureClass::Denied, 299), Next::Again(_)));
        assert_eq!(next(FailureClass::Denied, 300), Next::Stop);
    }

    #[test]
    fn a_look_that_fails_for_long_is_not_repeated_every_second() {
        let again = |borne: i64| {
            let since = Timestamp::UNIX_EPOCH;
            let now = since + SignedDuration::from_secs(borne);
            let patience = Duration::from_secs(3600);
            let mut rng = fastrand::Rng::with_seed(1);
            match after_failure(FailureClass::NotFound, 0, Some(since), now, patience, &mut rng) {
                Next::Again(pause) => pause.as_secs(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!([again(0), again(80), again(480), again(3000)], [0, 10, 60, 60]);
    }

    #[test]
    fn throttling_outlasts_the_steps_patience() {
        assert!(matches!(next(FailureClass::Throttled, 3600), Next::Again(_)));
        assert_eq!(next(FailureClass::Throttled, 6 * 3600), Next::Stop);
    }

    #[test]
    fn a_wrong_request_stops_at_once_and_an_expired_login_asks_for_it() {
        assert_eq!(next(FailureClass::Invalid, 0), Next::Stop);
        assert_eq!(next(FailureClass::CredentialsExpired, 0), Next::Login);
    }

    #[test]
    fn pauses_grow_to_a_minute_and_never_beyond() {
        let mut rng = fastrand::Rng::with_seed(7);
        for tries in 0..40 {
            let pause = pause(tries, &mut rng);
            assert!(
                pause >= Duration::from_millis(500) && pause <= LONGEST_PAUSE,
                "{tries}: {pause:?}"
            );
        }
    }
}
