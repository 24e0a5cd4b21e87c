//! Pages as replies: which requests get one, and what pages of a request have in common.

use super::Service;
use crate::lookup::databases::age;
use crate::platform::{Platform, Request};
use crate::request::negotiate::{self, MediaType};
use crate::request::route::{Options, search};
use crate::response::page::{self, Content, Context};
use crate::response::problem::Problem;
use crate::response::reply::Reply;

impl Service {
    /// The reply to a request that cannot be answered: a page where the client prefers one to JSON, as browsers do.
    pub(super) async fn problem<'a>(
        &'a self,
        request: &impl Request,
        problem: &Problem,
        platform: &'a impl Platform,
    ) -> Reply<'a> {
        let document = Reply::problem(problem);
        const OFFERS: &[MediaType] = &[MediaType::Json, MediaType::Html];
        let prefers_page = negotiate::choose(&request.header("accept"), OFFERS) == Ok(MediaType::Html);
        if !prefers_page || !matches!(request.method(), "GET" | "HEAD") {
            return document;
        }
        // Without a configuration, the page still says what is wrong with it.
        let context = match self.page_context(request, Options::default(), platform).await {
            Ok(context) => context,
            Err(_) => Context::without_configuration(age::of_bundled(platform.wall_clock())),
        };
        let typed = search::typed(request.path_with_query());
        match reply(Content::Problem(problem, &typed), &context) {
            Ok(page) => page.of_problem(problem),
            Err(_) => document,
        }
    }

    /// What pages of this request have in common.
    pub(super) async fn page_context(
        &self,
        request: &impl Request,
        options: Options,
        platform: &impl Platform,
    ) -> Result<Context, Problem> {
        let config = self.config(platform).await?;
        Ok(Context {
            origins: config.origins.clone(),
            batch_limit: config.batch_limit,
            host_names: config.host_names,
            authority: request.authority(),
            options,
            ages: age::of_bundled(platform.wall_clock()),
        })
    }
}

/// The page of this content, with the fields that every page has.
pub(super) fn reply(content: Content<'_>, context: &Context) -> Result<Reply<'static>, Problem> {
    let page = Reply::new(MediaType::Html, page::render(content, context)?);
    Ok(page::headers(&context.origins).into_iter().fold(page, |page, (name, value)| page.with(name, value)))
}
