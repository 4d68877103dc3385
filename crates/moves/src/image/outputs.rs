//! Copied images, old beside new.

use super::{From, ImageOutput, copy_image};
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells the images that the run made in the target.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("image.copy_image") {
        let (Some(input), Some(made)) = (
            run.input::<copy_image::Input>(step),
            run.output::<ImageOutput>(&step.id),
        ) else {
            continue;
        };
        // That of an instance is made on the way: nobody has named it.
        let old = match &input.original {
            From::Id(id) => Some(id.as_str()),
            From::ImageOf(_) | From::SnapshotOf(..) | From::Made(_) => None,
        };
        outputs.add(&step.resource, "ami", old, made.id);
    }
}
