// What participants' pages do beyond plain HTML; every page works without it.

import { enhanceCopy } from "./copy.js";
import { enhance, enhanceVolume, forget } from "./player.js";
import { start as startDrafts } from "./drafts.js";
import { forgetAll } from "./keep.js";
import { start as startRatings } from "./ratings.js";
import { start as startSending } from "./sending.js";
import { follow, start as startTelemetry, volumeSet } from "./telemetry.js";
import { upload } from "./upload.js";
import { start as startWaiting } from "./waiting.js";

function enhanceAll(root) {
  root.querySelectorAll("[data-player]:not(.live)").forEach((each) => follow(enhance(each)));
}

if (document.querySelector("[data-erased]")) forgetAll();
startDrafts(); // before questions.js looks at what is filled in
enhanceAll(document);
document.querySelectorAll("[data-upload]").forEach(upload);
document.querySelectorAll("[data-copy]").forEach(enhanceCopy);
enhanceVolume(volumeSet);
startTelemetry();
startRatings();
startSending();
startWaiting();
document.addEventListener("htmx:beforeSwap", (event) => forget(event.detail.target));
document.addEventListener("htmx:load", (event) => enhanceAll(event.detail.elt));
