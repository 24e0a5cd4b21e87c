//! ipedge: IP lookup at the edge.
//!
//! One Spin HTTP component that answers `GET /{ip}` with one JSON document: who routes the address (ASN), where it is
//! (GeoIP) and what it is called (reverse DNS). The modules below stand in the order in which a request walks through
//! them:
//!
//! 1. [`component`] takes the request from Spin. It is the only module that knows Spin.
//! 2. [`service`] leads it through the rest, and needs nothing but the traits that `component` implements.
//! 3. [`config`] holds the application's variables, read once and checked.
//! 4. [`route`] turns method, path and query into what is asked: about a [`subject`], an address or a host name as people
//!    type them, perhaps about one [`member`] of the report, or about many subjects in a [`batch`].
//! 5. [`negotiate`] picks the media type of the answer, where there is a choice.
//! 6. [`caller`] finds the address of who asks, where that is the question.
//! 7. [`lookup`] brings together what is known of a subject, and [`timing`] how long that took.
//! 8. [`address`] tells what kind of address it is: the IANA special-purpose registries, embedded IPv4.
//! 9. [`dns`] asks for its names, and for what a host name leads to. The question is on its way before the databases
//!    are read, and [`clock`] says when it is too late for an answer.
//! 10. [`geo`] and [`asn`] look it up in the databases inside the component, through [`mmdb`]; [`embedded`] holds them,
//!     and [`manifest`] says what they are.
//! 11. [`report`] is the document: its types are the contract with every client, [`openapi`] says so to programs, and
//!     [`page`] shows it to people.
//! 12. [`reply`] makes the HTTP response of a document, with an [`etag`] for those who have it already; [`problem`] is
//!     the document of an error.
//!
//! Nothing in it waits for anything but DNS, and DNS has a deadline; a batch waits for its body, too.

pub mod component;

pub mod service;

pub mod config;

pub mod route;

pub mod subject;

pub mod member;

pub mod batch;

pub mod negotiate;

pub mod caller;

pub mod lookup;

pub mod timing;

pub mod address;

pub mod dns;

pub mod clock;

pub mod geo;

pub mod asn;

pub mod mmdb;

pub mod embedded;

pub mod manifest;

pub mod report;

pub mod openapi;

pub mod page;

pub mod reply;

pub mod etag;

pub mod problem;

mod field;

#[cfg(test)]
mod testing;
