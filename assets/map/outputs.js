// The files that are made from Natural Earth (public domain), as the npm package world-atlas has it. They are
// committed, so that neither the page nor the databases need Node.js.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { bounds } from "./bounds.js";
import { paths } from "./paths.js";

const require = createRequire(import.meta.url);

/** The files and their contents. */
export const outputs = [
  { file: new URL("../../src/response/page/world.txt", import.meta.url), text: () => paths(atlas("110m")) },
  { file: new URL("../pack/src/plausibility/bounds.tsv", import.meta.url), text: () => bounds(atlas("10m")) },
];

/** The countries at a scale of 1 to so many million, as a TopoJSON topology in degrees. */
export function atlas(scale) {
  return JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), "utf8"));
}
