// What was truly heard, and what was done with the player, reported to the server.
//
// Ranges are the song's own time and come from the browser's list of what it played, so that
// seeking, stalls, another speed, a loop or a sleeping tab can't make them longer than what came
// out. No clock is read: a wrong one changes nothing. Each report has a key of its own; it is
// kept in the browser until the server has answered, and one that is sent twice counts once.

import { drop, keep, kept } from "./keep.js";
import { players, tabs } from "./player.js";
import { renewToken, token } from "./token.js";

const SEND_EVERY_MS = 5_000;
const PATIENCE_MS = 15_000;
const SHORTEST_S = 0.05;
const SEEKS_WITHIN_MS = 400;
const FILES_DIFFER_S = 2;

let batch = 100;

const url = () => document.querySelector("[data-heard]")?.dataset.heard;
const rounded = (seconds) => Math.round(seconds * 1000) / 1000;

// Pages that are not served over HTTPS have no randomUUID.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function report(player, kind, parts) {
  if (!player.position || !url()) return;
  const key = newKey();
  keep("heard", key, { url: url(), report: { key, position: player.position, kind, ...parts } });
}

// Stretches of the song

const played = (audio) =>
  Array.from({ length: audio.played.length }, (_, i) => [audio.played.start(i), audio.played.end(i)]);

const within = (from, to, ranges) =>
  ranges.map(([start, end]) => [Math.max(start, from), Math.min(end, to)]).filter(([a, b]) => b > a);

export function union(ranges) {
  const found = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}

// How many seconds of the track were heard, on this page and before.
export const heardSeconds = (player) =>
  union(player.open() ? [...player.heard, ...player.open()] : player.heard)
    .reduce((sum, [start, end]) => sum + end - start, 0);

// What was heard in another tab was heard.
tabs?.addEventListener("message", ({ data }) => players.forEach((player) => {
  if (!player.position || data.position !== player.position || data.url !== url()) return;
  player.heard.push(data.range);
  player.furthest = Math.max(player.furthest, data.range[1]);
  player.show();
}));

export function follow(player) {
  const { audio } = player;
  const waiting = kept("heard").map(([, { url: of, report: each }]) => [of, each]);
  const unsent = waiting.filter(([of, each]) =>
    of === url() && each.position === player.position && each.kind === "heard");
  player.heard = [...(player.known?.ranges ?? []), ...unsent.map(([, each]) => [each.start_s, each.end_s])];
  player.furthest = Math.max(player.furthest, ...player.heard.map(([, end]) => end));
  player.show();
  let from = null;
  let at = 0; // where the song was when it was last looked at
  let hidden = document.hidden;

  const audible = () => !audio.muted && audio.volume > 0;
  player.open = () => (from === null ? null : within(from, at, played(audio)));

  const begin = () => {
    if (from !== null || audio.paused || audio.seeking || !audible()) return;
    from = at = audio.currentTime;
  };
  const end = (to = at) => {
    if (from === null) return;
    const ranges = within(from, to, played(audio)).filter(([a, b]) => b - a >= SHORTEST_S);
    from = null;
    ranges.forEach(([start, stop], i) => {
      // Decoders don't agree on a file's last moment: what was played to its end was heard to its end.
      const last = audio.ended && i === ranges.length - 1;
      const whole = last && Math.abs(audio.duration - player.length) < FILES_DIFFER_S;
      add(rounded(start), rounded(whole ? Math.max(stop, player.length) : stop));
    });
  };
  const add = (start_s, end_s) => {
    player.heard.push([start_s, end_s]);
    report(player, "heard", { start_s, end_s });
    tabs?.postMessage({ url: url(), position: player.position, range: [start_s, end_s] });
    if (hidden) report(player, "hidden", { start_s, end_s, value: rounded(end_s - start_s) });
  };
  player.cut = () => {
    if (from === null) return;
    if (!audio.seeking) at = audio.currentTime;
    end();
    begin();
  };

  // One move with the slider is many seeks of the player: they are reported as one.
  let jump = null;
  let settled = 0;
  player.settle = () => {
    clearTimeout(settled);
    if (jump && Math.abs(jump.to - jump.from) > SHORTEST_S) {
      report(player, "seek", { start_s: rounded(jump.from), end_s: rounded(jump.to) });
    }
    jump = null;
  };
  const seeked = (to) => {
    const restarts = to < SHORTEST_S && (player.over || audio.loop);
    if (!player.once && !restarts) {
      jump = { from: jump ? jump.from : at, to };
      clearTimeout(settled);
      settled = setTimeout(player.settle, SEEKS_WITHIN_MS);
    }
    player.over = false;
  };

  audio.addEventListener("play", () => {
    report(player, "play", { start_s: audio.ended ? 0 : rounded(audio.currentTime) });
    begin();
  });
  audio.addEventListener("playing", begin);
  audio.addEventListener("seeked", () => { at = audio.currentTime; begin(); });
  audio.addEventListener("timeupdate", () => { if (!audio.seeking) { at = audio.currentTime; begin(); } });
  audio.addEventListener("seeking", () => {
    // Up to where it was left, which the browser has noted and the last look has not seen.
    const left = played(audio).find(([start, stop]) => start <= at && at <= stop);
    end(Math.min(left ? left[1] : at, at + 1));
    seeked(audio.currentTime);
    at = audio.currentTime;
  });
  audio.addEventListener("volumechange", () => (audible() ? begin() : player.cut()));
  for (const name of ["pause", "ended", "error", "emptied"]) {
    audio.addEventListener(name, () => {
      if (name === "ended") player.over = true;
      if (name === "pause" || name === "ended") at = audio.currentTime;
      end();
      send();
    });
  }
  document.addEventListener("visibilitychange", () => {
    player.cut();
    hidden = document.hidden;
  });
}

export function volumeSet(value) {
  const current = [...players].find((player) => !player.audio.paused) ?? [...players].findLast((p) => p.audio.played.length);
  if (current) report(current, "volume", { value });
}

// Sending

function next() {
  const all = kept("heard");
  const first = all[0]?.[1].url;
  return { to: first, entries: all.filter(([, value]) => value.url === first).slice(0, batch) };
}

const asked = (entries) => JSON.stringify(entries.map(([, value]) => value.report));

let sending = false;

export async function send() {
  if (sending) return;
  sending = true;
  try {
    let sent = true;
    while (sent) {
      const { to, entries } = next();
      sent = entries.length > 0 && (await deliver(to, entries));
    }
  } finally {
    sending = false;
  }
}

// True if the server has answered for good. Signed out, offline, restarting: later.
async function deliver(to, entries) {
  const headers = { "X-CSRFToken": token(), "Content-Type": "application/json" };
  let status;
  try {
    const answer = await fetch(to, {
      method: "POST", headers, body: asked(entries), keepalive: true, redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    status = answer.status;
  } catch {
    return false; // no connection
  }
  if (status === 413 && entries.length > 1) {
    batch = Math.ceil(entries.length / 2);
    return true;
  }
  if (status === 403) renewToken();
  const answered = [200, 400, 404, 413, 422].includes(status);
  if (answered) entries.forEach(([key]) => drop("heard", key));
  if (answered) document.dispatchEvent(new CustomEvent("study:reported"));
  return answered;
}

const cutAll = () => players.forEach((player) => { player.settle?.(); player.cut?.(); });

// A page that is being closed can't wait for an answer. What it sends stays in the browser, and
// the next page sends it again: its key says that it is there already.
function farewell() {
  cutAll();
  const { to, entries } = next();
  if (!entries.length) return;
  const form = new URLSearchParams({ csrfmiddlewaretoken: token(), reports: asked(entries) });
  navigator.sendBeacon(to, form);
}

export function start() {
  setInterval(() => { players.forEach((player) => player.cut?.()); send(); }, SEND_EVERY_MS);
  addEventListener("pagehide", farewell);
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => { if (document.hidden) { cutAll(); send(); } });
  send();
}
