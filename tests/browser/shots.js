// Pictures of the page for people to look at, in target/shots; and docs/page.png, which the README shows.

import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { Visitor, browser, services } from "./visit.js";

const FOLDER = fileURLToPath(new URL("../../target/shots/", import.meta.url));
const README = fileURLToPath(new URL("../../docs/page.png", import.meta.url));
const MOST_BYTES = 200 * 1024;

const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true };
const SUBJECTS = { own: "/", host: "/www.shop.com?records=true", special: "/10.1.2.3", hostile: "/8.8.8.20", error: "/nonsense" };

// The page shows the time at the place, which would be another one in each picture.
const NOW = "2026-01-15T12:00:00Z";

await mkdir(FOLDER, { recursive: true });
for (const [subject, path] of Object.entries(SUBJECTS)) {
  for (const [look, options] of Object.entries({
    light: { ...DESKTOP, colorScheme: "light" },
    dark: { ...DESKTOP, colorScheme: "dark" },
    phone: { ...PHONE, colorScheme: "light" },
  })) {
    await shot(path, options, (page) => page.screenshot({ path: `${FOLDER}${subject}-${look}.png`, fullPage: true }));
  }
  await shot(path, DESKTOP, (page) => page.pdf({ path: `${FOLDER}${subject}.pdf`, format: "A4" }));
}
// With the real databases, and the resolver of the tests.
await shot(`${services.real}/8.8.8.8`, { ...DESKTOP, colorScheme: "light" }, (page) => page.screenshot({ path: README }));
const { size } = await stat(README);
console.log(`${FOLDER}, ${README}: ${size} bytes`);
await browser.close();
if (size > MOST_BYTES) throw new Error(`docs/page.png has more than ${MOST_BYTES} bytes`);

async function shot(path, options, take) {
  const { page, context } = await Visitor.arrive(options);
  await page.clock.setFixedTime(NOW);
  await page.goto(path, { waitUntil: "networkidle" });
  await take(page);
  await context.close();
}
