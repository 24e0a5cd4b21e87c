//! ipedge: IP lookup at the edge.
//!
//! One Spin HTTP component that answers `GET /{ip}` with one JSON document: who routes the address (ASN), where it is
//! (GeoIP) and what it is called (reverse DNS). The modules below stand in the order in which a request walks through
//! them:
//!
//! 1. [`component`] takes the request from Spin. It is the only module that knows Spin.
//! 2. [`service`] leads it through the rest, and needs nothing but the traits that `component` implements.
//! 3. [`config`] holds the application's variables, read once and checked.
//! 4. [`route`] turns method, path and query into what is asked.
//! 5. [`subject`] reads what it is asked about: an address or a host name, as people type them.
//! 6. [`negotiate`] picks the media type of the answer, where there is a choice.
//! 7. [`caller`] finds the address of who asks, where that is the question.
//! 8. [`address`] tells what kind of address it is: the IANA special-purpose registries, embedded IPv4.
//! 9. [`dns`] asks for its names. The question is on its way before the databases are read.
//! 10. [`geo`] and [`asn`] look it up in the databases inside the component, through [`mmdb`]; [`embedded`] holds them,
//!    and [`manifest`] says what they are.
//! 11. [`report`] is the document: its types are the contract with every client.
//! 12. [`reply`] makes the HTTP response of a document, [`problem`] that of an error.
//!
//! Nothing in it waits for anything but DNS, and DNS has a deadline.

pub mod component;

pub mod service;

pub mod config;

pub mod route;

pub mod subject;

pub mod negotiate;

pub mod caller;

pub mod address;

pub mod dns;

pub mod geo;

pub mod asn;

pub mod mmdb;

pub mod embedded;

pub mod manifest;

pub mod report;

pub mod reply;

pub mod problem;

mod field;
