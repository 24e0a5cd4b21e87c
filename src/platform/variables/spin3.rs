//! Spin's variables in components of WASI 0.3: `spin:variables/variables@3.0.0`, from the SDK.

use spin_sdk::variables;

use super::{UNDEFINED, UNREADABLE};

/// The value of a variable that the manifest gives to the component.
pub(in crate::platform) async fn get(name: &'static str) -> Result<Option<String>, String> {
    variables::get(name).await.map(Some).map_err(|error| match error {
        variables::Error::Undefined(_) => UNDEFINED.to_owned(),
        _ => UNREADABLE.to_owned(),
    })
}
