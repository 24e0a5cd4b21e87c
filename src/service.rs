//! The way of a request, from what is asked to what is answered.

use std::net::IpAddr;
use std::sync::OnceLock;

use serde_json::Value;

use crate::asn::Systems;
use crate::batch::{Batch, Form};
use crate::config::{self, Config, Variables};
use crate::dns::exchange::Body;
use crate::dns::flights::Flights;
use crate::dns::session::{self, Session};
use crate::embedded;
use crate::etag::ETag;
use crate::geo::Locations;
use crate::lookup::{Databases, Lookup};
use crate::manifest::Manifest;
use crate::member::{Member, Needs};
use crate::negotiate::{self, MediaType};
use crate::page;
use crate::problem::Problem;
use crate::reply::{Caching, Reply};
use crate::report::{About, Health, Passing, Report};
use crate::route::{Options, Route};
use crate::subject::HostName;
use crate::{mmdb, openapi};

/// All that the service needs of the world outside.
pub trait Outside: Variables + session::Outside {}

impl<O: Variables + session::Outside> Outside for O {}

/// A request.
pub trait Request {
    /// Its body.
    type Body: Body;

    /// The method.
    fn method(&self) -> &str;

    /// The path and the query, undecoded.
    fn path_with_query(&self) -> &str;

    /// The values of a header, in the order in which they arrived.
    fn header(&self, name: &str) -> Vec<Vec<u8>>;

    /// The body. To be taken once, and after the headers.
    fn body(&self) -> Self::Body;
}

/// The service: open databases, checked configuration and what DNS has said, for the life of an instance.
pub struct Service {
    databases: Databases,
    config: OnceLock<Config>,
    flights: Flights,
}

impl Service {
    /// Opens the databases inside the component.
    ///
    /// # Errors
    ///
    /// When they are broken.
    pub fn open() -> Result<Self, mmdb::Error> {
        let locations = Locations::open(embedded::GEO, embedded::ERROR_BOUND_KM)?;
        let databases = Databases { locations, systems: Systems::open(embedded::ASN)? };
        Ok(Self { databases, config: OnceLock::new(), flights: Flights::default() })
    }

    /// Answers a request. What goes wrong is answered with a problem document.
    pub async fn answer<'a>(&'a self, request: &impl Request, outside: &'a impl Outside) -> Reply<'a> {
        match self.route(request, outside).await {
            Ok(reply) => reply,
            Err(problem) => Reply::problem(&problem),
        }
    }

    async fn route<'a>(&'a self, request: &impl Request, outside: &'a impl Outside) -> Result<Reply<'a>, Problem> {
        match Route::parse(request.method(), request.path_with_query())? {
            Route::Root(options) => self.root(request, options, outside).await,
            Route::Own(member, options) => self.own(request, member, options, outside).await,
            Route::Address(ip, None, options) => self.address(request, ip, options, outside).await,
            Route::Address(ip, Some(member), options) => self.member(request, ip, member, options, outside).await,
            Route::Host(host, options) => self.host(request, &host, options, outside).await,
            Route::Batch(options) => self.batch(request, options, outside).await,
            Route::About(options) => self.about(request, options, outside).await,
            Route::Health(options) => {
                accepted(request, &[MediaType::Json])?;
                self.config(outside).await?;
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
        outside: &'a impl Outside,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Json])?;
        let lookup = self.lookup(ip, Needs::ALL, options, outside).await?;
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
        outside: &'a impl Outside,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Text, MediaType::Json])?;
        let lookup = self.lookup(ip, member.needs(), options, outside).await?;
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
        outside: &'a impl Outside,
    ) -> Result<Reply<'a>, Problem> {
        let (ip, header) = self.caller(request, outside).await?;
        let needs = member.map_or(Needs::ALL, Member::needs);
        if member.is_none() {
            accepted(request, &[MediaType::Json])?;
        }
        let lookup = self.lookup(ip, needs, options, outside).await?;
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
        outside: &'a impl Outside,
    ) -> Result<Reply<'a>, Problem> {
        if accepted(request, &[MediaType::Json, MediaType::Html])? == MediaType::Json {
            return self.own(request, None, options, outside).await;
        }
        let (ip, header) = self.caller(request, outside).await?;
        let lookup = self.lookup(ip, Needs::ALL, options, outside).await?;
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
        outside: &'a impl Outside,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Json])?;
        let session = Session::new(outside, self.config(outside).await?, &self.flights);
        let lookup = Lookup::new(&self.databases, outside, Some(session), options);
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
        outside: &'a impl Outside,
    ) -> Result<Reply<'a>, Problem> {
        let media_type = accepted(request, &[MediaType::Json, MediaType::Ndjson])?;
        let form = Form::of(&request.header("content-type"))?;
        let config = self.config(outside).await?;
        let batch = Batch::read(request.body(), form, config.batch_limit).await?;
        let session = Session::new(outside, config, &self.flights);
        let lookup = Lookup::new(&self.databases, outside, Some(session), options);
        if media_type == MediaType::Ndjson {
            return Ok(Reply::streamed(media_type, batch.lines(lookup)).cached(Caching::Nobody));
        }
        let json = batch.array(&lookup, options.pretty).await?;
        Ok(timed(Reply::new(media_type, json).cached(Caching::Nobody), &lookup))
    }

    /// What this is and where its data is from.
    async fn about<'a>(
        &'a self,
        request: &impl Request,
        options: Options,
        outside: &'a impl Outside,
    ) -> Result<Reply<'a>, Problem> {
        accepted(request, &[MediaType::Json])?;
        let resolvers = self.config(outside).await?.resolvers().map(ToString::to_string).collect();
        let manifest = Manifest::parse(embedded::MANIFEST)
            .map_err(|error| Problem::Broken(format!("manifest.json cannot be read: {error}")))?;
        let about = About::new(&manifest, resolvers);
        let tag = ETag::new(&about, MediaType::Json, options.pretty)?;
        let reply = Reply::new(MediaType::Json, json(&about, options.pretty)?).cached(Caching::databases());
        Ok(reply.tagged(tag, &request.header("if-none-match")))
    }

    /// The address of whoever asks, and the header that tells it.
    async fn caller(&self, request: &impl Request, outside: &impl Outside) -> Result<(IpAddr, &'static str), Problem> {
        let source = self.config(outside).await?.caller;
        Ok((source.find(&request.header(source.header()))?, source.header()))
    }

    /// A lookup of one address, with DNS where that is asked.
    async fn lookup<'a, O: Outside>(
        &'a self,
        ip: IpAddr,
        needs: Needs,
        options: Options,
        outside: &'a O,
    ) -> Result<Lookup<'a, O>, Problem> {
        let session = match Lookup::<O>::asks_dns(ip, needs, options) {
            true => Some(Session::new(outside, self.config(outside).await?, &self.flights)),
            false => None,
        };
        Ok(Lookup::new(&self.databases, outside, session, options))
    }

    /// The configuration: read at the first request that needs it. Two requests may read it at the same time; they read
    /// the same.
    async fn config(&self, variables: &impl Variables) -> Result<&Config, config::Error> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = Config::read(variables).await?;
        Ok(self.config.get_or_init(|| config))
    }
}

/// The media type that the client likes best of those that there are.
fn accepted(request: &impl Request, offers: &'static [MediaType]) -> Result<MediaType, Problem> {
    negotiate::choose(&request.header("accept"), offers).ok_or(Problem::NotAcceptable(offers))
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
fn public<'a, O: session::Outside>(
    request: &impl Request,
    reply: Reply<'a>,
    tag: ETag,
    lookup: &Lookup<'_, O>,
) -> Reply<'a> {
    let reply = timed(reply.cached(Caching::names(lookup.summary().holds)), lookup);
    reply.tagged(tag, &request.header("if-none-match"))
}

/// An answer about whoever asks, who is known by this header.
fn private<'a, O: session::Outside>(reply: Reply<'a>, header: &'static str, lookup: &Lookup<'_, O>) -> Reply<'a> {
    timed(reply.cached(Caching::Nobody).with("ipedge-caller", header), lookup)
}

fn timed<'a, O: session::Outside>(reply: Reply<'a>, lookup: &Lookup<'_, O>) -> Reply<'a> {
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
