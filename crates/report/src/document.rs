//! A report in words, before it is HTML or Markdown: sections of paragraphs, tables, lists and one chart.

use jiff::Timestamp;

use crate::beside::Beside;
use crate::chart::Chart;
use crate::graph::Graph;
use crate::words::Language;

/// How something is to be taken; shown by colour and always by words too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Plain,
    Careful,
    Bad,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// Words.
    Text(String),
    /// An id, a name, a digest.
    Code(String),
    /// A label that stands out.
    Mark(Tone, String),
    /// A secondary remark.
    Small(String),
    /// A moment as it is shown, and what it is.
    Moment(String, Timestamp),
    /// Words that lead to a section: its anchor.
    Link(String, String),
    /// A new line inside a cell.
    Break,
    /// A long value that is unfolded on demand: what it is, and its lines.
    Folded(String, String),
}

/// A line of two texts that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compared {
    /// In both.
    Same(String),
    /// Only in the text before.
    Gone(String),
    /// Only in the text after.
    New(String),
    /// Lines that both have, far from any change.
    LeftOut,
}

/// Some pieces in a row.
pub(crate) type Line = Vec<Piece>;

/// A table: the first cell of a row is the row's heading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) headings: Vec<String>,
    pub(crate) rows: Vec<Vec<Line>>,
    /// The columns that hold numbers.
    pub(crate) numbers: Vec<usize>,
}

/// A part of a section.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// The few figures that are read first.
    Figures(Vec<(String, Line, Tone)>),
    /// Names and what they stand for.
    Facts(Vec<(String, Vec<Line>)>),
    /// A sentence.
    Paragraph(Line),
    /// A sentence that must not be overlooked, under a word.
    Notice(Tone, String, Vec<Line>),
    /// A heading within the section, and a list under it.
    List(String, Vec<Line>),
    /// A table.
    Table(Table),
    /// The timeline.
    Chart(Box<Chart>),
    /// Two texts, line by line.
    Comparison(Vec<Compared>, Language),
    /// What waits for what.
    Graph(Box<Graph>),
    /// Expected beside taken.
    Beside(Box<Beside>),
    /// What is unfolded on demand.
    Fold(Line, Vec<Block>),
}

/// A section.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    /// Its anchor, the same in every language.
    pub(crate) anchor: String,
    /// Whether it is printed on a page of its own.
    pub(crate) page: bool,
    pub(crate) heading: String,
    pub(crate) blocks: Vec<Block>,
}

/// A whole report.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) language: Language,
    pub(crate) migration: String,
    /// What sort of report it is.
    pub(crate) sort: String,
    /// The world's stamp, how it is coloured, and what it means.
    pub(crate) stamp: (Stamp, String, String),
    pub(crate) contents: String,
    pub(crate) sections: Vec<Section>,
    /// Said at the end: when it was made, and in which zone its times are.
    pub(crate) foot: Vec<Line>,
}

/// The look of a stamp: a rehearsal must never be taken for a live run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stamp {
    Plan,
    Rehearsal,
    Live,
    Endpoint,
}

/// Words.
pub(crate) fn text(words: impl Into<String>) -> Piece {
    Piece::Text(words.into())
}

/// An id, a name, a digest.
pub(crate) fn code(name: impl ToString) -> Piece {
    Piece::Code(name.to_string())
}
