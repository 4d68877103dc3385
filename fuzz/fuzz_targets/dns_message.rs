//! A DNS message from anywhere: read as an answer is read, every record shown, and asked of the simulated name servers, whose answer must be a
//! message again.

#![no_main]

use std::cell::RefCell;

use hickory_proto::op::Message;
use libfuzzer_sys::fuzz_target;
use model::Inventory;
use simcloud::cloud::Cloud;
use simcloud::faults::FaultLevel;

thread_local! {
    static CLOUD: RefCell<Cloud> = RefCell::new({
        let inventory = Inventory::parse(include_str!("../../runbooks/shop-staging/inventory.json"))
            .expect("the example's inventory");
        Cloud::new(&inventory, inventory.observed_at, 1, FaultLevel::None)
    });
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::from_vec(bytes) {
        for record in message.answers.iter().chain(&message.authorities).chain(&message.additionals) {
            let _ = (record.name.to_string(), record.record_type().to_string(), record.data.to_string());
        }
        // What can be read can be written, or is refused as too long.
        let _ = message.to_vec();
    }
    CLOUD.with_borrow_mut(|cloud| {
        for server in ["resolver", "127.0.0.1", "ns-1.awsdns-01.org"] {
            let answer = simcloud::dns::answer(cloud, server, bytes);
            if !answer.is_empty() {
                Message::from_vec(&answer).expect("an answer is a message");
            }
        }
    });
});
