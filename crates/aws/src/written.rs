//! Texts that people wrote into what is deployed: where old endpoints and ids are left.

/// One text and its place. It has no `Debug` and is never shown: a password may stand in it beside what is looked for.
pub struct Written {
    /// The ARN of what it stands in.
    pub arn: String,
    /// Where in it, in words: `container web, environment DATABASE_URL`.
    pub field: String,
    /// What stands there.
    pub text: String,
}

/// What was read of a kind.
#[derive(Default)]
pub struct Texts {
    /// The texts, by what they stand in.
    pub written: Vec<Written>,
    /// How many things were looked at.
    pub things: usize,
    /// What of it could not be read, in words.
    pub unread: Vec<String>,
}

/// Gathers the texts of one thing.
pub(crate) struct Of<'a> {
    pub(crate) arn: &'a str,
    pub(crate) texts: &'a mut Texts,
}

impl Of<'_> {
    pub(crate) fn add(&mut self, field: impl Into<String>, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.texts.written.push(Written {
                arn: self.arn.to_owned(),
                field: field.into(),
                text: text.to_owned(),
            });
        }
    }

    pub(crate) fn add_all<'t>(&mut self, field: &str, texts: impl IntoIterator<Item = &'t String>) {
        for text in texts {
            self.add(field, Some(text));
        }
    }
}
