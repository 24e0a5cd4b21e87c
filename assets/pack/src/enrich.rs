//! What the free sources leave out and every reader of the schema expects: the names of country and continent,
//! membership of the European Union, and the time zone.

use crate::place::{Area, Names, Point};
use keshvar::{Alpha2, Continent};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use tzf_rs::DefaultFinder;

/// Countries and continents by code, in some languages.
pub struct Countries {
    languages: Vec<String>,
    known: FxHashMap<String, Option<Country>>,
}

/// A country and the continent it is counted to.
#[derive(Debug, Clone)]
pub struct Country {
    /// The country.
    pub country: Arc<Area>,
    /// Its continent.
    pub continent: Arc<Area>,
}

impl Countries {
    /// With names in these languages, as far as there are translations.
    pub fn new(languages: &[String]) -> Self {
        Self { languages: languages.to_vec(), known: FxHashMap::default() }
    }

    /// The country with this ISO 3166-1 alpha-2 code; `XK`, which ISO leaves to its users, is Kosovo as for everyone.
    pub fn get(&mut self, code: &str) -> Option<Country> {
        if !self.known.contains_key(code) {
            self.known.insert(code.to_owned(), self.find(code));
        }
        self.known.get(code)?.clone()
    }

    fn find(&self, code: &str) -> Option<Country> {
        if code == "XK" {
            let country = area("XK", Names::english("Kosovo"), false);
            return Some(Country { country, continent: continent(Continent::Europe) });
        }
        let country = Alpha2::try_from(code).ok()?.to_country();
        let translations = country.translations();
        let translate = |language: &String| match language.as_str() {
            "en" => Some(english(code, translations.get("en"), country.iso_short_name())),
            other => translations.get(other).map(|&name| name.to_owned()),
        };
        let name = |language: &String| Some((language.clone(), translate(language)?));
        let names: Names = self.languages.iter().filter_map(name).collect();
        // Geographers differ; the GeoIP2 databases count it to Asia.
        let of = if code == "TR" { Continent::Asia } else { country.continent() };
        Some(Country { country: area(code, names, country.eu_member()), continent: continent(of) })
    }
}

/// The name in English as people use it, where the standard is formal, or turns it round for sorting.
fn english(code: &str, translated: Option<&&str>, standard: &str) -> String {
    match code {
        "BN" => "Brunei",
        "CD" => "DR Congo",
        "CG" => "Republic of the Congo",
        "FK" => "Falkland Islands",
        "FM" => "Micronesia",
        "LA" => "Laos",
        "MF" => "Saint Martin",
        "PS" => "Palestine",
        "RU" => "Russia",
        "SX" => "Sint Maarten",
        "SY" => "Syria",
        "VA" => "Vatican City",
        "VG" => "British Virgin Islands",
        "VI" => "U.S. Virgin Islands",
        _ => translated.copied().unwrap_or(standard),
    }
    .to_owned()
}

fn area(code: &str, names: Names, is_in_european_union: bool) -> Arc<Area> {
    Arc::new(Area { code: code.to_owned(), names, is_in_european_union })
}

fn continent(continent: Continent) -> Arc<Area> {
    let (code, name) = match continent {
        Continent::Africa => ("AF", "Africa"),
        Continent::Antarctica => ("AN", "Antarctica"),
        Continent::Asia => ("AS", "Asia"),
        Continent::Australia => ("OC", "Oceania"),
        Continent::Europe => ("EU", "Europe"),
        Continent::NorthAmerica => ("NA", "North America"),
        Continent::SouthAmerica => ("SA", "South America"),
    };
    area(code, Names::english(name), false)
}

/// Time zones by coordinates.
pub struct TimeZones {
    finder: DefaultFinder,
}

impl Default for TimeZones {
    fn default() -> Self {
        Self { finder: DefaultFinder::new() }
    }
}

impl TimeZones {
    /// The IANA name of the zone at a point: on the high seas one of `Etc`.
    pub fn at(&self, point: Point) -> Option<String> {
        let name = self.finder.get_tz_name(point.longitude(), point.latitude());
        (!name.is_empty()).then(|| name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO 3166-1, all 249 of it, and Kosovo.
    const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
        BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER \
        ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL \
        IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD \
        ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF \
        PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX \
        SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT \
        ZA ZM ZW";

    #[test]
    fn every_country_has_a_name_as_people_use_it() {
        let mut countries = Countries::new(&["en".to_owned()]);
        let codes: Vec<&str> = CODES.split_whitespace().collect();
        assert_eq!(codes.len(), 250);
        for code in codes {
            let found = countries.get(code).unwrap_or_else(|| panic!("{code} is missing"));
            let name = found.country.names.get("en").unwrap();
            let is_turned_round = name.ends_with(')') || name.contains(',') && !name.contains(" and ");
            println!("{code} {name}");
            assert!(!name.is_empty() && !is_turned_round, "{code}: {name}");
            assert_eq!(found.country.code, code);
        }
        assert!(countries.get("ZZ").is_none(), "ISO leaves it to users, and none agree");
    }

    #[test]
    fn countries_are_where_they_belong() {
        let mut countries = Countries::new(&["en".to_owned(), "de".to_owned()]);
        for (code, continent, is_member, name, reason) in [
            ("US", "NA", false, "United States", "no \"of America\""),
            ("FR", "EU", true, "France", "a member state"),
            ("RE", "AF", true, "Réunion", "part of a member state, TFEU article 349"),
            ("AX", "EU", true, "Åland Islands", "part of a member state"),
            ("NC", "OC", false, "New Caledonia", "belongs to a member state, and is outside the Union"),
            ("GB", "EU", false, "United Kingdom", "left in 2020"),
            ("TR", "AS", false, "Türkiye", "GeoIP2 counts it to Asia"),
            ("XK", "EU", false, "Kosovo", "not in ISO 3166-1"),
        ] {
            let found = countries.get(code).unwrap();
            let (area, names) = (&found.country, found.country.names.get("en"));
            let seen = (&*found.continent.code, area.is_in_european_union, names);
            assert_eq!(seen, (continent, is_member, Some(name)), "{reason}");
        }
        assert_eq!(countries.get("DE").unwrap().country.names.get("de"), Some("Deutschland"), "a further language");
        let members = CODES.split_whitespace().filter(|code| countries.get(code).unwrap().country.is_in_european_union);
        assert_eq!(members.count(), 27 + 7, "the members, and seven parts of members with codes of their own");
    }

    #[test]
    fn points_have_time_zones() {
        let zones = TimeZones::default();
        for (latitude, longitude, zone, reason) in [
            (37.422, -122.085, "America/Los_Angeles", "Mountain View"),
            (-27.4767, 153.017, "Australia/Brisbane", "the southern hemisphere"),
            (27.7, 85.3, "Asia/Kathmandu", "a quarter-hour offset"),
            (0.0, -30.0, "Etc/GMT+2", "in the Atlantic"),
            (-90.0, 0.0, "Antarctica/McMurdo", "the pole"),
            (90.0, 180.0, "Etc/GMT-12", "the other pole, at the date line"),
        ] {
            let found = zones.at(Point::new(latitude, longitude).unwrap());
            assert_eq!(found.as_deref(), Some(zone), "{reason}");
        }
    }
}
