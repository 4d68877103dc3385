//! The report as Markdown, for a wiki or a pull request.

use crate::chart::{Axis, Chart, LOOKS};
use crate::document::{Block, Compared, Document, Line, Piece, Table, Tone};
use crate::moments::lasting;
use crate::words::Text;

/// Renders Markdown.
pub(crate) fn page(document: &Document) -> String {
    let (_, word, means) = &document.stamp;
    let mut out = format!("# {}: {}\n\n", escape(&document.migration), escape(&document.sort));
    out.push_str(&format!("> **{}** {}\n", escape(word), escape(means)));
    for section in &document.sections {
        out.push_str(&format!("\n## {}\n", escape(&section.heading)));
        for block in &section.blocks {
            self::block(&mut out, block);
        }
    }
    out.push_str("\n---\n\n");
    for foot in &document.foot {
        out.push_str(&format!("{}  \n", line(foot)));
    }
    out
}

/// Keeps text from being read as Markdown or HTML, and on one line: what breaks a line would break a table.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().collect();
    for (place, &letter) in letters.iter().enumerate() {
        let inside_word = |at: Option<&char>| at.is_some_and(|c| c.is_alphanumeric());
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Inside a word it never means emphasis, and names are full of it.
            '_' if place > 0 && inside_word(letters.get(place - 1)) && inside_word(letters.get(place + 1)) => {
                out.push('_')
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                out.push('\\');
                out.push(letter);
            }
            control if control.is_control() => out.push(' '),
            plain => out.push(plain),
        }
    }
    out
}

/// A name in code type, where it holds nothing that could end the code or the cell.
fn code(name: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " -_./:@+=,()".contains(c);
    if !name.is_empty() && name.chars().all(harmless) {
        format!("`{name}`")
    } else {
        escape(name)
    }
}

fn line(line: &Line) -> String {
    line.iter()
        .map(|piece| match piece {
            Piece::Text(words) | Piece::Small(words) | Piece::Moment(words, _) | Piece::Link(words, _) => escape(words),
            Piece::Code(name) => code(name),
            Piece::Mark(Tone::Good | Tone::Plain, words) => escape(words),
            Piece::Mark(Tone::Careful | Tone::Bad, words) => format!("**{}**", escape(words)),
            Piece::Break => "<br>".to_owned(),
            Piece::Folded(..) => String::new(),
        })
        .collect()
}

fn list(out: &mut String, lines: &[Line]) {
    out.push('\n');
    for item in lines {
        out.push_str(&format!("- {}\n", line(item)));
    }
}

fn block(out: &mut String, block: &Block) {
    match block {
        Block::Figures(figures) => {
            out.push('\n');
            for (name, value, _) in figures {
                out.push_str(&format!("- **{}**: {}\n", escape(name), line(value)));
            }
        }
        Block::Facts(facts) => {
            out.push('\n');
            for (name, lines) in facts {
                let lines: Vec<String> = lines.iter().map(line).collect();
                out.push_str(&format!("- **{}**: {}\n", escape(name), lines.join("<br>")));
            }
        }
        Block::Paragraph(words) => out.push_str(&format!("\n{}\n", line(words))),
        Block::Notice(_, heading, lines) => {
            out.push_str(&format!("\n**{}**\n", escape(heading)));
            list(out, lines);
        }
        Block::List(heading, lines) => {
            if !heading.is_empty() {
                out.push_str(&format!("\n**{}**\n", escape(heading)));
            }
            list(out, lines);
        }
        Block::Table(table) => self::table(out, table),
        Block::Chart(chart) => self::chart(out, chart),
        Block::Comparison(lines, _) => comparison(out, lines),
        Block::Graph(graph) => self::table(out, &graph.table()),
        Block::Beside(beside) => self::table(out, &beside.table()),
        Block::Fold(summary, blocks) => {
            out.push_str(&format!("\n**{}**\n", line(summary)));
            for inner in blocks {
                self::block(out, inner);
            }
        }
    }
}

/// In a fence that no line of the texts can end.
fn comparison(out: &mut String, lines: &[Compared]) {
    out.push_str("\n~~~~~~~~diff\n");
    for line in lines {
        let (sign, words) = match line {
            Compared::Same(words) => (' ', words.as_str()),
            Compared::Gone(words) => ('-', words.as_str()),
            Compared::New(words) => ('+', words.as_str()),
            Compared::LeftOut => (' ', "…"),
        };
        out.push_str(&format!("{sign} {words}\n"));
    }
    out.push_str("~~~~~~~~\n");
}

fn table(out: &mut String, table: &Table) {
    out.push_str(&format!("\n{}\n\n", escape(&table.caption)));
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&row(table.headings.iter().map(|heading| escape(heading)).collect()));
    let rule = |column| {
        if table.numbers.contains(&column) {
            "---:".to_owned()
        } else {
            "---".to_owned()
        }
    };
    out.push_str(&row((0..table.headings.len()).map(rule).collect()));
    for cells in &table.rows {
        out.push_str(&row(cells.iter().map(line).collect()));
    }
}

/// Without a picture: when each resource was in each phase, from its first step's start to its last step's end.
fn chart(out: &mut String, chart: &Chart) {
    let moment = |at: i64| match &chart.axis {
        Axis::Elapsed => format!("+{}", lasting(at, chart.language)),
        Axis::Clock(moments) => {
            moments.full(jiff::Timestamp::from_millisecond(at).expect("it came from a moment of the run"))
        }
    };
    let shown: Vec<_> = LOOKS
        .into_iter()
        .filter(|look| {
            chart
                .rows
                .iter()
                .flat_map(|row| row.lanes.iter().flatten())
                .any(|bar| bar.look == *look)
        })
        .collect();
    let headings = [Text::Resource].into_iter().chain(shown.iter().map(|look| look.text()));
    let rows = chart.rows.iter().map(|row| {
        let mut cells = vec![vec![Piece::Code(row.name.clone())]];
        for look in &shown {
            let bars = || row.lanes.iter().flatten().filter(|bar| bar.look == *look);
            let span = bars().map(|bar| bar.from).min().zip(bars().map(|bar| bar.to).max());
            let words = span.map_or_else(
                || "–".to_owned(),
                |(from, to)| format!("{} – {}", moment(from), moment(to)),
            );
            cells.push(vec![Piece::Text(words)]);
        }
        cells
    });
    let headings = headings.map(|text| text.say(chart.language).to_owned()).collect();
    table(
        out,
        &Table {
            caption: chart.title.clone(),
            headings,
            rows: rows.collect(),
            numbers: vec![],
        },
    );
}
