//! Whose things move: one page for each product, with what its team must do, and when.

use model::plan::Weight;
use model::{GateSpec, ResourceRef, StepId, StepSpec, Undo};

use crate::document::{Block, Line, Piece, Section, Table, Tone, code, text};
use crate::facts::{Down, Facts};
use crate::moments::lasting;
use crate::rewrites;
use crate::summary::{down_length, notes};
use crate::tables::{dash, headings, number};
use crate::words::{Language, Text};

/// What of a product moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product {
    /// Its name; none for what nobody says the product of.
    pub(crate) name: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) resources: Vec<ResourceRef>,
}

/// The products by name, and last what belongs to none.
pub(crate) fn all(facts: &Facts<'_>) -> Vec<Product> {
    let mut products: Vec<Product> = Vec::new();
    for resource in facts.plan.resources() {
        let name = facts.plan.product_of(&resource).map(str::to_owned);
        let owner = facts.plan.owner_of(&resource).map(str::to_owned);
        match products.iter_mut().find(|product| product.name == name) {
            Some(product) => {
                product.owner = product.owner.take().or(owner);
                product.resources.push(resource);
            }
            None => products.push(Product {
                name,
                owner,
                resources: vec![resource],
            }),
        }
    }
    products.sort_by(|one, other| (one.name.is_none(), &one.name).cmp(&(other.name.is_none(), &other.name)));
    products
}

impl Product {
    fn steps<'f>(&'f self, facts: &'f Facts<'_>) -> impl Iterator<Item = &'f StepSpec> {
        facts
            .plan
            .steps
            .iter()
            .filter(|step| self.resources.contains(&step.resource))
    }

    /// The gates before its resources.
    pub(crate) fn gates<'f>(&self, facts: &'f Facts<'_>) -> Vec<&'f GateSpec> {
        let waits = |gate: &&GateSpec| self.steps(facts).any(|step| step.gates.contains(&gate.name));
        facts.plan.gates.iter().filter(waits).collect()
    }

    /// For how long any one of its resources does not serve at most, in milliseconds.
    pub(crate) fn longest_down(&self, facts: &Facts<'_>) -> i64 {
        let lengths = self.resources.iter().map(|resource| facts.down(resource).millis());
        lengths.max().unwrap_or(0)
    }

    /// From when to when something of it does not serve, by the clock where that can be told.
    fn down(&self, facts: &Facts<'_>) -> Option<(i64, i64)> {
        let spans = self.resources.iter().filter_map(|resource| match facts.down(resource) {
            Down::Was { from, to } | Down::Still { from, to } => Some((from, to)),
            Down::Never | Down::NotYet => None,
        });
        spans.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    fn called(&self, language: Language) -> String {
        self.name
            .clone()
            .unwrap_or_else(|| Text::NoProduct.say(language).to_owned())
    }

    fn has(&self, resource: Option<&ResourceRef>) -> bool {
        resource.is_some_and(|resource| self.resources.contains(resource))
    }
}

fn anchor(place: usize) -> String {
    format!("product-{}", place + 1)
}

/// What each team must do, and when: one row for each product.
pub(crate) fn teams(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    let products = all(facts);
    let has_pages = products.iter().any(|product| product.name.is_some());
    let row = |(place, product): (usize, Product)| {
        let mut who = vec![match has_pages {
            true => Piece::Link(product.called(language), anchor(place)),
            false => text(product.called(language)),
        }];
        if let Some(owner) = &product.owner {
            who.extend([Piece::Break, Piece::Small(owner.clone())]);
        }
        let look_at = notes(facts, Weight::Warns, language, |resource| product.has(resource)).len();
        let before = match look_at {
            0 => dash(),
            count => vec![text(Text::PointsToLookAt.fill(language, &[&count.to_string()]))],
        };
        let mut during: Line = Vec::new();
        for gate in product.gates(facts) {
            // What must be typed stands at a point of no return, one for each bucket: its question is on the product's page.
            if gate.typed.is_none() {
                during.extend([text(gate.ask.clone()), text(" ")]);
            }
            during.extend([code(&gate.name), Piece::Break]);
        }
        during.push(match product.down(facts) {
            None => text(Text::NotDisturbed.say(language)),
            Some((from, to)) => text(Text::DownBetween.fill(
                language,
                &[&facts.written(from, language), &facts.written(to, language)],
            )),
        });
        let tells = notes(facts, Weight::Tells, language, |resource| product.has(resource)).len();
        let after = match tells {
            0 => dash(),
            count => vec![text(Text::PointsThatChange.fill(language, &[&count.to_string()]))],
        };
        vec![who, before, during, after]
    };
    let columns = [Text::Team, Text::BeforeTheWindow, Text::InTheWindow, Text::Afterwards];
    let caption = match facts.run {
        None if facts.is_by_clock() => {
            let begun = facts.moments.full(facts.generated_at);
            Text::TeamsByClockCaption.fill(language, &[&begun, &facts.moments.name])
        }
        None => Text::TeamsPlanCaption.say(language).to_owned(),
        Some(_) => Text::TeamsCaption.fill(language, &[&facts.moments.name]),
    };
    vec![Block::Table(Table {
        caption,
        headings: headings(&columns, language),
        rows: products.into_iter().enumerate().map(row).collect(),
        numbers: vec![],
    })]
}

/// The pages, one for each product.
pub(crate) fn pages(facts: &Facts<'_>, language: Language) -> Vec<Section> {
    let page = |(place, product): (usize, Product)| Section {
        anchor: anchor(place),
        heading: match &product.name {
            Some(name) => Text::ProductPage.fill(language, &[name]),
            None => Text::NoProduct.say(language).to_owned(),
        },
        page: true,
        blocks: page(facts, &product, language),
    };
    let products = all(facts);
    // Where no product is named, one page would say everything once more.
    if products.iter().all(|product| product.name.is_none()) {
        return Vec::new();
    }
    products.into_iter().enumerate().map(page).collect()
}

fn page(facts: &Facts<'_>, product: &Product, language: Language) -> Vec<Block> {
    let say = |text: Text| text.say(language).to_owned();
    let mut blocks = vec![figures(facts, product, language)];
    let before = notes(facts, Weight::Warns, language, |resource| product.has(resource));
    let blocking = notes(facts, Weight::Blocks, language, |resource| product.has(resource));
    if !blocking.is_empty() {
        blocks.push(Block::Notice(Tone::Bad, say(Text::Blocking), blocking));
    }
    if !before.is_empty() {
        blocks.push(Block::List(say(Text::BeforeTheWindow), before));
    }
    let gates: Vec<Line> = product
        .gates(facts)
        .into_iter()
        .map(|gate| asked(facts, gate, language))
        .collect();
    if !gates.is_empty() {
        blocks.push(Block::List(say(Text::AtTheGates), gates));
    }
    let last = step_lines(facts, product, |step| match &step.undo {
        Undo::None { reason } => Some(reason),
        Undo::Auto | Undo::Nothing | Undo::Manual { .. } => None,
    });
    if !last.is_empty() {
        blocks.push(Block::Notice(Tone::Careful, say(Text::CannotBeUndone), last));
    }
    let by_hand = step_lines(facts, product, |step| match &step.undo {
        Undo::Manual { guide } => Some(guide),
        Undo::Auto | Undo::Nothing | Undo::None { .. } => None,
    });
    if !by_hand.is_empty() {
        blocks.push(Block::List(say(Text::ByHandOnly), by_hand));
    }
    blocks.push(Block::Table(resources(facts, product, language)));
    let mut after = notes(facts, Weight::Tells, language, |resource| product.has(resource));
    let left = facts.run.as_ref().map(|run| run.state.left_out()).unwrap_or_default();
    let own: Vec<&StepId> = product.steps(facts).map(|step| &step.id).collect();
    let left = left.into_iter().filter(|(step, _)| own.contains(step));
    after.extend(left.map(|(step, what)| vec![code(step), text(" "), text(facts.said(what))]));
    if !after.is_empty() {
        blocks.push(Block::List(say(Text::Afterwards), after));
    }
    blocks.extend(rewrites::folds(facts, language, |resource| product.has(Some(resource))));
    blocks
}

fn figures(facts: &Facts<'_>, product: &Product, language: Language) -> Block {
    let label = |text: Text| text.say(language).to_owned();
    let owner = match &product.owner {
        Some(owner) => vec![text(owner.clone())],
        None => vec![text(Text::Unknown.say(language))],
    };
    let between = match product.down(facts) {
        None => vec![text(Text::NotDisturbed.say(language))],
        Some((from, to)) => vec![
            text(facts.written(from, language)),
            Piece::Break,
            text(Text::Until.fill(language, &[&facts.written(to, language)])),
        ],
    };
    let down = match product.longest_down(facts) {
        0 => vec![text(Text::NobodyDown.say(language))],
        millis => vec![text(lasting(millis, language))],
    };
    Block::Figures(vec![
        (label(Text::Owner), owner, Tone::Plain),
        (label(Text::Resources), number(product.resources.len()), Tone::Plain),
        (label(Text::DownWithin), between, Tone::Plain),
        (label(Text::LongestDown), down, Tone::Plain),
    ])
}

fn asked(facts: &Facts<'_>, gate: &GateSpec, language: Language) -> Line {
    let mut line = vec![code(&gate.name), text(" "), text(gate.ask.clone())];
    if let Some(typed) = &gate.typed {
        line.extend([
            text(" "),
            Piece::Small(Text::MustType.say(language).to_owned()),
            text(" "),
            code(typed),
        ]);
    }
    if gate.people > 1 {
        let people = Text::PeopleMustAgree.fill(language, &[&gate.people.to_string()]);
        line.extend([text(" "), Piece::Small(people)]);
    }
    if facts.run.is_none() {
        let when = facts.written(facts.asked_about(gate), language);
        line.extend([text(" "), Piece::Small(Text::AskedAtAbout.fill(language, &[&when]))]);
    }
    line
}

/// What stands by a product's steps, each text once: thirty buckets give up their names for the same reason.
fn step_lines<'f>(
    facts: &'f Facts<'_>,
    product: &'f Product,
    words: impl Fn(&'f StepSpec) -> Option<&'f String>,
) -> Vec<Line> {
    let mut by_text: Vec<(&str, Line)> = Vec::new();
    for step in product.steps(facts) {
        let Some(words) = words(step) else { continue };
        match by_text.iter_mut().find(|(known, _)| *known == words) {
            Some((_, line)) => line.extend([text(", "), code(&step.id)]),
            None => by_text.push((words, vec![code(&step.id)])),
        }
    }
    let line = |(words, mut line): (&str, Line)| {
        line.extend([text(": "), text(words)]);
        line
    };
    by_text.into_iter().map(line).collect()
}

fn resources(facts: &Facts<'_>, product: &Product, language: Language) -> Table {
    let length = |down: Down| match down {
        Down::Never | Down::NotYet => dash(),
        Down::Was { .. } | Down::Still { .. } => vec![text(down_length(down, language))],
    };
    let row = |resource: &ResourceRef| {
        let down = facts.down(resource);
        let from = match down {
            Down::Never | Down::NotYet => vec![text(down_length(down, language))],
            Down::Was { from, .. } | Down::Still { from, .. } => vec![text(facts.written(from, language))],
        };
        let mut row = vec![vec![code(resource)], from];
        if facts.run.is_some() {
            row.push(length(down));
        }
        row.extend([length(facts.expected_down(resource)), length(facts.late_down(resource))]);
        row
    };
    let disturbed = match facts.is_by_clock() {
        true => Text::Disturbed,
        false => Text::DisturbedPlan,
    };
    let mut columns = vec![Text::Resource, disturbed];
    if facts.run.is_some() {
        columns.push(Text::DownFor);
    }
    columns.extend([Text::DownExpected, Text::DownLate]);
    Table {
        caption: Text::ProductCaption.fill(language, &[&product.called(language)]),
        headings: headings(&columns, language),
        rows: product.resources.iter().map(row).collect(),
        numbers: vec![],
    }
}
