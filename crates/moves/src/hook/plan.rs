//! From hooks to steps.

use std::collections::BTreeMap;

use model::{Phase, ResourceRef, Said, Side, StepId, Undo};

use super::run_hook::Input;
use super::spec::{Command, HookSection};
use super::words::Text;
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};

/// Adds the runbook's own hooks. Which steps wait for them the kinds say, by [`hooks_before`].
pub(crate) fn plan(draft: &mut Draft<'_>) {
    for hook in &draft.runbook.hooks {
        let resource = ResourceRef::new("hook", &hook.name);
        let gates = draft.gates_before(&resource);
        let title = Text::Run.fill(&[&hook.run.join(" ")]);
        let step = step(&resource, "run", title, &hook.command(), BTreeMap::new());
        draft.push(step.phase(Phase::Freeze).gates(gates).disturbs());
        if hook.undo.is_empty() {
            draft.note(Some(&resource), Says::Warns(&known::HOOK_UNDO), Text::NoUndo);
        }
    }
}

/// The steps of the runbook's hooks that stand before a resource or its kind.
pub(crate) fn hooks_before(draft: &Draft<'_>, resource: &ResourceRef) -> Vec<StepId> {
    let concerns = |hook: &&HookSection| {
        let mut before = hook.before.iter();
        before.any(|before| *before == resource.kind || *before == resource.to_string())
    };
    let hooks = draft.runbook.hooks.iter().filter(concerns);
    hooks
        .map(|hook| ResourceRef::new("hook", &hook.name).step("run"))
        .collect()
}

/// A step that runs a command; `facts` are steps whose outputs it is told.
pub(crate) fn step(
    resource: &ResourceRef,
    verb: &str,
    title: impl Into<Said>,
    command: &Command,
    facts: BTreeMap<String, StepId>,
) -> DraftStep {
    let needs: Vec<StepId> = facts.values().cloned().collect();
    let undo = if command.undo.is_empty() {
        Undo::Nothing
    } else {
        Undo::Auto
    };
    let takes = command.rehearse.takes;
    let input = Input {
        command: command.clone(),
        facts,
    };
    DraftStep::new(resource, "hook.run", Side::Target, title, input)
        .named(verb)
        .needs(&needs)
        .undo(undo)
        .estimate(takes, command.timeout.max(takes))
}
