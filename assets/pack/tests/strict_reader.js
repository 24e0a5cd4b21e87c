// Looks up an address with MaxMind's GeoIP2 reader for Node.js, which checks the type of each database, and prints what
// it finds: strict_reader.js GEO ASN ADDRESS

import { Reader } from '@maxmind/geoip2-node'

const [geo, asn, address] = process.argv.slice(2)
const city = (await Reader.open(geo)).city(address)
const system = (await Reader.open(asn)).asn(address)
console.log(
  JSON.stringify({
    continent: city.continent?.code,
    country: city.country?.isoCode,
    is_eu: city.country?.isInEuropeanUnion,
    city: city.city?.names?.en,
    latitude: city.location?.latitude,
    time_zone: city.location?.timeZone,
    number: system.autonomousSystemNumber,
    organization: system.autonomousSystemOrganization,
  }),
)
