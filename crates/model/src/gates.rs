//! Gates: where a person must agree, or several. A yes names what it was said to: the plan and the evidence, by their digests. It does not
//! outlast them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{Digest, GateName, StepId};
use crate::plan::Undo;
use crate::state::{Impossible, State, StepStatus};

/// One gate.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum GateState {
    /// Not asked yet.
    #[default]
    Closed,
    /// Put to people.
    Asked {
        /// Since when.
        since: Timestamp,
        /// What they are shown.
        evidence: String,
        /// Who has agreed, where it takes several.
        agreed: Vec<Agreed>,
    },
    /// Everybody whom it takes has agreed.
    Approved {
        /// Who; where it took several, all of them.
        by: String,
        /// When the last of them did.
        at: Timestamp,
    },
    /// What was agreed to was found not to be so. Once a person has dealt with the step that found it, the evidence is gathered anew and the gate
    /// is asked anew: evidence from before that would be of what was wrong.
    Voided {
        /// When.
        at: Timestamp,
        /// What was found.
        reason: String,
    },
}

/// One of several yeses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// Whose.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What a yes brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Yes {
    /// The gate opens.
    Opens,
    /// Others must agree, too.
    Counts,
    /// The same person has said it already.
    Again,
    /// Nobody is asked, or something else: another plan, other evidence.
    Void,
}

impl State {
    /// What a yes would bring about that somebody says to this plan and this evidence.
    pub fn yes(&self, gate: &GateName, by: &str, plan: &Digest, evidence: &Digest) -> Yes {
        let Some(spec) = self.plan.gate(gate) else {
            return Yes::Void;
        };
        match &self.gates[gate] {
            GateState::Asked {
                evidence: shown,
                agreed,
                ..
            } if *plan == self.digest && *evidence == Digest::of(shown.as_bytes()) => {
                if agreed.iter().any(|other| other.by == by) {
                    Yes::Again
                } else if agreed.len() + 1 < usize::try_from(spec.people).unwrap_or(usize::MAX) {
                    Yes::Counts
                } else {
                    Yes::Opens
                }
            }
            GateState::Asked { .. } | GateState::Closed | GateState::Approved { .. } | GateState::Voided { .. } => {
                Yes::Void
            }
        }
    }

    /// How many more people must agree at a gate that is asked.
    pub fn still_to_agree(&self, gate: &GateName) -> u32 {
        let people = self.plan.gate(gate).map_or(1, |spec| spec.people);
        match &self.gates[gate] {
            GateState::Asked { agreed, .. } => people.saturating_sub(u32::try_from(agreed.len()).unwrap_or(u32::MAX)),
            GateState::Closed | GateState::Voided { .. } => people,
            GateState::Approved { .. } => 0,
        }
    }

    /// The gates whose approvals this step's finding makes void: they were opened on evidence, and nothing behind them has begun.
    pub fn voided_by(&self, step: &crate::plan::StepSpec) -> Vec<GateName> {
        let unbegun = |gate: &GateName| {
            let behind = self.plan.steps.iter().zip(self.steps.values());
            let mut behind = behind.filter(|(other, _)| other.gates.contains(gate));
            behind.all(|(_, place)| !place.has_begun() && !place.status.is_settled())
        };
        let opened_on_evidence = |gate: &&GateName| {
            let approved = matches!(self.gates[*gate], GateState::Approved { .. });
            approved && self.plan.gate(gate).is_some_and(|spec| !spec.after.is_empty()) && unbegun(gate)
        };
        step.gates.iter().filter(opened_on_evidence).cloned().collect()
    }

    /// The steps that stopped before they had begun, behind a gate that is void: what they found is what a person has to deal with.
    pub fn stopped_behind(&self, gate: &GateName) -> Vec<&StepId> {
        let behind = self.plan.steps.iter().filter(|spec| spec.gates.contains(gate));
        behind
            .map(|spec| &spec.id)
            .filter(|step| {
                matches!(self.steps[*step].status, StepStatus::Stopped { .. }) && !self.steps[*step].has_begun()
            })
            .collect()
    }

    /// Whether one of these steps stopped because what was agreed to is not so any more.
    pub fn has_drifted(&self, stopped: &[StepId]) -> bool {
        let voided = |gate: &GateName| matches!(self.gates[gate], GateState::Voided { .. });
        let mut steps = stopped.iter().filter_map(|step| self.spec(step));
        steps.any(|spec| spec.gates.iter().any(voided))
    }

    pub(crate) fn gate_asked(
        &mut self,
        (seq, at): (u64, Timestamp),
        gate: &GateName,
        evidence: &str,
    ) -> Result<(), Impossible> {
        let place = self.gate_of(seq, "gate_asked", gate)?;
        let GateState::Closed = place else {
            return Err(refuses(seq, "gate_asked", gate, place));
        };
        *place = GateState::Asked {
            since: at,
            evidence: evidence.to_owned(),
            agreed: Vec::new(),
        };
        Ok(())
    }

    pub(crate) fn gate_agreed(
        &mut self,
        (seq, at, kind): (u64, Timestamp, &'static str),
        (gate, by): (&GateName, &str),
        (plan, evidence): (&Digest, &Digest),
        opens: bool,
    ) -> Result<(), Impossible> {
        let wrong = |why| Impossible::WrongMode { seq, kind, why };
        self.gate_of(seq, kind, gate)?;
        match (self.yes(gate, by, plan, evidence), opens) {
            (Yes::Opens, true) | (Yes::Counts, false) => {}
            (Yes::Void, _) if *plan != self.digest => return Err(wrong("the approval is of another plan")),
            (Yes::Void, _) => return Err(refuses(seq, kind, gate, &self.gates[gate])),
            (Yes::Again, _) => return Err(wrong("the same person has agreed already")),
            (Yes::Opens, false) => return Err(wrong("nobody else must agree")),
            (Yes::Counts, true) => return Err(wrong("others must agree, too")),
        }
        let place = self.gate_of(seq, kind, gate)?;
        if let GateState::Asked { agreed, .. } = place {
            agreed.push(Agreed { by: by.to_owned(), at });
            if opens {
                let names: Vec<&str> = agreed.iter().map(|agreed| agreed.by.as_str()).collect();
                *place = GateState::Approved {
                    by: names.join(", "),
                    at,
                };
            }
        }
        Ok(())
    }

    pub(crate) fn gate_voided(
        &mut self,
        (seq, at): (u64, Timestamp),
        gate: &GateName,
        reason: &str,
    ) -> Result<(), Impossible> {
        *self.gate_of(seq, "gate_voided", gate)? = GateState::Voided {
            at,
            reason: reason.to_owned(),
        };
        Ok(())
    }

    /// A person has dealt with a step: its gates that are void are asked anew, and what only looked and proved for them is done again.
    pub(crate) fn ask_anew(&mut self, step: &StepId) {
        let gates = self.spec(step).map(|spec| spec.gates.clone()).unwrap_or_default();
        for gate in gates {
            let Some(place @ GateState::Voided { .. }) = self.gates.get_mut(&gate) else {
                continue;
            };
            *place = GateState::Closed;
            let after = self.plan.gate(&gate).map(|gate| gate.after.clone()).unwrap_or_default();
            for step in after {
                if self.spec(&step).is_some_and(|spec| spec.undo == Undo::Nothing)
                    && let Some(place) = self.steps.get_mut(&step)
                    && place.status == StepStatus::Done
                {
                    place.do_anew();
                    self.steps.count(&step);
                }
            }
        }
    }

    fn gate_of(&mut self, seq: u64, kind: &'static str, gate: &GateName) -> Result<&mut GateState, Impossible> {
        self.gates.get_mut(gate).ok_or_else(|| Impossible::Unknown {
            seq,
            kind,
            name: gate.to_string(),
        })
    }
}

fn refuses(seq: u64, kind: &'static str, gate: &GateName, state: &GateState) -> Impossible {
    let status = match state {
        GateState::Closed => "not asked",
        GateState::Asked { .. } => "asked",
        GateState::Approved { .. } => "approved",
        GateState::Voided { .. } => "void",
    };
    Impossible::WrongStatus {
        seq,
        kind,
        name: gate.to_string(),
        status,
    }
}

/// What stands at a gate, a step on each line with what it proved, and each proof as it is said to who reads.
pub fn evidence_said(evidence: &str, say: impl Fn(&str) -> String) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some((step, proved)) => format!("{step}: {}", say(proved)),
        None => line.to_owned(),
    };
    evidence.lines().map(line).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
#[path = "gates_tests.rs"]
mod tests;
