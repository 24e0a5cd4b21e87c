//! Requests to makers and mirrors: redirects are followed here, not in the HTTP library, so that credentials go to one
//! origin only (RFC 6454 section 4).

use crate::credentials::Credentials;
use crate::download::Version;
use crate::error::Error;
use crate::patience::Patience;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use ureq::http::{HeaderMap, Request, Response};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};
use url::{Host, Url};

/// The most redirects of a request.
const MOST_REDIRECTS: usize = 5;

/// The most requests for one file: a server that sends a little more each time has an end, too.
const MOST_REQUESTS: u32 = 100;

/// The most bytes of a validator: more than real servers send.
const LONGEST_VALIDATOR: usize = 200;

/// The most bytes of a file of certificates: about ten times those of an operating system.
const LARGEST_CERTIFICATES: u64 = 4 << 20;

/// Sends requests for the files of one source.
pub struct Client {
    agent: Agent,
    /// For this machine's own servers: without the proxies of the environment.
    direct: Agent,
    /// The mirror that stands in for the maker's host.
    mirror: Option<Url>,
    credentials: Option<Credentials>,
    /// What to do when the credentials are refused.
    refused: &'static str,
    /// How long to wait.
    pub(crate) patience: Patience,
}

/// A response that is not a redirect.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, not yet read.
    pub body: Body,
    /// Whether another origin sent it.
    pub is_redirected: bool,
}

/// Why a request has no useful response.
#[derive(Debug)]
pub enum Failure {
    /// Another try may succeed, after the wait that the server asked for.
    Transient(String, Option<Duration>),
    /// The file does not exist.
    Missing,
    /// The maker, or the mirror in its place, refuses the credentials or their absence.
    Refused(String),
    /// The server refuses this request, with this status. One of another kind may succeed.
    Status(u16),
    /// Another try would fail in the same way.
    Final(String),
}

impl Client {
    /// A client that sends `credentials` to the maker, or to the mirror in its place. `read` reads the environment: proxies,
    /// and in `SSL_CERT_FILE` a file of certificates.
    ///
    /// # Errors
    ///
    /// When `mirror` is not an http or https URL, has a user name or a query, when credentials would go over a network
    /// without TLS, or when a proxy or the certificates cannot be used.
    pub fn new(
        mirror: Option<&str>,
        credentials: Option<Credentials>,
        refused: &'static str,
        patience: Patience,
        read: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        check_proxy(&read)?;
        let file = read("SSL_CERT_FILE").filter(|file| !file.is_empty());
        let roots = file.map(|file| certificates(Path::new(&file))).transpose()?;
        let tls = TlsConfig::builder().root_certs(roots.unwrap_or(RootCerts::WebPki)).build();
        let mirror = mirror.filter(|text| !text.is_empty()).map(parse_mirror).transpose()?;
        if let (Some(mirror), Some(_)) = (&mirror, &credentials)
            && mirror.scheme() != "https"
            && !is_loopback(mirror)
        {
            let problem = "ORIGIN: a key is sent over https only, or to this machine; use an https mirror";
            return Err(Error::Settings(problem.to_owned()));
        }
        let agent = |with_proxy: bool| {
            let mut config = Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .user_agent(concat!("ipedge-fetch/", env!("CARGO_PKG_VERSION")))
                .timeout_resolve(Some(patience.connect))
                .timeout_connect(Some(patience.connect))
                .timeout_per_read(Some(patience.idle))
                .timeout_recv_response(Some(patience.idle))
                .timeout_recv_body(Some(patience.body))
                .tls_config(tls.clone())
                .max_idle_connections(0);
            if !with_proxy {
                config = config.proxy(None);
            }
            config.build().new_agent()
        };
        Ok(Self { agent: agent(true), direct: agent(false), mirror, credentials, refused, patience })
    }

    /// What a whole response says about the version of its file. A validator is kept only if it has the form of one, and
    /// does not have the credentials in it: it goes into the lock file, and to other hosts.
    pub(crate) fn version(&self, headers: &HeaderMap) -> Version {
        let bytes = header(headers, "content-length").and_then(|length| length.parse().ok());
        let (etag, last_modified) = (header(headers, "etag"), header(headers, "last-modified"));
        self.vetted(Version { etag, last_modified, bytes })
    }

    /// The same of a version that has been kept.
    pub(crate) fn vetted(&self, version: Version) -> Version {
        let is_harmless = |value: &String| {
            value.len() <= LONGEST_VALIDATOR
                && !self.credentials.as_ref().is_some_and(|credentials| credentials.are_in(value))
        };
        Version {
            etag: version.etag.filter(|etag| is_etag(etag) && is_harmless(etag)),
            last_modified: version
                .last_modified
                .filter(|date| httpdate::parse_http_date(date).is_ok() && is_harmless(date)),
            ..version
        }
    }

    /// Sends a request about a maker's URL once. Follows redirects, to other origins without credentials.
    pub(crate) fn send(&self, method: &str, url: &str, headers: &[(&str, &str)]) -> Result<Answer, Failure> {
        let first = self.locate(url)?;
        let origin = first.origin();
        let (mut url, mut is_redirected) = (first, false);
        for _ in 0..=MOST_REDIRECTS {
            let response = self.send_once(method, &url, headers, !is_redirected)?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return self.judge(response, is_redirected);
            }
            let next = follow(&url, response.headers())?;
            // Once elsewhere, never again with credentials: the next redirect is not the maker's.
            is_redirected |= next.origin() != origin;
            url = next;
        }
        Err(Failure::Final(format!("more than {MOST_REDIRECTS} redirects")))
    }

    /// The maker's URL, at the mirror if there is one.
    fn locate(&self, url: &str) -> Result<Url, Failure> {
        let url = Url::parse(url).map_err(|_| Failure::Final("the lock file has an invalid URL here".to_owned()))?;
        let Some(mirror) = &self.mirror else { return Ok(url) };
        let mut there = mirror.clone();
        there.set_path(&format!("{}{}", mirror.path().trim_end_matches('/'), url.path()));
        there.set_query(url.query());
        Ok(there)
    }

    fn send_once(
        &self,
        method: &str,
        url: &Url,
        headers: &[(&str, &str)],
        with_credentials: bool,
    ) -> Result<Response<Body>, Failure> {
        let mut request = Request::builder().method(method).uri(url.as_str()).header("accept-encoding", "identity");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(credentials) = self.credentials.as_ref().filter(|_| with_credentials) {
            request = request.header("authorization", credentials.header());
        }
        let request =
            request.body(()).map_err(|_| Failure::Final("a part of the request is not valid HTTP".to_owned()))?;
        let agent = if is_loopback(url) { &self.direct } else { &self.agent };
        agent.run(request).map_err(|error| Failure::Transient(explain(&error), None))
    }

    /// Turns a status into success or a failure.
    fn judge(&self, response: Response<Body>, is_redirected: bool) -> Result<Answer, Failure> {
        let status = response.status().as_u16();
        match status {
            200 | 206 => {
                let (head, body) = response.into_parts();
                Ok(Answer { status, headers: head.headers, body, is_redirected })
            }
            404 | 410 => Err(Failure::Missing),
            401 | 403 if !is_redirected => Err(Failure::Refused(format!("HTTP status {status}: {}", self.refused))),
            408 | 425 | 429 | 500 | 502..=599 => {
                let asked = header(response.headers(), "retry-after").and_then(|value| self.patience.asked(&value));
                if let Some(wait) = asked.filter(|wait| *wait > self.patience.longest_wait) {
                    let (wait, most) = (wait.as_secs(), self.patience.longest_wait.as_secs());
                    let problem =
                        format!("HTTP status {status}: the server asks to wait {wait} s, over {most} s; try later");
                    return Err(Failure::Final(problem));
                }
                Err(Failure::Transient(format!("HTTP status {status}"), asked))
            }
            _ => Err(Failure::Status(status)),
        }
    }

    /// Repeats `attempt` while it fails in a way that may pass. Counts tries anew whenever it reports progress.
    pub(crate) fn persist<T>(
        &self,
        url: &str,
        mut attempt: impl FnMut(&mut bool) -> Result<T, Failure>,
    ) -> Result<Option<T>, Error> {
        let (mut tried, mut sent) = (0, 0);
        loop {
            sent += 1;
            let mut has_progressed = false;
            let (problem, asked) = match attempt(&mut has_progressed) {
                Ok(value) => return Ok(Some(value)),
                Err(Failure::Missing) => return Ok(None),
                Err(Failure::Final(problem) | Failure::Refused(problem)) => {
                    return Err(Error::server(&shown(url), problem));
                }
                Err(Failure::Status(status)) => {
                    return Err(Error::server(&shown(url), format!("HTTP status {status}")));
                }
                Err(Failure::Transient(problem, asked)) => (problem, asked),
            };
            tried = if has_progressed { 1 } else { tried + 1 };
            if tried >= self.patience.tries || sent >= MOST_REQUESTS {
                return Err(Error::server(&shown(url), format!("{problem}, {sent} times")));
            }
            let wait = asked.unwrap_or_else(|| self.patience.wait(tried));
            eprintln!("fetch: {}: {problem}; next try in {:.1} s", shown(url), wait.as_secs_f64());
            (self.patience.sleep)(wait);
        }
    }
}

/// A maker's URL as it is printed: without its query.
pub(crate) fn shown(url: &str) -> String {
    url.split('?').next().unwrap_or_default().to_owned()
}

/// The value of a header, if it is text.
pub(crate) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Whether a text is an entity tag (RFC 9110 section 8.8.3), of ASCII characters.
fn is_etag(text: &str) -> bool {
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    tag.is_some_and(|tag| tag.bytes().all(|byte| byte == 0x21 || (0x23..=0x7e).contains(&byte)))
}

/// The certificates in a PEM file, with which servers are verified in place of those of Mozilla.
fn certificates(file: &Path) -> Result<RootCerts, Error> {
    let mut pem = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LARGEST_CERTIFICATES + 1).read_to_end(&mut pem));
    read.map_err(Error::io(file))?;
    let wrong =
        |problem: &str| Error::Settings(format!("SSL_CERT_FILE: {} {problem}: it must be a PEM file", file.display()));
    if pem.len() as u64 > LARGEST_CERTIFICATES {
        return Err(wrong("is too large"));
    }
    let items = parse_pem(&pem).collect::<Result<Vec<_>, _>>().map_err(|_| wrong("is damaged"))?;
    let found: Vec<_> = items
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(wrong("has no certificate")) } else { Ok(RootCerts::from(found)) }
}

/// Checks the proxy of the environment: the HTTP library skips one that it cannot use, without a word.
fn check_proxy(read: &impl Fn(&str) -> Option<String>) -> Result<(), Error> {
    let set = PROXIES.into_iter().find_map(|name| Some((name, read(name).filter(|url| !url.is_empty())?)));
    match set {
        // The value is not repeated: it can have a password.
        Some((name, url)) if ureq::Proxy::new(&url).is_err() => Err(Error::Settings(format!(
            "{name} is not the URL of a proxy: http://, https://, socks4://, socks4a://, socks5:// or socks5h://host:port"
        ))),
        _ => Ok(()),
    }
}

/// The variables with a proxy, in the order of the HTTP library.
const PROXIES: [&str; 6] = ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"];

fn parse_mirror(text: &str) -> Result<Url, Error> {
    // The text itself is not repeated: it can have a password.
    let wrong =
        |problem: &str| Error::Settings(format!("ORIGIN {problem}: it is a URL such as https://mirror.example/path"));
    let url = Url::parse(text).map_err(|_| wrong("is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong("is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has a user name: credentials come from the environment"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has a query or a fragment"));
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Where a redirect leads.
fn follow(from: &Url, headers: &HeaderMap) -> Result<Url, Failure> {
    let location = header(headers, "location");
    let next = location.and_then(|location| from.join(&location).ok());
    let next = next.ok_or_else(|| Failure::Final("a redirect without a valid location".to_owned()))?;
    match (from.scheme(), next.scheme()) {
        (_, "https") | ("http", "http") => Ok(next),
        _ => Err(Failure::Final("a redirect from https to something else".to_owned())),
    }
}

/// A failure of the transport, in words without any text from outside.
fn explain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "timed out".to_owned(),
        ureq::Error::HostNotFound => "the host's name does not resolve".to_owned(),
        // What rustls says about a certificate that it does not trust.
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            "TLS failed; in a network with a CA of its own, set SSL_CERT_FILE to its certificate".to_owned()
        }
        ureq::Error::Io(error) => format!("the connection failed: {}", error.kind()),
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        ureq::Error::Protocol(_) => "the response is not valid HTTP".to_owned(),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "TLS failed".to_owned(),
        ureq::Error::InvalidProxyUrl => "the environment has an invalid URL of a proxy".to_owned(),
        _ => "the request failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(mirror: &str, credentials: Option<Credentials>) -> Result<Client, Error> {
        Client::new(Some(mirror), credentials, "", Patience::default(), |_| None)
    }

    #[test]
    fn entity_tags_have_this_form() {
        for (text, is_tag, reason) in [
            ("\"5f3a-1\"", true, "strong"),
            ("W/\"5f3a\"", true, "weak"),
            ("\"\"", true, "empty"),
            ("5f3a", false, "no quotes"),
            ("\"5f3a", false, "one quote"),
            ("\"", false, "a quote alone"),
            ("\"5f\"3a\"", false, "a quote inside"),
            ("\"5f 3a\"", false, "a blank"),
            ("w/\"5f3a\"", false, "a small letter"),
            ("Bearer \"5f3a\"", false, "something before it"),
        ] {
            assert_eq!(is_etag(text), is_tag, "{text}: {reason}");
        }
    }

    #[test]
    fn the_environment_is_checked() {
        let file = std::env::temp_dir().join(format!("fetch-pem-{}", std::process::id()));
        let path = file.display().to_string();
        for (name, value, pem, message, reason) in [
            ("ALL_PROXY", "http://user:secret@proxy.example:8080", "", None, "HTTP"),
            ("ALL_PROXY", "socks5h://proxy.example:1080", "", None, "SOCKS"),
            (
                "ALL_PROXY",
                "socks9://user:secret@proxy.example",
                "",
                Some("ALL_PROXY is not the URL of a proxy"),
                "no kind",
            ),
            ("https_proxy", "http://user:secret@[", "", Some("https_proxy is not the URL of a proxy"), "no URL"),
            ("https_proxy", "", "", None, "not set"),
            ("SSL_CERT_FILE", &path, "", Some("has no certificate: it must be a PEM file"), "empty"),
            ("SSL_CERT_FILE", &path, "-----BEGIN CERTIFICATE-----\n", Some("is damaged"), "it ends early"),
            ("SSL_CERT_FILE", &path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", None, "PEM"),
            ("SSL_CERT_FILE", "/dev/null/x", "", Some("/dev/null/x: "), "a file that does not exist"),
            ("SSL_CERT_FILE", "/dev/zero", "", Some("is too large"), "a file without an end"),
        ] {
            std::fs::write(&file, pem).unwrap();
            let read = |known: &str| (known == name).then(|| value.to_owned());
            let found =
                Client::new(None, None, "", Patience::default(), read).map(drop).map_err(|error| error.to_string());
            match (found, message) {
                (Ok(()), None) => {}
                (Err(error), Some(message)) => {
                    assert!(error.contains(message) && !error.contains("secret"), "{reason}: {error}");
                }
                (found, _) => panic!("{name}, {reason}: {found:?}"),
            }
        }
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn a_mirror_stands_in_for_the_host() {
        let url = "https://download.maxmind.com/geoip/x/download?suffix=tar.gz";
        for (mirror, expected, reason) in [
            ("", url, "none"),
            ("http://127.0.0.1:8080/mirror", "http://127.0.0.1:8080/mirror/geoip/x/download?suffix=tar.gz", "a path"),
            ("http://127.0.0.1:8080/mirror/", "http://127.0.0.1:8080/mirror/geoip/x/download?suffix=tar.gz", "a slash"),
            ("https://m.example", "https://m.example/geoip/x/download?suffix=tar.gz", "a host alone"),
        ] {
            let found = client(mirror, None).unwrap().locate(url).unwrap();
            assert_eq!(found.as_str(), expected, "{reason}");
        }
    }

    #[test]
    fn a_mirror_that_would_leak_is_refused() {
        let key = || Some(Credentials::bearer("secret"));
        for (mirror, credentials, message, reason) in [
            ("mirror.example", None, "is not a URL", "no scheme"),
            ("ftp://mirror.example", None, "neither http nor https", "another scheme"),
            ("https://user:secret@mirror.example", None, "has a user name", "credentials would be in the process list"),
            ("https://mirror.example/?token=secret", None, "has a query", "a token in the query"),
            ("http://mirror.example", key(), "over https only", "a key in the clear"),
        ] {
            let error = client(mirror, credentials).err().unwrap().to_string();
            assert!(error.contains(message) && !error.contains("secret"), "{reason}: {error}");
        }
        for mirror in ["http://127.0.0.1:1/m", "http://[::1]:1", "http://localhost:1", "https://mirror.example"] {
            assert!(client(mirror, key()).is_ok(), "{mirror}: on this machine, or with TLS");
        }
    }

    #[test]
    fn redirects_do_not_leave_tls() {
        for (from, location, expected, reason) in [
            ("https://a.example/x/y", Some("z"), Some("https://a.example/x/z"), "relative"),
            ("https://a.example/x", Some("//b.example/y"), Some("https://b.example/y"), "another host"),
            ("http://127.0.0.1:1/x", Some("https://b.example/"), Some("https://b.example/"), "to TLS"),
            ("http://127.0.0.1:1/x", Some("http://127.0.0.1:2/"), Some("http://127.0.0.1:2/"), "never had TLS"),
            ("https://a.example/x", Some("http://a.example/x"), None, "away from TLS"),
            ("https://a.example/x", Some("file:///etc/passwd"), None, "a file"),
            ("https://a.example/x", None, None, "no location"),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(location.map(|location| (ureq::http::header::LOCATION, location.parse().unwrap())));
            let found = follow(&from.parse().unwrap(), &headers).ok().map(String::from);
            assert_eq!(found.as_deref(), expected, "{reason}");
        }
    }
}
