// What is typed into a questionnaire, kept in the browser until the server has taken it: a reload,
// the back button, another language, a lost session or a closed tab costs nothing.

import { drop, keep, kept } from "./keep.js";

const KEEP_AFTER_MS = 300;
const drafted = [...document.querySelectorAll("form[data-draft]")];
// Who is not registered yet is nobody: theirs is gone with the tab, and once somebody begins anew.
const registering = (form) => form.elements.namedItem("registration_key");
const OF_TAB = "study/draft/";
const nameOf = () => `${OF_TAB}${location.pathname}`;

function read(form) {
  if (!registering(form)) return kept("draft").find(([path]) => path === location.pathname)?.[1];
  try {
    return JSON.parse(sessionStorage.getItem(nameOf()));
  } catch {
    return null;
  }
}

function write(form) {
  const given = [...new FormData(form)].filter(([name]) => !/csrf|registration_key/.test(name));
  if (!registering(form)) return keep("draft", location.pathname, given);
  try { sessionStorage.setItem(nameOf(), JSON.stringify(given)); } catch { /* forbidden or full */ }
  return undefined;
}

export function forgetDraft(form) {
  if (!form.matches("[data-draft]")) return;
  clearTimeout(form.draftTimer);
  if (!registering(form)) return drop("draft", location.pathname);
  try { sessionStorage.removeItem(nameOf()); } catch { /* there was none */ }
  return undefined;
}

function restore(form) {
  const given = read(form);
  if (!given || form.querySelector(".summary")) return; // what came back holds what was sent
  for (const field of form.elements) {
    const values = given.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length && field.type !== "hidden") [field.value] = values;
  }
}

function beginAnew() {
  try {
    Object.keys(sessionStorage).filter((name) => name.startsWith(OF_TAB))
      .forEach((name) => sessionStorage.removeItem(name));
  } catch { /* forbidden: there is nothing */ }
}

export function start() {
  if (document.querySelector("[data-begin]")) beginAnew();
  for (const form of drafted) {
    restore(form);
    for (const name of ["input", "change"]) {
      form.addEventListener(name, () => {
        clearTimeout(form.draftTimer);
        form.draftTimer = setTimeout(() => write(form), KEEP_AFTER_MS);
      });
    }
    addEventListener("pagehide", () => { if (!form.dataset.sent) write(form); });
  }
}
