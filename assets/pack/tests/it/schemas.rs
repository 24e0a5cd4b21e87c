//! Databases of people's own, in the schemas of their makers.

use crate::support::{Directory, database, flat, map, names, text};
use pack::place::Place;
use pack::sources::{asn, city};
use pack::value::Value;

fn read_city(kind: &str, record: Value, languages: &[&str]) -> Result<(Place, String), String> {
    let directory = Directory::new("schemas");
    let file = directory.put("city.mmdb", database(kind, &[("1.2.3.0/24", record.clone()), ("2a00::/12", record)]));
    let languages: Vec<String> = languages.iter().map(|&language| language.to_owned()).collect();
    let loaded = city::database(&file, &languages).map_err(|error| error.to_string())?;
    let networks: Vec<String> = loaded.table.networks().map(|(network, _)| network.to_string()).collect();
    assert_eq!(networks, ["1.2.3.0/24", "2a00::/12"], "what is repeated under the aliases of IPv4 is left out");
    assert_eq!(loaded.build_date.to_string(), "2026-06-05");
    let [place] = &loaded.table.values[..] else { panic!("one record is one value") };
    Ok(((**place).clone(), loaded.sources[0].licence.clone()))
}

/// What is compared: continent, country, EU, region, city, postal code, latitude, longitude, accuracy, time zone.
fn summary(place: &Place) -> String {
    let area = |area: &Option<std::sync::Arc<pack::place::Area>>| match area {
        Some(area) => format!("{} {}", area.code, area.names.get("en").unwrap_or("-")),
        None => "-".to_owned(),
    };
    let name =
        |names: &Option<pack::place::Names>| names.as_ref().and_then(|names| names.get("en")).unwrap_or("-").to_owned();
    let eu = place.country.as_ref().is_some_and(|country| country.is_in_european_union);
    let point = place.point.map_or("-".to_owned(), |point| format!("{} {}", point.latitude(), point.longitude()));
    let accuracy = place.accuracy_km.map_or("-".to_owned(), |km| km.to_string());
    let parts = [
        area(&place.continent),
        area(&place.country),
        eu.to_string(),
        name(&place.region),
        name(&place.city),
        place.postal_code.clone().unwrap_or("-".to_owned()),
        point,
        accuracy,
        place.time_zone.clone().unwrap_or("-".to_owned()),
    ];
    parts.join(" | ")
}

/// A GeoLite2 City record with all that MaxMind puts in one.
fn geolite2() -> Value {
    let id = |mut record: Value, id| {
        if let Value::Map(members) = &mut record {
            members.push(("geoname_id".into(), Value::Uint32(id)));
        }
        record
    };
    let with = |mut record: Value, key: &'static str, value: Value| {
        if let Value::Map(members) = &mut record {
            members.push((key.into(), value));
        }
        record
    };
    let france = with(names([("de", "Frankreich"), ("en", "France")]), "iso_code", text("FR"));
    map([
        ("city", id(names([("en", "Saint-Come"), ("fr", "Saint-Côme")]), 1)),
        ("continent", with(names([("en", "Europe")]), "code", text("EU"))),
        ("country", with(id(france.clone(), 2), "is_in_european_union", Value::Bool(true))),
        (
            "location",
            map([
                ("accuracy_radius", Value::Uint16(20)),
                ("latitude", Value::double(44.5)),
                ("longitude", Value::double(2.75)),
                ("metro_code", Value::Uint16(7)),
                ("time_zone", text("Europe/Paris")),
            ]),
        ),
        ("postal", map([("code", text("12500"))])),
        ("registered_country", france),
        (
            "subdivisions",
            Value::Array(vec![with(names([("en", "Occitanie")]), "iso_code", text("OCC")), names([("en", "Aveyron")])]),
        ),
    ])
}

#[test]
fn every_schema_is_read() {
    let dbip = map([
        ("city", names([("en", "Bern")])),
        ("continent", map([("code", text("EU")), ("names", map([("en", text("Europe"))]))])),
        (
            "country",
            map([
                ("is_in_european_union", Value::Bool(false)),
                ("iso_code", text("CH")),
                ("names", map([("en", text("Switzerland")), ("fa", text("سوئیس"))])),
            ]),
        ),
        ("location", map([("latitude", Value::double(46.948)), ("longitude", Value::double(7.4474))])),
        ("subdivisions", Value::Array(vec![names([("en", "Bern")])])),
    ]);
    let ipinfo = map([
        ("city", text("Mountain View")),
        ("country", text("US")),
        ("geoname_id", text("5375480")),
        ("lat", text("37.38605")),
        ("lng", text("-122.08385")),
        ("postal_code", text("94041")),
        ("region", text("California")),
        ("region_code", text("CA")),
        ("timezone", text("America/Los_Angeles")),
    ]);
    let country_only = map([("country", map([("iso_code", text("XE"))]))]);
    for (kind, record, expected, licence, reason) in [
        (
            "GeoLite2-City",
            geolite2(),
            "EU Europe | FR France | true | Occitanie | Saint-Come | 12500 | 44.5 2.75 | 20 | Europe/Paris",
            "LicenseRef-GeoLite-EULA",
            "GeoIP2, as MaxMind writes it: what we have no use for is passed over",
        ),
        (
            "DBIP-City-Lite",
            dbip,
            "EU Europe | CH Switzerland | false | Bern | Bern | - | 46.948 7.4474 | - | Europe/Zurich",
            "CC-BY-4.0",
            "GeoIP2, as DB-IP writes it: the time zone is added",
        ),
        (
            "ipinfo standard_location.mmdb",
            ipinfo,
            "NA North America | US United States | false | California | Mountain View | 94041 | 37.38605 -122.08385 | - | America/Los_Angeles",
            "LicenseRef-IPinfo",
            "IPinfo: flat, and all of it text",
        ),
        (
            "city ipv4",
            flat("TR", "Istanbul", "Beyoglu", 41.0796, 29.0073),
            "AS Asia | TR Türkiye | false | Istanbul | Beyoglu | - | 41.0796 29.0073 | - | Europe/Istanbul",
            "LicenseRef-proprietary",
            "flat, with 32-bit floats",
        ),
        (
            "GeoIP2-City",
            country_only,
            "- | XE - | false | - | - | - | - | - | -",
            "LicenseRef-proprietary",
            "little is known, of a country that nobody knows",
        ),
    ] {
        let (place, found_licence) = read_city(kind, record, &["en"]).unwrap();
        assert_eq!((&*summary(&place), &*found_licence), (expected, licence), "{reason}");
    }
}

#[test]
fn other_languages_are_kept_on_demand() {
    for (languages, city, country, reason) in [
        (&["en"][..], [Some("Saint-Come"), None], [Some("France"), None], "English only"),
        (
            &["en", "fr"],
            [Some("Saint-Come"), Some("Saint-Côme")],
            [Some("France"), None],
            "and one in which the city has a name",
        ),
        (&["en", "de"], [Some("Saint-Come"), None], [Some("France"), None], "and one in which it has none"),
    ] {
        let (place, _) = read_city("GeoLite2-City", geolite2(), languages).unwrap();
        let (found_city, found_country) = (place.city.unwrap(), place.country.unwrap());
        assert_eq!([found_city.get("en"), found_city.get("fr")], city, "{reason}");
        assert_eq!([found_country.names.get("en"), found_country.names.get("fr")], country, "{reason}");
        assert_eq!(found_country.names.get("de").is_some(), languages.contains(&"de"), "{reason}");
    }
}

#[test]
fn wrong_types_are_named() {
    for (record, message) in [
        (map([("country_code", Value::Uint32(1))]), "the record of 1.2.3.0/24: "),
        (map([("city", Value::Uint16(1))]), "a text, or a map with code and names"),
        (map([("lat", text("north")), ("lng", text("0"))]), "`north` is not a number of degrees"),
        (map([("lat", text("1"))]), "a latitude without a longitude, or the other way round"),
        (map([("location", text("here"))]), "the record of 1.2.3.0/24: "),
    ] {
        let error = read_city("GeoIP2-City", record, &["en"]).unwrap_err();
        assert!(error.contains("city.mmdb: ") && error.contains(message), "{error}");
    }
}

#[test]
fn systems_are_read_in_every_schema() {
    let directory = Directory::new("systems");
    for (kind, record, expected, reason) in [
        (
            "GeoLite2-ASN",
            map([
                ("autonomous_system_number", Value::Uint32(15169)),
                ("autonomous_system_organization", text("Google LLC")),
            ]),
            Ok((15169, Some("Google LLC"))),
            "GeoLite2",
        ),
        (
            "GeoLite2-ASN",
            map([("autonomous_system_number", Value::Uint32(1))]),
            Ok((1, None)),
            "a number without a name",
        ),
        (
            "ipinfo generic_asn.mmdb",
            map([
                ("asn", text("AS15169")),
                ("domain", text("google.com")),
                ("name", text("Google LLC")),
                ("route", text("1.2.3.0/24")),
            ]),
            Ok((15169, Some("Google LLC"))),
            "IPinfo",
        ),
        (
            "ipinfo bundle_lite.mmdb",
            map([("as_name", text("Google LLC")), ("asn", text("AS15169")), ("country_code", text("US"))]),
            Ok((15169, Some("Google LLC"))),
            "IPinfo Lite",
        ),
        ("ipinfo x", map([("asn", text("15169"))]), Err("`15169` is not the number of an autonomous system"), "no AS"),
    ] {
        let file = directory.put("asn.mmdb", database(kind, &[("1.2.3.0/24", record)]));
        let found = asn::database(&file).map_err(|error| error.to_string());
        match (found, expected) {
            (Ok(loaded), Ok((number, organization))) => {
                let [system] = &loaded.table.values[..] else { panic!("one record is one value") };
                assert_eq!((system.number, system.organization.as_deref()), (number, organization), "{reason}");
            }
            (Err(error), Err(message)) => assert!(error.contains(message), "{reason}: {error}"),
            (found, _) => panic!("{reason}: {:?}", found.map(|loaded| loaded.table.values)),
        }
    }
}
