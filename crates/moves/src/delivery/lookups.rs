//! What ecspresso and ecschedule look up in a state of Terraform's: `` {{ tfstate `aws_subnet.a.id` }} ``, `std.native('tfstate')('output.cluster')`. Only addresses are
//! taken out of a file, and of a state only whether something stands there.

use serde_json::Value;

use crate::reference::instances;

/// One address that is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// `func_prefix` of the plugin that is asked.
    pub prefix: String,
    /// The address, such as `module.vpc.aws_subnet.a["x"].id`.
    pub address: String,
    /// Where, from 1 on.
    pub line: usize,
}

/// Every address that a file looks up. Those that are put together when it is filled in (`tfstatef`) are as they are written.
pub fn lookups(text: &str) -> Vec<Lookup> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for (at, word) in line.match_indices("tfstate") {
            let before = &line[..at];
            let prefix = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
            // `terraform.tfstate` is a file.
            if prefix.ends_with(['.', '/', '-']) {
                continue;
            }
            let after = &line[at + word.len()..];
            let after = after.strip_prefix('f').unwrap_or(after);
            let Some(address) = first_text(after).map(|text| text.replace('\'', "\"")) else {
                continue;
            };
            if is_address(&address) {
                found.push(Lookup {
                    prefix: before[prefix.len()..].to_owned(),
                    address,
                    line: number + 1,
                });
            }
        }
    }
    found
}

/// The quoted text that follows on a function's name. In JSON its quotes are escaped, and those in it twice.
fn first_text(after: &str) -> Option<String> {
    let between = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`' | '(' | ')' | '\\');
    let rest = after.trim_start_matches(between);
    let mut opening = after[..after.len() - rest.len()].chars().rev();
    let quote = opening.next().filter(|quote| matches!(quote, '\'' | '"' | '`'))?;
    let escaped = opening.take_while(|c| *c == '\\').count();
    let ends = |(at, _): &(usize, &str)| {
        let before = rest[..*at].chars().rev();
        before.take_while(|c| *c == '\\').count() == escaped || quote == '`'
    };
    let (end, _) = rest.match_indices(quote).find(ends)?;
    Some(rest[..end].replace('\\', ""))
}

fn is_address(text: &str) -> bool {
    let Some((head, rest)) = text.split_once('.') else {
        return false;
    };
    !rest.is_empty() && (matches!(head, "module" | "data" | "output") || (head.contains('_') && is_name(head)))
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Lookup {
    /// Whether the address is put together when the file is filled in.
    pub fn is_computed(&self) -> bool {
        self.address.contains('%') || self.address.contains("{{")
    }

    /// Why a state (version 4) does not hold it; none where it does.
    pub fn lacking(&self, state: &Value) -> Option<String> {
        if let Some(output) = self.address.strip_prefix("output.") {
            let name = output.split(['.', '[']).next().unwrap_or(output);
            return state["outputs"][name]
                .is_null()
                .then(|| format!("the state has no output {name}"));
        }
        let mut same_kind = Vec::new();
        for instance in instances(state) {
            let Some(rest) = self.address.strip_prefix(&instance.address) else {
                if self.address.contains(instance.kind) {
                    same_kind.push(instance.address);
                }
                continue;
            };
            if rest.is_empty() {
                return None;
            }
            let Some(path) = rest.strip_prefix('.') else {
                // A longer name, or one of several.
                same_kind.push(instance.address);
                continue;
            };
            let attribute = path.split(['.', '[', ' ', '|']).next().unwrap_or(path);
            // Of what lies deeper the form is the provider's.
            return instance.attributes[attribute]
                .is_null()
                .then(|| format!("{} has no {attribute} there", instance.address));
        }
        Some(match same_kind.as_slice() {
            [] => "the state holds nothing of that type".to_owned(),
            others => {
                let shown: Vec<&str> = others.iter().take(5).map(String::as_str).collect();
                let more = match others.len().saturating_sub(shown.len()) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("of that type the state holds {}{more}", shown.join(", "))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn addresses_are_found_in_every_form_in_which_they_are_looked_up() {
        let text = "subnet: '{{ tfstate `aws_subnet.a[\"x\"].id` }}' # {{ first_tfstate `output.sg` }}\n\
                    \"x\": \"{{ tfstate \\\"module.vpc.aws_vpc.this[0].id\\\" }}\",\n\
                    {{ tfstate \"aws_subnet.a[\\\"y\\\"].id\" }} \"{{ tfstate `aws_subnet.a[\\\"z\\\"].id` }}\"\n\
                    {{ plugin `first_tfstate` `data.aws_iam_role.task.arn` }}\n\
                    local tfstate = std.native('tfstate');\n\
                    a: tfstate('aws_lb_target_group.web.arn'), b: std.native('tfstate')(\"aws_sqs_queue.q['a'].url\"),\n\
                    {{ tfstatef `aws_subnet.%s.id` (must_env `AZ`) }}\n\
                    - name: tfstate\n  url: \"s3://new-tf/stg/terraform.tfstate\"\n  tfstate \"no address\"\n";
        let found: Vec<(String, String, usize)> = lookups(text)
            .into_iter()
            .map(|one| (one.prefix, one.address, one.line))
            .collect();
        let is = |prefix: &str, address: &str, line| (prefix.to_owned(), address.to_owned(), line);
        let expected = [
            is("", "aws_subnet.a[\"x\"].id", 1),
            is("first_", "output.sg", 1),
            is("", "module.vpc.aws_vpc.this[0].id", 2),
            is("", "aws_subnet.a[\"y\"].id", 3),
            is("", "aws_subnet.a[\"z\"].id", 3),
            is("first_", "data.aws_iam_role.task.arn", 4),
            is("", "aws_lb_target_group.web.arn", 6),
            is("", "aws_sqs_queue.q[\"a\"].url", 6),
            is("", "aws_subnet.%s.id", 7),
        ];
        assert_eq!(found, expected);
        let computed: Vec<usize> = lookups(text)
            .iter()
            .filter(|one| one.is_computed())
            .map(|one| one.line)
            .collect();
        assert_eq!(computed, [7]);
    }

    #[test]
    fn a_state_holds_an_address_where_resource_and_attribute_are_there() {
        let state = json!({ "version": 4, "outputs": { "sg": { "value": "sg-1" } }, "resources": [
            { "mode": "managed", "type": "aws_subnet", "name": "a", "instances": [
                { "index_key": "x", "attributes": { "id": "subnet-1", "arn": null } }] },
            { "module": "module.vpc", "mode": "managed", "type": "aws_vpc", "name": "this", "instances": [
                { "index_key": 0, "attributes": { "id": "vpc-1", "tags": { "Name": "x" } } }] },
            { "mode": "data", "type": "aws_iam_role", "name": "task", "instances": [{ "attributes": { "arn": "arn" } }] },
        ] });
        let lacking = |address: &str| {
            let lookup = Lookup {
                prefix: String::new(),
                address: address.to_owned(),
                line: 1,
            };
            lookup.lacking(&state)
        };
        for there in [
            "output.sg",
            "output.sg[0]",
            "aws_subnet.a[\"x\"].id",
            "aws_subnet.a[\"x\"]",
            "module.vpc.aws_vpc.this[0].tags.Name",
            "data.aws_iam_role.task.arn",
        ] {
            assert_eq!(lacking(there), None, "{there}");
        }
        for (address, words) in [
            ("output.other", "has no output other"),
            ("aws_subnet.a.id", "the state holds aws_subnet.a[\"x\"]"),
            ("aws_subnet.a[\"x\"].arn", "has no arn there"),
            ("aws_subnet.a[\"y\"].id", "aws_subnet.a[\"x\"]"),
            ("aws_vpc.this[0].id", "module.vpc.aws_vpc.this[0]"),
            ("aws_iam_role.task.arn", "data.aws_iam_role.task"),
            ("aws_sqs_queue.q.url", "nothing of that type"),
        ] {
            let why = lacking(address).unwrap_or_else(|| panic!("{address} is not there"));
            assert!(why.contains(words), "{address}: {why}");
        }
    }
}
