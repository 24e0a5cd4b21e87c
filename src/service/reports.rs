//! The answers about one subject: an address, the caller, a host name.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;

use super::{Service, accepted, pages};
use crate::lookup::Lookup;
use crate::lookup::dns::queries::{Queries, Scope};
use crate::lookup::report::Report;
use crate::platform::{Platform, Request};
use crate::request::member::{Member, Needs};
use crate::request::negotiate::MediaType;
use crate::request::route::{self, Options};
use crate::request::subject::HostName;
use crate::response::etag::ETag;
use crate::response::json::{Json, Style};
use crate::response::page::{self, Content, Context};
use crate::response::problem::Problem;
use crate::response::reply::{Caching, Head, Reply};

impl Service {
    /// The report on an address, or a member of it.
    pub(super) async fn address<'a>(
        &'a self,
        request: &impl Request,
        ip: IpAddr,
        member: Option<Member>,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        let media_type = accepted(request, offers(member, options))?;
        let needs = member.map_or(Needs::ALL, Member::needs);
        let lookup = self.lookup(ip, needs, options, false, platform).await?;
        let report = lookup.report(ip, needs).await?;
        if media_type == MediaType::Html {
            let content = Content::Address(&report);
            let context = self.page_context(request, options, platform).await?;
            let page = pages::reply(content, &context)?;
            return Ok(cacheable_reply(request, page, page_tag(&report, &context)?, &lookup));
        }
        let (reply, tag) = report_reply(&report, member, media_type, options.pretty)?;
        Ok(cacheable_reply(request, reply, tag, &lookup))
    }

    /// The report on the caller's address, or a member of it, at `/` and `/me`.
    pub(super) async fn own<'a>(
        &'a self,
        request: &impl Request,
        member: Option<Member>,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        let media_type = accepted(request, offers(member, options))?;
        let (ip, header) = self.caller(request, platform).await?;
        let needs = member.map_or(Needs::ALL, Member::needs);
        let lookup = self.lookup(ip, needs, options, true, platform).await?;
        let report = lookup.report(ip, needs).await?;
        let reply = if media_type == MediaType::Html {
            let content = Content::Own(&report, lookup.dns_time());
            pages::reply(content, &self.page_context(request, options, platform).await?)?
        } else {
            report_reply(&report, member, media_type, options.pretty)?.0
        };
        Ok(caller_reply(reply, header, &lookup))
    }

    /// What a host name resolves to.
    pub(super) async fn host<'a>(
        &'a self,
        request: &impl Request,
        host: &HostName,
        options: Options,
        platform: &'a impl Platform,
    ) -> Result<Reply<'a>, Problem> {
        let media_type = accepted(request, offers(None, options))?;
        let config = self.config(platform).await?;
        if !config.host_names {
            return Err(route::Error::HostNamesOff.into());
        }
        let queries = Queries::new(platform, config, &self.dns, Scope { subjects: 1, private: false });
        let lookup = Lookup::new(self.databases.as_ref()?, platform, Some(queries), options);
        let document = lookup.host(host).await?;
        if media_type == MediaType::Html {
            let content = Content::Host(&document);
            let context = self.page_context(request, options, platform).await?;
            let page = pages::reply(content, &context)?;
            return Ok(cacheable_reply(request, page, page_tag(&document, &context)?, &lookup));
        }
        let json = Json::new(&document, Style::of(options.pretty))?;
        let tag = ETag::new(json.essence, MediaType::Json);
        Ok(cacheable_reply(request, Reply::new(MediaType::Json, json.text), tag, &lookup))
    }

    /// The caller's address, and the header that it is taken from.
    async fn caller(
        &self,
        request: &impl Request,
        platform: &impl Platform,
    ) -> Result<(IpAddr, &'static str), Problem> {
        let source = self.config(platform).await?.caller;
        Ok((source.find(&request.header(source.header()))?, source.header()))
    }

    /// A lookup of one address, with DNS where it is needed; `private` if the address is the caller's own.
    async fn lookup<'a, O: Platform>(
        &'a self,
        ip: IpAddr,
        needs: Needs,
        options: Options,
        private: bool,
        platform: &'a O,
    ) -> Result<Lookup<'a, O>, Problem> {
        let queries = match Lookup::<O>::asks_dns(ip, needs, options) {
            true => {
                let scope = Scope { subjects: 1, private };
                Some(Queries::new(platform, self.config(platform).await?, &self.dns, scope))
            }
            false => None,
        };
        Ok(Lookup::new(self.databases.as_ref()?, platform, queries, options))
    }
}

/// The media types of a report, a host name or a member. The contract defines which members are scalars, so no lookup is
/// necessary for a client that accepts none of the media types. With `pretty`, which concerns JSON, browsers get JSON,
/// too.
fn offers(member: Option<Member>, options: Options) -> &'static [MediaType] {
    match member {
        Some(member) if member.is_scalar() => &[MediaType::Text, MediaType::Json],
        None if !options.pretty => &[MediaType::Json, MediaType::Html],
        _ => &[MediaType::Json],
    }
}

/// A report, or a member of it: a scalar as a line of text or as JSON, null as status 204. And its tag, which does not
/// depend on TTLs, because they change while the answer stays the same.
fn report_reply(
    report: &Report<'_>,
    member: Option<Member>,
    media_type: MediaType,
    pretty: bool,
) -> Result<(Reply<'static>, ETag), Problem> {
    let style = Style::of(pretty);
    let Some(member) = member else {
        let json = Json::new(report, style)?;
        return Ok((Reply::new(media_type, json.text), ETag::new(json.essence, media_type)));
    };
    let value = value(report, member)?;
    let json = match &value {
        // Written from the report, because a `Value` would sort the keys.
        Value::Object(_) if member.inner().is_none() => Json::new(&report.part(member.outer()), style)?,
        value => Json::new(value, style)?,
    };
    let tag = ETag::new(json.essence, media_type);
    let reply = match value {
        Value::Null => Reply::nothing(),
        Value::String(text) if media_type == MediaType::Text => Reply::new(media_type, text.into_bytes()),
        _ => Reply::new(media_type, json.text),
    };
    Ok((reply, tag))
}

/// A member's value.
fn value(report: &Report<'_>, member: Member) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(report.part(member.outer()))?;
    Ok(match member.inner() {
        Some(inner) => value.get_mut(inner).map(Value::take).unwrap_or_default(),
        None => value,
    })
}

/// The tag of the page of a document. It is made from what the page is made from: the page itself is much longer.
fn page_tag(document: &impl Serialize, context: &Context) -> Result<ETag, Problem> {
    let Context { ages, batch_limit, host_names, origins, .. } = context;
    let origins = (&origins.ipv4, &origins.ipv6);
    let content = (document, ages, batch_limit, host_names, origins, page::VERSION);
    Ok(ETag::new(Json::new(&content, Style::Compact)?.essence, MediaType::Html))
}

/// An answer that may be cached and shared as long as its DNS answers hold.
fn cacheable_reply<'a, O: Platform>(
    request: &impl Request,
    reply: Reply<'a>,
    tag: ETag,
    lookup: &Lookup<'_, O>,
) -> Reply<'a> {
    let caching = Caching::while_dns_holds(lookup.summary().holds);
    let head = Head::new(caching).tagged(tag, request);
    reply.with_head(Head { timing: lookup.server_timing(), ..head })
}

/// An answer about the caller, whose address is from `header`: it is neither cached nor shared.
fn caller_reply<'a, O: Platform>(reply: Reply<'a>, header: &'static str, lookup: &Lookup<'_, O>) -> Reply<'a> {
    let timing = lookup.server_timing();
    reply.with_head(Head { caller: Some(header), timing, ..Head::new(Caching::Private) })
}
