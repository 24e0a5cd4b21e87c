//! The table of failures in docs/dns.md: the outcome of a query by what the resolver does. `UPDATE_GOLDEN=1` writes it
//! anew.

use std::fmt::Write;
use std::net::Ipv4Addr;

use futures_util::future::join_all;

use super::behaviour;
use super::rig::Rig;
use crate::support::workspace;

const BEGIN: &str = "<!-- faults -->\n";
const END: &str = "<!-- /faults -->";

#[tokio::test]
async fn the_table_in_the_docs_is_true() {
    let rig = Rig::new().await;
    let behaviours = behaviour::all(&rig.elsewhere.origin());
    let addresses = (u32::from(Ipv4Addr::new(45, 0, 0, 0))..).map(Ipv4Addr::from);
    let rows = behaviours.iter().zip(addresses).map(async |(behaviour, ip)| {
        let alone = rig.ask(ip, behaviour, None).await;
        assert_eq!(alone.status, behaviour.status, "{}: {}: {alone:?}", behaviour.name, behaviour.why);
        assert_eq!(alone.names, behaviour.names(ip), "{}: {}: {alone:?}", behaviour.name, behaviour.why);
        assert!(alone.rest_is_whole, "{}: {}", behaviour.name, behaviour.why);
        let times = usize::from(rig.is_server(behaviour));
        assert_eq!(alone.asked, (times, 0), "{}: a fallback that is the primary is none", behaviour.name);
        // Another address, so that no cached answer is used.
        let ip = Ipv4Addr::from(u32::from(ip) | 1 << 15);
        let with_good = rig.ask(ip, behaviour, Some(&behaviours[0])).await;
        format!("| {} | `{}` | `{}` |\n", behaviour.name, alone.status, with_good.status)
    });
    let mut table = "| the primary's answer | alone | with a good fallback |\n|---|---|---|\n".to_owned();
    for row in join_all(rows).await {
        table.write_str(&row).unwrap();
    }
    rig.finish().await;
    compare(&table);
}

fn compare(table: &str) {
    let file = workspace().join("docs/dns.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("docs/dns.md has the marker `<!-- faults -->`");
    let (golden, after) = rest.split_once(END).expect("docs/dns.md has the marker `<!-- /faults -->`");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return std::fs::write(file, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    }
    assert_eq!(golden, table, "docs/dns.md");
}
