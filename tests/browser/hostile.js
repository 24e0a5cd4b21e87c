// Text that others choose: names, reasons of resolvers, and what is typed or linked. That nothing runs and nothing leaves is
// checked at the end of every visit.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser, services, shows, text, visit } from "./visit.js";

const MARKUP = "<img src=x onerror=\"document.title='ran'\">";

visit("hostile names", {}, async (page) => {
  await page.goto("/8.8.8.20");
  const names = page.locator("[data-test=names] li");
  assert.equal(await names.count(), 10);
  const shown = await names.allInnerTexts();
  assert.ok(shown.some((name) => name.includes("<img") && name.includes("onerror")), "shown as text");
  await onlyText(page, "[data-test=names]");
  for (const name of shown) assert.doesNotMatch(name, /[\p{Cc}\p{Cf}]/u, "control characters, bidi controls among them");
  assert.doesNotMatch(await page.title(), /[\p{Cc}\p{Cf}]/u);
});

visit("hostile names, swapped in", {}, async (page) => {
  await page.goto("/");
  for (const subject of ["8.8.8.20", "8.8.8.21", "8.8.8.12"]) {
    await page.locator("#q").fill(subject);
    await page.locator("#q").press("Enter");
    await shows(page, subject);
    await onlyText(page, "#content");
  }
});

visit("names of 253 characters", { viewport: { width: 320, height: 640 } }, async (page) => {
  for (const path of ["/8.8.8.21", "/8.8.8.20", `/${"w".repeat(63)}.${"i".repeat(63)}.${"d".repeat(63)}.${"e".repeat(57)}.com`]) {
    await page.goto(path);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, path);
  }
});

visit("hostile reasons and records", {}, async (page) => {
  await page.goto("/8.8.8.12");
  assert.ok((await text(page, "#content")).includes("<img"), "the resolver's reason");
  await onlyText(page, "#content");
  await page.goto("/refused.com");
  assert.ok((await text(page, "#content")).includes("<img"), "the reason, of a host name");
  await onlyText(page, "#content");
  await page.goto("/hostile.com?records=true");
  assert.ok((await text(page, "[data-test=records]")).includes("<img"), "a text record");
  await onlyText(page, "#content");
});

visit("hostile input", { errors: /status of 4\d\d/ }, async (page) => {
  for (const typed of [
    MARKUP,
    "\"><script>document.title='ran'</script>",
    "' autofocus onfocus=document.title='ran' x='",
    "\u202emoc.elpmaxe\u2066",
    "//127.0.0.2/",
    "javascript:document.title='ran'",
    "{{7*7}}{% raw %}",
    "a".repeat(1024),
  ]) {
    for (const path of [`/?q=${encodeURIComponent(typed)}`, `/${encodeURIComponent(typed)}`]) {
      const response = await page.goto(path);
      assert.ok(response.status() >= 400 && response.status() < 500, `${path}: ${response.status()}`);
      assert.equal(new URL(page.url()).hostname, "127.0.0.1", path);
      await page.locator("#error").waitFor();
      await onlyText(page, "#error");
      await onlyText(page, "#content");
    }
    await page.goto("/");
    await page.locator("#q").fill(typed);
    await page.locator("#q").press("Enter");
    await page.locator("#error, #many-table tr[data-done]").first().waitFor(); // words with blanks between are many subjects
    await onlyText(page, "#notice, #many");
  }
});

test("no other page may frame it", async () => {
  const page = await browser.newPage();
  try {
    const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.setContent(`<iframe src="${services.usual}/8.8.8.8"></iframe>`);
    await refused;
  } finally {
    await page.close();
  }
});

/** Elements that markup in a text would make. The page itself has none of them there, and no attribute that runs a script. */
async function onlyText(page, selector) {
  const found = await page.locator(selector).evaluateAll((roots) =>
    roots.flatMap((root) => [...root.querySelectorAll("*")]).filter((element) =>
      ["img", "script", "iframe", "object", "embed", "link", "style", "base", "meta", "b"].includes(element.localName) ||
      [...element.attributes].some(({ name, value }) => name.startsWith("on") || /^\s*javascript:/i.test(value)),
    ).map((element) => element.outerHTML),
  );
  assert.deepEqual(found, [], "elements that text has become");
}
