//! An application with its variables resolved.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use crate::Options;
use crate::allowed_hosts::AllowedHosts;
use crate::manifest::Manifest;
use crate::variables::Variables;

/// What to serve, from the manifest and the options.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) component: PathBuf,
    pub(crate) variables: Arc<Variables>,
    pub(crate) allowed: AllowedHosts,
}

impl Application {
    pub(crate) fn read(options: &Options) -> anyhow::Result<Self> {
        let context = || options.manifest.display().to_string();
        let manifest = Manifest::read(&options.manifest).with_context(context)?;
        let variables = Variables::resolve(&manifest, &options.variables).with_context(context)?;
        let allowed = AllowedHosts::resolve(&manifest.allowed_outbound_hosts, &variables).with_context(context)?;
        let component = options.component.clone().unwrap_or(manifest.source);
        Ok(Self { component, variables: Arc::new(variables), allowed })
    }
}
