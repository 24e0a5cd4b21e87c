//! Leads a request through [`request`](crate::request), [`lookup`](crate::lookup) and
//! [`response`](crate::response).

mod batch;

use std::net::IpAddr;
use std::sync::OnceLock;

use serde_json::Value;

use crate::config::{self, Config};
use crate::lookup::databases::bundled;
use crate::lookup::databases::manifest::Manifest;
use crate::lookup::databases::mmdb;
use crate::lookup::dns;
use crate::lookup::dns::session::{Scope, Session};
use crate::lookup::report::{About, Health, Passing, Report};
use crate::lookup::{Databases, Lookup};
use crate::platform::{Platform, Request};
use crate::request::batch::{Batch, Form};
use crate::request::member::{Member, Needs};
use crate::request::negotiate::{self, MediaType};
use crate::request::route::{Options, Route};
use crate::request::subject::HostName;
use crate::response::etag::ETag;
use crate::response::openapi;
use crate::response::page;
use crate::response::problem::Problem;
use crate::response::reply::{Caching, Reply};

/// The service: open databases, checked configuration and what DNS has said, for the life of an instance.
pub struct Service {
    databases: Result<Databases, mmdb::Error>,
    config: OnceLock<Config>,
    dns: dns::Shared,
}

impl Service {
    /// Opens the databases inside the component. If they are broken, that is the answer to every request.
    pub fn open() -> Self {
        Self { databases: Databases::open(), config: OnceLock::new(), dns: dns::Shared::default() }
    }

    /// Answers a request. What goes wrong is answered with a problem document.
    pub async fn answer<'a>(&'a self, request: &impl Request, platform: &'a impl Platform) -> Reply<'a> {
        match self.route(request, platform).await {
            Ok(reply) => reply,
            Err(problem) => Reply::problem(&problem),
        }
    }

    async fn route<'a>(&'a self, request: &impl Request, platform: &'a impl Platform) -> Result<Reply<'a>, Problem> {
        match Route::parse(request.method(), request.path_with_query())? {
            Route::Root(options) => self.root(request, options, platform).await,
            Route::Own(member, options) => self.own(request, member, options, platform).await,
            Route::Address(ip, None, options) => self.address(request, ip, options, platform).await,
            Route::Address(ip, Some(member), options) => self.member(request, ip, member, options, platform).await,
            Route::Host(host, options) => self.host(request, &host, options, platform).await,
            Route::Batch(options) => self.batch(request, options, platform).await,
            Route::About(options) => self.about(request, options, platform).await,
            Route::Health(options) => {
                accepted(request, &[MediaType::Json])?;
                self.config(platform).await?;
                let json = json(&Health { status: "ok" }, options.pretty)?;
                Ok(Reply::new(MediaType::Json, json).cached(Caching::Nobody))
            }
            Route::OpenApi => {
                let media_type = accepted(request, &[MediaType::Json, MediaType::OpenApi])?;
                let reply = Reply::new(media_type, openapi::DOCUMENT.into()).cached(Caching::databases());
                let tag = ETag::new(&openapi::DOCUMENT, media_type, false)?;
                Ok(reply.tagged(tag, &request.header("if-none-match")))
            }
            Route::Methods(methods) => Ok(Reply::methods(methods)),
        }
    }

    /// The report on an address.
    async fn address<'a>(
        &'a self,
        request: &impl Request,
        ip: IpAddr,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Json])?;
        let lookup = self.lookup(ip, Needs::ALL, options, false, platform).await?;
        let mut report = lookup.report(ip, Needs::ALL).await?;
        let reply = Reply::new(MediaType::Json, json(&report, options.pretty)?);
        report.without_ttl();
        let tag = ETag::new(&report, MediaType::Json, options.pretty)?;
        Ok(public(request, reply, tag, &lookup))
    }

    /// A member of the report on an address.
    async fn member<'a>(
        &'a self,
        request: &impl Request,
        ip: IpAddr,
        member: Member,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Text, MediaType::Json])?;
        let lookup = self.lookup(ip, member.needs(), options, false, platform).await?;
        let mut report = lookup.report(ip, member.needs()).await?;
        let value = member.of(serde_json::to_value(&report)?);
        let (reply, media_type) = told(request, &value, options.pretty)?;
        report.without_ttl();
        // Where the TTL is what was asked for, nothing is left without it.
        let essence =
            Some(member.of(serde_json::to_value(report)?)).filter(|essence| !essence.is_null()).unwrap_or(value);
        let tag = ETag::new(&essence, media_type, options.pretty)?;
        Ok(public(request, reply, tag, &lookup))
    }

    /// The report on whoever asks, or a member of it. It is theirs alone.
    async fn own<'a>(
        &'a self,
        request: &impl Request,
        member: Option<Member>,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        let (ip, header) = self.caller(request, platform).await?;
        let needs = member.map_or(Needs::ALL, Member::needs);
        if member.is_none() {
            accepted(request, &[MediaType::Json])?;
        }
        let lookup = self.lookup(ip, needs, options, true, platform).await?;
        let report = lookup.report(ip, needs).await?;
        let reply = match member {
            Some(member) => told(request, &member.of(serde_json::to_value(report)?), options.pretty)?.0,
            None => Reply::new(MediaType::Json, json(&report, options.pretty)?),
        };
        Ok(private(reply, header, &lookup))
    }

    /// The report on whoever asks, as a page where they would rather have one.
    async fn root<'a>(
        &'a self,
        request: &impl Request,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        if accepted(request, &[MediaType::Json, MediaType::Html])? == MediaType::Json {
            return self.own(request, None, options, platform).await;
        }
        let (ip, header) = self.caller(request, platform).await?;
        let lookup = self.lookup(ip, Needs::ALL, options, true, platform).await?;
        let report: Report<'_> = lookup.report(ip, Needs::ALL).await?;
        let page = Reply::new(MediaType::Html, page::render(&report)?);
        Ok(private(page.with("content-security-policy", page::POLICY), header, &lookup))
    }

    /// What a host name leads to.
    async fn host<'a>(
        &'a self,
        request: &impl Request,
        host: &HostName,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Json])?;
        let session =
            Session::new(platform, self.config(platform).await?, &self.dns, Scope { subjects: 1, private: false });
        let lookup = Lookup::new(self.databases.as_ref()?, platform, Some(session), options);
        let mut document = lookup.host(host).await?;
        let reply = Reply::new(MediaType::Json, json(&document, options.pretty)?);
        document.without_ttl();
        let tag = ETag::new(&document, MediaType::Json, options.pretty)?;
        Ok(public(request, reply, tag, &lookup))
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
        let config = self.config(platform).await?;
        let batch = Batch::read(request.body(), form, config.batch_limit).await?;
        let scope = Scope { subjects: batch.0.len(), private: false };
        let session = Session::new(platform, config, &self.dns, scope);
        let lookup = Lookup::new(self.databases.as_ref()?, platform, Some(session), options);
        if media_type == MediaType::Ndjson {
            return Ok(Reply::streamed(media_type, batch::lines(batch, lookup)).cached(Caching::Nobody));
        }
        let json = batch::array(batch, &lookup, options.pretty).await?;
        Ok(timed(Reply::new(media_type, json).cached(Caching::Nobody), &lookup))
    }

    /// What this is and where its data is from.
    async fn about<'a>(
        &'a self,
        request: &impl Request,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Json])?;
        let resolvers = self.config(platform).await?.resolvers().map(ToString::to_string).collect();
        let manifest = Manifest::parse(bundled::MANIFEST).map_err(|error| {
            Problem::new(500, "The service is broken", format!("manifest.json cannot be read: {error}"))
        })?;
        let about = About::new(&manifest, resolvers);
        let tag = ETag::new(&about, MediaType::Json, options.pretty)?;
        let reply = Reply::new(MediaType::Json, json(&about, options.pretty)?).cached(Caching::databases());
        Ok(reply.tagged(tag, &request.header("if-none-match")))
    }

    /// The address of whoever asks, and the header that tells it.
    async fn caller(
        &self,
        request: &impl Request,
        platform: &impl Platform,
    ) -> Result<(IpAddr, &'static str), Problem> {
        let source = self.config(platform).await?.caller;
        Ok((source.find(&request.header(source.header()))?, source.header()))
    }

    /// A lookup of one address, with DNS where that is asked; `private` where the address is the caller's own.
    async fn lookup<'a, O: Platform>(
        &'a self,
        ip: IpAddr,
        needs: Needs,
        options: Options,
        private: bool,
        platform: &'a O,
    ) -> Result<Lookup<'a, O>, Problem> {
        let session = match Lookup::<O>::asks_dns(ip, needs, options) {
            true => {
                let scope = Scope { subjects: 1, private };
                Some(Session::new(platform, self.config(platform).await?, &self.dns, scope))
            }
            false => None,
        };
        Ok(Lookup::new(self.databases.as_ref()?, platform, session, options))
    }

    /// The configuration: read at the first request that needs it. Two requests may read it at the same time; they read
    /// the same.
    async fn config(&self, platform: &impl Platform) -> Result<&Config, config::Error> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(platform).await?;
        Ok(self.config.get_or_init(|| config))
    }
}

/// The media type that the client likes best of those that there are.
fn accepted(request: &impl Request, offers: &'static [MediaType]) -> Result<MediaType, Problem> {
    Ok(negotiate::choose(&request.header("accept"), offers)?)
}

/// A member's value: a scalar as a line of text, or as JSON where the client would rather have that.
fn told<'a>(request: &impl Request, value: &Value, pretty: bool) -> Result<(Reply<'a>, MediaType), Problem> {
    let text = match value {
        Value::Null => return Ok((Reply::nothing(), accepted(request, &[MediaType::Text, MediaType::Json])?)),
        Value::Array(_) | Value::Object(_) => {
            let media_type = accepted(request, &[MediaType::Json])?;
            return Ok((Reply::new(media_type, json(value, pretty)?), media_type));
        }
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    let media_type = accepted(request, &[MediaType::Text, MediaType::Json])?;
    let body = if media_type == MediaType::Text { text.into_bytes() } else { json(value, pretty)? };
    Ok((Reply::new(media_type, body), media_type))
}

/// An answer that anybody may keep for as long as what DNS said holds, unless the client has it already.
fn public<'a, O: Platform>(request: &impl Request, reply: Reply<'a>, tag: ETag, lookup: &Lookup<'_, O>) -> Reply<'a> {
    let reply = timed(reply.cached(Caching::names(lookup.summary().holds)), lookup);
    reply.tagged(tag, &request.header("if-none-match"))
}

/// An answer about whoever asks, who is known by this header.
fn private<'a, O: Platform>(reply: Reply<'a>, header: &'static str, lookup: &Lookup<'_, O>) -> Reply<'a> {
    timed(reply.cached(Caching::Nobody).with("ipedge-caller", header), lookup)
}

fn timed<'a, O: Platform>(reply: Reply<'a>, lookup: &Lookup<'_, O>) -> Reply<'a> {
    match lookup.server_timing() {
        timing if timing.is_empty() => reply,
        timing => reply.with("server-timing", timing),
    }
}

fn json(document: &impl serde::Serialize, pretty: bool) -> Result<Vec<u8>, serde_json::Error> {
    if pretty { serde_json::to_vec_pretty(document) } else { serde_json::to_vec(document) }
}

#[cfg(test)]
mod tests;
