// The search, with and without JavaScript.

import assert from "node:assert/strict";

import { VISITOR, shows, text, visit } from "./visit.js";

visit("search, Back and Forward", {}, async (page) => {
  await page.goto("/");
  await page.evaluate(() => (window.isSamePage = true));
  for (const [typed, path] of [
    ["9.9.9.9", "/9.9.9.9"],
    [" 2001:4860:4860:0::8888 ", "/2001:4860:4860::8888"],
    ["www.shop.com", "/www.shop.com"],
  ]) {
    await page.locator("#q").fill(typed);
    await page.locator("#q").press("Enter");
    await page.waitForURL(`**${path}`);
    await shows(page, path.slice(1));
    assert.ok((await page.title()).includes(path.slice(1)), "the title follows");
    assert.equal(await focused(page), "subject", "the heading has the focus");
    assert.ok((await page.locator("#live").textContent()).length > 0, "a screen reader announces it");
  }
  await page.goBack();
  await shows(page, "2001:4860:4860::8888");
  await page.goBack();
  await shows(page, "9.9.9.9");
  assert.ok((await page.title()).includes("9.9.9.9"), "the title goes back, too");
  await page.goForward();
  await shows(page, "2001:4860:4860::8888");
  await page.goBack();
  await page.goBack();
  await shows(page, VISITOR.ipv4);
  assert.equal(new URL(page.url()).pathname, "/");
  assert.ok(await page.evaluate(() => window.isSamePage), "the page was never loaded again");
});

visit("a link in the page, and its button", {}, async (page) => {
  await page.goto("/shop.com");
  await page.evaluate(() => (window.isSamePage = true));
  await page.locator("[data-test=addresses] a", { hasText: "193.0.1.1" }).click();
  await shows(page, "193.0.1.1");
  await page.locator("#q").fill("8.8.8.8");
  await page.locator("#search button[type=submit]").click();
  await shows(page, "8.8.8.8");
  assert.ok(await page.evaluate(() => window.isSamePage));
  await page.reload();
  await shows(page, "8.8.8.8");
});

visit("the answer to an older search comes late", {}, async (page) => {
  await page.goto("/");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/9\.9\.9\.9/, async (route) => {
    await held;
    await route.continue().catch(() => {}); // the page may have given it up
  });
  const asked = page.waitForRequest(/9\.9\.9\.9/);
  await page.locator("#q").fill("9.9.9.9");
  await page.locator("#q").press("Enter");
  await asked;
  await page.locator("#q").fill("1.1.1.1");
  await page.locator("#q").press("Enter");
  await shows(page, "1.1.1.1");
  release();
  await page.unrouteAll({ behavior: "wait" });
  assert.equal(await text(page, "h1#subject"), "1.1.1.1", "the newest search stays");
  assert.equal(new URL(page.url()).pathname, "/1.1.1.1");
});

visit("Back, and Forward before the answer is there", {}, async (page) => {
  await page.goto("/9.9.9.9");
  await page.locator("#q").fill("1.1.1.1");
  await page.locator("#q").press("Enter");
  await shows(page, "1.1.1.1");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/9\.9\.9\.9/, async (route) => {
    await held;
    await route.continue().catch(() => {}); // the page has given it up
  });
  const asked = page.waitForRequest(/9\.9\.9\.9/);
  await page.evaluate(() => history.back());
  await asked;
  await page.evaluate(() => new Promise((resolve) => {
    addEventListener("popstate", resolve, { once: true });
    history.forward();
  }));
  await page.waitForFunction(() => !document.getElementById("content").hasAttribute("aria-busy"));
  release();
  await page.unrouteAll({ behavior: "wait" });
  assert.equal(await text(page, "h1#subject"), "1.1.1.1");
  assert.equal(new URL(page.url()).pathname, "/1.1.1.1");
});

visit("an answer that arrives while a person types", {}, async (page) => {
  await page.goto("/");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(/9\.9\.9\.9/, async (route) => {
    await held;
    await route.continue();
  });
  const asked = page.waitForRequest(/9\.9\.9\.9/);
  await page.locator("#q").fill("9.9.9.9");
  await page.locator("#q").press("Enter");
  await asked;
  await page.locator("#q").fill("www.sh");
  release();
  await shows(page, "9.9.9.9");
  assert.equal(await page.locator("#q").inputValue(), "www.sh");
  assert.equal(await focused(page), "q");
  await page.unrouteAll({ behavior: "wait" });
});

visit("bad input", { errors: /status of 40/ }, async (page) => {
  await page.goto("/8.8.8.8");
  for (const typed of ["nonsense", "8.8.8", "https://shop.com/", "%", "<b>"]) {
    await page.locator("#q").fill(typed);
    const answer = page.waitForResponse(() => true);
    await page.locator("#q").press("Enter");
    await answer;
    await page.locator("#error").waitFor();
    await page.waitForFunction(() => document.activeElement.id === "q");
    assert.equal(await page.locator("#error").getAttribute("role"), "alert");
    assert.equal(await page.locator("#q").getAttribute("aria-invalid"), "true");
    assert.equal(await page.locator("#q").getAttribute("aria-describedby"), "error");
    assert.equal(await page.locator("#q").inputValue(), typed, "it can be corrected");
  }
  await page.locator("#q").fill("8.8.8.8");
  await page.locator("#q").press("Enter");
  await shows(page, "8.8.8.8");
  assert.equal(await page.locator("#error").count(), 0, "the error is gone");
  assert.equal(await page.locator("#q").getAttribute("aria-invalid"), null);
});

visit("the service does not answer", { errors: /ERR_FAILED|Failed to load/ }, async (page) => {
  await page.goto("/8.8.8.8");
  await page.route(/9\.9\.9\.9/, (route) => route.abort());
  await page.locator("#q").fill("9.9.9.9");
  await page.locator("#q").press("Enter");
  await page.locator("#error").waitFor();
  assert.equal(await page.locator("#q").getAttribute("aria-invalid"), null, "the text in the box is good");
});

visit("without JavaScript", { javaScriptEnabled: false, errors: /status of 40/ }, async (page) => {
  await page.goto("/");
  assert.equal(await text(page, "h1#subject"), VISITOR.ipv4);
  assert.match(await text(page, "[data-test=names] li"), /doh\.test/);
  for (const useless of ["button.copy", "[data-test=local-time]", "#many-open", "#many"]) {
    for (const element of await page.locator(useless).all()) assert.ok(!(await element.isVisible()), useless);
  }
  await page.locator("#q").fill("9.9.9.9");
  await page.locator("#search button[type=submit]").click();
  await page.waitForURL("**/9.9.9.9");
  assert.equal(await text(page, "h1#subject"), "9.9.9.9");
  await page.goBack();
  assert.equal(await text(page, "h1#subject"), VISITOR.ipv4);
  await page.locator("#q").fill("nonsense");
  await page.locator("#q").press("Enter");
  await page.locator("#error").waitFor();
  assert.equal(await page.locator("#q").inputValue(), "nonsense");
  await page.locator("#q").fill("www.shop.com");
  await page.locator("#q").press("Enter");
  await page.waitForURL("**/www.shop.com");
});

function focused(page) {
  return page.evaluate(() => document.activeElement.id);
}
