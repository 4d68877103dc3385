//! Which points a driver tries, and on how many threads.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};

use model::Digest;

/// A sample of `count` of the points, spread evenly, the place within each stretch from a seed: so every phase of a run is met, and
/// not always at the same distance.
pub fn sample<P: Clone>(points: &[P], count: usize, seed: u64) -> Vec<P> {
    if points.len() <= count {
        return points.to_vec();
    }
    let mut rng = fastrand::Rng::with_seed(seed);
    let stretch = |i: usize| i * points.len() / count;
    (0..count)
        .map(|i| points[rng.usize(stretch(i)..stretch(i + 1))].clone())
        .collect()
}

/// Tries every point, one simulation at a time on each thread, and fails with what went wrong at each failing point, in the points'
/// order. A point that panics has failed, and the others are tried all the same.
pub fn try_all<P: Sync>(points: &[P], name: impl Fn(&P) -> String + Sync, try_one: impl Fn(&P) -> Vec<String> + Sync) {
    assert!(!points.is_empty(), "a driver without points proves nothing");
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((place, point)) = Some(next.fetch_add(1, Ordering::Relaxed))
                    .and_then(|place| points.get(place).map(|point| (place, point)))
                {
                    let wrong = catch_unwind(AssertUnwindSafe(|| try_one(point)))
                        .unwrap_or_else(|panic| vec![format!("it panicked: {}", words_of(&*panic))]);
                    if !wrong.is_empty() {
                        let text = format!("{}\n    {}", name(point), wrong.join("\n    "));
                        // Also at once: all points take minutes, and the first failure is of use before the last is found.
                        let _ = writeln!(std::io::stdout(), "FAILED {text}");
                        failed
                            .lock()
                            .expect("no thread panics while it holds it")
                            .push((place, text));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().expect("no thread panics while it holds it");
    failed.sort();
    let texts: Vec<&str> = failed.iter().map(|(_, text)| text.as_str()).collect();
    assert!(
        texts.is_empty(),
        "{} of {} points failed:\n{}",
        texts.len(),
        points.len(),
        texts.join("\n")
    );
}

/// The same over those points that the file does not tell of as passed; each that passes is added to it. `night` is what they are points of:
/// where the file is of another one, or of another build of this program, it begins anew.
pub fn try_rest<P: Sync>(
    file: &Path,
    night: &str,
    points: &[P],
    name: impl Fn(&P) -> String + Sync,
    try_one: impl Fn(&P) -> Vec<String> + Sync,
) {
    let night = &format!("{} {night}", *PROGRAM);
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    let mut lines = kept.lines();
    let passed: BTreeSet<&str> = match lines.next() {
        Some(first) if first == night => lines.collect(),
        _ => {
            std::fs::write(file, format!("{night}\n")).expect("the file of passed points can be written");
            BTreeSet::new()
        }
    };
    let rest: Vec<&P> = points
        .iter()
        .filter(|point| !passed.contains(name(point).as_str()))
        .collect();
    let told = format!("{} of {} points are still to be tried", rest.len(), points.len());
    let _ = writeln!(std::io::stdout(), "{told}");
    if rest.is_empty() {
        return;
    }
    let file = std::fs::OpenOptions::new().append(true).open(file);
    let file = Mutex::new(file.expect("the file of passed points can be opened"));
    try_all(
        &rest,
        |point| name(point),
        |point| {
            let wrong = try_one(point);
            if wrong.is_empty() {
                // One write for each: cut off, the file ends with a whole line.
                let line = format!("{}\n", name(point));
                let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                file.write_all(line.as_bytes()).expect("a passed point is kept");
            }
            wrong
        },
    );
}

/// The digest of this program: what has passed with another says nothing of this one.
static PROGRAM: LazyLock<Digest> = LazyLock::new(|| {
    let program = std::env::current_exe().and_then(std::fs::read);
    Digest::of(&program.expect("a program can read itself"))
});

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_that_have_passed_with_another_program_or_on_another_night_are_tried_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("kept.points");
        let tried = |night: &str| {
            let tried = AtomicUsize::new(0);
            try_rest(&file, night, &[1, 2, 3], ToString::to_string, |_| {
                tried.fetch_add(1, Ordering::Relaxed);
                Vec::new()
            });
            tried.into_inner()
        };
        assert_eq!((tried("a plan"), tried("a plan")), (3, 0));
        assert_eq!((tried("another"), tried("another")), (3, 0));
        let kept = std::fs::read_to_string(&file).expect("it is kept");
        let older = kept.replace(PROGRAM.as_str(), Digest::of(b"an older build").as_str());
        std::fs::write(&file, older).expect("it can be written");
        assert_eq!(tried("another"), 3);
    }
}
