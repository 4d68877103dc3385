//! Every attempt at an AWS call, as a record for whoever wants it. The sink is a plain function; this crate knows no journal.

use std::sync::Arc;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use jiff::Timestamp;
use model::{AccountId, CallRecord};

use crate::read_only;

/// Takes one record. Called on the thread that makes the call.
pub type CallSink = Arc<dyn Fn(CallRecord) + Send + Sync>;

/// Writes a record after each attempt of a client.
#[derive(Clone)]
pub(crate) struct CallLog {
    pub(crate) account: Option<AccountId>,
    pub(crate) service: &'static str,
    pub(crate) sink: CallSink,
}

impl std::fmt::Debug for CallLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallLog")
            .field("account", &self.account)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct SentAt(std::time::SystemTime);

impl Storable for SentAt {
    type Storer = StoreReplace<Self>;
}

impl Intercept for CallLog {
    fn name(&self) -> &'static str {
        "CallLog"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(time) = components.time_source() {
            cfg.interceptor_state().store_put(SentAt(time.now()));
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (Some(time), Some(sent)) = (components.time_source(), cfg.load::<SentAt>()) else {
            return Ok(());
        };
        let now = time.now();
        let operation = cfg.load::<Metadata>().map(|m| m.name().to_owned()).unwrap_or_default();
        let response = context.response();
        let header = |name: &str| response.and_then(|r| r.headers().get(name)).map(str::to_owned);
        let outcome = match (context.output_or_error(), response) {
            (Some(Ok(_)), _) => "ok".to_owned(),
            (_, Some(response)) => format!("http {}", response.status().as_u16()),
            (_, None) => "[no answer]".to_owned(),
        };
        (self.sink)(CallRecord {
            at: Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH),
            account: self.account.clone(),
            service: self.service.to_owned(),
            mutating: !read_only::is_read(self.service, &operation),
            operation,
            outcome,
            request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
            millis: now
                .duration_since(sent.0)
                .map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
        });
        Ok(())
    }
}
