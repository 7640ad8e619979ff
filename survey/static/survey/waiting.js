// A page that asks for news again and again stops once it is told to leave: another answer would
// begin the way out anew.

import { go } from "./sending.js";

let leaving = false;

export function start() {
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const to = event.detail.xhr.getResponseHeader("HX-Redirect");
    if (!to || event.detail.elt.closest("[data-saves]")) return;
    event.preventDefault();
    if (!leaving) go(to);
    leaving = true;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (leaving && event.target.matches("[hx-trigger*=every]")) event.preventDefault();
  });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) leaving = false; });
}
