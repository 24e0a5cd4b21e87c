// A visit to the page in Chromium, with a record of everything that a page must not do.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { after, test } from "node:test";

import { chromium } from "playwright-core";

/** The origins of the services under test: `usual`, `ipv6`, `withoutDns` and, for pictures, `real`; see run.py. */
export const services = JSON.parse(process.env.IPEDGE_SERVICES);

/** The addresses of the visitor, which the fixture knows. */
export const VISITOR = { ipv4: "8.8.8.8", ipv6: "2001:4860:4860::8888" };

/** For how long a test waits for an event, in milliseconds. */
const PATIENCE = 20_000;

const SWITCHES = [
  "--no-sandbox", // root has none
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--no-proxy-server",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", // nothing leaves this machine, whatever a page does
];

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: SWITCHES,
});
after(() => browser.close());

/**
 * A test in a new browser context: no cookies, no cache. At the end it fails if the page violated its policy, asked
 * another host, logged an error, stored something, or ran a script that came as data.
 *
 * `options` are those of a browser context, and:
 * - `errors`: a pattern of messages in the console that the test expects
 */
export function visit(name, options, body) {
  test(name, async () => {
    const { errors, ...rest } = options;
    const visitor = await Visitor.arrive(rest);
    try {
      await body(visitor.page, visitor);
      await visitor.check(errors);
    } finally {
      await visitor.context.close();
    }
  });
}

export class Visitor {
  /** URLs of requests, violations of the policy, and messages of errors. */
  requests = [];
  violations = [];
  messages = [];
  events = new EventEmitter();

  static async arrive(options = {}) {
    const visitor = new Visitor();
    const context = await browser.newContext({
      baseURL: services.usual,
      locale: "en-GB",
      timezoneId: "UTC",
      ...options,
      extraHTTPHeaders: { "true-client-ip": VISITOR.ipv4, "x-forwarded-for": VISITOR.ipv6, ...options.extraHTTPHeaders },
    });
    context.setDefaultTimeout(PATIENCE);
    context.on("request", (request) => visitor.requests.push(request.url()));
    context.on("weberror", (error) => visitor.messages.push(String(error.error())));
    context.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      const isViolation = message.text().includes("Content Security Policy");
      if (isViolation) visitor.violates(message.text());
      else visitor.messages.push(message.text());
    });
    await context.exposeBinding("violated", (_, directive) => visitor.violates(directive));
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => violated(`${event.effectiveDirective} ${event.blockedURI}`));
    });
    visitor.context = context;
    visitor.page = await context.newPage();
    return visitor;
  }

  violates(what) {
    this.violations.push(what);
    this.events.emit("violation");
  }

  /** Waits until the policy has been violated. */
  async violated() {
    if (this.violations.length === 0) await once(this.events, "violation", { signal: AbortSignal.timeout(PATIENCE) });
  }

  /** URLs outside the services under test. */
  strangers() {
    const origins = Object.values(services);
    return this.requests.filter((url) => !origins.some((origin) => url.startsWith(`${origin}/`) || url.startsWith(`blob:${origin}/`)));
  }

  async check(expected) {
    assert.deepEqual(this.violations, [], "violations of the policy");
    assert.deepEqual(this.strangers(), [], "requests to other hosts");
    assert.deepEqual(this.messages.filter((message) => !expected?.test(message)), [], "errors in the console");
    assert.deepEqual(await this.context.cookies(), [], "cookies");
    for (const page of this.context.pages()) {
      assert.notEqual(await page.title(), "ran", "a script ran that came as data");
      const stored = await page.evaluate(() => localStorage.length + sessionStorage.length);
      assert.equal(stored, 0, "stored values");
    }
  }
}

/** The text of an element, without blanks around it. */
export async function text(page, selector) {
  return (await page.locator(selector).first().innerText()).trim();
}

/** Waits until the page shows this subject, and everything in it has been swapped. */
export async function shows(page, subject) {
  await page.locator("#content:not([aria-busy=true]) h1#subject", { hasText: subject }).waitFor();
}
