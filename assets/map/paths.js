// The map of the page: coasts and borders as the data of two SVG paths, one a line, for a view of the world and closer
// ones.
//
// The projection is equirectangular (EPSG:4326), and a user unit is a degree: x is the longitude, y the negative latitude,
// so the world is viewBox="-180 -90 360 180". A closer view is another viewBox of the same paths. Where that crosses the
// antimeridian, show the paths again, 360 units to the east or west.
//
// The first line is the land: fill it and do not stroke it. It is cut at the antimeridian, and a stroke would show the cut.
// The second line is the borders, where two countries touch, without coasts: stroke them and do not fill them.

import { geoEquirectangular, geoPath } from "d3-geo";
import { feature, mesh, merge } from "topojson-client";
import { presimplify, simplify } from "topojson-simplify";

import { territories } from "./territories.js";

/** Coordinates are rounded to a tenth of a degree, which is 11 km or less: the accuracy of 1:110m. */
const PER_DEGREE = 10;

/** The area, in square degrees, of the triangles at the points that are left out (Visvalingam's algorithm). */
const LEAST_AREA = 0.02;

/** How many bytes the paths may have: the page is one response, and must stay small. */
const MOST_BYTES = 40 * 1024;

/** The land, and the borders. */
export function paths(countries) {
  const topology = simplify(presimplify(countries), LEAST_AREA);
  const polygons = territories(topology).map(({ codes, geometry }) => ({ ...geometry, code: codes[0] }));
  const land = merge(topology, polygons);
  const borders = mesh(topology, { type: "GeometryCollection", geometries: polygons }, (a, b) => a.code !== b.code);
  const text = `${path(land)}\n${path(borders)}\n`;
  if (Buffer.byteLength(text) > MOST_BYTES) {
    throw new Error(`the paths have more than ${MOST_BYTES} bytes: ${Buffer.byteLength(text)}; raise LEAST_AREA`);
  }
  return text;
}

/** The geometry, cut at the antimeridian, as path data. */
function path(geometry) {
  const lines = [];
  const context = {
    moveTo: (x, y) => lines.push({ points: [rounded(x, y)], isClosed: false }),
    lineTo: (x, y) => lines.at(-1).points.push(rounded(x, y)),
    closePath: () => (lines.at(-1).isClosed = true),
  };
  const projection = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);
  geoPath(projection, context)(geometry);
  return lines.map(data).join("");
}

/** In tenths of a degree, so that the differences of rounded points are exact. */
function rounded(x, y) {
  return [Math.round(x * PER_DEGREE), Math.round(y * PER_DEGREE)];
}

/** One line in the shortest form: relative, without needless commands, spaces and zeros. Empty for less than a line. */
function data({ points, isClosed }) {
  const steps = [];
  let [x, y] = points[0];
  for (const [nextX, nextY] of points.slice(1)) {
    const step = [nextX - x, nextY - y];
    if (step[0] !== 0 || step[1] !== 0) steps.push(step);
    [x, y] = [nextX, nextY];
  }
  if (isClosed && x === points[0][0] && y === points[0][1]) steps.pop(); // z draws it
  if (steps.length < (isClosed ? 2 : 1)) return "";
  let text = `M${joined(points[0])}`;
  let command = "M";
  for (const [dx, dy] of steps) {
    const next = dy === 0 ? "h" : dx === 0 ? "v" : "l";
    const numbers = next === "h" ? [dx] : next === "v" ? [dy] : [dx, dy];
    text = next === command ? append(text, joined(numbers)) : `${text}${next}${joined(numbers)}`;
    command = next;
  }
  return isClosed ? `${text}z` : text;
}

function joined(numbers) {
  return numbers.map(number).reduce(append);
}

/** A number can follow another without a space if it starts with a sign, or with a point and the other has one. */
function append(text, next) {
  const last = text.match(/[\d.]*$/)[0];
  const touches = next.startsWith("-") || (next.startsWith(".") && last.includes("."));
  return touches ? text + next : `${text} ${next}`;
}

function number(tenths) {
  return String(tenths / PER_DEGREE).replace(/^(-?)0\./, "$1.");
}
