//! The page for people: every document, and every error, as HTML.
//!
//! The markup stands in `page/templates`, the style and the script in `page/page.css` and `page/page.js`; all of it goes
//! into one response. Templates escape what they are given. What DNS and the databases say is shown as [`text`] has it,
//! with its direction isolated.

mod links;
mod map;
mod names;
mod place;
mod records;
mod special;
mod text;
mod view;

use std::borrow::Cow;
use std::time::Duration;

use askama::Template;

use crate::config::Origins;
use crate::lookup::databases::age::{self, Age};
use crate::lookup::databases::bundled;
use crate::lookup::report::{Host, Report};
use crate::request::route::Options;
use crate::response::problem::Problem;

use links::Piece;
use names::Check;
use view::View;

/// The version of the page: another one for every change of its templates, style, script or code. Part of the tags of
/// pages.
pub const VERSION: &str = env!("IPEDGE_PAGE_VERSION");

const STYLE: &str = include_str!(env!("IPEDGE_PAGE_STYLE"));
const SCRIPT: &str = include_str!(env!("IPEDGE_PAGE_SCRIPT"));

/// The room for what a page has beside its style, its script and the map.
const ROOM: usize = 24 * 1024;

/// What is shown.
#[derive(Clone, Copy)]
pub enum Content<'a> {
    /// The report on an address.
    Address(&'a Report<'a>),
    /// The report on the caller's own address, and how long DNS took.
    Own(&'a Report<'a>, Option<Duration>),
    /// What a host name resolves to.
    Host(&'a Host<'a>),
    /// An error, and what the client typed.
    Problem(&'a Problem, &'a str),
}

/// What all pages of a request have in common.
#[derive(Clone, Debug)]
pub struct Context {
    /// Where the page finds out the caller's other address.
    pub origins: Origins,
    /// How many subjects a batch may have; 0 turns batches off.
    pub batch_limit: usize,
    /// Whether host names are looked up.
    pub host_names: bool,
    /// The host that the request was sent to, and its port.
    pub authority: Option<String>,
    /// The parameters of the request.
    pub options: Options,
    /// The ages of the databases.
    pub ages: [Age; 2],
}

impl Context {
    /// What is known where the configuration has an error: nothing but the data.
    pub fn without_configuration(ages: [Age; 2]) -> Self {
        let (origins, options) = (Origins::default(), Options::default());
        Self { origins, batch_limit: 0, host_names: false, authority: None, options, ages }
    }
}

/// The page of this content.
///
/// # Errors
///
/// When a template cannot be rendered.
pub fn render(content: Content<'_>, context: &Context) -> Result<Vec<u8>, Problem> {
    let view = View::new(content, context);
    let (problem, search) = match content {
        Content::Problem(problem, typed) => (Some(problem), typed.to_owned()),
        Content::Address(report) => (None, report.ip.to_string()),
        Content::Host(host) => (None, host.unicode.clone()),
        Content::Own(..) => (None, String::new()),
    };
    let page = Page {
        title: view.title(),
        is_front: matches!(content, Content::Own(..)),
        search,
        problem,
        view,
        batch_limit: context.batch_limit,
        host_names: context.host_names,
        style: STYLE,
        script: SCRIPT,
        land: map::LAND,
        borders: map::BORDERS,
        attribution: links::attribution(bundled::ATTRIBUTION),
        ages: context.ages,
        is_stale: age::is_stale(&context.ages),
        version: env!("CARGO_PKG_VERSION"),
    };
    let mut html = String::with_capacity(STYLE.len() + SCRIPT.len() + page.land.len() + page.borders.len() + ROOM);
    page.render_into(&mut html)
        .map_err(|error| Problem::new(500, "The service is broken", format!("the page cannot be rendered: {error}")))?;
    Ok(html.into_bytes())
}

/// The fields of the head that every page has.
///
/// The policy allows nothing but the page's own style and script, by their hashes (CSP Level 3), its icon, and requests
/// to the service itself and to the origins that know the caller's other address.
pub fn headers(origins: &Origins) -> [(&'static str, Cow<'static, str>); 4] {
    const POLICY: &str = concat!(
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; img-src 'self'; script-src '",
        env!("IPEDGE_PAGE_SCRIPT_HASH"),
        "'; style-src '",
        env!("IPEDGE_PAGE_STYLE_HASH"),
        "'; connect-src 'self'"
    );
    let others: String =
        [&origins.ipv4, &origins.ipv6].into_iter().flatten().map(|origin| format!(" {origin}")).collect();
    let policy: Cow<'static, str> = if others.is_empty() { POLICY.into() } else { format!("{POLICY}{others}").into() };
    [
        ("content-security-policy", policy),
        ("cross-origin-opener-policy", "same-origin".into()),
        (
            "permissions-policy",
            "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
                .into(),
        ),
        ("referrer-policy", "no-referrer".into()),
    ]
}

/// The page, as its template takes it.
#[derive(Template)]
#[template(path = "page.html", config = "src/response/page/askama.toml")]
struct Page<'a> {
    title: String,
    /// Whether it is the page of the service itself, which search engines may show.
    is_front: bool,
    /// The text in the box.
    search: String,
    problem: Option<&'a Problem>,
    view: View<'a>,
    batch_limit: usize,
    host_names: bool,
    style: &'static str,
    script: &'static str,
    land: &'static str,
    borders: &'static str,
    attribution: Vec<Piece<'static>>,
    ages: [Age; 2],
    is_stale: bool,
    version: &'static str,
}

/// What templates can do with a value.
mod filters {
    use askama::{Result, Values, filter_fn};

    use super::text::Text;

    /// A text from outside, with all its characters seen.
    #[filter_fn]
    pub(super) fn shown<T: AsRef<str>>(value: T, _: &dyn Values) -> Result<Text<T>> {
        Ok(Text(value))
    }
}

#[cfg(test)]
mod tests;
