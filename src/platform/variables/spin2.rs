//! Spin's variables in components of WASI 0.2: `fermyon:spin/variables@2.0.0`, which Spin 2, 3 and 4 provide.
//!
//! The SDK that has it, spin-sdk 5, would be a second one beside spin-sdk 7, with some thirty crates of its own. The
//! interface has one function, so its bindings are made here, from its WIT.

mod bindings {
    #![allow(missing_docs, reason = "generated")]

    wit_bindgen::generate!({ path: "src/platform/variables/spin2.wit", world: "application" });
}

use bindings::fermyon::spin::variables;

use super::{UNDEFINED, UNREADABLE};

/// The value of a variable that the manifest gives to the component.
pub(in crate::platform) async fn get(name: &'static str) -> Result<Option<String>, String> {
    variables::get(name).map(Some).map_err(|error| match error {
        variables::Error::Undefined(_) => UNDEFINED.to_owned(),
        _ => UNREADABLE.to_owned(),
    })
}
