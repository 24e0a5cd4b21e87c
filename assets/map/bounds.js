// The bounding boxes of the countries, to find places that lie outside their country.
//
// From 1:10m, the most detailed scale: the others leave out Gibraltar, Tuvalu and other small territories, and
// many islands.

import iso from "i18n-iso-countries";
import { feature } from "topojson-client";

import { territories } from "./territories.js";

/** Edges are rounded outwards to so many parts of a degree. */
const PARTS_OF_A_DEGREE = 100;

/** The boxes as a table with tabs. */
export function bounds(topology) {
  const parts = new Map();
  for (const { codes, geometry } of territories(topology)) {
    for (const code of codes) parts.set(code, [...(parts.get(code) ?? []), geometry]);
  }
  const rows = [...parts].map(([code, geometries]) => [code, ...box(topology, geometries)].join("\t")).sort();
  const missing = Object.keys(iso.getAlpha2Codes()).filter((code) => !parts.has(code)).sort();
  return `\
# The bounding boxes of the countries, in degrees. Made by assets/map (\`make map\`); do not edit.
#
# Source: Natural Earth 4.1, 1:10m (https://www.naturalearthdata.com), by the npm package world-atlas 2.0.2.
# Licence: public domain.
#
# Codes are those of ISO 3166-1, and XK for Kosovo. A box holds every polygon with its code; its edges are rounded outwards
# to 0.01 degrees. The sea, and islands that Natural Earth leaves out, are outside: allow a margin. A box whose west is
# greater than its east crosses the antimeridian. Parts of a state with a separate code (GF, GP, MQ, RE and YT of FR,
# BQ of NL, SJ and BV of NO, TK of NZ) have a separate box and are not in the state's. Crimea is in the boxes of UA
# and RU, Kosovo in those of XK and RS, the Siachen Glacier in those of IN and PK; assets/map/territories.js has the rest.
#
# Codes without a box: ${missing.join(" ") || "none"}
#
# code	south	west	north	east
${rows.join("\n")}
`;
}

/** The least box around the polygons: south, west, north, east. */
function box(topology, geometries) {
  const rings = geometries.flatMap((geometry) => feature(topology, geometry).geometry.coordinates);
  const latitudes = rings.flatMap((ring) => [...ring.map(([, latitude]) => latitude), ...pole(ring)]);
  const [west, east] = around(rings.map(extent));
  return [down(Math.min(...latitudes)), down(west), up(Math.max(...latitudes)), up(east)];
}

/** Where a ring of points begins and ends from west to east. The end is greater than 180 if it crosses the antimeridian. */
function extent(ring) {
  let longitude = ring[0][0];
  let [west, east] = [longitude, longitude];
  for (const [next] of ring) {
    longitude += inRange(next - longitude); // the short way
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
  }
  const start = inRange(west);
  return [start, start + east - west];
}

/** The least part of the circle that holds all these parts: what remains without the greatest gap. */
function around(extents) {
  const gap = { width: 0, west: 180, east: -180 };
  let to = Math.max(...extents.map(([, east]) => east)) - 360;
  for (const [west, east] of [...extents].sort(([one], [other]) => one - other)) {
    if (west - to > gap.width) Object.assign(gap, { width: west - to, west: to, east: west });
    to = Math.max(to, east);
  }
  return [inRange(gap.east), -inRange(-gap.west)]; // the east is 180 rather than -180
}

/** The pole that a ring goes around. */
function pole(ring) {
  const [west, east] = extent(ring);
  return east - west < 360 ? [] : [Math.sign(ring[0][1]) * 90];
}

/** The same longitude from -180 to less than 180 degrees. */
function inRange(longitude) {
  return longitude - 360 * Math.floor((longitude + 180) / 360);
}

function down(degrees) {
  return Math.floor(exact(degrees)) / PARTS_OF_A_DEGREE;
}

function up(degrees) {
  return Math.ceil(exact(degrees)) / PARTS_OF_A_DEGREE;
}

/** Without the last digits, where 180 can be 180.00000000000003. */
function exact(degrees) {
  return Math.round(degrees * PARTS_OF_A_DEGREE * 1e6) / 1e6;
}
