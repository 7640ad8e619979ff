// A page that asks for news again and again stops once it is told to leave: another answer would
// begin the way out anew.

import { go, say } from "./sending.js";

let leaving = false;

// A search, or a page that asks for news: what a rating says of itself stands beside it.
const saves = ({ elt }) => elt.closest("[data-saves]");

function tellTrouble() {
  const { offline, busy } = document.body.dataset;
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, ({ detail }) => saves(detail) || say(offline, false));
  }
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (!saves(detail) && detail.xhr.status > 500) say(busy, false);
  });
  document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
    if (!saves(detail) && detail.xhr.status < 400) say("");
  });
}

export function start() {
  tellTrouble();
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const to = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (!to || saves(event.detail)) return;
    event.preventDefault();
    if (!leaving) go(to);
    leaving = true;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving && event.target.matches("[hx-trigger*=every]")) event.preventDefault();
  });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) leaving = false; });
}
