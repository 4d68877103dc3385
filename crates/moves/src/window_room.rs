//! Whether every outage fits into a window at all: what never does would wait for ever, and that is said before anybody agrees.

use jiff::Timestamp;
use model::{Plan, ResourceRef, Said};

use crate::check::known;
use crate::draft::Says;
use crate::words::Text;

/// The plan, with a note that blocks for each resource whose outage no window has room for.
pub(crate) fn checked(mut plan: Plan, now: Timestamp) -> Plan {
    let Some(longest) = plan.calendar().longest(now) else {
        return plan;
    };
    let mut told: Vec<ResourceRef> = Vec::new();
    let mut notes = Vec::new();
    for (step, room) in plan.outages() {
        if room <= longest || told.contains(&step.resource) {
            continue;
        }
        told.push(step.resource.clone());
        let text = match longest {
            0 => Text::NoWindow.into(),
            _ => Text::NoRoom.fill(&[&step.title, hours(room).as_str(), hours(longest).as_str()]),
        };
        notes.push(Says::Blocks(&known::WINDOW).of(Some(step.resource.clone()), text));
    }
    plan.notes.extend(notes);
    plan
}

fn hours(seconds: u64) -> Said {
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    Text::Hours.fill(&[&hours.to_string(), &format!("{minutes:02}")])
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use model::Window;
    use serde_json::json;

    use super::*;
    use crate::plan_shape;

    /// Two disturbing steps behind each other, of up to five hours each, and one window of so many hours.
    fn with_window(hours: i64) -> Plan {
        let step = |name: &str, needs: &[&str]| {
            json!({"id": format!("thing/one/{name}"), "action": "thing.make", "version": 1, "resource": {"kind": "thing", "name": "one"},
                "side": "source", "title": name, "phase": "freeze", "needs": needs, "disturbs": true, "undo": {"can": "auto"},
                "estimate": {"p50": 60, "p90": 5 * 3600}, "patience": 1, "input": {}})
        };
        let mut plan = plan_shape::plan("", &json!({}), &json!({}));
        let steps = json!([step("first", &[]), step("second", &["thing/one/first"])]);
        plan.steps = serde_json::from_value(steps).expect("steps");
        plan.windows = vec![Window::Once {
            from: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours),
        }];
        checked(plan, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_outage_that_no_window_has_room_for_blocks_and_one_that_fits_does_not() {
        assert!(!with_window(10).is_blocked());
        let blocked = with_window(9);
        assert!(blocked.is_blocked());
        let [note] = &blocked.notes[..] else {
            panic!("{:?}", blocked.notes)
        };
        assert!(
            note.text.contains("10 h 00 min") && note.text.contains("9 h 00 min"),
            "{}",
            note.text
        );
    }
}
