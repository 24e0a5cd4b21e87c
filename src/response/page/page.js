// The page works without this script. It saves loading the whole page again, copies, adds what only a browser knows (the
// time, the caller's other address), and looks up many subjects at once. Text goes into the page as text only.
"use strict";
(() => {
const id = (name) => document.getElementById(name);
const all = (selector) => document.querySelectorAll(selector);
const [search, box, notice, live, content] = ["search", "q", "notice", "live", "content"].map(id);
const here = () => location.pathname + location.search;

// --- The answer -----------------------------------------------------------------------------------------------------

const UNREACHABLE = "The service cannot be reached. Check the connection, and try again.";

// The request that is under way, and the URL whose answer is shown.
let running = null;
let shown = here();

function stop() {
  running?.abort();
  running = null;
  content.removeAttribute("aria-busy");
}

// Shows the answer at `url` in place of the present one. `isNew` adds it to the history.
async function show(url, isNew) {
  stop();
  const request = running = new AbortController();
  request.isNew = isNew;
  const typed = box.value;
  content.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { headers: { accept: "text/html" }, signal: request.signal });
    const isPage = (response.headers.get("content-type") ?? "").startsWith("text/html");
    const next = new DOMParser().parseFromString(isPage ? await response.text() : "", "text/html");
    if (request.signal.aborted) return;
    if (!next.getElementById("content")) return location.assign(url);
    if (isNew) history.pushState(null, "", response.url);
    shown = here();
    const isTyping = box.value !== typed || document.activeElement === id("many-text");
    replace(next, isTyping);
    if (isNew && !isTyping) arrive();
  } catch (error) {
    if (!request.signal.aborted) complain(UNREACHABLE);
  } finally {
    if (running === request) stop();
  }
}

// Shows the beginning of the answer. The table of many subjects stands above it.
function arrive() {
  if (many && !many.hidden && !id("error")) id("subject")?.scrollIntoView();
  else scrollTo(0, 0);
}

// Takes the answer, the error and the text in the box from another page. While a person types, the text and the focus stay.
function replace(next, isTyping) {
  document.title = next.title;
  for (const part of [content, notice]) part.replaceChildren(...next.getElementById(part.id).childNodes);
  const model = next.getElementById("q");
  if (!isTyping) box.value = model.value;
  for (const name of ["aria-invalid", "aria-describedby"]) {
    if (model.hasAttribute(name)) box.setAttribute(name, model.getAttribute(name));
    else box.removeAttribute(name);
  }
  enhance();
  if (isTyping) {
    say(document.title);
  } else if (id("error")) {
    box.focus();
    box.select();
  } else {
    id("subject")?.focus({ preventScroll: true });
    say(document.title);
  }
}

// Shows beside the box why there is no answer.
function complain(text) {
  const error = document.createElement("p");
  error.id = "error";
  error.setAttribute("role", "alert");
  error.textContent = text;
  notice.replaceChildren(error);
  box.removeAttribute("aria-invalid");
  error.scrollIntoView({ block: "nearest" });
}

// Informs a screen reader.
function say(text) {
  live.textContent = text;
}

search.addEventListener("submit", (event) => {
  event.preventDefault();
  const subjects = split(box.value);
  if (subjects.length > 1 && many) return lookUpAll(subjects);
  show(`/?q=${encodeURIComponent(box.value.trim())}`, true);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (link && isPlain && link.origin === location.origin) {
    event.preventDefault();
    show(link.href, true);
  }
  const button = event.target.closest("button.copy");
  if (button) copy(button);
});

// A link to a part of the page changes the history, too.
addEventListener("popstate", () => {
  if (here() !== shown) show(location.href, false);
  // Back, and forward again before the answer was there.
  else if (running && !running.isNew) stop();
});

// --- What only a browser knows --------------------------------------------------------------------------------------

function enhance() {
  for (const button of all("button.copy")) button.hidden = false;
  for (const command of all("[data-test=curl]")) {
    const text = command.textContent.replace(/https?:\/\/[^/']+/, location.origin);
    command.textContent = text;
    command.parentElement.querySelector("button").dataset.copy = text;
  }
  showTimes();
  for (const other of all("[data-test=other]")) showOther(other);
}

function showTimes() {
  for (const time of all("time[data-zone]")) {
    const form = { weekday: "long", hour: "2-digit", minute: "2-digit", timeZoneName: "shortOffset" };
    try {
      time.textContent = new Intl.DateTimeFormat("en-GB", { ...form, timeZone: time.dataset.zone }).format(new Date());
      time.closest("[hidden]")?.removeAttribute("hidden");
    } catch {
      // This browser does not know the zone. Its name is shown in any case.
    }
  }
}

// Finds out the caller's address of the other version of IP.
async function showOther(other) {
  const link = other.querySelector("a");
  try {
    const options = { headers: { accept: "text/plain" }, signal: AbortSignal.timeout?.(5000), cache: "no-store" };
    const response = await fetch(`${other.dataset.origin}/me/ip`, options);
    const ip = (await response.text()).trim();
    if (!response.ok || !/^[0-9a-f.:]{2,45}$/i.test(ip)) throw new Error("not an address");
    link.textContent = ip;
    link.href = `/${ip}`;
    link.dataset.swap = "";
  } catch (error) {
    // Fetch reports a connection that failed as a TypeError.
    link.replaceWith(error instanceof TypeError ? "none that reaches this service" : "not found out");
  }
}

async function copy(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS there is no clipboard, but the old command.
    const area = document.createElement("textarea");
    area.value = text;
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.textContent = "Copied";
  say(`Copied: ${text}`);
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

// --- Many at once ---------------------------------------------------------------------------------------------------

const many = id("many");
const MOST = 1000;
let batch = null;
let asked = [];
let answers = [];

const split = (text) => text.split(/[\s,;]+/).filter(Boolean);

function open(text) {
  many.hidden = false;
  id("many-open").setAttribute("aria-expanded", "true");
  if (text !== undefined) id("many-text").value = text;
  id("many-text").focus();
}

// Characters that are invisible or change the direction of text, as the server shows them.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const visible = (text) =>
  String(text ?? "").replace(HIDDEN, (c) => `⟨U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

async function lookUpAll(subjects) {
  stop();
  batch?.abort();
  open(subjects.join("\n"));
  if (subjects.length > MOST) return state(`These are ${subjects.length}. Enter at most ${MOST} at once.`, true);
  const request = batch = new AbortController();
  asked = subjects;
  answers = subjects.map(() => null);
  id("many-csv").hidden = true;
  id("many-scroll").hidden = false;
  const rows = subjects.map((subject) => row([subject, "…", "", "", ""]));
  id("many-table").tBodies[0].replaceChildren(...rows);
  const limit = Number(many.dataset.limit);
  try {
    for (let start = 0; start < subjects.length; start += limit) {
      await post(subjects.slice(start, start + limit), request.signal, (answer) => {
        answers[start + answer.index] = answer;
        fill(rows[start + answer.index], answer);
        state(`${answers.filter(Boolean).length} of ${subjects.length}`);
      });
    }
    const failed = answers.filter((answer) => !answer || answer.detail || unknown(answer)).length;
    state(`Done: ${subjects.length - failed} answered, ${failed} not.`, true);
  } catch (error) {
    if (!request.signal.aborted) state(error instanceof Refused ? error.message : UNREACHABLE, true);
  }
  if (request.signal.aborted) return;
  rows.forEach((cells, index) => answers[index] || fill(cells, { status: 0, detail: "No answer." }));
  id("many-csv").hidden = !answers.some(Boolean);
}

// The service has answered, with an error.
class Refused extends Error {}

// The status of the query that failed, for a host name without addresses.
function unknown(answer) {
  if (!answer?.host || answer.addresses.length) return undefined;
  return [answer.a.status, answer.aaaa.status].find((status) => !["ok", "nxdomain", "nodata"].includes(status));
}

// Sends a batch, and gives its answers as their lines arrive.
async function post(subjects, signal, take) {
  const headers = { "content-type": "application/json", accept: "application/x-ndjson" };
  const response = await fetch("/batch", { method: "POST", headers, body: JSON.stringify(subjects), signal });
  if (!response.ok) {
    // What stands between may answer with something else than the service's documents.
    const detail = await response.json().then((problem) => problem.detail, () => null);
    throw new Refused(detail ?? `The service answered with status ${response.status}. Try again later.`);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = lines.pop();
    for (const line of lines.filter(Boolean)) take(JSON.parse(line));
    if (done) return;
  }
}

function state(text, isLast) {
  id("many-state").textContent = text;
  if (isLast) say(text);
}

function row(texts) {
  const cells = document.createElement("tr");
  for (const text of texts) cells.insertCell().append(isolated(text));
  return cells;
}

function isolated(text) {
  const element = document.createElement("bdi");
  element.textContent = visible(text);
  return element;
}

function none(answer) {
  const status = unknown(answer);
  return status ? `Addresses not known: ${status}.` : "No addresses.";
}

function fill(cells, answer) {
  const reports = answer.addresses ?? (answer.ip ? [answer] : []);
  const subject = answer.host ?? answer.ip;
  const place = ({ geo, special }) =>
    special ? special.name : [geo?.city, geo?.region, geo?.country ?? geo?.continent].filter(Boolean).join(", ");
  const [first] = reports;
  const names = answer.host ? reports.map((report) => report.ip) : first?.dns?.names ?? [];
  const texts = first
    ? [subject, place(first), first.asn?.organization, first.asn ? `AS${first.asn.number}` : "", names.join(", ")]
    : [subject, answer.detail ?? none(answer), "", "", ""];
  texts.forEach((text, index) => {
    if (index > 0 || text) cells.cells[index].replaceChildren(isolated(text));
  });
  if (subject) {
    const link = document.createElement("a");
    link.href = `/${encodeURIComponent(subject)}`;
    link.dataset.swap = "";
    link.append(...cells.cells[0].childNodes);
    cells.cells[0].append(link);
  } else {
    cells.dataset.failed = "";
  }
  cells.dataset.done = "";
}

// --- CSV (RFC 4180) -------------------------------------------------------------------------------------------------

const COLUMNS = ["subject", "ip", "country_code", "country", "region", "city", "postal_code", "latitude", "longitude",
  "accuracy_km", "timezone", "geo_network", "asn", "organization", "asn_network", "dns_status", "names", "error"];

function csv() {
  const lines = answers.flatMap((answer, index) => {
    const subject = asked[index];
    const reports = answer?.addresses ?? (answer?.ip ? [answer] : []);
    if (!reports.length) {
      const error = answer ? answer.detail ?? none(answer) : "No answer.";
      return [{ subject, dns_status: unknown(answer) ?? answer?.a?.status, error }];
    }
    return reports.map(({ ip, geo, asn, dns }) => ({
      subject, ip, ...geo, geo_network: geo?.network, asn: asn?.number, organization: asn?.organization,
      asn_network: asn?.network, dns_status: dns?.status, names: dns?.names.join(" "),
    }));
  });
  return [COLUMNS, ...lines.map((line) => COLUMNS.map((name) => line[name]))]
    .map((fields) => `${fields.map(field).join(",")}\r\n`).join("");
}

// A spreadsheet takes a text that begins with one of these characters for a formula; an apostrophe prevents it.
function field(value) {
  if (typeof value === "number") return String(value);
  const text = String(value ?? "").replace(/^\s*[=+\-@]|^[\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

if (many) {
  id("many-open").hidden = false;
  id("many-open").addEventListener("click", () => many.hidden ? open() : close());
  id("many-close").addEventListener("click", () => close());
  id("many-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const subjects = split(id("many-text").value);
    if (subjects.length) lookUpAll(subjects);
  });
  box.addEventListener("paste", (event) => {
    const subjects = split(event.clipboardData?.getData("text") ?? "");
    if (subjects.length < 2) return;
    event.preventDefault();
    open(subjects.join("\n"));
  });
  id("many-csv").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", csv()], { type: "text/csv" }));
    link.download = "ipedge.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

// What is under way goes on, and is there when the table is opened again.
function close() {
  many.hidden = true;
  id("many-open").setAttribute("aria-expanded", "false");
  id("many-open").focus();
}

enhance();
setInterval(showTimes, 15_000);
})();
