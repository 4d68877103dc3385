//! Which code carries out which action of a plan.

use std::collections::BTreeMap;
use std::rc::Rc;

use model::{Failure, FailureClass, Plan, StepSpec};

use crate::step::Step;

/// Makes a step from its spec; fails when the spec's input is not of its form.
pub type MakeStep = Box<dyn Fn(&StepSpec) -> Result<Box<dyn Step>, serde_json::Error>>;

/// Puts something around a step: who wants to know what each step does sees every one of its verbs.
pub type Around = Rc<dyn Fn(&StepSpec, Box<dyn Step>) -> Box<dyn Step>>;

/// Every action that this program knows, with the version of its contract.
#[derive(Default)]
pub struct Registry {
    actions: BTreeMap<&'static str, (u32, MakeStep)>,
    around: Option<Around>,
}

impl Registry {
    /// Adds an action. Panics when its name is taken: two pieces of code for one action is a mistake in the program.
    pub fn add(&mut self, action: &'static str, version: u32, make: MakeStep) {
        let taken = self.actions.insert(action, (version, make));
        assert!(taken.is_none(), "action {action} is registered twice");
    }

    /// Puts something around every step that is made from now on.
    pub fn put_around(&mut self, around: Around) {
        self.around = Some(around);
    }

    /// The names of all actions.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.actions.keys().copied()
    }

    /// The code for a step.
    pub fn make(&self, spec: &StepSpec) -> Result<Box<dyn Step>, Failure> {
        let refuse =
            |code: &str, message: String| Failure::ours(spec.id.as_str(), FailureClass::Unexpected, code, message);
        let Some((version, make)) = self.actions.get(spec.action.as_str()) else {
            return Err(refuse(
                "[UnknownAction]",
                format!("this program does not know the action {}", spec.action),
            ));
        };
        if *version != spec.version {
            return Err(refuse(
                "[OtherVersion]",
                format!(
                    "the plan has version {} of {}, this program has {version}",
                    spec.version, spec.action
                ),
            ));
        }
        let step =
            make(spec).map_err(|error| refuse("[BadInput]", format!("the input of {}: {error}", spec.action)))?;
        Ok(match &self.around {
            Some(around) => around(spec, step),
            None => step,
        })
    }

    /// Checks that every step of a plan can be carried out by this program: asked before a run starts or goes on.
    pub fn check(&self, plan: &Plan) -> Result<(), Failure> {
        plan.steps.iter().try_for_each(|spec| self.make(spec).map(drop))
    }
}
