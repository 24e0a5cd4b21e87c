//! Two resolvers whose behaviour is set for each name, and a host for every pair of origins.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use host::Running;
use host::doh::{Answer, Dead, Doh, Script, reverse};
use tokio::sync::{Mutex, OnceCell};

use super::behaviour::{Behaviour, Does, Place};
use crate::support::{self, Client, within};

/// The hedge delay of hosts that have one.
const HEDGE: Duration = Duration::from_millis(20);

/// The resolvers, and the hosts that use them.
pub struct Rig {
    primary: Side,
    fallback: Side,
    /// Where redirects lead.
    pub elsewhere: Doh,
    hosts: Mutex<HashMap<Wiring, Arc<OnceCell<Host>>>>,
}

/// One of the two resolvers: a server, or an origin without one.
struct Side {
    server: Doh,
    untrusted: Doh,
    dead: HashMap<Place, Dead>,
}

/// The configuration of a host.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Wiring {
    primary: String,
    fallback: String,
    timing: Timing,
    /// Whether each request has a separate instance, because an instance remembers `retry-after`.
    fresh: bool,
}

/// The hedge delay and the deadline of a host. Tests wait for a deadline only where a resolver never answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Timing {
    /// The fallback is queried only when the primary has failed.
    NoHedge,
    /// The fallback is queried soon, and the deadline is never reached.
    Hedge,
    /// The same with a deadline that is reached.
    Deadline,
}

struct Host {
    running: Running,
    client: Client,
}

/// A report, and how it came about.
#[derive(Debug)]
pub struct Outcome {
    pub status: String,
    pub names: Vec<String>,
    pub detail: String,
    /// The header.
    pub server_timing: String,
    /// Whether the rest of the report is complete, and equal to that with `dns=false`.
    pub rest_is_whole: bool,
    /// The queries that the two servers got.
    pub asked: (usize, usize),
}

impl Rig {
    pub async fn new() -> Self {
        Self {
            primary: Side::new().await,
            fallback: Side::new().await,
            elsewhere: Doh::start(Answer::FromAddress).await.unwrap(),
            hosts: Mutex::default(),
        }
    }

    /// The origins of a pair of behaviours.
    pub fn origins(&self, primary: &Behaviour, fallback: Option<&Behaviour>) -> (String, String) {
        let first = self.primary.origin(primary);
        let second = fallback.map_or_else(|| first.clone(), |fallback| self.fallback.origin(fallback));
        (first, second)
    }

    /// Whether a behaviour is that of the server, which counts its queries.
    pub fn is_server(&self, behaviour: &Behaviour) -> bool {
        !matches!(behaviour.does, Does::Dead(_))
    }

    /// Requests the report on `ip`, for the first time. Without a fallback, `doh_fallback` is `doh_primary`.
    pub async fn ask(&self, ip: Ipv4Addr, primary: &Behaviour, fallback: Option<&Behaviour>) -> Outcome {
        let name = reverse(ip.into());
        self.primary.server.on(&name, self.primary_script(primary, fallback));
        if let Some(fallback) = fallback {
            self.fallback.server.on(&name, script(fallback));
        }
        let host = self.host(primary, fallback).await;
        let host = host.get().unwrap();
        let answer = host.client.get(&format!("/{ip}")).await;
        let server_timing = answer.header("server-timing").to_owned();
        let mut rest = answer.report();
        let dns = rest["dns"].take();
        let without_dns = host.client.get(&format!("/{ip}?dns=false")).await.report();
        Outcome {
            status: dns["status"].as_str().unwrap_or_default().to_owned(),
            names: serde_json::from_value(dns["names"].clone()).unwrap(),
            detail: dns["detail"].as_str().unwrap_or_default().to_owned(),
            server_timing,
            rest_is_whole: rest == without_dns && rest["geo"].is_object() && rest["asn"].is_object(),
            asked: (self.primary.server.count_of(&name), self.fallback.server.count_of(&name)),
        }
    }

    /// Checks that no query is left, no instance has failed, and all hosts serve.
    pub async fn finish(&self) {
        for server in [&self.primary.server, &self.fallback.server] {
            within(server.idle()).await;
        }
        for host in self.hosts.lock().await.values() {
            let Host { running, client } = host.get().unwrap();
            assert_eq!(client.get("/health").await.report()["status"], "ok");
            assert_eq!(running.counters().failed(), 0, "an instance failed");
        }
        assert_eq!(self.elsewhere.count(), 0, "a redirect was followed");
    }

    async fn host(&self, primary: &Behaviour, fallback: Option<&Behaviour>) -> Arc<OnceCell<Host>> {
        let timing = Timing::of(primary, fallback);
        let fresh = [Some(primary), fallback].into_iter().flatten().any(Behaviour::asks_for_rest);
        let (primary, fallback) = self.origins(primary, fallback);
        let wiring = Wiring { primary, fallback, timing, fresh };
        let cell = Arc::clone(self.hosts.lock().await.entry(wiring.clone()).or_default());
        cell.get_or_init(|| Host::start(wiring)).await;
        cell
    }

    /// A late primary is held until the fallback has been queried. Where the fallback has an answer, it is held for good, so
    /// that the fallback is the first.
    fn primary_script(&self, primary: &Behaviour, fallback: Option<&Behaviour>) -> Script {
        match (&primary.does, fallback) {
            (Does::AnswerLate(_), Some(fallback)) if fallback.is_conclusive() => Script::never(),
            (Does::AnswerLate(answer), Some(Behaviour { does: Does::Answer(_) | Does::Never, .. })) => {
                Script::after_query_to(&self.fallback.server, answer.clone())
            }
            _ => script(primary),
        }
    }
}

fn script(behaviour: &Behaviour) -> Script {
    match &behaviour.does {
        Does::Answer(answer) => answer.clone().into(),
        Does::AnswerLate(answer) => Script::after(HEDGE * 3, answer.clone()),
        Does::Never | Does::Dead(_) => Script::never(),
    }
}

impl Side {
    async fn new() -> Self {
        Self {
            server: Doh::start(Script::never()).await.unwrap(),
            untrusted: Doh::start_tls(&support::identity().0, Answer::FromAddress).await.unwrap(),
            dead: HashMap::from([
                (Place::Closed, Dead::closed().unwrap()),
                (Place::HangsUp, Dead::hangs_up().await.unwrap()),
                (Place::TlsRefused, Dead::tls_refused().await.unwrap()),
                (Place::Silent, Dead::silent().await.unwrap()),
            ]),
        }
    }

    fn origin(&self, behaviour: &Behaviour) -> String {
        match behaviour.does {
            Does::Dead(place) => {
                self.dead.get(&place).map_or_else(|| self.untrusted.origin(), |dead| dead.origin().to_owned())
            }
            _ => self.server.origin(),
        }
    }
}

impl Timing {
    fn of(primary: &Behaviour, fallback: Option<&Behaviour>) -> Self {
        let conclusive = primary.is_conclusive() || fallback.is_some_and(Behaviour::is_conclusive);
        let silent = primary.is_silent() || fallback.is_some_and(Behaviour::is_silent);
        match (conclusive, silent) {
            (false, true) => Self::Deadline,
            _ if primary.is_silent() || primary.is_late() => Self::Hedge,
            _ => Self::NoHedge,
        }
    }
}

impl Host {
    async fn start(wiring: Wiring) -> Self {
        let hedge = HEDGE.as_millis().to_string();
        let (timeout, hedge) = match wiring.timing {
            Timing::NoHedge => ("30000", "30000"),
            Timing::Hedge => ("30000", hedge.as_str()),
            Timing::Deadline => ("2000", hedge.as_str()),
        };
        let variables = [
            ("doh_primary", wiring.primary.as_str()),
            ("doh_fallback", &wiring.fallback),
            ("dns_timeout_ms", timeout),
            ("dns_hedge_ms", hedge),
        ];
        let mut options = support::options(&support::workspace().join("spin.toml"), &variables);
        if wiring.fresh {
            options.instance_reuse = NonZeroUsize::MIN;
        }
        let running = support::serve_options(&options).await;
        let client = Client::new(running.addr());
        Self { running, client }
    }
}
