// Which country a polygon of Natural Earth belongs to.
//
// Natural Earth draws who controls a territory, and counts overseas parts to their state. GeoIP data uses the codes of
// ISO 3166-1, where many such parts have a separate code, and places disputed territories as ISO 3166 does. The two
// tables here translate.

import { geoCentroid } from "d3-geo";
import iso from "i18n-iso-countries";
import { feature } from "topojson-client";

/** Features without an ISO code: the codes whose boxes they belong to. The first one counts for borders. */
const NAMED = {
  "Kosovo": ["XK", "RS"], // ISO 3166 does not list Kosovo; GeoIP data uses XK, see src/enrich/countries.rs in pack
  "Somaliland": ["SO"],
  "N. Cyprus": ["CY"],
  "Cyprus U.N. Buffer Zone": ["CY"],
  "Akrotiri": ["CY"], // British bases on Cyprus
  "Dhekelia": ["CY"],
  "USNB Guantanamo Bay": ["CU"],
  "Baikonur": ["KZ"],
  "Siachen Glacier": ["IN", "PK"], // claimed by both
  "Coral Sea Is.": ["AU"],
  "Indian Ocean Ter.": ["CC"], // and CX, below
  "Clipperton I.": [], // uninhabited or disputed, and without a code: no box
  "Spratly Is.": [],
  "Bajo Nuevo Bank": [],
  "Serranilla Bank": [],
  "Scarborough Reef": [],
};

/**
 * Parts of a state with separate codes: the state's code, the part's, and a box around the part in degrees: south,
 * west, north, east. The polygons of the state whose centre is in the box are the part's.
 */
const PARTS = [
  ["FR", ["GF"], [2, -55, 6, -51]], // French Guiana
  ["FR", ["GP"], [15.8, -62, 16.6, -60.9]], // Guadeloupe
  ["FR", ["MQ"], [14.3, -61.3, 15, -60.7]], // Martinique
  ["FR", ["RE"], [-22, 55, -20, 56]], // Réunion
  ["FR", ["YT"], [-13.2, 44.9, -12.5, 45.4]], // Mayotte
  ["NL", ["BQ"], [11, -69, 18, -62]], // Bonaire, Sint Eustatius and Saba
  ["NO", ["SJ"], [74, 10, 81, 34]], // Svalbard
  ["NO", ["SJ"], [70, -10, 72, -7]], // Jan Mayen
  ["NO", ["BV"], [-55, 3, -54, 4]], // Bouvet Island
  ["NZ", ["TK"], [-10, -173, -8, -171]], // Tokelau
  ["CC", ["CX"], [-11, 105, -10, 106]], // Christmas Island
  ["RU", ["UA", "RU"], [44, 32, 46.3, 37]], // Crimea: Ukraine's in ISO 3166-2; GeoIP data has it with either code
];

/**
 * Every polygon of the topology with its codes.
 *
 * @returns {{ codes: string[], geometry: { type: "Polygon", arcs: number[][] } }[]}
 */
export function territories(topology) {
  return topology.objects.countries.geometries.flatMap((country) => {
    const polygons = country.type === "Polygon" ? [country.arcs] : country.arcs;
    return polygons.map((arcs) => {
      const geometry = { type: "Polygon", arcs };
      return { codes: codes(country, geoCentroid(feature(topology, geometry))), geometry };
    });
  });
}

function codes({ id, properties: { name } }, centre) {
  const states = id === undefined ? NAMED[name] : [iso.numericToAlpha2(id)];
  if (states === undefined || states.includes(undefined)) {
    throw new Error(`${name} (${id ?? "without an ISO 3166-1 number"}) has no code; add it to territories.js`);
  }
  const part = PARTS.find(([state, , box]) => state === states[0] && contains(box, centre));
  return part ? part[1] : states;
}

function contains([south, west, north, east], [longitude, latitude]) {
  return south <= latitude && latitude <= north && west <= longitude && longitude <= east;
}
