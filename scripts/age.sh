#!/usr/bin/env bash
# Prints a line with the command that renews the data, if the newest database is older than 45 days.
#
# usage: scripts/age.sh [MANIFEST [TODAY]]
set -euo pipefail

manifest=${1:-$(dirname "${BASH_SOURCE[0]}")/../assets/manifest.json}
today=${2:-$(date -u +%F)}

# The dates of the databases; those of their sources are indented further.
dates=$(sed -n 's/^      "build_date": "\([0-9-]*\)",\{0,1\}$/\1/p' "$manifest")
newest=$(sort <<<"$dates" | tail -n 1)
[[ $newest =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}$ ]] || { echo "age.sh: $manifest has no dates" >&2 && exit 1; }
days=$((($(date -u -d "$today" +%s) - $(date -u -d "$newest" +%s)) / 86400))
((days <= 45)) || echo "The data is $days days old (of $newest). Renew it:  make update"
