//! The page: the caller's own report, for people.

use crate::lookup::report::Report;
use crate::response::problem::Problem;

/// The page loads its icon and nothing else, runs nothing, and cannot be put into a frame.
pub const POLICY: &str = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                          frame-ancestors 'none'";

/// The page of a report.
///
/// # Errors
///
/// When the report cannot be written as JSON.
pub fn render(report: &Report<'_>) -> Result<Vec<u8>, Problem> {
    let json = escape(&serde_json::to_string_pretty(report)?);
    let ip = report.ip;
    let attribution = linked(&escape(report.attribution));
    Ok(format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <link rel=\"icon\" href=\"/icon.svg\" type=\"image/svg+xml\">\n\
         <title>{ip}</title>\n\
         <style>\n\
         :root {{ color-scheme: light dark }}\n\
         body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}\n\
         h1 {{ overflow-wrap: anywhere }}\n\
         pre {{ overflow-x: auto }}\n\
         </style>\n\
         <h1>{ip}</h1>\n\
         <pre>{json}</pre>\n\
         <p>For programs: <code>curl</code> this page, or use <a href=\"/me\">/me</a>. Any other address: \
         <code>/{{ip}}</code>. <a href=\"/openapi.json\">The contract</a>, <a href=\"/about\">about this service</a>.</p>\n\
         <p>{attribution}</p>\n"
    )
    .into_bytes())
}

/// Text as HTML: names from DNS and from the databases may be anything.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// Escaped text whose URLs are links: the licence of the data requires one.
fn linked(html: &str) -> String {
    let mut words = Vec::new();
    for word in html.split(' ') {
        let start = word.find("https://");
        words.push(match start.and_then(|start| word.split_at_checked(start)) {
            Some((before, url)) => {
                let end = url.find([')', ',', ';', '&']).unwrap_or(url.len());
                let (url, after) = url.split_at_checked(end).unwrap_or((url, ""));
                format!("{before}<a href=\"{url}\">{url}</a>{after}")
            }
            None => word.to_owned(),
        });
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_not_markup() {
        assert_eq!(escape("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
    }

    #[test]
    fn urls_are_links() {
        for (text, expected, why) in [
            ("by X (https://x.example), CC", "by X (<a href=\"https://x.example\">https://x.example</a>), CC", "one"),
            ("nothing here", "nothing here", "none"),
            ("https://a.example", "<a href=\"https://a.example\">https://a.example</a>", "alone"),
        ] {
            assert_eq!(linked(text), expected, "{why}");
        }
    }
}
