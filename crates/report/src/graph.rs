//! What waits for what, as a picture that stays readable however many resources move: kinds one below the other, phases side by side, and an arrow
//! wherever a step of one box waits for a step of another.

use std::collections::{BTreeMap, BTreeSet};

use model::{Phase, StepId, StepSpec};

use crate::document::{Table, code, text};
use crate::facts::Facts;
use crate::tables::{headings, number};
use crate::words::{self, Language, Text};

/// The phases, in their order.
pub(crate) const PHASES: [Phase; 5] = [
    Phase::Prepare,
    Phase::Freeze,
    Phase::Cutover,
    Phase::Settle,
    Phase::CleanUp,
];

/// The steps of one kind in one phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) phase: Phase,
    /// Which of the kinds.
    pub(crate) kind: usize,
    pub(crate) steps: usize,
    pub(crate) resources: usize,
}

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Graph {
    pub(crate) language: Language,
    pub(crate) kinds: Vec<String>,
    pub(crate) phases: Vec<Phase>,
    pub(crate) nodes: Vec<Node>,
    /// Which node waits for which, and by how many needs: the earlier, the later.
    pub(crate) arrows: Vec<(usize, usize, usize)>,
    /// The gates that stand before a node's steps.
    pub(crate) gates: BTreeMap<usize, BTreeSet<String>>,
}

impl Graph {
    /// The picture of a plan; none where nothing is done.
    pub(crate) fn of(facts: &Facts<'_>, language: Language) -> Option<Self> {
        let steps = &facts.plan.steps;
        let mut kinds: Vec<String> = Vec::new();
        for step in steps {
            if !kinds.contains(&step.resource.kind) {
                kinds.push(step.resource.kind.clone());
            }
        }
        let place = |step: &StepSpec| (kinds.iter().position(|kind| *kind == step.resource.kind), step.phase);
        let mut boxes: BTreeMap<_, Vec<&StepSpec>> = BTreeMap::new();
        for step in steps {
            boxes.entry(place(step)).or_default().push(step);
        }
        let places: BTreeMap<_, usize> = boxes.keys().copied().zip(0..).collect();
        let nodes = boxes.iter().filter_map(|((kind, phase), steps)| {
            let resources: BTreeSet<_> = steps.iter().map(|step| &step.resource).collect();
            Some(Node {
                phase: *phase,
                kind: (*kind)?,
                steps: steps.len(),
                resources: resources.len(),
            })
        });
        let nodes: Vec<Node> = nodes.collect();
        let by_id: BTreeMap<&StepId, usize> = steps.iter().map(|step| (&step.id, places[&place(step)])).collect();
        let mut arrows: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut gates: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for step in steps {
            let later = by_id[&step.id];
            for earlier in step
                .needs
                .iter()
                .filter_map(|id| by_id.get(id))
                .filter(|earlier| **earlier != later)
            {
                *arrows.entry((*earlier, later)).or_default() += 1;
            }
            gates
                .entry(later)
                .or_default()
                .extend(step.gates.iter().map(ToString::to_string));
        }
        gates.retain(|_, names| !names.is_empty());
        let phases: Vec<Phase> = PHASES
            .into_iter()
            .filter(|phase| nodes.iter().any(|node| node.phase == *phase))
            .collect();
        (!nodes.is_empty()).then_some(Self {
            language,
            phases,
            arrows: arrows
                .into_iter()
                .map(|((earlier, later), count)| (earlier, later, count))
                .collect(),
            kinds,
            nodes,
            gates,
        })
    }

    /// How a node is called where there is no picture.
    pub(crate) fn called(&self, node: usize) -> String {
        let node = &self.nodes[node];
        format!(
            "{} · {}",
            self.kinds[node.kind],
            words::phase(node.phase).say(self.language)
        )
    }

    /// The same in words.
    pub(crate) fn table(&self) -> Table {
        let rows = self.arrows.iter().map(|(earlier, later, count)| {
            vec![
                vec![code(self.called(*later))],
                vec![code(self.called(*earlier))],
                number(count),
            ]
        });
        let gates = self.gates.iter().flat_map(|(node, names)| {
            names.iter().map(|name| {
                let gate = format!("{} {name}", Text::GateMark.say(self.language));
                vec![vec![code(self.called(*node))], vec![text(gate)], number(1)]
            })
        });
        Table {
            caption: Text::GraphCaption.say(self.language).to_owned(),
            headings: headings(&[Text::Steps, Text::NeedsAndGates, Text::Times], self.language),
            rows: rows.chain(gates).collect(),
            numbers: vec![2],
        }
    }
}
