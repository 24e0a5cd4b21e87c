// The record itself: what the other tests expect to be absent is seen where it is present.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Visitor } from "./visit.js";

for (const [what, script, rejects] of [
  ["an inline script", () => document.body.append(Object.assign(document.createElement("script"), { text: "1" })), /policy/],
  ["a style from elsewhere", () => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "http://127.0.0.2/" });
    document.body.append(link);
  }, /policy/],
  ["a request to another host", () => fetch("http://127.0.0.2/").catch(() => {}), /policy/],
  ["a script that came as data", () => (document.title = "ran"), /a script ran/],
  ["a cookie", () => (document.cookie = "a=b"), /cookies/],
  ["a stored value", () => localStorage.setItem("a", "b"), /stored/],
  ["an error", () => console.error("an error"), /console/],
]) {
  test(`the record sees ${what}`, async () => {
    const visitor = await Visitor.arrive();
    try {
      await visitor.page.goto("/");
      await visitor.check();
      await visitor.page.evaluate(script);
      if (String(rejects) === "/policy/") await visitor.violated();
      await assert.rejects(visitor.check(), rejects);
    } finally {
      await visitor.context.close();
    }
  });
}

test("the record sees requests to other hosts", () => {
  const visitor = new Visitor();
  visitor.requests.push("http://127.0.0.2/", "https://example.com/", "data:,");
  assert.deepEqual(visitor.strangers(), visitor.requests);
});
