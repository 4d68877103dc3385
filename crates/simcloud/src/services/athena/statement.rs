//! Statements: what they ask for, read as Athena reads them, and carried out.

use super::engine::{self, Rows};
use super::{Execution, Table};
use crate::cloud::Cloud;

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    CreateDatabase {
        name: String,
        if_not_exists: bool,
    },
    DropDatabase {
        name: String,
        if_exists: bool,
        cascade: bool,
    },
    CreateTable {
        name: Name,
        if_not_exists: bool,
        table: Table,
    },
    DropTable {
        name: Name,
        if_exists: bool,
    },
    Select(String),
}

/// A table's name, with its database where that is named.
pub(super) type Name = (Option<String>, String);

/// Why a statement is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// Athena would not take it either.
    Malformed(String),
    /// Athena would.
    NotModelled(String),
}

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, as it stands.
    Word(String),
    /// A name between backticks or double quotes.
    Quoted(String),
    /// A text between single quotes.
    Text(String),
    /// Anything else.
    Sign(char),
}

/// Bucket and key of `s3://bucket/key`.
pub(super) fn s3_place(url: &str) -> Option<(String, String)> {
    let (bucket, key) = url.strip_prefix("s3://")?.split_once('/')?;
    (!bucket.is_empty()).then(|| (bucket.to_owned(), key.to_owned()))
}

/// Takes a statement apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            c if c.is_whitespace() => {}
            '\'' | '"' | '`' => {
                let mut inner = String::new();
                loop {
                    match rest.next() {
                        Some(end) if end == c && rest.peek() == Some(&c) => {
                            rest.next();
                            inner.push(c);
                        }
                        Some(end) if end == c => break,
                        Some(other) => inner.push(other),
                        None => return Err(format!("line 1:1: mismatched input: {c} is not closed")),
                    }
                }
                found.push(if c == '\'' {
                    Token::Text(inner)
                } else {
                    Token::Quoted(inner)
                });
            }
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(next) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(next);
                }
                found.push(Token::Word(word));
            }
            c => found.push(Token::Sign(c)),
        }
    }
    Ok(found)
}

/// Reads a statement from its beginning.
struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn refused(&self) -> Refused {
        let found = self.tokens.get(self.at);
        Refused::Malformed(format!("line 1:1: mismatched input {found:?} at piece {}", self.at + 1))
    }

    /// Whether these words come next; then they are behind.
    fn words(&mut self, words: &str) -> bool {
        let wanted: Vec<&str> = words.split(' ').collect();
        let come = wanted.iter().enumerate().all(|(n, word)| {
            matches!(self.tokens.get(self.at + n), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
        });
        if come {
            self.at += wanted.len();
        }
        come
    }

    fn expect(&mut self, words: &str) -> Result<(), Refused> {
        if self.words(words) { Ok(()) } else { Err(self.refused()) }
    }

    fn sign(&mut self, sign: char) -> bool {
        let comes = self.tokens.get(self.at) == Some(&Token::Sign(sign));
        self.at += usize::from(comes);
        comes
    }

    fn text(&mut self) -> Result<String, Refused> {
        match self.tokens.get(self.at) {
            Some(Token::Text(text)) => {
                self.at += 1;
                Ok(text.clone())
            }
            _ => Err(self.refused()),
        }
    }

    /// A name: letters, digits and underscores; Athena makes it small.
    fn name(&mut self) -> Result<String, Refused> {
        let (name, quoted) = match self.tokens.get(self.at) {
            Some(Token::Word(name)) => (name.clone(), false),
            Some(Token::Quoted(name)) => (name.clone(), true),
            _ => return Err(self.refused()),
        };
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let reserved = DDL_RESERVED.iter().any(|word| name.eq_ignore_ascii_case(word));
        let bare = name.starts_with(|c: char| c.is_ascii_digit() || c == '_') || reserved;
        if !letters || name.is_empty() || (bare && !quoted) {
            return Err(self.refused());
        }
        self.at += 1;
        Ok(name.to_ascii_lowercase())
    }

    fn table_name(&mut self) -> Result<Name, Refused> {
        let first = self.name()?;
        Ok(if self.sign('.') {
            (Some(first), self.name()?)
        } else {
            (None, first)
        })
    }

    fn end(&mut self) -> Result<(), Refused> {
        self.sign(';');
        if self.at == self.tokens.len() {
            Ok(())
        } else {
            Err(self.refused())
        }
    }
}

/// Some of the words that must stand between backticks in a statement that defines something.
const DDL_RESERVED: [&str; 16] = [
    "create",
    "database",
    "date",
    "drop",
    "exists",
    "external",
    "from",
    "group",
    "order",
    "partition",
    "row",
    "rows",
    "select",
    "table",
    "timestamp",
    "where",
];

const OPEN_CSV: &str = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
const SYMLINKS: &str = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat";

/// Reads a statement.
pub(super) fn parse(text: &str) -> Result<Statement, Refused> {
    let tokens = tokens(text).map_err(Refused::Malformed)?;
    let mut reader = Reader { tokens, at: 0 };
    let statement = if reader.words("CREATE DATABASE") || reader.words("CREATE SCHEMA") {
        let if_not_exists = reader.words("IF NOT EXISTS");
        let name = reader.name()?;
        if reader.words("COMMENT") {
            reader.text()?;
        }
        Statement::CreateDatabase { name, if_not_exists }
    } else if reader.words("DROP DATABASE") || reader.words("DROP SCHEMA") {
        let if_exists = reader.words("IF EXISTS");
        let name = reader.name()?;
        let cascade = reader.words("CASCADE");
        reader.words("RESTRICT");
        Statement::DropDatabase {
            name,
            if_exists,
            cascade,
        }
    } else if reader.words("CREATE EXTERNAL TABLE") {
        create_table(&mut reader)?
    } else if reader.words("DROP TABLE") {
        let if_exists = reader.words("IF EXISTS");
        Statement::DropTable {
            name: reader.table_name()?,
            if_exists,
        }
    } else if reader.words("SELECT") || reader.words("WITH") {
        check_aliases(&reader.tokens)?;
        return Ok(Statement::Select(text.trim().trim_end_matches(';').to_owned()));
    } else if let Some(Token::Word(word)) = reader.tokens.first() {
        const KNOWN: [&str; 10] = [
            "SHOW", "MSCK", "ALTER", "INSERT", "UNLOAD", "CREATE", "DROP", "DESCRIBE", "EXPLAIN", "PREPARE",
        ];
        if KNOWN.iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return Err(Refused::NotModelled(format!("{word} statements")));
        }
        return Err(reader.refused());
    } else {
        return Err(reader.refused());
    };
    reader.end()?;
    Ok(statement)
}

fn create_table(reader: &mut Reader) -> Result<Statement, Refused> {
    let if_not_exists = reader.words("IF NOT EXISTS");
    let name = reader.table_name()?;
    if !reader.sign('(') {
        return Err(reader.refused());
    }
    let mut columns = Vec::new();
    loop {
        let column = reader.name()?;
        let kind = match reader.tokens.get(reader.at) {
            Some(Token::Word(kind)) => kind.to_ascii_lowercase(),
            _ => return Err(reader.refused()),
        };
        if !["string", "bigint", "boolean"].contains(&kind.as_str()) {
            return Err(Refused::NotModelled(format!("columns of the type {kind}")));
        }
        reader.at += 1;
        columns.push((column, kind));
        if !reader.sign(',') {
            break;
        }
    }
    if !reader.sign(')') {
        return Err(reader.refused());
    }
    if reader.words("PARTITIONED BY") {
        return Err(Refused::NotModelled("partitions".to_owned()));
    }
    reader.expect("ROW FORMAT SERDE")?;
    let serde = reader.text()?;
    if serde != OPEN_CSV {
        return Err(Refused::NotModelled(format!("tables read by {serde}")));
    }
    let mut symlinks = false;
    if reader.words("STORED AS INPUTFORMAT") {
        symlinks = reader.text()? == SYMLINKS;
        reader.expect("OUTPUTFORMAT")?;
        reader.text()?;
    } else {
        reader.words("STORED AS TEXTFILE");
    }
    reader.expect("LOCATION")?;
    let url = reader.text()?;
    let location = s3_place(&url).filter(|(_, key)| key.ends_with('/'));
    let location = location
        .ok_or_else(|| Refused::Malformed(format!("The location {url} is no folder in S3 with a / behind it")))?;
    let table = Table {
        columns,
        location,
        symlinks,
    };
    Ok(Statement::CreateTable {
        name,
        if_not_exists,
        table,
    })
}

/// Words that Athena's queries may use as a name only between double quotes; SQLite is less strict with some.
const RESERVED: [&str; 40] = [
    "alter",
    "and",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "constraint",
    "create",
    "cross",
    "cube",
    "delete",
    "describe",
    "distinct",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "extract",
    "from",
    "full",
    "group",
    "grouping",
    "having",
    "inner",
    "insert",
    "natural",
    "order",
    "outer",
    "recursive",
    "right",
    "rollup",
    "skip",
    "table",
    "trim",
    "unnest",
    "values",
    "when",
];

fn check_aliases(tokens: &[Token]) -> Result<(), Refused> {
    for two in tokens.windows(2) {
        if let [Token::Word(before), Token::Word(name)] = two
            && before.eq_ignore_ascii_case("as")
            && RESERVED.iter().any(|word| name.eq_ignore_ascii_case(word))
        {
            return Err(Refused::Malformed(format!(
                "line 1:1: mismatched input '{name}'. Expecting: <identifier>"
            )));
        }
    }
    Ok(())
}

/// Carries a statement out: its rows, and how many bytes were read.
pub(super) fn run(cloud: &mut Cloud, execution: &Execution) -> Result<(Rows, u64), String> {
    let caller = &execution.caller;
    let home = execution.request["QueryExecutionContext"]["Database"]
        .as_str()
        .unwrap_or("default")
        .to_owned();
    let place = |database: &str| (caller.account.clone(), caller.region.clone(), database.to_owned());
    let nothing = Ok((Rows::default(), 0));
    let databases = &mut cloud.athena.databases;
    match &execution.statement {
        Statement::CreateDatabase { name, if_not_exists } => {
            if databases.contains_key(&place(name)) {
                return if *if_not_exists {
                    nothing
                } else {
                    Err(format!(
                        "FAILED: Execution Error, return code 1. Database {name} already exists"
                    ))
                };
            }
            databases.insert(place(name), Default::default());
            nothing
        }
        Statement::DropDatabase {
            name,
            if_exists,
            cascade,
        } => match databases.get(&place(name)) {
            None if *if_exists => nothing,
            None => Err(format!(
                "FAILED: SemanticException [Error 10072]: Database does not exist: {name}"
            )),
            Some(tables) if !tables.is_empty() && !cascade => Err(format!(
                "FAILED: Execution Error. InvalidOperationException(Database {name} is not empty)"
            )),
            Some(_) => {
                databases.remove(&place(name));
                nothing
            }
        },
        Statement::CreateTable {
            name: (database, name),
            if_not_exists,
            table,
        } => {
            let database = database.as_ref().unwrap_or(&home);
            let tables = databases.get_mut(&place(database));
            let tables = tables.ok_or_else(|| {
                format!("FAILED: SemanticException [Error 10072]: Database does not exist: {database}")
            })?;
            if tables.contains_key(name) {
                return if *if_not_exists {
                    nothing
                } else {
                    Err(format!(
                        "FAILED: Execution Error. AlreadyExistsException(Table {name} already exists)"
                    ))
                };
            }
            tables.insert(name.clone(), table.clone());
            nothing
        }
        Statement::DropTable {
            name: (database, name),
            if_exists,
        } => {
            let database = database.as_ref().unwrap_or(&home);
            let dropped = databases
                .get_mut(&place(database))
                .and_then(|tables| tables.remove(name));
            if dropped.is_some() || *if_exists {
                nothing
            } else {
                Err(format!(
                    "FAILED: SemanticException [Error 10001]: Table not found {database}.{name}"
                ))
            }
        }
        Statement::Select(text) => engine::select(cloud, caller, &home, text),
    }
}
