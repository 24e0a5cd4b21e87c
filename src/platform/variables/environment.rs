//! The environment: `IPEDGE_DOH_PRIMARY` and so on.

use std::env;

/// The value of the variable, if it is set.
pub(in crate::platform) async fn get(name: &'static str) -> Result<Option<String>, String> {
    match env::var(format!("IPEDGE_{}", name.to_ascii_uppercase())) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        // Not in a component: WASI has text only, and a host that finds other bytes makes no instance.
        Err(env::VarError::NotUnicode(_)) => Err("must be valid UTF-8".to_owned()),
    }
}
