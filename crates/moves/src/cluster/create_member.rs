//! Makes one instance of the restored cluster: a restore makes none.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::rds_clusters::NewMember;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::databases::Settings;
use model::{Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::MemberOutput;
use super::words::Text;
use crate::foreign::Foreign;
use crate::key::KeyOutput;
use crate::pace;
use crate::restored::words::Differs;
use crate::restored::{BROKEN, differences, differs, is_in};
use crate::underway::Underway;
use crate::words::or_none;
use crate::world::World;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) id: String,
    pub(super) cluster: String,
    pub(super) engine: String,
    pub(super) class: String,
    pub(super) promotion_tier: u8,
    pub(super) parameter_group: String,
    pub(super) public: bool,
    /// How else it is configured, as far as that is not its cluster's.
    #[serde(default)]
    pub(super) settings: Settings,
    /// The target's own key, for Performance Insights: the source's is not the target's to use.
    pub(super) key: StepId,
    /// The source member's own tags.
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct CreateMember {
    input: Input,
    world: Rc<World>,
}

impl CreateMember {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn insights_key(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        match self.input.settings.performance_insights {
            Some(true) => Ok(Some(cx.output::<KeyOutput>(&self.input.key)?.arn)),
            Some(false) | None => Ok(None),
        }
    }
}

#[async_trait(?Send)]
impl Step for CreateMember {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(found) = self.world.target().rds.instance(&self.input.id).await? else {
            return Ok(Observed::Absent);
        };
        if !cx.made_it(&found.tags) {
            return Ok(Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            });
        }
        let status = found.status.as_str();
        if BROKEN.contains(&status) {
            return Ok(Observed::Broken {
                why: is_in(&found.arn, status),
            });
        }
        if status == "available"
            && let Some((host, _)) = found.endpoint
        {
            let original = self.world.source().rds.instance(&self.input.id).await?;
            let was_host = original.and_then(|original| original.endpoint).map(|(host, _)| host);
            return Ok(Observed::Present(json!(MemberOutput {
                id: found.id,
                arn: found.arn,
                host: Some(host),
                was_host,
            })));
        }
        Ok(Observed::Underway {
            progress: Progress::words(Said::verbatim(status)),
            look_again: pace::look_again(cx, None).min(Duration::from_secs(30)),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let mut tags = self.input.tags.clone();
        tags.extend(cx.tags());
        let insights_key = self.insights_key(cx)?;
        let asked = self.input.clone();
        let member = NewMember {
            id: asked.id,
            cluster: asked.cluster,
            engine: asked.engine,
            class: asked.class,
            promotion_tier: asked.promotion_tier,
            parameter_group: asked.parameter_group,
            public: asked.public,
            settings: asked.settings,
            insights_key,
            tags,
        };
        self.world.target().rds.create_member(&member).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let asked = &self.input;
        let rds = &self.world.target().rds;
        let not_yet = |why: Said| Verified::NotYet {
            why,
            look_again: Duration::from_secs(10),
        };
        let Some(found) = rds.instance(&asked.id).await? else {
            return Ok(not_yet(Underway::NotSeenAnyMore.fill(&[&asked.id])));
        };
        let cluster = rds.cluster(&asked.cluster).await?;
        let members = cluster.map(|cluster| cluster.members).unwrap_or_default();
        let Some(member) = members.into_iter().find(|member| member.id == asked.id) else {
            return Ok(not_yet(Underway::NotListed.fill(&[&asked.cluster, &asked.id])));
        };
        let named = found.parameter_groups.iter();
        let checks = [
            (found.class == asked.class, Text::MemberClass.fill(&[&found.class])),
            (
                found.public == asked.public,
                Text::MemberPublic.fill(&[&found.public.to_string()]),
            ),
            (
                named
                    .clone()
                    .any(|group| group.eq_ignore_ascii_case(&asked.parameter_group)),
                Text::MemberParameterGroups.fill(&[&found.parameter_groups.join(", ")]),
            ),
            (
                member
                    .promotion_tier
                    .is_none_or(|tier| tier == i32::from(asked.promotion_tier)),
                Text::PromotionTier.fill(&[&or_none(member.promotion_tier)]),
            ),
        ];
        let mut wrong: Vec<Said> = checks
            .into_iter()
            .filter(|(right, _)| !right)
            .map(|(_, text)| text)
            .collect();
        wrong.extend(differences(&asked.settings, &found.settings));
        let key = self.insights_key(cx)?;
        if key.is_some() && found.performance_insights_key != key {
            let under = or_none(found.performance_insights_key.as_ref());
            wrong.push(Differs::Insights.fill(&[&under, &or_none(key)]));
        }
        if !wrong.is_empty() {
            let why = differs(&found.arn, wrong);
            return Ok(Verified::Wrong { why });
        }
        let does = if member.writer { Text::Writes } else { Text::Reads };
        Ok(Verified::Right {
            evidence: does.fill(&[&asked.id, &asked.class, &asked.cluster]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        let rds = &self.world.target().rds;
        match rds.instance(&self.input.id).await? {
            None => Ok(()),
            Some(found) => rds.delete_member(&found.id).await,
        }
    }
}
