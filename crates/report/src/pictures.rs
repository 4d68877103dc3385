//! The pictures beside the timeline: what waits for what, and expected beside taken. Each has its words beside it for who does not see it.

use maud::{Markup, html};

use crate::beside::Beside;
use crate::chart::Look;
use crate::graph::Graph;
use crate::html::{cut, look_class, px};
use crate::moments::lasting;
use crate::words::{self, Text};

/// The width of both drawings.
const WIDTH: f64 = 1000.0;
/// Room at the left for the names of kinds.
const NAMES: f64 = 96.0;
const HEAD: f64 = 30.0;
const ROW: f64 = 84.0;
const BOX: f64 = 50.0;

/// What waits for what.
pub(crate) fn graph(graph: &Graph) -> Markup {
    let column = (WIDTH - NAMES) / graph.phases.len() as f64;
    let wide = column * 0.62;
    let height = HEAD + ROW * graph.kinds.len() as f64;
    let at = |node: usize| {
        let node = &graph.nodes[node];
        let phase = graph.phases.iter().position(|phase| *phase == node.phase).unwrap_or(0);
        (
            NAMES + column * phase as f64 + (column - wide) / 2.0,
            HEAD + ROW * node.kind as f64 + 16.0,
        )
    };
    let title = Text::GraphTitle.say(graph.language);
    html! {
        figure class="graph" {
            figcaption { (title) }
            div class="scroll" role="region" tabindex="0" aria-label=(title) {
                svg role="img" aria-labelledby="graph-title graph-hint" viewBox={ "0 0 " (px(WIDTH)) " " (px(height)) } {
                    title id="graph-title" { (title) }
                    desc id="graph-hint" { (Text::GraphHint.say(graph.language)) }
                    defs {
                        marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto-start-reverse" {
                            path class="head" d="M0 0L8 4L0 8Z" {}
                        }
                    }
                    @for (place, phase) in graph.phases.iter().enumerate() {
                        text class="tick" text-anchor="middle" x=(px(NAMES + column * (place as f64 + 0.5))) y="16" {
                            (words::phase(*phase).say(graph.language))
                        }
                    }
                    @for (place, kind) in graph.kinds.iter().enumerate() {
                        line class="rule" x1="0" x2=(px(WIDTH)) y1=(px(HEAD + ROW * place as f64)) y2=(px(HEAD + ROW * place as f64)) {}
                        text class="name" x="4" y=(px(HEAD + ROW * place as f64 + 16.0 + BOX / 2.0)) { (cut(kind, 12)) }
                    }
                    @for (earlier, later, count) in &graph.arrows {
                        path class="arrow" marker-end="url(#arrow)" stroke-width=(px(1.0 + (*count as f64).log10()))
                            d=(arrow(at(*earlier), at(*later), wide)) {
                            title { (graph.called(*earlier)) " → " (graph.called(*later)) " (" (count) ")" }
                        }
                    }
                    @for (place, node) in graph.nodes.iter().enumerate() {
                        @let (x, y) = at(place);
                        g {
                            title { (graph.called(place)) }
                            rect class="node" x=(px(x)) y=(px(y)) width=(px(wide)) height=(px(BOX)) rx="5" {}
                            rect class={ "bar " (look_class(Look::Phase(node.phase))) } x=(px(x)) y=(px(y)) width="9" height=(px(BOX)) {}
                            text x=(px(x + 16.0)) y=(px(y + 20.0)) {
                                (Text::GraphResources.fill(graph.language, &[&node.resources.to_string()]))
                            }
                            text x=(px(x + 16.0)) y=(px(y + 38.0)) { (Text::StepCount.fill(graph.language, &[&node.steps.to_string()])) }
                        }
                        @if let Some(names) = graph.gates.get(&place) {
                            g class="gate-mark" {
                                title { @for name in names { (Text::GateMark.say(graph.language)) " " (name) "\n" } }
                                path class="gate" d={ "M" (px(x - 9.0)) " " (px(y + BOX / 2.0 - 8.0)) "l8 8l-8 8l-8 -8Z" } {}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// From the side of one box to the side of another, or round about where both stand in one column.
fn arrow(from: (f64, f64), to: (f64, f64), wide: f64) -> String {
    let middle = BOX / 2.0;
    if (from.0 - to.0).abs() < 1.0 {
        let (down, x) = (to.1 > from.1, from.0 + wide / 2.0);
        let (start, end) = if down {
            (from.1 + BOX, to.1 - 1.0)
        } else {
            (from.1, to.1 + BOX + 1.0)
        };
        let aside = x + if down { 24.0 } else { -24.0 };
        return format!(
            "M{} {}Q{} {} {} {}",
            px(x),
            px(start),
            px(aside),
            px(f64::midpoint(start, end)),
            px(x),
            px(end)
        );
    }
    let right = to.0 > from.0;
    let (start, end) = if right {
        (from.0 + wide, to.0 - 1.0)
    } else {
        (from.0, to.0 + wide + 1.0)
    };
    let bend = (end - start) * 0.5;
    format!(
        "M{} {}C{} {} {} {} {} {}",
        px(start),
        px(from.1 + middle),
        px(start + bend),
        px(from.1 + middle),
        px(end - bend),
        px(to.1 + middle),
        px(end),
        px(to.1 + middle)
    )
}

const PAIR: f64 = 44.0;

/// Expected beside taken.
pub(crate) fn beside(beside: &Beside) -> Markup {
    let longest = beside
        .pairs
        .iter()
        .map(|pair| pair.expected.max(pair.late).max(pair.taken))
        .max()
        .unwrap_or(1)
        .max(1);
    let room = WIDTH - 150.0;
    let x = |millis: i64| millis as f64 / longest as f64 * room;
    let height = PAIR * beside.pairs.len() as f64;
    let title = Text::BesideTitle.say(beside.language);
    html! {
        figure class="beside" {
            figcaption { (title) }
            ul class="legend" {
                li { svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" { rect class="expected" x="1" y="1" width="24" height="12" {} } (Text::DownExpected.say(beside.language)) }
                li { svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" { path class="late" d="M1 7H24M24 2V12" {} } (Text::DownLate.say(beside.language)) }
                li { svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" { rect class="taken" x="1" y="1" width="24" height="12" {} } (Text::DownFor.say(beside.language)) }
            }
            div class="scroll" role="region" tabindex="0" aria-label=(title) {
                svg role="img" aria-label=(title) viewBox={ "0 0 " (px(WIDTH)) " " (px(height)) } {
                    @for (place, pair) in beside.pairs.iter().enumerate() {
                        @let y = PAIR * place as f64;
                        g {
                            text class="name" x="0" y=(px(y + 13.0)) { (cut(&pair.name, 110)) }
                            rect class="expected" x="0" y=(px(y + 18.0)) width=(px(x(pair.expected).max(1.0))) height="8" {}
                            @if pair.late > pair.expected {
                                path class="late" d={ "M" (px(x(pair.expected))) " " (px(y + 22.0)) "H" (px(x(pair.late))) "M" (px(x(pair.late))) " " (px(y + 18.0)) "v8" } {}
                            }
                            rect class="taken" x="0" y=(px(y + 28.0)) width=(px(x(pair.taken).max(1.0))) height="8" {}
                            text x=(px(x(pair.expected.max(pair.late).max(pair.taken)) + 8.0)) y=(px(y + 32.0)) {
                                (lasting(pair.expected, beside.language)) " → " (lasting(pair.taken, beside.language))
                            }
                        }
                    }
                }
            }
        }
    }
}
