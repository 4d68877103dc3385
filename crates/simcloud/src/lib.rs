//! AWS as this tool sees it, in memory and in virtual time: state, rules, wire formats, faults and laws.
//!
//! In-process it is an [`SimHttpClient`](http_client::SimHttpClient) handed to the SDK, so the SDK's serialisers, signers,
//! retries, paging and error parsing run in every rehearsal. On TCP ([`serve`]) it answers any AWS client from the same state.
//!
//! What may not enter: anything of ours but `model`. simcloud knows nothing of plans, steps or journals; it is written from
//! how AWS behaves, so that it can disagree with the tool.

pub mod cloud;
pub mod dispatch;
pub mod dns;
pub mod dns_server;
pub mod faults;
pub mod hostility;
pub mod http_client;
pub mod injected;
pub mod laws;
pub mod policy;
pub mod s3;
pub mod serve;
pub mod services;
pub mod wire;
