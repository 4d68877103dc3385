//! Buckets, old beside new: most keep their names.

use super::place::MadeBucket;
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells the buckets that stay in the target.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for action in ["bucket.win_name", "bucket.await_name", "bucket.make"] {
        for step in run.done(action) {
            let Some(made) = run.output::<MadeBucket>(&step.id) else {
                continue;
            };
            if action == "bucket.make" && super::terraform::is_passing(run, step) {
                continue;
            }
            let was = &step.resource.name;
            outputs.add(&step.resource, "bucket", Some(was), made.bucket.clone());
            let arn = |name: &str| format!("arn:aws:s3:::{name}");
            outputs.add(&step.resource, "bucket_arn", Some(&arn(was)), arn(&made.bucket));
        }
    }
}
