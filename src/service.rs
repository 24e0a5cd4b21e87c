//! Leads a request through [`request`](crate::request), [`lookup`](crate::lookup) and
//! [`response`](crate::response).

mod batch;
mod element;
mod memory;
mod output;
mod pages;
mod reports;

use std::sync::OnceLock;

use self::batch::Answers;
use self::memory::Memory;
use self::output::Layout;
use crate::config::{self, Config};
use crate::lookup::databases::bundled;
use crate::lookup::databases::manifest::Manifest;
use crate::lookup::databases::mmdb;
use crate::lookup::dns;
use crate::lookup::dns::queries::{Queries, Scope};
use crate::lookup::report::{About, Health};
use crate::lookup::{Databases, Lookup};
use crate::platform::{Platform, Request};
use crate::request::batch::{Form, Unreadable, check_coding};
use crate::request::negotiate::{self, MediaType};
use crate::request::origin;
use crate::request::route::{self, Options, Route};
use crate::response::etag::ETag;
use crate::response::json::{Json, Style};
use crate::response::problem::Problem;
use crate::response::reply::{Caching, Head, Reply};
use crate::response::{icon, openapi, robots};

/// The service: open databases, checked configuration and cached DNS answers, for the life of an instance.
pub struct Service {
    databases: Result<Databases, mmdb::Error>,
    config: OnceLock<Config>,
    dns: dns::Shared,
    memory: Memory,
}

impl Service {
    /// Opens the databases inside the component. If they are broken, the answer to every request that needs them is that
    /// error.
    pub fn open() -> Self {
        Self {
            databases: Databases::open(),
            config: OnceLock::new(),
            dns: dns::Shared::default(),
            memory: Memory::default(),
        }
    }

    /// Answers a request. An error is answered with a problem document. The reply to `HEAD` is that to `GET` without its
    /// body (RFC 9110 section 9.3.2).
    pub async fn answer<'a>(&'a self, request: &impl Request, platform: &'a impl Platform) -> Reply<'a> {
        let reply = match self.route(request, platform).await {
            Ok(reply) => reply,
            Err(problem) => self.problem(request, &problem, platform).await,
        };
        if request.method() == "HEAD" { reply.without_body() } else { reply }
    }

    async fn route<'a>(&'a self, request: &impl Request, platform: &'a impl Platform) -> Result<Reply<'a>, Problem> {
        match Route::parse(request.method(), request.path_with_query())? {
            Route::Root(options) => self.own(request, None, options, platform).await,
            Route::Search(location) => Ok(Reply::search(location)),
            Route::Own(member, options) => self.own(request, member, options, platform).await,
            Route::Address(ip, member, options) => self.address(request, ip, member, options, platform).await,
            Route::Host(host, options) => self.host(request, &host, options, platform).await,
            Route::Batch(options) => self.batch(request, options, platform).await,
            Route::About(options) => self.about(request, options, platform).await,
            Route::Health(options) => {
                accepted(request, &[MediaType::Json])?;
                self.config(platform).await?;
                let json = Json::new(&Health::new(platform.wall_clock()), Style::of(options.pretty))?;
                Ok(Reply::new(MediaType::Json, json.text).with_head(Head::new(Caching::Private)))
            }
            Route::OpenApi => {
                let media_type = accepted(request, &[MediaType::Json, MediaType::OpenApi])?;
                let tag = ETag::new(openapi::ESSENCE, media_type);
                let head = Head::new(Caching::longest()).tagged(tag, request);
                Ok(Reply::new(media_type, openapi::DOCUMENT.into()).with_head(head))
            }
            Route::Icon => Ok(constant(MediaType::Svg, icon::SVG)),
            Route::Robots => Ok(constant(MediaType::Text, robots::RULES)),
            Route::Redirect(redirect) => Ok(Reply::redirect(redirect)),
            Route::Methods(methods) => Ok(Reply::methods(methods)),
        }
    }

    /// The reports on many subjects.
    async fn batch<'a>(
        &'a self,
        request: &impl Request,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        let media_type = accepted(request, &[MediaType::Json, MediaType::Ndjson])?;
        let form = Form::of(&request.header("content-type"))?;
        // Browsers send JSON to another origin only if the reply to `OPTIONS` allows it.
        if form != Form::Json && origin::is_another(request) {
            return Err(Unreadable::CrossOrigin.into());
        }
        let config = self.config(platform).await?;
        check_coding(&request.header("content-encoding"))?;
        if config.batch_limit == 0 {
            return Err(route::Error::BatchesOff.into());
        }
        let mut batch = self.memory.read(platform, request.body(), form, config.batch_limit).await?;
        if !config.host_names {
            batch = batch.without_host_names();
        }
        let scope = Scope { subjects: batch.0.len(), private: false };
        let queries = Queries::new(platform, config, &self.dns, scope);
        let lookup = Lookup::new(self.databases.as_ref()?, platform, Some(queries), options);
        let layout = match media_type {
            MediaType::Ndjson => Layout::Lines,
            _ => Layout::Array { indented: options.pretty },
        };
        let head = Head::new(Caching::Private);
        let mut answers = Answers::new(batch, lookup, platform, &self.memory, layout)?;
        if layout != Layout::Lines
            && let Some(json) = answers.whole().await
        {
            let timing = answers.lookup().server_timing();
            return Ok(Reply::new(media_type, json).with_head(Head { timing, ..head }));
        }
        Ok(Reply::streamed(media_type, answers).with_head(head))
    }

    /// What this service is and where its data is from.
    async fn about<'a>(
        &'a self,
        request: &impl Request,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Json])?;
        let resolvers = self.config(platform).await?.resolvers().map(ToString::to_string).collect();
        let mut manifest = Manifest::parse(bundled::MANIFEST).map_err(|error| {
            Problem::new(500, "The service is broken", format!("manifest.json cannot be read: {error}"))
        })?;
        manifest.set_ages(platform.wall_clock());
        let json = Json::new(&About::new(&manifest, resolvers), Style::of(options.pretty))?;
        let tag = ETag::new(json.essence, MediaType::Json);
        let head = Head::new(Caching::of_variables()).tagged(tag, request);
        Ok(Reply::new(MediaType::Json, json.text).with_head(head))
    }

    /// The configuration, read at the first request that needs it. Two requests may read it at the same time, with the same
    /// result.
    async fn config(&self, platform: &impl Platform) -> Result<&Config, config::Error> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(platform).await?;
        Ok(self.config.get_or_init(|| config))
    }
}

/// The media type that the client prefers among these.
fn accepted(request: &impl Request, offers: &'static [MediaType]) -> Result<MediaType, Problem> {
    Ok(negotiate::choose(&request.header("accept"), offers)?)
}

/// A file that is the same for every client.
fn constant(media_type: MediaType, content: &str) -> Reply<'static> {
    let head = Head { varies: false, ..Head::new(Caching::longest()) };
    Reply::new(media_type, content.into()).with_head(head)
}

#[cfg(test)]
mod tests;
