//! Custom databases, in the schemas of their makers.

use crate::support::{Directory, database, flat, map, names, text};
use pack::place::Place;
use pack::sources::{asn, city};
use pack::value::{Scalar, Value};

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
        Some(area) => format!("{} {}", area.code.as_deref().unwrap_or("-"), area.names.get("en").unwrap_or("-")),
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
            members.push(("geoname_id".into(), Scalar::Uint32(id).into()));
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
        ("country", with(id(france.clone(), 2), "is_in_european_union", Scalar::Bool(true).into())),
        (
            "location",
            map([
                ("accuracy_radius", Scalar::Uint16(20).into()),
                ("latitude", Value::double(44.5)),
                ("longitude", Value::double(2.75)),
                ("metro_code", Scalar::Uint16(7).into()),
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
                ("is_in_european_union", Scalar::Bool(false).into()),
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
    let country_only = map([("country", map([("iso_code", text("CY"))]))]);
    for (kind, record, expected, licence, reason) in [
        (
            "GeoLite2-City",
            geolite2(),
            "EU Europe | FR France | true | Occitanie | Saint-Come | 12500 | 44.5 2.75 | 20 | Europe/Paris",
            "LicenseRef-GeoLite-EULA",
            "GeoIP2, as MaxMind writes it: other fields are ignored",
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
            "EU Europe | CY Cyprus | true | - | - | - | - | - | -",
            "LicenseRef-proprietary",
            "only a country: its names, continent and membership are added",
        ),
    ] {
        let (place, found_licence) = read_city(kind, record, &["en"]).unwrap();
        assert_eq!((&*summary(&place), &*found_licence), (expected, licence), "{reason}");
    }
}

/// The GeoIP2 record of a country, with further fields.
fn with_country<const N: usize>(code: &str, members: [(&'static str, Value); N]) -> Value {
    let mut record = vec![("country", map([("iso_code", text(code))]))];
    record.extend(members);
    Value::map(record.into_iter().map(|(key, value)| (key, Some(value))))
}

fn location<const N: usize>(members: [(&'static str, Value); N]) -> Value {
    with_country("DE", [("location", map(members))])
}

#[test]
fn every_numeric_type_is_read() {
    let germany = |point: &str, accuracy: &str, zone: &str| {
        format!("EU Europe | DE Germany | true | - | - | - | {point} | {accuracy} | {zone}")
    };
    for (latitude, reason) in [
        (Scalar::Uint16(51).into(), "16 bits"),
        (Scalar::Uint32(51).into(), "32 bits"),
        (Scalar::Uint64(51).into(), "64 bits"),
        (Scalar::Uint128(51).into(), "128 bits"),
        (Scalar::Int32(51).into(), "signed"),
        (Scalar::Float(51_f32.to_bits()).into(), "a 32-bit float"),
        (Value::double(51.0), "a 64-bit float"),
        (text("51"), "text"),
        (text(" 51.0 "), "text with blanks"),
    ] {
        let record = location([("latitude", latitude.clone()), ("longitude", Scalar::Int32(9).into())]);
        assert_eq!(read_city("x", record, &["en"]).unwrap().0, {
            let flat = map([("country_code", text("DE")), ("lat", latitude), ("lng", text("9"))]);
            read_city("x", flat, &["en"]).unwrap().0
        });
        let record = location([("latitude", Scalar::Int32(-51).into()), ("longitude", Scalar::Int32(-69).into())]);
        assert!(summary(&read_city("x", record, &["en"]).unwrap().0).contains("| -51 -69 |"), "{reason}: signed");
    }
    let point = [("latitude", Value::double(51.0)), ("longitude", Value::double(9.0))];
    for (accuracy, expected, reason) in [
        (Scalar::Uint16(20).into(), "20", "GeoIP2's own type"),
        (Scalar::Uint64(20).into(), "20", "64 bits"),
        (Value::double(19.1), "20", "a fraction is rounded up"),
        (text("20"), "20", "text"),
        (text(""), "-", "empty"),
    ] {
        let [latitude, longitude] = point.clone();
        let record = location([latitude, longitude, ("accuracy_radius", accuracy)]);
        let found = summary(&read_city("x", record, &["en"]).unwrap().0);
        assert_eq!(found, germany("51 9", expected, "Europe/Berlin"), "{reason}");
    }
    let record = with_country("DE", [("postal", map([("code", Scalar::Uint32(10115).into())]))]);
    assert_eq!(read_city("x", record, &["en"]).unwrap().0.postal_code.as_deref(), Some("10115"));
}

#[test]
fn absent_and_invalid_values_are_absent() {
    let eu = |value| {
        map([("country", map([("iso_code", text("DE")), ("is_in_european_union", Scalar::Bool(value).into())]))])
    };
    let coded = |code: &str| map([("city", text("A")), ("country_code", text(code))]);
    let named = map([("names", map([("en", text("Europe"))])), ("iso_code", text("EU"))]);
    let germany = "EU Europe | DE Germany | true | - | - | - | - | - | -";
    for (record, expected, discarded, reason) in [
        (
            map([("country_code", text("DE")), ("latitude", text("")), ("longitude", text(""))]),
            germany,
            0,
            "empty coordinates",
        ),
        (map([("country", map([("iso_code", text("DE"))]))]), germany, 0, "membership follows from the country"),
        (eu(true), germany, 0, "membership as stated"),
        (eu(false), "EU Europe | DE Germany | false | - | - | - | - | - | -", 0, "a stated `no` is kept"),
        (coded("CY"), "EU Europe | CY Cyprus | true | - | A | - | - | - | -", 0, "in Europe, as GeoIP2 has it"),
        (coded("tr"), "AS Asia | TR Türkiye | false | - | A | - | - | - | -", 0, "lower case is raised"),
        (coded("XK"), "EU Europe | XK Kosovo | false | - | A | - | - | - | -", 0, "Kosovo"),
        (coded(""), "- | - | false | - | A | - | - | - | -", 0, "empty"),
        (coded("-"), "- | - | false | - | A | - | - | - | -", 1, "a placeholder"),
        (coded("EU"), "- | - | false | - | A | - | - | - | -", 1, "not a country"),
        (coded("AP"), "- | - | false | - | A | - | - | - | -", 1, "GeoIP's former code"),
        (coded("ZZ"), "- | - | false | - | A | - | - | - | -", 1, "user-assigned"),
        (coded("Germany"), "- | - | false | - | A | - | - | - | -", 1, "not a code"),
        (
            map([("city", text("A")), ("country", named)]),
            "- | - | false | - | A | - | - | - | -",
            1,
            "the name belongs to the invalid code",
        ),
        (
            map([("city", text("A")), ("country", names([("en", "Elbonia")]))]),
            "- | - Elbonia | false | - | A | - | - | - | -",
            0,
            "a name without a code",
        ),
        (
            with_country("DE", [("continent", map([("code", text("XX"))]))]),
            germany,
            1,
            "an invalid continent: that of the country",
        ),
        (
            map([("city", text("A")), ("continent_code", text("oc"))]),
            "OC Oceania | - | false | - | A | - | - | - | -",
            0,
            "a flat continent without a country",
        ),
        (map([("city", text("A\u{7}")), ("country_code", text("DE"))]), germany, 1, "a control character in a name"),
        (location([("accuracy_radius", Scalar::Uint16(5).into())]), germany, 0, "a radius without coordinates"),
        (
            location([
                ("latitude", Value::double(51.0)),
                ("longitude", Value::double(9.0)),
                ("time_zone", text("+01:00")),
            ]),
            "EU Europe | DE Germany | true | - | - | - | 51 9 | - | Europe/Berlin",
            1,
            "an invalid zone: that of the coordinates",
        ),
        (
            map([("country_code", text("PL")), ("lat", text("54.5")), ("lng", text("18.8"))]),
            "EU Europe | PL Poland | true | - | - | - | 54.5 18.8 | - | Europe/Warsaw",
            0,
            "on the water near the coast",
        ),
    ] {
        let directory = Directory::new("absent");
        let file = directory.put("city.mmdb", database("x", &[("1.2.3.0/24", record)]));
        let loaded = city::database(&file, &["en".to_owned()]).unwrap_or_else(|error| panic!("{reason}: {error}"));
        assert_eq!(summary(&loaded.table.values[0]), expected, "{reason}");
        assert_eq!(loaded.discarded.counts().values().sum::<u64>(), discarded, "{reason}");
    }
}

#[test]
fn a_file_of_the_wrong_kind_is_refused() {
    let system = map([("autonomous_system_number", Scalar::Uint32(1).into())]);
    let directory = Directory::new("swapped");
    let asn_file = directory.put("a.mmdb", database("GeoLite2-ASN", &[("1.2.3.0/24", system)]));
    let city_file = directory.put("c.mmdb", database("GeoLite2-City", &[("1.2.3.0/24", geolite2())]));
    let empty = directory.put("e.mmdb", database("GeoLite2-City", &Vec::<(&str, Value)>::new()));
    let other = map([("user_count", Scalar::Uint32(1).into())]);
    let other = directory.put("o.mmdb", database("GeoIP2-User-Count", &[("1.2.3.0/24", other)]));
    let city_error = |file: &std::path::Path| city::database(file, &["en".to_owned()]).err().unwrap().to_string();
    let asn_error = |file: &std::path::Path| asn::database(file).err().unwrap().to_string();
    for (error, parts) in [
        (
            city_error(&asn_file),
            &["a.mmdb: no record has a location", "`GeoLite2-ASN`", "seems to be an ASN database", "CITY= (--city)"][..],
        ),
        (
            asn_error(&city_file),
            &[
                "c.mmdb: no record has an AS number",
                "`GeoLite2-City`",
                "seems to be a location database",
                "ASN= (--asn)",
            ],
        ),
        (city_error(&empty), &["e.mmdb: no record has a location", "it has no records at all"]),
        (city_error(&other), &["seems to be neither", "fields: user_count"]),
        (asn_error(&other), &["seems to be neither"]),
    ] {
        for part in parts {
            assert!(error.contains(part), "{part}: {error}");
        }
    }
}

#[test]
fn the_type_is_accepted_by_strict_readers() {
    for (kind, expected, reason) in [
        ("GeoLite2-City", "GeoLite2-City", "the source's own"),
        ("ipinfo standard_location.mmdb", "ipinfo standard_location.mmdb (compat=City)", "another schema"),
    ] {
        let directory = Directory::new("types");
        let file = directory.put("city.mmdb", database(kind, &[("1.2.3.0/24", geolite2())]));
        assert_eq!(city::database(&file, &["en".to_owned()]).unwrap().database_type, expected, "{reason}");
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
        (map([("country_code", Scalar::Uint32(1).into())]), "the record of 1.2.3.0/24: "),
        (map([("city", Scalar::Uint16(1).into())]), "a text, or a map with code and names"),
        (map([("lat", text("north")), ("lng", text("0"))]), "`north` is not a number"),
        (map([("lat", text("1"))]), "a latitude without a longitude"),
        (map([("lat", text("91")), ("lng", text("0"))]), "91, 0 is not a point: latitudes are -90 to 90"),
        (map([("lat", text("nan")), ("lng", text("0"))]), "NaN, 0 is not a point"),
        (
            map([("location", map([("accuracy_radius", Scalar::Uint32(70_000).into())]))]),
            "the accuracy radius in km is 70000; it must be from 0 to 20038",
        ),
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
                ("autonomous_system_number", Scalar::Uint32(15169).into()),
                ("autonomous_system_organization", text("Google LLC")),
            ]),
            Ok((15169, Some("Google LLC"))),
            "GeoLite2",
        ),
        (
            "GeoLite2-ASN",
            map([("autonomous_system_number", Scalar::Uint32(1).into())]),
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
        ("ipinfo x", map([("asn", text("15169"))]), Ok((15169, None)), "without AS"),
        ("x", map([("asn", Scalar::Uint16(15169).into())]), Ok((15169, None)), "a 16-bit integer"),
        ("x", map([("autonomous_system_number", Scalar::Uint64(15169).into())]), Ok((15169, None)), "64 bits"),
        ("x", map([("autonomous_system_number", Scalar::Uint128(15169).into())]), Ok((15169, None)), "128 bits"),
        ("x", map([("autonomous_system_number", Scalar::Int32(15169).into())]), Ok((15169, None)), "signed"),
        ("x", map([("autonomous_system_number", Value::double(15169.0))]), Ok((15169, None)), "a float"),
        ("x", map([("autonomous_system_number", text("15169"))]), Ok((15169, None)), "text"),
        ("x", map([("autonomous_system_number", Value::double(0.5))]), Err("0.5 is not an integer"), "a fraction"),
        (
            "x",
            map([("autonomous_system_number", Scalar::Int32(-1).into())]),
            Err("`-1` is not an AS number"),
            "negative",
        ),
        (
            "x",
            map([("autonomous_system_number", Scalar::Uint64(1 << 32).into())]),
            Err("`4294967296` is not"),
            "too large",
        ),
        ("x", map([("asn", text("ASX"))]), Err("`X` is not an AS number: 1 to 4294967295"), "no digits"),
        ("x", map([("autonomous_system_number", Scalar::Uint32(0).into())]), Err("no record has an AS number"), "AS 0"),
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
