#!/usr/bin/env bash
# The line about old data: from the 46th day of the newest database on.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
age=$(dirname "$0")/../age.sh

cat > "$work/manifest.json" <<'END'
{
  "databases": [
    {
      "file": "geo.mmdb",
      "build_date": "2026-06-05",
      "sources": [
        {
          "build_date": "2026-12-31"
        }
      ]
    },
    {
      "file": "asn.mmdb",
      "build_date": "2026-06-17"
    }
  ]
}
END

expect() {
    local found
    found=$("$age" "$work/manifest.json" "$1")
    [[ $found == "$2" ]] || { echo "age.sh on $1: '$found' instead of '$2'" >&2; exit 1; }
}

expect 2026-06-17 ''
expect 2026-08-01 ''
expect 2026-08-02 'The data is 46 days old (of 2026-06-17). Renew it:  make update'
expect 2026-01-01 '' # the clock is wrong
echo '{}' > "$work/manifest.json"
if "$age" "$work/manifest.json" 2>/dev/null; then
    echo "age.sh: a manifest without dates is not an error" >&2
    exit 1
fi
echo "age.sh: warns from the 46th day on"
