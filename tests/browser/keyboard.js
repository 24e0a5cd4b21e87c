// Everything without a mouse.

import assert from "node:assert/strict";

import { shows, visit } from "./visit.js";

visit("keyboard alone", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
  await page.goto("/8.8.8.8");
  const reached = await walk(page);
  const expected = await page.evaluate(() =>
    [...document.querySelectorAll("a[href], button, input, textarea, [tabindex='0']")].filter((element) => element.checkVisibility()).length,
  );
  assert.equal(reached.length, expected, `every control once, in the order of the page:\n${reached.join("\n")}`);

  await page.locator("#q").focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("9.9.9.9");
  await page.keyboard.press("Enter");
  await shows(page, "9.9.9.9");
  await tabTo(page, "button.copy");
  await page.keyboard.press("Enter");
  await page.locator("button.copy", { hasText: "Copied" }).waitFor();
  await tabTo(page, "a[data-test=json]");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/9.9.9.9?pretty=true");
});

visit("many at once, with the keyboard alone", {}, async (page) => {
  await page.goto("/");
  await tabTo(page, "#many-open");
  await page.keyboard.press("Space");
  await page.locator("#many-text").waitFor();
  if (!(await page.evaluate(() => document.activeElement.id === "many-text"))) await tabTo(page, "#many-text");
  await page.keyboard.type("8.8.8.8 9.9.9.9");
  await tabTo(page, "#many-go");
  await page.keyboard.press("Enter");
  await page.locator("#many-table tbody tr[data-done]").nth(1).waitFor();
  const coming = page.waitForEvent("download");
  await tabTo(page, "#many-csv");
  await page.keyboard.press("Enter");
  await coming;
});

visit("the way past the header", {}, async (page) => {
  await page.goto("/8.8.8.8");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(new URL(page.url()).hash, "#subject");
});

/** Presses Tab until the page ends. Every element on the way must show that it has the focus, and be in view. */
async function walk(page) {
  const reached = [];
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === document.body) return null;
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      const around = element.closest("#search .box, form") ?? element;
      const { outlineStyle: aroundStyle, boxShadow: aroundShadow } = getComputedStyle(around);
      const { top, bottom } = element.getBoundingClientRect();
      return {
        name: element.outerHTML.slice(0, 100),
        isMarked: (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none" || aroundStyle !== "none" || aroundShadow !== "none",
        isInView: bottom > 0 && top < innerHeight,
      };
    });
    if (at === null) return reached;
    assert.ok(at.isMarked, `it does not show that it has the focus: ${at.name}`);
    assert.ok(at.isInView, `it has the focus, but is not in view: ${at.name}`);
    reached.push(at.name);
  }
  throw new Error("Tab never leaves the page");
}

async function tabTo(page, selector) {
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}
