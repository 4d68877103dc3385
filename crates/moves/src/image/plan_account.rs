//! What the accounts' own settings for EC2 and EBS mean for images, instances and volumes: told once, whatever moves.

use model::machines::MachineSettings;
use model::{Said, Side};

use super::words::Text;
use crate::draft::Draft;
use crate::draft::Says;

fn of<'a>(draft: &Draft<'a>, side: Side) -> Option<&'a MachineSettings> {
    draft.regional(side).map(|region| &region.machine_settings)
}

/// Allowed AMIs hide the source's image from the target for as long as it is only shared: a copy would not find it (fact 3.1).
pub(crate) fn blocker(draft: &Draft) -> Option<Said> {
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let settings = of(draft, Side::Target)?;
    let hidden = settings.allowed_images.as_deref() == Some("enabled")
        && !settings
            .allowed_image_providers
            .iter()
            .any(|who| who == source.as_str());
    hidden.then(|| Text::NotAllowed.fill(&[target.as_str(), source.as_str()]))
}

/// The key under which snapshots of what is not encrypted come to lie in the source, though nobody asked (fact 3.1): none, unless the
/// account encrypts by default.
pub(crate) fn default_key(draft: &Draft) -> Option<String> {
    let settings = of(draft, Side::Source)?;
    let default = settings.default_key.clone();
    (settings.encrypts_by_default == Some(true)).then(|| default.unwrap_or_else(|| "alias/aws/ebs".to_owned()))
}

/// Tells what the settings mean.
pub(crate) fn tell(draft: &mut Draft) {
    for side in [Side::Source, Side::Target] {
        let account = draft.account(side).as_str();
        let Some(settings) = of(draft, side) else {
            continue;
        };
        let mut texts = Vec::new();
        let blocks = |state: &Option<String>| state.as_deref().is_some_and(|state| state.starts_with("block"));
        if side == Side::Source
            && (blocks(&settings.image_block_public_access) || blocks(&settings.snapshot_block_public_access))
        {
            texts.push(Text::BlocksPublic.fill(&[account]));
        }
        if side == Side::Target && settings.allowed_images.as_deref() == Some("enabled") {
            let source = draft.account(Side::Source).as_str();
            texts.push(Text::AllowedMeanwhile.fill(&[account, source]));
        }
        if settings.encrypts_by_default == Some(true) {
            let key = settings.default_key.as_deref().unwrap_or("alias/aws/ebs");
            let text = match side {
                Side::Target => Text::TargetEncrypts,
                Side::Source | Side::Parent => Text::SourceEncrypts,
            };
            texts.push(text.fill(&[account, key]));
        }
        for text in texts {
            if !draft.notes.iter().any(|note| note.text == text.as_str()) {
                draft.note(None, Says::Tells, text);
            }
        }
    }
}
