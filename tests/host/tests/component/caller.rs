//! The caller's own address, which no header of the client can change.

use http::Method;

use crate::support::{Client, World};
use host::doh::Answer;

#[tokio::test]
async fn own_address_cannot_be_forged() {
    let forged: &[(&[(&str, &str)], &str)] = &[
        (&[], "nothing forged"),
        (&[("spin-client-addr", "8.8.8.8:53")], "Spin's own header, which Spin appends to"),
        (&[("spin-client-addr", "8.8.8.8:53"), ("spin-client-addr", "9.9.9.9:53")], "twice"),
        (&[("spin-client-addr", "8.8.8.8:53, 9.9.9.9:53")], "a list in one value"),
        (&[("Spin-Client-Addr", "[2606:4700:4700::1111]:53")], "IPv6, in another case"),
        (&[("spin-client-addr", "")], "empty"),
        (&[("spin-client-addr", "nonsense")], "not an address"),
        (
            &[("x-forwarded-for", "8.8.8.8"), ("forwarded", "for=8.8.8.8"), ("true-client-ip", "8.8.8.8")],
            "headers of other platforms",
        ),
    ];
    let world = World::new(Answer::FromAddress).await;
    // Every address of 127.0.0.0/8 is the machine's own.
    let neighbour = Client::at([127, 0, 0, 2].into(), world.host.addr());
    for (headers, reason) in forged {
        for path in ["/", "/me"] {
            let clients = [(&world.client, "127.0.0.1"), (&world.http2, "127.0.0.1"), (&neighbour, "127.0.0.2")];
            for (client, expected) in clients {
                let answer = client.send(Method::GET, path, headers).await;
                assert_eq!(answer.report()["ip"], expected, "{path}: {reason}");
                assert_eq!(answer.header("ipedge-caller"), "spin-client-addr", "{path}: {reason}");
                assert_eq!(answer.header("cache-control"), "private, no-store", "{path}: {reason}");
            }
        }
    }
    assert_eq!(world.doh.count(), 0, "no DNS query for loopback");
}
