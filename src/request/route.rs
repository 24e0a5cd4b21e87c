//! What is requested: method, path and query as an enum.

mod error;
mod options;
pub mod search;
mod short_name;

use std::borrow::Cow;
use std::net::IpAddr;

pub use error::{Error, Methods};
pub use options::Options;

use crate::request::member::Member;
use crate::request::percent;
use crate::request::subject::{HostName, Subject};

/// What is requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `GET /`: the report on the caller's own address, or the page.
    Root(Options),
    /// `GET /?q=…`, the form of the page: the path, with query, of what was typed. Made from what was parsed, so it begins
    /// with one slash and stays on this host.
    Search(String),
    /// `GET /me`, `GET /me/{member…}`: the report on the caller's own address, or a member of it.
    Own(Option<Member>, Options),
    /// `GET /{ip}`, `GET /{ip}/{member…}`: the report on an address, or a member of it.
    Address(IpAddr, Option<Member>, Options),
    /// `GET /{hostname}`: what a name resolves to.
    Host(HostName, Options),
    /// `POST /batch`: the reports on many subjects.
    Batch(Options),
    /// `GET /about`: what this service is and where its data is from.
    About(Options),
    /// `GET /health`: whether it works.
    Health(Options),
    /// `GET /openapi.json`: the contract, for programs.
    OpenApi,
    /// `GET /icon.svg`, `GET /favicon.ico`: the icon, which browsers request by themselves.
    Icon,
    /// `GET /robots.txt`: where crawlers may go (RFC 9309).
    Robots,
    /// The same resource has another path.
    Redirect(Redirect),
    /// `OPTIONS`: the methods of the resource, for people and for CORS preflight.
    Methods(Methods),
}

/// Where a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Whether it stays there: 308, else 307 (RFC 9110 sections 15.4.8 and 15.4.9).
    pub is_permanent: bool,
    /// The path and the query. Made from what was parsed, so it begins with one slash and stays on this host.
    pub location: String,
}

impl Route {
    /// Reads a request's method and its path with query, as they stand in the request.
    ///
    /// Query parameters that are not ours are ignored: clients add them to get around caches. A slash at the end of the
    /// path redirects to the path without it.
    ///
    /// # Errors
    ///
    /// 405 for a method that the resource does not have, 404 for a path that does not exist, 400 for a subject that is
    /// neither an address nor a public name and for a query parameter of ours with a value that it cannot have.
    pub fn parse(method: &str, path_with_query: &str) -> Result<Self, Error> {
        let (path, query) = path_with_query.split_once('?').unwrap_or((path_with_query, ""));
        let raw: Vec<_> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        let segments: Vec<_> = raw.iter().map(|raw| percent::decode(raw).unwrap_or(Cow::Borrowed(raw))).collect();
        let mut segments: Vec<_> = segments.iter().map(AsRef::as_ref).collect();
        let has_final_slash = segments.len() > 1 && segments.pop_if(|last| last.is_empty()).is_some();
        let methods = match *segments {
            _ if path == "*" => Methods::All,
            ["batch"] => Methods::Post,
            _ => Methods::Get,
        };
        if method == "OPTIONS" {
            return Ok(Self::Methods(methods));
        }
        if !methods.include(method) {
            return Err(Error::MethodNotAllowed(methods));
        }
        let options = Options::parse(query)?;
        if segments == [""]
            && let Some(text) = search::text(query)
        {
            return Ok(Self::Search(search::location(&text?, options)?));
        }
        let route = Self::resource(raw.first().copied().unwrap_or_default(), &segments, options)?;
        if has_final_slash { route.without_final_slash() } else { Ok(route) }
    }

    /// The resource at a path; `first` is the first segment as it was before decoding.
    fn resource(first: &str, segments: &[&str], options: Options) -> Result<Self, Error> {
        Ok(match *segments {
            [""] => Self::Root(options),
            ["me"] => Self::Own(None, options),
            ["me", ref members @ ..] => Self::Own(Some(member(members)?), options),
            ["about"] => Self::About(options),
            ["health"] => Self::Health(options),
            ["openapi.json"] => Self::OpenApi,
            ["batch"] => Self::Batch(options),
            ["icon.svg" | "favicon.ico"] => Self::Icon,
            ["robots.txt"] => Self::Robots,
            ["" | "about" | "health" | "openapi.json" | "batch" | ".well-known", ..] => return Err(Error::NoSuchPath),
            [name] if let Some(member) = short_name::member(name) => {
                Self::Redirect(Redirect { is_permanent: false, location: location("me", member, options) })
            }
            [_, ref members @ ..] => match Subject::from_segment(first) {
                Ok(Subject::Address(ip)) if members.is_empty() => Self::Address(ip, None, options),
                Ok(Subject::Address(ip)) => Self::Address(ip, Some(member(members)?), options),
                Ok(Subject::Host(host)) if members.is_empty() => Self::Host(host, options),
                Err(invalid) if members.is_empty() || Member::from_segments(members).is_some() => {
                    return Err(Error::NoSubject(invalid));
                }
                Ok(Subject::Host(_)) | Err(_) => return Err(Error::NoSuchPath),
            },
            [] => return Err(Error::NoSuchPath),
        })
    }

    /// The redirect from this resource's path with a slash at the end.
    fn without_final_slash(self) -> Result<Self, Error> {
        let none = Options::default();
        let location = match self {
            Self::Own(member, options) => location("me", member, options),
            Self::Address(ip, member, options) => location(&ip.to_string(), member, options),
            Self::Host(host, options) => location(host.ascii(), None, options),
            Self::Batch(options) => location("batch", None, options),
            Self::About(options) => location("about", None, options),
            Self::Health(options) => location("health", None, options),
            Self::OpenApi => location("openapi.json", None, none),
            Self::Redirect(redirect) => return Ok(Self::Redirect(redirect)),
            Self::Root(_) | Self::Search(_) | Self::Icon | Self::Robots | Self::Methods(_) => {
                return Err(Error::NoSuchPath);
            }
        };
        Ok(Self::Redirect(Redirect { is_permanent: true, location }))
    }
}

/// The member that the segments after an address name.
fn member(segments: &[&str]) -> Result<Member, Error> {
    Member::from_segments(segments).ok_or(Error::NoSuchMember)
}

/// A path with query.
fn location(segment: &str, member: Option<Member>, options: Options) -> String {
    let member = member.map_or(String::new(), |member| format!("/{member}"));
    format!("/{segment}{member}{}", options.query())
}

#[cfg(test)]
mod tests;
