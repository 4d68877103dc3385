//! The report as one HTML file: its style inside it, no scripts, nothing loaded from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::chart::{Axis, Bar, Chart, LOOKS, Look, WIDTH};
use crate::document::{Block, Compared, Document, Line, Piece, Stamp, Table, Tone};
use crate::moments::lasting;
use crate::pictures;
use crate::windows::Band;
use crate::words::{Language, Text};

const STYLE: &str = include_str!("report.css");

/// Renders HTML.
pub(crate) fn page(document: &Document) -> String {
    let (stamp, word, means) = &document.stamp;
    let stamp_class = match stamp {
        Stamp::Plan => "stamp plan",
        Stamp::Rehearsal => "stamp rehearsal",
        Stamp::Live => "stamp live",
        Stamp::Endpoint => "stamp endpoint",
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(document.language.code()) {
            head {
                meta charset="utf-8";
                // Proof to a careful reader's browser too: nothing is fetched and nothing is run.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "[" (word) "] " (document.migration) " – " (document.sort) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p class=(stamp_class) { strong { (word) } " " span { (means) } }
                    h1 { (document.migration) " " small { (document.sort) } }
                    nav aria-label=(document.contents) {
                        ul {
                            @for section in &document.sections {
                                li { a href={ "#" (section.anchor) } { (section.heading) } }
                            }
                        }
                    }
                }
                main {
                    @for section in &document.sections {
                        section id=(section.anchor) class=[section.page.then_some("page")] aria-labelledby={ (section.anchor) "-heading" } {
                            h2 id={ (section.anchor) "-heading" } { (section.heading) }
                            @for block in &section.blocks { (self::block(block)) }
                        }
                    }
                }
                footer { @for line in &document.foot { p { (self::line(line)) } } }
            }
        }
    };
    markup.into_string()
}

fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Plain => "plain",
        Tone::Careful => "careful",
        Tone::Bad => "bad",
    }
}

fn line(line: &Line) -> Markup {
    html! {
        @for piece in line {
            @match piece {
                Piece::Text(words) => (words),
                Piece::Code(name) => code { (breakable(name)) },
                Piece::Mark(of, words) => span class={ "mark " (tone(*of)) } { (words) },
                Piece::Small(words) => small { (words) },
                Piece::Moment(shown, at) => time datetime=(at) { (shown) },
                Piece::Link(words, anchor) => a href={ "#" (anchor) } { (words) },
                Piece::Break => br;,
                Piece::Folded(summary, body) => details { summary { (summary) } pre { (body) } },
            }
        }
    }
}

/// Lets a long id break at its separators before it breaks anywhere.
fn breakable(name: &str) -> Markup {
    html! {
        @for (place, part) in name.split_inclusive('/').enumerate() {
            @if place > 0 { wbr; }
            (part)
        }
    }
}

fn list(lines: &[Line]) -> Markup {
    html! { @if !lines.is_empty() { ul { @for item in lines { li { (line(item)) } } } } }
}

fn block(block: &Block) -> Markup {
    match block {
        Block::Figures(figures) => html! {
            dl class="figures" {
                @for (name, value, of) in figures {
                    div class=(tone(*of)) { dt { (name) } dd { (line(value)) } }
                }
            }
        },
        Block::Facts(facts) => html! {
            dl class="facts" {
                @for (name, lines) in facts {
                    div { dt { (name) } @for value in lines { dd { (line(value)) } } }
                }
            }
        },
        Block::Paragraph(words) => html! { p { (line(words)) } },
        Block::Notice(of, heading, lines) => html! {
            div class={ "notice " (tone(*of)) } role="note" { h3 { (heading) } (list(lines)) }
        },
        Block::List(heading, lines) => html! {
            @if !heading.is_empty() { h3 { (heading) } }
            (list(lines))
        },
        Block::Table(table) => self::table(table),
        Block::Chart(chart) => self::chart(chart),
        Block::Comparison(lines, language) => comparison(lines, *language),
        Block::Graph(graph) => pictures::graph(graph),
        Block::Beside(beside) => pictures::beside(beside),
        Block::Fold(summary, blocks) => html! {
            details { summary { (line(summary)) } @for inner in blocks { (self::block(inner)) } }
        },
    }
}

/// The sign at the beginning of a line says what the colour says; a reader that speaks hears it in words.
fn comparison(lines: &[Compared], language: Language) -> Markup {
    let say = |text: Text| text.say(language);
    html! {
        div class="diff" {
            @for line in lines {
                @match line {
                    Compared::Same(words) => div { span class="sign" aria-hidden="true" { " " } code { (words) } },
                    Compared::Gone(words) => div class="gone" {
                        span class="sign" aria-hidden="true" { "−" } span class="spoken" { (say(Text::LineGone)) }
                        del { code { (words) } }
                    },
                    Compared::New(words) => div class="new" {
                        span class="sign" aria-hidden="true" { "+" } span class="spoken" { (say(Text::LineNew)) }
                        ins { code { (words) } }
                    },
                    Compared::LeftOut => div class="left-out" { span class="sign" aria-hidden="true" { " " } "…" },
                }
            }
        }
    }
}

/// On a narrow screen each row becomes a card, so every cell carries its column's name; the roles keep it a table for a reader
/// that speaks.
fn table(table: &Table) -> Markup {
    let class = |column: &usize| table.numbers.contains(column).then_some("number");
    html! {
        div class="scroll" {
            table role="table" {
                caption { (table.caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for (column, heading) in table.headings.iter().enumerate() {
                            th role="columnheader" scope="col" class=[class(&column)] { (heading) }
                        }
                    }
                }
                tbody role="rowgroup" {
                    @for row in &table.rows {
                        tr role="row" {
                            @for (column, cell) in row.iter().enumerate() {
                                @if column == 0 {
                                    th role="rowheader" scope="row" { div { (line(cell)) } }
                                } @else {
                                    td role="cell" class=[class(&column)] data-label=(table.headings[column]) { div { (line(cell)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Space above the rows for the axis; a gate's name takes one line more.
const AXIS: f64 = 30.0;
const GATE_LINE: f64 = 16.0;
const NAME: f64 = 20.0;
const LANE: f64 = 15.0;
const ROW_END: f64 = 8.0;
/// The narrowest bar that can still be seen and pointed at.
const NARROWEST: f64 = 2.5;
/// Space at the sides, so that what stands at the ends is not cut off.
const SIDE: f64 = 12.0;

pub(crate) fn look_class(look: Look) -> &'static str {
    use model::Phase;
    match look {
        Look::Phase(Phase::Prepare) => "prepare",
        Look::Phase(Phase::Freeze) => "freeze",
        Look::Phase(Phase::Cutover) => "cutover",
        Look::Phase(Phase::Settle) => "settle",
        Look::Phase(Phase::CleanUp) => "clean-up",
        Look::Stopped => "stopped",
        Look::Undoing => "undoing",
    }
}

/// The hatching of each look: it must be told apart in grey, on paper and without colour vision.
fn patterns() -> Markup {
    html! {
        defs {
            pattern id="hatch-freeze" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect class="freeze" width="6" height="6" {}
                line class="ink" x1="0" y1="0" x2="0" y2="6" stroke-width="2.5" {}
            }
            pattern id="hatch-cutover" width="9" height="12" patternUnits="userSpaceOnUse" {
                rect class="cutover" width="9" height="12" {}
                path class="ink" d="M0 0L9 12M9 0L0 12" stroke-width="1.3" {}
            }
            pattern id="hatch-settle" width="6" height="6" patternUnits="userSpaceOnUse" {
                rect class="settle" width="6" height="6" {}
                circle class="dot" cx="3" cy="3" r="1.4" {}
            }
            pattern id="hatch-clean-up" width="6" height="4" patternUnits="userSpaceOnUse" {
                rect class="clean-up" width="6" height="4" {}
                line class="ink" x1="0" y1="1" x2="6" y2="1" stroke-width="1.2" {}
            }
            pattern id="hatch-frozen" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect class="frozen-ground" width="8" height="8" {}
                line class="frozen-line" x1="0" y1="0" x2="0" y2="8" stroke-width="2" {}
            }
            pattern id="hatch-undoing" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)" {
                rect class="undoing" width="6" height="6" {}
                line class="ink" x1="0" y1="0" x2="0" y2="6" stroke-width="1.5" {}
            }
        }
    }
}

pub(crate) fn px(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// How wide words are drawn, roughly: what is not Latin is about twice as wide.
fn drawn_width(words: &str, size: f64) -> f64 {
    words
        .chars()
        .map(|c| if c.is_ascii() { 0.58 * size } else { 1.02 * size })
        .sum()
}

/// Cuts what would run out of the picture; the whole name stands in the tooltip and in the tables.
pub(crate) fn cut(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        words.to_owned()
    } else {
        words.chars().take(most - 1).chain(['…']).collect()
    }
}

fn chart(chart: &Chart) -> Markup {
    let x = |at: i64| SIDE + chart.scale.x(at);
    let labels = place_labels(chart);
    let label_lines = labels.iter().flatten().map(|(line, _)| line + 1).max().unwrap_or(0);
    let gates = place_gates(chart);
    let gate_lines = gates.iter().map(|(line, _)| line + 1).max().unwrap_or(0);
    // Below the axis the names of windows, below them those of gates.
    let gates_at = AXIS + label_lines as f64 * GATE_LINE;
    let top = gates_at + gate_lines as f64 * GATE_LINE + 6.0;
    let height = top
        + chart
            .rows
            .iter()
            .map(|row| NAME + row.lanes.len() as f64 * LANE + ROW_END)
            .sum::<f64>();
    let ahead = |at: i64| match &chart.axis {
        Axis::Clock(moments) => jiff::Timestamp::from_millisecond(at).map_or(0, |at| moments.ahead_millis(at)),
        Axis::Elapsed => 0,
    };
    let ticks = chart.scale.ticks(78.0, ahead);
    let starts = chart.rows.iter().scan(top, |next, row| {
        let start = *next;
        *next += NAME + row.lanes.len() as f64 * LANE + ROW_END;
        Some(start)
    });
    html! {
        figure class="timeline" {
            figcaption { (chart.title) }
            ul class="legend" {
                @for look in LOOKS.into_iter().filter(|look| used(chart, *look)) {
                    li {
                        svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" {
                            rect class={ "bar " (look_class(look)) } x="1" y="1" width="24" height="12" rx="2" {}
                        }
                        (look.text().say(chart.language))
                    }
                }
                @if !chart.gates.is_empty() {
                    li {
                        svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" { path class="gate" d="M7 1L13 7L7 13L1 7Z" {} }
                        (Text::GateMark.say(chart.language))
                    }
                }
                @if chart.rows.iter().any(|row| !row.no_return.is_empty()) {
                    li {
                        svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" { path class="no-return" d="M1 2H13L7 13Z" {} }
                        (Text::NoReturnMark.say(chart.language))
                    }
                }
                @if chart.rows.iter().any(|row| row.late.is_some()) {
                    li {
                        svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" { path class="late" d="M1 7H24M24 2V12" {} }
                        (Text::LateMark.say(chart.language))
                    }
                }
                @for (frozen, words) in [(false, Text::WindowOpen), (true, Text::Frozen)] {
                    @if chart.bands.iter().any(|band| band.frozen == frozen) {
                        li {
                            svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true" {
                                rect class=(band_class(frozen)) x="1" y="0" width="24" height="14" {}
                                path class="window-edge" d="M1 0V14M25 0V14" {}
                            }
                            (words.say(chart.language))
                        }
                    }
                }
            }
            div class="scroll" role="region" tabindex="0" aria-label=(chart.title) {
                svg role="img" aria-labelledby="timeline-title timeline-hint"
                    viewBox={ "0 0 " (px(WIDTH + 2.0 * SIDE)) " " (px(height)) } {
                    title id="timeline-title" { (chart.title) }
                    desc id="timeline-hint" { (chart.hint) }
                    (patterns())
                    @for band in &chart.bands {
                        g {
                            title { (band.says) }
                            rect class=(band_class(band.frozen)) x=(px(x(band.from))) y=(px(AXIS)) width=(px((x(band.to) - x(band.from)).max(1.0))) height=(px(height - AXIS)) {}
                        }
                    }
                    @for (place, tick) in ticks.iter().enumerate() { (self::tick(chart, &ticks, place, x(*tick), height)) }
                    @for (left, right, millis) in chart.scale.breaks() {
                        g class="break" {
                            title { (Text::Idle.fill(chart.language, &[&lasting(millis, chart.language)])) }
                            rect x=(px(SIDE + left + 3.0)) y=(px(AXIS)) width=(px((right - left - 6.0).max(1.0))) height=(px(height - AXIS)) {}
                            @let middle = SIDE + f64::midpoint(left, right);
                            path d={ "M" (px(middle - 5.0)) " " (px(AXIS + 5.0)) "l4 -10M" (px(middle + 1.0)) " " (px(AXIS + 5.0)) "l4 -10" } {}
                        }
                    }
                    // Above what is cut short, or a window that ends there would have no edge.
                    @for (band, label) in chart.bands.iter().zip(&labels) {
                        path class="window-edge" d={ "M" (px(x(band.from))) " " (px(AXIS)) "V" (px(height)) "M" (px(x(band.to))) " " (px(AXIS)) "V" (px(height)) } {}
                        @if let (Some(words), Some((line, left))) = (&band.label, label) {
                            text class="window-name" x=(px(*left)) y=(px(AXIS + 13.0 + *line as f64 * GATE_LINE)) { (cut(words, BAND_NAME)) title { (band.says) } }
                        }
                    }
                    line class="axis" x1=(px(SIDE)) x2=(px(SIDE + WIDTH)) y1=(px(AXIS)) y2=(px(AXIS)) {}
                    @for (mark, (line, left)) in chart.gates.iter().zip(&gates) {
                        @let at = x(mark.answered);
                        @let y = gates_at + 12.0 + *line as f64 * GATE_LINE;
                        g class="gate-mark" {
                            title { (mark.says) }
                            line class="gate-wait" x1=(px(x(mark.asked))) x2=(px(at)) y1=(px(y)) y2=(px(y)) {}
                            line class="gate-line" x1=(px(at)) x2=(px(at)) y1=(px(y)) y2=(px(height)) {}
                            path class="gate" d={ "M" (px(at)) " " (px(y - 6.0)) "l6 6l-6 6l-6 -6Z" } {}
                            text x=(px(*left)) y=(px(y + 4.0)) { (cut(&mark.name, GATE_NAME)) }
                        }
                    }
                    @for (row, start) in chart.rows.iter().zip(starts) {
                        g {
                            line class="rule" x1=(px(SIDE)) x2=(px(SIDE + WIDTH)) y1=(px(start)) y2=(px(start)) {}
                            @if let Some(late) = &row.late {
                                g {
                                    title { (late.says) }
                                    path class="late" d={ "M" (px(x(late.from))) " " (px(start + 12.0)) "H" (px(x(late.at))) "M" (px(x(late.at))) " " (px(start + 7.0)) "v10" } {}
                                }
                            }
                            text class="name" x=(px(SIDE)) y=(px(start + 15.0)) { (cut(&row.name, 110)) title { (row.name) } }
                            @for (lane, bars) in row.lanes.iter().enumerate() {
                                @for bar in bars { (self::bar(bar, x(bar.from), x(bar.to), start + NAME + lane as f64 * LANE)) }
                            }
                            @for (at, says) in &row.no_return {
                                path class="no-return" d={ "M" (px(x(*at) - 5.0)) " " (px(start + NAME - 4.0)) "h10l-5 8Z" } { title { (says) } }
                            }
                        }
                    }
                }
            }
            p { small { (chart.hint) } }
        }
    }
}

/// How many letters of a gate's name are drawn.
const GATE_NAME: usize = 32;
/// How many letters of a window's or of frozen dates.
const BAND_NAME: usize = 48;

fn band_class(frozen: bool) -> &'static str {
    if frozen { "frozen" } else { "window" }
}

fn used(chart: &Chart, look: Look) -> bool {
    chart
        .rows
        .iter()
        .flat_map(|row| row.lanes.iter().flatten())
        .any(|bar| bar.look == look)
}

fn bar(bar: &Bar, from: f64, to: f64, y: f64) -> Markup {
    let class = if bar.open { "bar open" } else { "bar" };
    let width = (to - from).max(NARROWEST);
    let from = from.min(SIDE + WIDTH - NARROWEST);
    html! {
        rect class={ (class) " " (look_class(bar.look)) }
            x=(px(from)) y=(px(y)) width=(px(width)) height=(px(LANE - 3.0)) rx="1.5" { title { (bar.says) } }
    }
}

/// Lines of words on which no two touch.
#[derive(Default)]
struct Lines(Vec<Vec<(f64, f64)>>);

impl Lines {
    /// The first line on which this much is free; it is taken from then on.
    fn take(&mut self, span: (f64, f64)) -> usize {
        let free = |line: &Vec<(f64, f64)>| line.iter().all(|(from, to)| span.1 + 8.0 < *from || *to + 8.0 < span.0);
        let line = self.0.iter().position(free).unwrap_or_else(|| {
            self.0.push(Vec::new());
            self.0.len() - 1
        });
        self.0[line].push(span);
        line
    }
}

/// For each band that has a name, the line on which it stands, and where it begins.
fn place_labels(chart: &Chart) -> Vec<Option<(usize, f64)>> {
    let mut lines = Lines::default();
    let place = |band: &Band| {
        // Its letters are bold: somewhat wider than those of a gate.
        let width = drawn_width(&cut(band.label.as_ref()?, BAND_NAME), 13.0);
        let left = (SIDE + chart.scale.x(band.from) + 4.0).min(SIDE + WIDTH - width);
        Some((lines.take((left, left + width)), left))
    };
    chart.bands.iter().map(place).collect()
}

/// For each gate the line on which its name stands, and where the name begins: no two names on one line touch.
fn place_gates(chart: &Chart) -> Vec<(usize, f64)> {
    let mut lines = Lines::default();
    let mut placed = Vec::new();
    for mark in &chart.gates {
        let at = SIDE + chart.scale.x(mark.answered);
        let asked = SIDE + chart.scale.x(mark.asked);
        let width = drawn_width(&cut(&mark.name, GATE_NAME), 12.0);
        // To the left of its diamond where there is no room on the right.
        let left = if at + 10.0 + width > SIDE + WIDTH {
            at.min(asked) - 10.0 - width
        } else {
            at + 10.0
        };
        let line = lines.take((left.min(asked - 6.0), (left + width).max(at + 6.0)));
        placed.push((line, left));
    }
    placed
}

fn tick(chart: &Chart, ticks: &[i64], place: usize, x: f64, height: f64) -> Markup {
    let at = ticks[place];
    let (date, time) = match &chart.axis {
        Axis::Elapsed => (
            None,
            if at == 0 {
                "0".to_owned()
            } else {
                format!("+{}", lasting(at, chart.language))
            },
        ),
        Axis::Clock(moments) => {
            let moment =
                |at: i64| jiff::Timestamp::from_millisecond(at).expect("it lies between two moments of the run");
            let date = moments.date(moment(at));
            let new = place == 0 || moments.date(moment(ticks[place - 1])) != date;
            let seconds = ticks.windows(2).any(|pair| pair[1] - pair[0] < 60_000);
            (new.then_some(date), moments.clock(moment(at), seconds))
        }
    };
    let anchor = if x < SIDE + 30.0 {
        "start"
    } else if x > SIDE + WIDTH - 30.0 {
        "end"
    } else {
        "middle"
    };
    html! {
        line class="tick" x1=(px(x)) x2=(px(x)) y1=(px(AXIS - 4.0)) y2=(px(height)) {}
        @if let Some(date) = date { text class="tick date" text-anchor=(anchor) x=(px(x)) y="10" { (date) } }
        text class="tick" text-anchor=(anchor) x=(px(x)) y="23" { (time) }
    }
}
