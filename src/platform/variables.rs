//! Where the application's variables come from: Spin's variables.

use spin_sdk::variables;

/// The value of a variable that spin.toml gives to the component, or why there is none.
pub(super) async fn get(name: &'static str) -> Result<String, String> {
    variables::get(name).await.map_err(|error| match error {
        variables::Error::Undefined(_) => "is not defined; spin.toml must give it to the component".to_owned(),
        // The platform's words may contain the value.
        _ => "cannot be read".to_owned(),
    })
}
