//! What the accounts' own settings for EC2 and EBS mean for images, instances and volumes: told once, whatever moves.

use model::Side;
use model::machines::MachineSettings;

use crate::draft::Draft;
use crate::draft::Says;

fn of<'a>(draft: &Draft<'a>, side: Side) -> Option<&'a MachineSettings> {
    draft.regional(side).map(|region| &region.machine_settings)
}

/// Allowed AMIs hide the source's image from the target for as long as it is only shared: a copy would not find it (fact 3.1).
pub(crate) fn blocker(draft: &Draft) -> Option<String> {
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let settings = of(draft, Side::Target)?;
    let hidden = settings.allowed_images.as_deref() == Some("enabled")
        && !settings
            .allowed_image_providers
            .iter()
            .any(|who| who == source.as_str());
    hidden.then(|| {
        format!(
            "account {target} sees only images that its criteria admit (Allowed AMIs), and account {source} is not among their owners: \
             add it (aws ec2 replace-image-criteria-in-allowed-images-settings) until the run is over. The copy is the account's own and \
             needs no criterion"
        )
    })
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
        let account = draft.account(side).clone();
        let Some(settings) = of(draft, side) else {
            continue;
        };
        let mut texts = Vec::new();
        let blocks = |state: &Option<String>| state.as_deref().is_some_and(|state| state.starts_with("block"));
        if side == Side::Source
            && (blocks(&settings.image_block_public_access) || blocks(&settings.snapshot_block_public_access))
        {
            texts.push(format!(
                "account {account} blocks public access to images or snapshots: that concerns everybody, and the run shares with one \
                 account only, so it is not in the way"
            ));
        }
        if side == Side::Target && settings.allowed_images.as_deref() == Some("enabled") {
            texts.push(format!(
                "account {account} sees only images that its criteria admit (Allowed AMIs); copies are its own and need none, but for \
                 the time of the way account {} must be among their owners",
                draft.account(Side::Source)
            ));
        }
        if settings.encrypts_by_default == Some(true) {
            let key = settings.default_key.as_deref().unwrap_or("alias/aws/ebs");
            texts.push(match side {
                Side::Target => format!(
                    "account {account} encrypts by default, under {key}: the copies name their own key and do not fall under it"
                ),
                Side::Source | Side::Parent => format!(
                    "account {account} encrypts by default, under {key}: what is copied there on the way names its own key"
                ),
            });
        }
        for text in texts {
            if !draft.notes.iter().any(|note| note.text == text) {
                draft.note(None, Says::Tells, text);
            }
        }
    }
}
