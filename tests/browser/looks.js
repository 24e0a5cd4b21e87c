// How the page looks: narrow, enlarged, dark, printed, without motion; and what axe finds.

import assert from "node:assert/strict";

import { AxeBuilder } from "@axe-core/playwright";

import { shows, visit } from "./visit.js";

const PAGES = ["/", "/8.8.8.20?verify=true", "/8.8.8.21", "/www.shop.com?records=true", "/www.shop.com?verify=true", "/10.1.2.3", "/64:ff9b::8.8.8.8", "/nonsense"];
const ERRORS = /status of 40/;

for (const colorScheme of ["light", "dark"]) {
  visit(`axe, ${colorScheme}`, { colorScheme, errors: ERRORS }, async (page) => {
    for (const path of PAGES) {
      await page.goto(path);
      await accessible(page, path);
    }
    await page.goto("/");
    await page.locator("#many-open").click();
    await page.locator("#many-text").fill("8.8.8.8\n9.9.9.9");
    await page.locator("#many-go").click();
    await page.locator("#many-table tbody tr[data-done]").nth(1).waitFor();
    await accessible(page, "the table");
  });
}

// 400 % of a window of 1280 by 1024 pixels (WCAG 2.2, 1.4.10) is a view of 320 by 256.
for (const [name, options] of [
  ["a phone of 320 pixels", { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true }],
  ["enlarged to 400 %", { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 }],
]) {
  visit(name, { ...options, errors: ERRORS }, async (page) => {
    for (const path of PAGES) {
      await page.goto(path);
      const { wide, out, broken } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        out: [...document.querySelectorAll("h1, h2, p, dd, li, input, button, svg.map, a")]
          .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.outerHTML.slice(0, 80)),
        broken: [...document.querySelectorAll(".home span, nav button, nav a")].map((element) => {
          const words = document.createRange();
          words.selectNodeContents(element);
          return words.getClientRects().length;
        }),
      }));
      assert.ok(wide <= 320, `${path}: ${wide} pixels wide`);
      assert.deepEqual(out, [], `${path}: cut off`);
      assert.deepEqual([...new Set(broken)], [1], `${path}: what stands in the bar has one line`);
      assert.ok(await page.locator("#q").isVisible() && await page.locator("h1#subject").isVisible(), path);
    }
    await page.goto("/");
    await page.locator("#many-open").click();
    await page.locator("#many-text").fill("8.8.8.8\n2001:4860:4860::8888\nwww.shop.com");
    await page.locator("#many-go").click();
    await page.locator("#many-table tbody tr[data-done]").nth(2).waitFor();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, "the table scrolls in itself");
  });
}

visit("dark and light differ", { colorScheme: "light" }, async (page) => {
  await page.goto("/");
  const colours = () => page.evaluate(() => {
    const { color, backgroundColor } = getComputedStyle(document.documentElement);
    return { color, backgroundColor };
  });
  const light = await colours();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await colours();
  assert.notEqual(light.backgroundColor, dark.backgroundColor);
  assert.notEqual(light.color, dark.color);
});

visit("print", { colorScheme: "dark" }, async (page) => {
  await page.goto("/8.8.8.8");
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("h1#subject").isVisible());
  assert.ok(await page.locator("footer [data-test=attribution]").isVisible(), "the licence applies to paper, too");
  for (const useless of ["#search", "button.copy"]) {
    for (const element of await page.locator(useless).all()) assert.ok(!(await element.isVisible()), useless);
  }
  const pdf = await page.pdf({ format: "A4" });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length;
  assert.ok(pages >= 1 && pages <= 2, `${pages} sheets`);
});

visit("reduced motion", { reducedMotion: "reduce" }, async (page) => {
  await page.goto("/");
  await page.locator("#q").fill("9.9.9.9");
  await page.locator("#q").press("Enter");
  await shows(page, "9.9.9.9");
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0, "nothing moves");
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((element) => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element);
      const seconds = Math.max(...transitionDuration.split(",").map(parseFloat));
      return animationName !== "none" || seconds > 0.01 || scrollBehavior === "smooth";
    }).map((element) => element.outerHTML.slice(0, 80)),
  );
  assert.deepEqual(moving, []);
});

async function accessible(page, what) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  assert.deepEqual(found, [], what);
}
