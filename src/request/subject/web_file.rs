//! Files of websites that browsers, crawlers and scanners request, such as `wp-login.php`. Without this list, each such
//! request would cost DNS queries.

/// How the names of files end. None is a top-level domain: a test compares them with IANA's list. A list of the top-level
/// domains could not be used instead: it would refuse domains that are added later.
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    // Pages and programs.
    "html", "htm", "xhtml", "shtml", "phtml", "php", "php5", "php7", "asp", "aspx", "ashx", "asmx", "axd", "jsp", "jspx",
    "cgi", "cfm", "js", "mjs", "css", "wasm",
    // Images and fonts.
    "ico", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "bmp", "woff", "woff2", "ttf",
    // Text and data.
    "txt", "xml", "json", "webmanifest", "rss", "atom", "csv", "pdf", "log", "yml", "yaml", "toml", "ini", "conf", "cfg",
    // What scanners look for.
    "env", "git", "htaccess", "htpasswd", "ds_store", "bak", "old", "swp", "sql", "sqlite", "pem", "gz", "tar", "tgz",
    "rar", "7z", "exe", "dll",
];

/// The ending that makes `name` a web file, if it is one.
pub(super) fn ending(name: &str) -> Option<&'static str> {
    let (_, last) = name.strip_suffix('.').unwrap_or(name).rsplit_once('.')?;
    ENDINGS.iter().find(|ending| last.eq_ignore_ascii_case(ending)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_ending_is_a_top_level_domain() {
        let domains: Vec<_> = include_str!("../../../tests/registries/tlds.txt").lines().collect();
        assert!(domains.len() > 1_400 && domains.contains(&"com"), "this is not the list");
        for ending in ENDINGS {
            assert!(!domains.contains(ending), ".{ending} is a top-level domain");
        }
        for domain in ["py", "sh", "md", "pl", "rs", "cc", "zip", "mov", "app", "map", "do"] {
            assert!(
                domains.contains(&domain) && !ENDINGS.contains(&domain),
                ".{domain} is a top-level domain that looks like a file"
            );
        }
    }

    #[test]
    fn endings() {
        for (name, expected, why) in [
            ("wp-login.php", Some("php"), "a scanner"),
            ("apple-touch-icon.PNG", Some("png"), "any case"),
            (".env", Some("env"), "a hidden file"),
            ("a.tar.gz.", Some("gz"), "with a final dot"),
            ("php", None, "one label"),
            ("php.net", None, "in another place"),
            ("example.com", None, "a name"),
        ] {
            assert_eq!(ending(name), expected, "{name}: {why}");
        }
    }
}
