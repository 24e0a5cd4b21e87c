// Tests of the made files: node --test

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { outputs } from "./outputs.js";

const [map, boxes] = outputs;

for (const { file, text } of outputs) {
  test(`${fileURLToPath(file)} is what \`make map\` writes`, () => {
    assert.ok(readFileSync(file, "utf8") === text(), "run `make map` and look at the difference");
  });
}

test("the paths stay in the world, and no line crosses it", () => {
  const [land, borders] = map.text().split("\n");
  for (const [name, data] of Object.entries({ land, borders })) {
    assert.match(data, /^M[-\d][-.\dMlhvz ]+$/, name);
    for (const line of lines(data)) {
      line.forEach(([x, y], index) => {
        assert.ok(Math.abs(x) <= 180 && Math.abs(y) <= 90, `${name}: a point at ${x} ${y}`);
        const [fromX, fromY] = line[index - 1] ?? [x, y];
        const isEdge = [x, fromX].every((at) => Math.abs(at) === 180) || [y, fromY].every((at) => at === 90);
        assert.ok(isEdge || Math.abs(x - fromX) < 30, `${name}: a line from ${fromX} ${fromY} to ${x} ${y}`);
      });
    }
  }
});

test("every country has a box, of the right part of the world", () => {
  const rows = boxes.text().split("\n").filter((row) => row && !row.startsWith("#")).map((row) => row.split("\t"));
  const codes = rows.map(([code]) => code);
  assert.equal(codes.length, 249 + 1, "ISO 3166-1, and Kosovo");
  assert.deepEqual(codes, [...new Set(codes)].sort(), "sorted, and each once");
  for (const [code, places, why] of [
    ["DE", { inside: [[52.52, 13.4]], outside: [[48.2, 16.37]] }, "the usual case"],
    ["FJ", { inside: [[-18.14, 178.44], [-16.8, -179.98]], outside: [[-18, 0]] }, "on both sides of the antimeridian"],
    ["RU", { inside: [[54.7, 20.5], [66.16, -169.8]], outside: [[64.5, -165.4]] }, "the same, and half the world wide"],
    ["US", { inside: [[21.3, -157.86], [52.9, 173]], outside: [[48, 2]] }, "Hawaii and Attu"],
    ["AQ", { inside: [[-90, 0], [-75, 179.9]], outside: [[-54, 0]] }, "around the pole"],
    ["FR", { inside: [[42, 9]], outside: [[4.9, -52.3], [-21, 55.5]] }, "Corsica; GF and RE have separate codes"],
    ["GF", { inside: [[4.9, -52.3]], outside: [[48, 2]] }, "part of France in Natural Earth"],
    ["NO", { inside: [[71.1, 25.7]], outside: [[78.2, 15.6], [-54.4, 3.4]] }, "SJ and BV have separate codes"],
    ["SJ", { inside: [[78.2, 15.6], [71, -8.5]], outside: [] }, "Svalbard and Jan Mayen"],
    ["BQ", { inside: [[12.2, -68.3], [17.6, -63.2]], outside: [[52, 5]] }, "part of the Netherlands in Natural Earth"],
    ["TK", { inside: [[-9.2, -171.8]], outside: [[-41, 174]] }, "part of New Zealand in Natural Earth"],
    ["CX", { inside: [[-10.5, 105.6]], outside: [[-12.2, 96.8]] }, "a feature of two countries, without a number"],
    ["XK", { inside: [[42.7, 21.2]], outside: [] }, "without a number"],
    ["UA", { inside: [[44.95, 34.1]], outside: [] }, "with Crimea"],
    ["RU", { inside: [[44.95, 34.1]], outside: [] }, "with Crimea"],
    ["MV", { inside: [[4.2, 73.5]], outside: [[20, 73.5]] }, "a ring in the wrong direction in Natural Earth"],
  ]) {
    const box = rows.find(([of]) => of === code).slice(1).map(Number);
    for (const place of places.inside) assert.ok(contains(box, place), `${code} must contain ${place}: ${why}`);
    for (const place of places.outside) assert.ok(!contains(box, place), `${code} contains ${place}: ${why}`);
  }
});

function contains([south, west, north, east], [latitude, longitude]) {
  const isBetween = west <= east ? west <= longitude && longitude <= east : west <= longitude || longitude <= east;
  return south <= latitude && latitude <= north && isBetween;
}

/** The points of each line in path data with the commands M, l, h, v and z. */
function lines(data) {
  return data.split("M").slice(1).map((line) => {
    let [x, y] = [0, 0];
    return [...`L${line}`.matchAll(/([Llhvz])([^Llhvz]*)/g)].flatMap(([, command, text]) => {
      const numbers = (text.match(/-?(\d+(\.\d+)?|\.\d+)/g) ?? []).map(Number);
      const pairs = { h: () => numbers.map((dx) => [dx, 0]), v: () => numbers.map((dy) => [0, dy]), z: () => [] };
      const steps = (pairs[command] ?? (() => twos(numbers)))();
      return steps.map(([dx, dy]) => [x, y] = [rounded(x + dx), rounded(y + dy)]);
    });
  });
}

function twos(numbers) {
  return numbers.flatMap((number, index) => (index % 2 ? [] : [[number, numbers[index + 1]]]));
}

/** Sums of tenths, without the error of their binary fractions. */
function rounded(sum) {
  return Math.round(sum * 10) / 10;
}
