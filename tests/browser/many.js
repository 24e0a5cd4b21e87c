// Many subjects at once: the table, filled through /batch, and the download.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { services, visit } from "./visit.js";

// The first one is answered last: its resolver never does.
const SUBJECTS = ["8.8.8.14", "8.8.8.8", "193.0.1.1", "www.shop.com", "8.8.8.20", "nonsense", "10.1.2.3"];

visit("a table that is filled as lines arrive", {}, async (page, visitor) => {
  await page.goto("/");
  await page.locator("#many-open").click();
  await page.locator("#many-text").fill(SUBJECTS.join("\n"));
  await page.evaluate(() => {
    window.order = [];
    new MutationObserver((changes) => {
      for (const { target } of changes) if (target.matches("tr[data-done]") && !order.includes(target)) order.push(target);
    }).observe(document.querySelector("#many-table tbody"), { subtree: true, childList: true, attributes: true, attributeFilter: ["data-done"] });
  });
  const sent = page.waitForRequest("**/batch*");
  await page.locator("#many-go").click();
  const request = await sent;
  assert.equal(request.method(), "POST");
  assert.match(request.headers().accept, /application\/x-ndjson/);
  await filled(page, SUBJECTS.length);
  assert.equal(visitor.requests.filter((url) => url.includes("/batch")).length, 1, "one request for all");

  const rows = await page.locator("#many-table tbody tr").allInnerTexts();
  SUBJECTS.forEach((subject, index) => assert.ok(rows[index].includes(subject), `row ${index}: ${subject}`));
  assert.match(rows[1], /Bog City[^]*Googol Search Ltd[^]*ip-8-8-8-8\.doh\.test/);
  assert.match(rows[2], /Saint-Côme[^]*Réseau Élbonien/);
  const order = await page.evaluate(() => order.map((row) => [...row.parentElement.children].indexOf(row)));
  assert.equal(order.at(-1), 0, "the slowest comes last, and does not hold up the others");
  assert.equal(await page.locator("#many-table img, #many-table script").count(), 0, "names are text");
});

visit("the download", {}, async (page) => {
  await page.goto("/");
  await page.locator("#many-open").click();
  await page.locator("#many-text").fill(SUBJECTS.slice(1).join(", "));
  await page.locator("#many-go").click();
  await filled(page, SUBJECTS.length - 1);
  const coming = page.waitForEvent("download");
  await page.locator("#many-csv").click();
  const download = await coming;
  assert.match(download.suggestedFilename(), /\.csv$/);
  const text = await readFile(await download.path(), "utf8");
  const [header, ...rows] = parse(text.replace(/^\u{feff}/u, ""));
  assert.ok(header.length >= 5, "a line with the names of the columns");
  assert.equal(rows.length, SUBJECTS.length - 1 + 2, "a host name has a line for each of its three addresses");
  for (const row of rows) assert.equal(row.length, header.length, row.join());
  assert.equal(rows[0][0], "8.8.8.8");
  assert.ok(rows[0].includes("Bog City") && rows[0].includes("Googol Search Ltd"), rows[0].join());
  assert.ok(rows.flat().some((cell) => cell.includes("<img")), "names as they are");
  for (const cell of rows.flat()) {
    assert.doesNotMatch(cell, /^[=+\-@\t\r](?!\d)/, "a spreadsheet takes it for a formula");
  }
});

visit("many subjects pasted into the search", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
  await page.goto("/");
  await page.evaluate(() => navigator.clipboard.writeText("8.8.8.8\n9.9.9.9"));
  await page.locator("#q").focus();
  await page.keyboard.press("Control+V");
  await page.locator("#many-text").waitFor();
  assert.match(await page.locator("#many-text").inputValue(), /^8\.8\.8\.8\s+9\.9\.9\.9$/);
});

visit("more than a batch may have", { errors: /status of 4\d\d/ }, async (page) => {
  await page.goto("/");
  await page.locator("#many-open").click();
  const subjects = Array.from({ length: 101 }, (_, index) => `10.0.0.${index}`);
  await page.locator("#many-text").fill(subjects.join("\n"));
  await page.locator("#many-go").click();
  await page.locator("#many", { hasText: /100/ }).waitFor();
});

visit("more than the page takes", {}, async (page, visitor) => {
  await page.goto("/");
  await lookUp(page, Array.from({ length: 1001 }, (_, index) => `10.0.${index >> 8}.${index & 255}`));
  await page.locator("#many-state", { hasText: "at most 1000" }).waitFor();
  assert.equal(await page.locator("#many-table tbody tr").count(), 0);
  assert.equal(visitor.requests.filter((url) => url.includes("/batch")).length, 0);
});

visit("an error that is not the service's", { errors: /status of 502/ }, async (page) => {
  await page.goto("/");
  await page.route("**/batch", (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" }));
  await lookUp(page, ["8.8.8.8", "9.9.9.9"]);
  await page.locator("#many-state", { hasText: "status 502" }).waitFor();
});

visit("names whose addresses are not known", { baseURL: services.withoutDns }, async (page) => {
  await page.goto("/");
  await lookUp(page, ["shop.com", "8.8.8.8"]);
  await filled(page, 2);
  assert.match(await page.locator("#many-table tbody tr").first().innerText(), /not known: unreachable/);
  await page.locator("#many-state", { hasText: "1 answered, 1 not" }).waitFor();
});

visit("a subject of the table", { viewport: { width: 800, height: 500 } }, async (page) => {
  await page.goto("/");
  await lookUp(page, Array.from({ length: 40 }, (_, index) => `10.0.0.${index}`));
  await filled(page, 40);
  await page.locator("#many-table a", { hasText: "10.0.0.7" }).first().click();
  await page.waitForFunction(() => document.activeElement.id === "subject");
  const { top } = await page.locator("h1#subject").evaluate((heading) => heading.getBoundingClientRect());
  assert.ok(top >= 0 && top < 500, `the answer is in view: ${top}`);
});

visit("a table that is closed and opened again", {}, async (page) => {
  await page.goto("/");
  await lookUp(page, SUBJECTS);
  await page.locator("#many-close").click();
  await page.locator("#many-open").click();
  await filled(page, SUBJECTS.length);
});

async function lookUp(page, subjects) {
  await page.locator("#many-open").click();
  await page.locator("#many-text").fill(subjects.join("\n"));
  await page.locator("#many-go").click();
}

async function filled(page, count) {
  await page.waitForFunction((count) => document.querySelectorAll("#many-table tbody tr[data-done]").length === count, count);
}

/** The cells of a table by RFC 4180. */
function parse(text) {
  assert.ok(text.endsWith("\r\n"), "lines end as RFC 4180 has it");
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1).push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}
