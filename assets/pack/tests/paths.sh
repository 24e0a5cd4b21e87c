#!/usr/bin/env bash
# Custom databases whose names have blanks, quotes and other special characters: `make data` passes them to pack
# unchanged, remembers them, and packs again only if they have changed. Pack itself is replaced by a script that prints
# its arguments.
set -euo pipefail

makefile=$(cd "$(dirname "$0")/../../.." && pwd)/Makefile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir -p assets/pack/src
touch -d '-1 hour' assets/pack/Cargo.toml assets/pack/src/lib.rs asn.mmdb
cat > fake <<'END'
#!/usr/bin/env bash
printf '[%s]' "$@" > arguments
touch -d '-30 minutes' assets/geo.mmdb assets/asn.mmdb assets/manifest.json
END
chmod +x fake

# Runs make, and fails unless pack gets these arguments; `-` means that pack must not run.
expect() {
    local expected=$1 found
    shift
    rm -f arguments
    make --silent --file "$makefile" pack=./fake "$@"
    found=$(cat arguments 2>/dev/null || echo -)
    [[ $found == "$expected" ]] || { echo "make $*: $found instead of $expected" >&2; exit 1; }
}

for city in 'city.mmdb' 'my db/city.mmdb' 'a  b.mmdb' "it's.mmdb" 'a"b.mmdb' 'a$b.mmdb' 'a#b.mmdb' 'a:b.mmdb'; do
    mkdir -p "$(dirname "$city")"
    touch -d '-1 hour' "$city"
    arguments="[--profile][edge][--city][$city][--asn][asn.mmdb]"
    expect "$arguments" data CITY="$city" ASN=asn.mmdb
    expect - data
    touch -d '-1 minute' "$city"
    expect "$arguments" data
    touch -d '-1 hour' "$city"
    expect "[verify]$arguments" verify
done
expect '[--profile][edge][--city][no such.mmdb][--asn][asn.mmdb]' data CITY='no such.mmdb'
echo "paths: passed on unchanged"
