//! Countries by code: names and membership of the European Union.

use crate::place::{Area, Names};
use keshvar::Alpha2;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The countries of ISO 3166-1, and Kosovo, with names in some languages.
pub struct Countries {
    languages: Vec<String>,
    known: FxHashMap<String, Option<Arc<Area>>>,
}

impl Countries {
    /// With names in these languages, where there are translations.
    pub fn new(languages: &[String]) -> Self {
        Self { languages: languages.to_vec(), known: FxHashMap::default() }
    }

    /// The country with this code; `None` if ISO 3166-1 does not assign the code to a country.
    ///
    /// The only other code is `XK`. ISO 3166-1 leaves it to its users; GeoIP2, DB-IP, GeoNames and the European
    /// Commission use it for Kosovo, which has no code of its own.
    pub fn get(&mut self, code: &str) -> Option<Arc<Area>> {
        if !self.known.contains_key(code) {
            self.known.insert(code.to_owned(), self.find(code));
        }
        self.known.get(code)?.clone()
    }

    fn find(&self, code: &str) -> Option<Arc<Area>> {
        if code == "XK" {
            return Some(area("XK", Names::english("Kosovo"), false));
        }
        // The conversion also accepts lower case.
        let is_upper_case = code.bytes().all(|byte| byte.is_ascii_uppercase());
        let country = Alpha2::try_from(code).ok().filter(|_| is_upper_case)?.to_country();
        let translations = country.translations();
        let translate = |language: &String| match language.as_str() {
            "en" => Some(english(code, translations.get("en"), country.iso_short_name())),
            other => translations.get(other).map(|&name| name.to_owned()),
        };
        let name = |language: &String| Some((language.clone(), translate(language)?));
        let names: Names = self.languages.iter().filter_map(name).collect();
        Some(area(code, names, country.eu_member()))
    }
}

/// The usual English name where that of the standard is formal, or inverted for sorting.
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
    Arc::new(Area { code: Some(code.to_owned()), names, is_in_european_union })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::continents::CONTINENTS;

    fn codes() -> impl Iterator<Item = &'static str> {
        CONTINENTS.into_iter().flat_map(|(_, _, countries)| countries.split(' '))
    }

    #[test]
    fn every_country_has_its_usual_name() {
        let mut countries = Countries::new(&["en".to_owned()]);
        for code in codes() {
            let found = countries.get(code).unwrap_or_else(|| panic!("{code} is missing"));
            let name = found.names.get("en").unwrap();
            let is_inverted = name.ends_with(')') || name.contains(',') && !name.contains(" and ");
            assert!(!name.is_empty() && !is_inverted, "{code}: {name}");
            assert_eq!(found.code.as_deref(), Some(code));
        }
    }

    #[test]
    fn codes_that_are_not_assigned_are_not_countries() {
        let mut countries = Countries::new(&["en".to_owned()]);
        for (code, reason) in [
            ("ZZ", "user-assigned: unknown"),
            ("XX", "user-assigned"),
            ("EU", "exceptionally reserved: the European Union"),
            ("UK", "exceptionally reserved: the code is GB"),
            ("AP", "GeoIP's former code for Asia and the Pacific"),
            ("A1", "GeoIP's former code for anonymous proxies"),
            ("AN", "withdrawn: the Netherlands Antilles"),
            ("de", "lower case: the source's reader raises it"),
            ("-", "a placeholder"),
            ("", "empty"),
        ] {
            assert_eq!(countries.get(code), None, "{code}: {reason}");
        }
    }

    #[test]
    fn members_of_the_european_union_are_marked() {
        let mut countries = Countries::new(&["en".to_owned(), "de".to_owned()]);
        for (code, is_member, name, reason) in [
            ("US", false, "United States", "no \"of America\""),
            ("FR", true, "France", "a member state"),
            ("RE", true, "Réunion", "part of a member state, TFEU article 349"),
            ("AX", true, "Åland Islands", "part of a member state"),
            ("NC", false, "New Caledonia", "belongs to a member state, but is outside the Union"),
            ("GB", false, "United Kingdom", "left in 2020"),
            ("CY", true, "Cyprus", "a member state"),
            ("XK", false, "Kosovo", "not in ISO 3166-1"),
        ] {
            let area = countries.get(code).unwrap();
            assert_eq!((area.is_in_european_union, area.names.get("en")), (is_member, Some(name)), "{reason}");
        }
        assert_eq!(countries.get("DE").unwrap().names.get("de"), Some("Deutschland"), "another language");
        let members = codes().filter(|code| countries.get(code).unwrap().is_in_european_union);
        assert_eq!(members.count(), 27 + 7, "the members, and seven parts of members with codes of their own");
    }
}
