// Writes the map of the page (paths.js) and the bounding boxes of the countries (bounds.js).
//
// usage: node make.js

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { outputs } from "./outputs.js";

for (const { file, text } of outputs) {
  const content = text();
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, content);
  console.log(`${fileURLToPath(file)}: ${Buffer.byteLength(content)} bytes`);
}
