// What participants' pages do beyond plain HTML: the player, ratings that survive a lost
// connection, and the report of what was truly heard. Every page works without this file.

const REPORT_EVERY_MS = 10_000;
const RETRY_EVERY_MS = 4_000;

// The player: one button, one slider, one song at a time.

const ICONS =
  '<svg class="play" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4v16l13-8z"/></svg>' +
  '<svg class="pause" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg>';

const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const players = new Set();

function enhance(root) {
  const audio = root.querySelector("audio");
  const { title, play, pause, seek, broken, position } = root.dataset;
  audio.removeAttribute("controls");
  root.classList.add("live");
  const button = Object.assign(document.createElement("button"), { type: "button", innerHTML: ICONS });
  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: 30, step: 0.1, value: 0 });
  const time = Object.assign(document.createElement("span"), { className: "time", textContent: "0:00" });
  slider.setAttribute("aria-label", `${seek}: ${title}`);
  root.append(button, slider, time);

  const show = () => {
    const length = audio.duration || Number(slider.max);
    const said = `${clock(audio.currentTime)} / ${clock(length)}`;
    slider.max = length;
    slider.value = audio.currentTime;
    slider.setAttribute("aria-valuetext", said);
    time.textContent = said;
    root.classList.toggle("playing", !audio.paused);
    button.setAttribute("aria-label", `${audio.paused ? play : pause}: ${title}`);
  };
  const fail = () => {
    root.classList.add("broken");
    let message = root.parentElement.querySelector(".player-error");
    if (!message) {
      message = Object.assign(document.createElement("p"), { className: "player-error" });
      message.setAttribute("role", "alert");
      root.after(message);
    }
    message.textContent = broken;
    show();
  };
  button.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    players.forEach((other) => other.audio !== audio && other.audio.pause());
    if (audio.error) audio.load();
    root.classList.remove("broken");
    root.parentElement.querySelector(".player-error")?.remove();
    return audio.play().catch((error) => error.name !== "AbortError" && fail());
  });
  slider.addEventListener("input", () => { audio.currentTime = Number(slider.value); });
  for (const name of ["play", "pause", "timeupdate", "ended", "loadedmetadata", "seeked"]) {
    audio.addEventListener(name, show);
  }
  audio.addEventListener("error", fail);
  show();
  const player = { audio, position: Number(position) || 0, from: null, last: 0 };
  players.add(player);
  follow(player);
}

// What was heard: stretches between play, seek and pause, as the player itself says.

const reports = [];

function follow(player) {
  const { audio } = player;
  const begin = () => { player.from = player.last = audio.currentTime; };
  const end = () => {
    if (player.from !== null && player.position && player.last - player.from > 0.2) {
      reports.push({ key: crypto.randomUUID(), position: player.position, start_s: player.from, end_s: player.last });
    }
    player.from = null;
  };
  player.cut = () => { if (player.from !== null) { end(); begin(); } };
  audio.addEventListener("playing", () => { end(); begin(); });
  audio.addEventListener("timeupdate", () => { if (player.from !== null && !audio.seeking) player.last = audio.currentTime; });
  audio.addEventListener("seeking", end);
  audio.addEventListener("pause", () => { end(); send(); });
  audio.addEventListener("ended", () => { end(); send(); });
}

// The key makes a report count once, so it stays in the list until the server has answered.
async function send() {
  const url = document.querySelector("[data-heard]")?.dataset.heard;
  const batch = reports.slice(0, 100);
  if (!url || !batch.length) return;
  try {
    const headers = { "X-CSRFToken": token(), "Content-Type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(batch), keepalive: true });
    if (answer.ok || answer.status === 422) reports.splice(0, batch.length);
  } catch { /* no connection: the next round sends them again */ }
}

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

setInterval(() => { players.forEach((player) => player.cut()); send(); }, REPORT_EVERY_MS);
addEventListener("pagehide", () => { players.forEach((player) => player.cut()); send(); });

// Ratings: what could not be sent is shown, and sent again by itself.

const unsaved = new Set();

const statusOf = (field) => document.querySelector(field.getAttribute("hx-target"));

function failed(event) {
  const field = event.target.closest("[data-saves]");
  if (!field) return;
  unsaved.add(field);
  const status = statusOf(field);
  status.classList.add("unsaved");
  status.textContent = document.querySelector("[data-unsaved]").dataset.unsaved;
}

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, failed);
}
document.addEventListener("htmx:afterRequest", (event) => {
  const field = event.target.closest?.("[data-saves]");
  if (!field || !event.detail.successful) return;
  unsaved.delete(field);
  statusOf(field).classList.remove("unsaved");
  [field, ...field.querySelectorAll("[aria-invalid]")].forEach((part) => part.removeAttribute("aria-invalid"));
  field.querySelector(".error")?.remove();
  const track = field.closest(".track");
  if (!track?.querySelector("[aria-invalid]")) track?.classList.remove("missing");
});
const again = () => unsaved.forEach((field) => window.htmx.trigger(field, "change"));
addEventListener("online", again);
setInterval(again, RETRY_EVERY_MS);

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

// A song of one's own: how far it has come, and no upload of what is too large anyway.

function upload(form) {
  const state = form.querySelector(".state");
  const sending = form.querySelector(".sending");
  const say = (text, bad = false) => {
    state.textContent = text;
    state.classList.toggle("bad", bad);
  };
  const stop = (text) => {
    sending.hidden = true;
    delete form.dataset.sent;
    form.querySelector("button").removeAttribute("aria-disabled");
    say(text, true);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const [file] = form.querySelector("[type=file]").files;
    if (!file) return say(form.dataset.none, true);
    if (file.size > Number(form.dataset.most)) return say(form.dataset.large, true);
    if (form.dataset.sent) return undefined;
    form.dataset.sent = "yes";
    form.querySelector("button").setAttribute("aria-disabled", "true");
    say("");
    const request = new XMLHttpRequest();
    const bar = sending.querySelector("progress");
    sending.hidden = false;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = total ? loaded / total : 0;
      if (loaded === total) say(form.dataset.sentAll);
    });
    request.addEventListener("load", () => {
      if (request.status < 400) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const said = page.querySelector("#refusal") ?? page.querySelector("main");
      return stop(said ? said.textContent.trim().replace(/\s+/g, " ") : form.dataset.large);
    });
    request.addEventListener("error", () => stop(form.dataset.lost));
    request.open("POST", form.action);
    request.send(new FormData(form));
    return undefined;
  });
}

document.querySelectorAll("[data-upload]").forEach(upload);

const enhanceAll = (root) => root.querySelectorAll("[data-player]:not(.live)").forEach(enhance);
enhanceAll(document);
document.addEventListener("htmx:beforeSwap", (event) => {
  players.forEach((player) => event.detail.target.contains(player.audio) && (player.audio.pause(), players.delete(player)));
});
document.addEventListener("htmx:load", (event) => enhanceAll(event.detail.elt));
document.querySelector(".missing")?.scrollIntoView({ block: "center" });
