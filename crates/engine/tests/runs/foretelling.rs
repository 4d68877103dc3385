//! That people are told when what is to be disturbed no longer fits into its window: early, once, and not more often than they can read.

use std::time::Duration;

use engine::{Observed, Progress, RunEnd};
use model::Said;
use serde_json::{Value, json};

use crate::things::{Scene, at, step};

/// Copied first, which takes `looks` looks of ten seconds, then disturbed in the window that closes after four minutes and a half.
fn copied_then_disturbed(looks: usize, disturbs: bool, windows: Value) -> Scene {
    let steps = [
        step("copy", &[], json!({})),
        step("disturb", &["copy"], json!({ "disturbs": disturbs })),
    ];
    let scene = Scene::of(&steps, windows);
    let underway = || {
        Ok(Observed::Underway {
            progress: Progress::words(Said::verbatim("copying")),
            look_again: Duration::from_secs(10),
        })
    };
    let looks = std::iter::repeat_with(underway).take(looks).collect();
    scene.things.borrow_mut().looks.insert("copy".to_owned(), looks);
    scene
}

fn window() -> Value {
    let once = model::Window::Once {
        from: at(0),
        until: at(270),
    };
    json!({ "windows": [once] })
}

#[test]
fn what_will_not_fit_any_more_is_told_once_at_the_next_minute() {
    let scene = copied_then_disturbed(40, true, window());
    assert_eq!(scene.live(), RunEnd::OutsideWindow(None));
    // It is looked ahead every minute, and between two of them a copy that goes on has become too slow.
    assert_eq!(scene.foretold.borrow().as_slice(), [(300, 1)]);
}

#[test]
fn what_fits_is_not_told() {
    let scene = copied_then_disturbed(2, true, window());
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.foretold.borrow().as_slice(), []);
}

#[test]
fn without_windows_or_without_anything_to_disturb_nothing_is_foretold() {
    for scene in [
        copied_then_disturbed(28, true, json!({})),
        copied_then_disturbed(28, false, window()),
    ] {
        assert_eq!(scene.live(), RunEnd::Completed);
        assert_eq!(scene.foretold.borrow().as_slice(), []);
    }
}
