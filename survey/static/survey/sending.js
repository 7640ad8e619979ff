// Forms and links go nowhere while nothing answers: the page stays with all that was typed, says
// so, and goes on by itself once there is an answer.

import { forgetDraft } from "./drafts.js";

const RETRY_MS = 4_000;
const PATIENCE_MS = 60_000;
const LOOK_MS = 8_000;
const SOON_MS = 1_000;
// The server did not get to it; anything else that is no redirect is a page to be shown.
const LATER = [502, 503, 504];
const REFUSED = [400, 413, 500];

const words = () => document.body.dataset;
let turn = 0; // of what was pressed last: what was pressed before gives up
let held = false;

function bar() {
  const found = document.querySelector(".held");
  if (found) return found;
  const made = Object.assign(document.createElement("p"), { className: "notice warning held" });
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

export function say(text, holding = Boolean(text)) {
  held = holding;
  if (!text) return document.querySelector(".held")?.remove();
  const said = bar();
  if (said.textContent !== text) said.textContent = text;
  return undefined;
}

// Until there may be a line again, or for so long.
const pause = (ms) => new Promise((done) => {
  const end = () => { clearTimeout(timer); removeEventListener("online", end); done(); };
  const timer = setTimeout(end, ms);
  addEventListener("online", end);
});

async function answers() {
  if (!navigator.onLine) return false;
  const icon = document.querySelector("link[rel=icon]").href;
  try {
    await fetch(icon, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(LOOK_MS) });
    return true;
  } catch {
    return false;
  }
}

// To another page, once the server answers.
export async function go(url, then = (to) => location.assign(to)) {
  const mine = turn += 1;
  const soon = setTimeout(() => say(words().offline), SOON_MS);
  while (!(await answers())) {
    if (mine !== turn) return clearTimeout(soon);
    say(words().offline);
    await pause(RETRY_MS);
  }
  clearTimeout(soon);
  if (mine !== turn) return undefined;
  say("");
  return then(url);
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
}

const fieldsOf = (form, pressed) => {
  const data = new FormData(form);
  if (pressed?.name) data.append(pressed.name, pressed.value);
  return data;
};

// As the browser would have done it by itself.
function natively(form, pressed) {
  if (pressed?.name) {
    const { name, value } = pressed;
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  HTMLFormElement.prototype.submit.call(form);
}

const seconds = (answer) => 1000 * Number(answer.headers.get("Retry-After")) || RETRY_MS;

async function post(form, body) {
  const headers = { "X-Sent-By": "page" };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(form.action, { method: "POST", headers, body, signal, redirect: "error" });
  } catch {
    return null; // no connection, or no answer
  }
}

async function send(form, pressed) {
  const mine = turn += 1;
  const body = new URLSearchParams(fieldsOf(form, pressed));
  for (;;) {
    const answer = navigator.onLine ? await post(form, body) : null;
    if (mine !== turn) return release(form);
    if (answer && !LATER.includes(answer.status)) return take(form, pressed, answer);
    say(answer ? words().busy : words().offline);
    await pause(answer ? seconds(answer) : RETRY_MS);
    if (mine !== turn) return release(form);
  }
}

async function take(form, pressed, answer) {
  const to = answer.headers.get("X-Lead-To");
  if (to) {
    say("");
    if (!answer.headers.get("X-Not-Taken")) forgetDraft(form);
    return location.assign(to);
  }
  if (!REFUSED.includes(answer.status)) {
    say("");
    return natively(form, pressed);
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  release(form);
  return say(page.querySelector(".lead")?.textContent.trim() || words().refused);
}

function submitted(event) {
  const form = event.target;
  if (event.defaultPrevented || form.target) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  if (form.method !== "post") {
    const url = new URL(form.action);
    url.search = new URLSearchParams(fieldsOf(form, event.submitter));
    go(url.href);
    return;
  }
  form.dataset.sent = "yes";
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
  // What counts every try must not be tried twice.
  if (form.matches("[data-counted]")) go("", () => natively(form, event.submitter));
  else send(form, event.submitter);
}

function clicked(event) {
  const link = event.target.closest?.("a[href]");
  const plain = !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !plain || event.defaultPrevented || link.target || !link.protocol.startsWith("http")) return;
  if (link.origin !== location.origin && navigator.onLine) return; // our server may be away alone
  if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
  event.preventDefault();
  go(link.href);
}

export function start() {
  document.addEventListener("submit", submitted);
  document.addEventListener("click", clicked);
  addEventListener("beforeunload", (event) => held && event.preventDefault());
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    say("");
    document.querySelectorAll("[data-sent]").forEach(release);
  });
}
