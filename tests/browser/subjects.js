// What the page shows of each kind of subject.

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";

import { VISITOR, services, text, visit } from "./visit.js";

/** Bytes of a compressed page, and the requests until it is shown, with the icon. */
const MOST_BYTES = 60 * 1024;

visit("the visitor's own address", {}, async (page, visitor) => {
  const response = await page.goto("/");
  assert.match(response.headers()["content-type"], /^text\/html/);
  assert.match(response.headers()["cache-control"], /no-store/, "the next visitor has another address");
  assert.equal(await text(page, "h1#subject"), VISITOR.ipv4);
  assert.equal(await page.locator("#content [data-own]").count(), 1);
  assert.ok((await page.title()).includes(VISITOR.ipv4), "tabs are told apart by their titles");
  for (const [selector, expected] of [
    ["flag", "🇽🇪"],
    ["country", "Elbonia"],
    ["region", "Mudlands"],
    ["city", "Bog City"],
    ["postal", "94043"],
    ["timezone", "America/Bog_City"],
    ["organization", "Googol Search Ltd"],
    ["asn", "AS15169"],
    ["asn-network", "8.8.8.0/24"],
    ["geo-network", "8.8.8.0/25"],
  ]) {
    assert.equal(await text(page, `[data-test=${selector}]`), expected, selector);
  }
  assert.match(await text(page, "[data-test=coordinates]"), /37\.422.*122\.085/);
  assert.match(await text(page, "[data-test=names] li"), /^ip-8-8-8-8\.doh\.test/);
  for (const map of ["world", "closer"]) {
    const svg = page.locator(`svg[data-test=${map}]`);
    assert.ok(await svg.locator(".dot").isVisible(), `${map}: the place`);
    assert.equal(await svg.locator(".bound").count(), 1, `${map}: the error bound`);
    const land = await svg.evaluate((svg) => [...svg.querySelectorAll("use")].some(({ instanceRoot, getBBox }) => getBBox.call(instanceRoot ?? svg).width > 100));
    assert.ok(land, `${map}: the land`);
  }
  const shown = visitor.requests.filter((url) => !url.startsWith(services.ipv6)).map((url) => new URL(url).pathname);
  assert.deepEqual(shown.filter((path) => !["/icon.svg", "/favicon.ico"].includes(path)), ["/"], "one request, and the icon");
});

visit("the visitor's other address", {}, async (page, visitor) => {
  await page.goto("/");
  const other = page.locator("[data-test=other-address]", { hasText: VISITOR.ipv6 });
  await other.waitFor();
  assert.equal(visitor.requests.filter((url) => url.startsWith(services.ipv6)).length, 1);
  await page.goto("/9.9.9.9");
  assert.equal(await page.locator("[data-test=other]").count(), 0, "only on the visitor's own page");
});

visit("the service over IPv6 does not answer", { errors: /ERR_FAILED|Failed to load/ }, async (page) => {
  await page.route(`${services.ipv6}/**`, (route) => route.abort());
  const failed = page.waitForEvent("requestfailed");
  await page.goto("/");
  await failed;
  assert.equal(await text(page, "h1#subject"), VISITOR.ipv4, "the page stays as it is");
});

for (const [path, status, why] of [
  ["/8.8.8.8", "ok", "names"],
  ["/8.8.8.10", "nxdomain", "no name"],
  ["/8.8.8.11", "nodata", "a name without a PTR record"],
  ["/8.8.8.12", "servfail", "a failure, with a reason that is markup"],
  ["/8.8.8.13", "refused", "a refusal"],
  ["/8.8.8.14", "timeout", "no answer"],
  ["/8.8.8.15", "unreachable", "HTTP 503"],
  ["/8.8.8.16", "malformed", "noise"],
  ["/10.1.2.3", "skipped", "a private address"],
]) {
  visit(`DNS: ${status}`, {}, async (page) => {
    const response = await page.goto(path);
    assert.equal(response.status(), 200, why);
    const dns = page.locator("[data-test=dns]");
    assert.equal(await dns.getAttribute("data-status"), status, why);
    const names = await page.locator("[data-test=names] li").count();
    assert.equal(names > 0, status === "ok", why);
    if (status !== "ok") assert.match(await dns.innerText(), /\w+ .*\.$/, "a sentence");
    assert.equal(await page.locator("[data-test=city]").count(), status === "skipped" ? 0 : 1, "the rest is there");
  });
}

visit("DNS: a dead resolver", { baseURL: services.withoutDns }, async (page) => {
  await page.goto("/8.8.8.8");
  assert.equal(await page.locator("[data-test=dns]").getAttribute("data-status"), "unreachable");
  assert.equal(await text(page, "[data-test=city]"), "Bog City");
  await page.goto("/shop.com");
  assert.equal(await page.locator("[data-test=a]").getAttribute("data-status"), "unreachable");
  assert.match(await page.title(), /addresses not known/, "a failure is not a fact");
});

visit("confirmed names", {}, async (page) => {
  await page.goto("/8.8.8.8?verify=true");
  assert.equal(await page.locator("[data-test=names] li").first().getAttribute("data-check"), "confirmed");
  await page.goto("/8.8.8.20?verify=true");
  assert.equal(await page.locator("[data-test=names] li[data-check=confirmed]").count(), 0);
});

visit("300 names", {}, async (page) => {
  await page.goto("/8.8.8.17");
  assert.equal(await page.locator("[data-test=names] li").count(), 32);
  assert.match(await text(page, "[data-test=detail]"), /268/, "the rest is counted");
  await page.goto("/8.8.8.17?verify=true");
  assert.equal(await page.locator("[data-test=names] li[data-check=none]").count(), 32 - 8, "eight names are checked");
});

visit("a special address", {}, async (page) => {
  await page.goto("/192.0.2.1");
  const special = page.locator("[data-test=special]");
  assert.match(await special.innerText(), /TEST-NET-1/);
  assert.match(await special.getByRole("link", { name: "RFC5737" }).or(special.getByRole("link", { name: "RFC 5737" })).getAttribute("href"), /^https:\/\/www\.rfc-editor\.org\//);
});

visit("an embedded IPv4 address", {}, async (page) => {
  await page.goto("/64:ff9b::8.8.8.8");
  assert.match(await text(page, "[data-test=embedded]"), /8\.8\.8\.8/);
});

visit("a host name", {}, async (page) => {
  await page.goto("/www.shop.com");
  assert.equal(await text(page, "h1#subject"), "www.shop.com");
  assert.equal(await page.locator("[data-test=addresses] > li").count(), 3);
  assert.match(await text(page, "[data-test=canonical]"), /shop\.com/);
  assert.ok((await page.title()).includes("www.shop.com"));
});

visit("the records of a host name", {}, async (page) => {
  await page.goto("/shop.com?records=true");
  const records = await text(page, "[data-test=records]");
  for (const record of ["ns1.shop.com", "mail.shop.com", "v=spf1 -all", "ca.test"]) {
    assert.ok(records.includes(record), record);
  }
});

visit("JSON is one click away", {}, async (page) => {
  await page.goto("/8.8.8.8");
  await page.locator("a[data-test=json]").click();
  await page.waitForURL("**/8.8.8.8?pretty=true");
  assert.equal(JSON.parse(await page.locator("pre").innerText()).ip, "8.8.8.8");
});

visit("the copy buttons", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
  await page.goto("/8.8.8.8");
  for (const button of await page.locator("#content button.copy").all()) {
    const expected = await button.getAttribute("data-copy");
    await button.click();
    await page.waitForFunction((button) => button.textContent.includes("Copied"), await button.elementHandle());
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), expected);
  }
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^curl .*\/8\.8\.8\.8/, "the last one is the command");
});

visit("the footer of every page", { errors: /status of 40/ }, async (page) => {
  for (const path of ["/", "/8.8.8.8", "/shop.com", "/10.1.2.3", "/nonsense"]) {
    await page.goto(path);
    assert.match(await text(page, "footer [data-test=attribution]"), /Invented for the tests.*Natural Earth/, path);
    assert.match(await text(page, "footer [data-test=age]"), /\d{4}/, path);
  }
});

visit("the size and the headers of the largest pages", {}, async (page) => {
  for (const path of ["/", "/8.8.8.17?verify=true", "/shop.com?records=true"]) {
    const response = await page.goto(path);
    const compressed = gzipSync(await response.body()).length;
    assert.ok(compressed <= MOST_BYTES, `${path}: ${compressed} bytes compressed`);
    const headers = response.headers();
    assert.doesNotMatch(headers["content-security-policy"], /unsafe|\*/, path);
    assert.match(headers["content-security-policy"], /frame-ancestors 'none'/, path);
    assert.equal(headers["referrer-policy"], "no-referrer", path);
    assert.equal(headers["cross-origin-opener-policy"], "same-origin", path);
    assert.match(headers["permissions-policy"], /geolocation=\(\)/, path);
    assert.equal(await page.locator("html").getAttribute("lang"), "en", path);
  }
});
