// Ratings: what could not be sent is shown, kept in the browser, and sent again by itself. Where
// the study asks for a share of each song to be heard first, its questions open when it was.

import { drop, keep, kept } from "./keep.js";
import { players } from "./player.js";
import { heardSeconds, send } from "./telemetry.js";
import { renewToken } from "./token.js";

const RETRY_EVERY_MS = 4_000;

const waiting = new Map(); // the part of the page that saves → why it has not been saved

const addressOf = (part) => part.getAttribute("hx-post");
const statusOf = (part) => document.querySelector(part.getAttribute("hx-target"));
const savesOf = (root) => [...root.querySelectorAll("[data-saves]")];

function name(part) {
  const field = part.matches("input") ? part : part.querySelector("input, select, textarea");
  return `${addressOf(part)} ${field.name}`;
}

function values(part) {
  const fields = part.matches("input") ? [part] : [...part.querySelectorAll("input, select, textarea")];
  const set = fields.filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked);
  return set.map((field) => [field.name, field.value]);
}

function failed(part, why, text) {
  waiting.set(part, why);
  unsure.add(part);
  keep("rated", name(part), values(part));
  const status = statusOf(part);
  status.classList.add("unsaved");
  status.textContent = text;
}

function saved(part) {
  offerUndo(part);
  waiting.delete(part);
  unsure.delete(part);
  drop("rated", name(part));
  const status = statusOf(part);
  status.classList.remove("unsaved");
  [part, ...part.querySelectorAll("[aria-invalid]")].forEach((each) => each.removeAttribute("aria-invalid"));
  part.querySelector(".error")?.remove();
  const track = part.closest(".track");
  if (!track?.querySelector("[aria-invalid]")) track?.classList.remove("missing");
}

const unsaved = () => document.querySelector("[data-unsaved]").dataset.unsaved;

// Asked for the code in a rating's place: signed out, so it was not saved.
const led = ({ xhr, pathInfo }) =>
  xhr.responseURL && new URL(xhr.responseURL).pathname !== pathInfo.finalRequestPath.split("?")[0];

function listen() {
  for (const event of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(event, ({ target, detail }) => {
      const part = target.closest?.("[data-saves]");
      if (part) failed(part, "offline", unsaved());
      if (part && detail.xhr?.status === 403) renewToken();
    });
  }
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.closest?.("[data-saves]")) event.detail.headers["X-Measured"] = "1";
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.requestConfig?.elt.closest?.("[data-saves]");
    if (!part) return;
    const early = event.detail.xhr.getResponseHeader("X-Too-Early");
    if (!early && !led(event.detail)) return;
    event.detail.shouldSwap = false;
    failed(part, early ? "early" : "offline", early ? event.detail.xhr.responseText : unsaved());
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const part = event.target.closest?.("[data-saves]");
    const { xhr, successful } = event.detail;
    if (part && xhr.status === 422) statusOf(part).classList.add("unsaved");
    if (!part || !successful || xhr.getResponseHeader("X-Too-Early") || led(event.detail)) return;
    saved(part);
  });
}

const isClosed = (part) => part.matches(":disabled") || part.querySelector(":disabled") !== null;

const again = (why) => waiting.forEach((reason, part) => {
  if (reason === why && part.isConnected && !isClosed(part)) window.htmx.trigger(part, "change");
});

// What an earlier page could not send is put back where it was given.
function restore() {
  const parts = new Map(savesOf(document).map((part) => [name(part), part]));
  for (const [key, given] of kept("rated")) {
    const part = parts.get(key);
    if (!part) continue;
    put(given);
    failed(part, "offline", unsaved());
  }
}

// Put values back into their fields; the field that changed last.
function put(given) {
  let changed = null;
  for (const [field, value] of given) {
    const found = [...document.getElementsByName(field)].find((each) =>
      !["radio", "checkbox"].includes(each.type) || each.value === value);
    if (found && ["radio", "checkbox"].includes(found.type)) found.checked = true;
    else if (found) found.value = value;
    changed = found ?? changed;
  }
  return changed;
}

// “Continue” sends what this page has not seen saved, and no more: another tab may have newer ratings.

const unsure = new Set(); // parts of the page that were changed and not yet saved

function onlyChanged(form, data) {
  const sure = savesOf(form).filter((part) => !unsure.has(part));
  sure.flatMap((part) => values(part)).forEach(([field]) => data.delete(field));
  const boxes = [...unsure].filter((part) => part.matches("input"));
  data.set("changed", boxes.map((box) => box.name).join(" "));
}

// One step back: what a rating was before it was changed, as long as the page is not finished.

const given = new Map(); // the part of the page → its values now
const before = new Map(); // … → those before the last change

function noteChange({ target }) {
  const part = target.closest?.("fieldset[data-saves]");
  if (!part) return;
  const earlier = given.get(part) ?? [];
  given.set(part, values(part));
  if (earlier.length) before.set(part, earlier);
}

// One button a song, which stays where it is while more is saved: whoever is on it stays there.
function offerUndo(part) {
  if (!before.has(part)) return;
  const status = statusOf(part);
  const button = status.parentElement.querySelector(".undo") ?? undoButton(status);
  const about = part.querySelector("legend")?.firstChild?.textContent.trim();
  button.setAttribute("aria-label", `${button.textContent}: ${about}`);
  button.onclick = () => undo(part);
}

function undoButton(status) {
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "undo", textContent: document.querySelector("[data-undo]").dataset.undo,
  });
  status.after(button);
  return button;
}

function undo(part) {
  part.querySelectorAll("input:checked").forEach((field) => { field.checked = false; });
  const field = put(before.get(part));
  field?.dispatchEvent(new Event("change", { bubbles: true }));
  field?.focus();
}

// Questions that open when enough of the song was heard

function gate(player) {
  const form = player.root.closest("[data-rule=share]");
  const scales = player.root.closest(".track")?.querySelector(".scales");
  if (!form || !scales || !player.known?.needed) return;
  const { needed } = player.known;
  const box = document.createElement("div");
  const bar = Object.assign(document.createElement("progress"), { max: needed, value: 0 });
  const said = Object.assign(document.createElement("p"), { id: `more-${player.position}` });
  const news = document.createElement("p");
  box.className = "more";
  news.className = "hidden";
  news.setAttribute("role", "status");
  bar.setAttribute("aria-labelledby", said.id);
  box.append(bar, said);
  scales.prepend(box, news);

  const fields = () => [...scales.querySelectorAll("input, select, textarea, button")];
  let open = false;
  const show = () => {
    const heard = heardSeconds(player);
    bar.value = Math.min(heard, needed);
    said.textContent = form.dataset.more.replace("{n}", Math.max(1, Math.ceil(needed - heard)));
    if (open || heard < needed) return;
    open = true;
    box.hidden = true;
    scales.classList.remove("closed");
    fields().forEach((field) => { field.disabled = false; });
    if (!player.audio.paused) news.textContent = form.dataset.open;
    player.cut();
    // Given too early: sent once the server knows of what was heard.
    savesOf(scales).filter((part) => values(part).some(([, value]) => value !== "")).forEach((part) => waiting.set(part, "early"));
    send().then(() => again("early"));
  };
  scales.classList.add("closed");
  fields().forEach((field) => { field.disabled = true; });
  for (const event of ["timeupdate", "pause", "ended", "seeked"]) player.audio.addEventListener(event, show);
  show();
}

export function start() {
  const form = document.querySelector("[data-heard]");
  if (!form) return;
  // Says with the form as a whole that this page can measure what was heard.
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "measured", value: "1" }));
  document.querySelectorAll(".unheard").forEach((label) => { label.hidden = !label.querySelector(":checked"); });
  document.addEventListener("broken", ({ target }) => {
    target.closest(".track")?.querySelector(".unheard")?.removeAttribute("hidden");
  });
  form.addEventListener("formdata", ({ formData }) => {
    if (form.dataset.sent) onlyChanged(form, formData); // and not when a single rating is sent
  });
  savesOf(document).forEach((part) => given.set(part, values(part)));
  document.addEventListener("change", noteChange);
  document.addEventListener("change", ({ target }) => {
    const part = target.closest?.("[data-saves]");
    if (!part) return;
    unsure.add(part);
    keep("rated", name(part), values(part)); // also if the page is left before it has been sent
  });
  listen();
  restore();
  players.forEach(gate);
  addEventListener("online", () => again("offline"));
  document.addEventListener("study:reported", () => again("early"));
  setInterval(() => { again("offline"); again("early"); }, RETRY_EVERY_MS);
  again("offline");
}
