// What participants' pages do beyond plain HTML; every page works without it.

import { enhanceCopy } from "./copy.js";
import { enhance, enhanceVolume, forget } from "./player.js";
import { start as startRatings } from "./ratings.js";
import { follow, start as startTelemetry, volumeSet } from "./telemetry.js";
import { upload } from "./upload.js";

function enhanceAll(root) {
  root.querySelectorAll("[data-player]:not(.live)").forEach((each) => follow(enhance(each)));
}

// A form sent by a double click is sent once; coming back to the page frees it again.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
});
addEventListener("pageshow", () => {
  document.querySelectorAll("[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});

enhanceAll(document);
document.querySelectorAll("[data-upload]").forEach(upload);
document.querySelectorAll("[data-copy]").forEach(enhanceCopy);
enhanceVolume(volumeSet);
startTelemetry();
startRatings();
document.addEventListener("htmx:beforeSwap", (event) => forget(event.detail.target));
document.addEventListener("htmx:load", (event) => enhanceAll(event.detail.elt));
