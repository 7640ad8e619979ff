// The player: one button, one slider, one song at a time; and the volume, which is the page's.

const ICONS =
  '<svg class="play" viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4v16l13-8z"/></svg>' +
  '<svg class="pause" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 4h4v16H6zM14 4h4v16h-4z"/></svg>';
const STEP_S = 5;
const RING_AFTER_MS = 300;
const WORDS_AFTER_MS = 8_000;
const SLACK_S = 0.5;

export const players = new Set();

const made = (tag, parts) => Object.assign(document.createElement(tag), parts);

const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// One song at a time, in all tabs.

export const tabs = "BroadcastChannel" in window ? new BroadcastChannel("study-player") : null;
tabs?.addEventListener("message", ({ data }) => {
  if (data === "playing") players.forEach((player) => player.audio.pause());
});

function silenceOthers(audio) {
  players.forEach((other) => other.audio !== audio && other.audio.pause());
  tabs?.postMessage("playing");
}

// A player of a track that is played once goes on where its listener stopped, and nowhere else.

function holdTo(player) {
  const { audio } = player;
  const wanted = () => Math.min(player.furthest, player.length);
  audio.addEventListener("timeupdate", () => {
    if (!audio.seeking) player.furthest = Math.max(player.furthest, audio.currentTime);
  });
  audio.addEventListener("ended", () => { player.furthest = Infinity; });
  audio.addEventListener("seeking", () => {
    if (Math.abs(audio.currentTime - wanted()) > SLACK_S) audio.currentTime = wanted();
  });
  audio.addEventListener("play", () => {
    if (player.isOver()) return audio.pause();
    if (audio.currentTime < wanted() - SLACK_S) audio.currentTime = wanted();
    return undefined;
  });
}

export function enhance(root) {
  const audio = root.querySelector("audio");
  const { title, play, pause, played, seek, broken } = root.dataset;
  const form = root.closest("[data-hearing]");
  const position = Number(root.dataset.position) || 0;
  const known = position ? JSON.parse(form.dataset.hearing)[position] : null;
  const player = {
    root, audio, position, known,
    once: Boolean(position) && form.dataset.rule === "once",
    length: known?.length ?? (Number(root.dataset.length) || 0),
    furthest: Math.max(0, ...(known?.ranges ?? []).map(([, end]) => end)),
    isOver: () => player.once && player.furthest >= player.length - SLACK_S,
    show: () => show(),
  };
  audio.removeAttribute("controls");
  root.classList.add("live");
  const button = made("button", { type: "button", innerHTML: ICONS });
  const slider = player.once
    ? made("progress", { max: 30, value: 0 })
    : made("input", { type: "range", min: 0, max: 30, step: 0.1, value: 0 });
  const time = made("span", { className: "time", textContent: "0:00" });
  slider.setAttribute("aria-label", `${seek}: ${title}`);
  root.append(button, slider, time);

  const show = () => {
    const length = audio.duration || player.length || Number(slider.max);
    const at = player.once && audio.paused ? Math.min(player.furthest, length) : audio.currentTime;
    const said = `${clock(at)} / ${clock(length)}`;
    slider.max = length;
    slider.value = at;
    slider.setAttribute("aria-valuetext", said);
    time.textContent = said;
    root.classList.toggle("playing", !audio.paused);
    root.classList.toggle("over", player.isOver());
    const does = player.isOver() ? played : audio.paused ? play : pause;
    button.setAttribute("aria-label", `${does}: ${title}`);
    button.setAttribute("aria-disabled", player.isOver());
    note(player, form);
  };
  const fail = () => {
    root.classList.add("broken");
    tell(root, broken);
    show();
  };
  const fetching = stalls(player, (text) => tell(root, text));
  const toggle = () => {
    if (!audio.paused) return audio.pause();
    if (player.isOver()) return undefined;
    silenceOthers(audio);
    if (audio.error || fetching.gaveUp()) loadAgain(audio);
    root.classList.remove("broken");
    untell(root);
    return audio.play().catch((error) => error.name !== "AbortError" && fail());
  };
  button.addEventListener("click", toggle);
  slider.addEventListener("input", () => { audio.currentTime = Number(slider.value); });
  slider.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -STEP_S, ArrowDown: -STEP_S, ArrowRight: STEP_S, ArrowUp: STEP_S }[event.key];
    if (event.key !== " " && (!way || player.once)) return;
    event.preventDefault();
    if (event.key === " ") return toggle();
    slider.value = Number(slider.value) + way;
    audio.currentTime = Number(slider.value);
  });
  for (const name of ["play", "pause", "timeupdate", "ended", "loadedmetadata", "seeked"]) {
    audio.addEventListener(name, show);
  }
  audio.addEventListener("error", fail);
  audio.volume = volume();
  if (player.once) holdTo(player);
  players.add(player);
  show();
  return player;
}

// What is wrong with a song, which may then be marked as one that can't be heard.

function tell(root, text) {
  const old = root.parentElement.querySelector(".player-error");
  const message = old ?? made("p", { className: "player-error" });
  message.setAttribute("role", "alert");
  if (!old) root.after(message);
  message.textContent = text;
  root.dispatchEvent(new CustomEvent("broken", { bubbles: true }));
}

const untell = (root) => root.parentElement.querySelector(".player-error")?.remove();

function loadAgain(audio) {
  const at = audio.currentTime;
  audio.load();
  if (at) audio.currentTime = at;
}

// A song that is to play and does not come: first a ring, after a while words.

function stalls({ root, audio }, say) {
  let timers = [];
  let gaveUp = false;
  const end = () => {
    timers.forEach(clearTimeout);
    timers = [];
    root.classList.remove("buffering");
    root.removeAttribute("aria-busy");
  };
  const begin = () => {
    if (timers.length || audio.paused || audio.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) return;
    const ring = () => { root.classList.add("buffering"); root.setAttribute("aria-busy", "true"); };
    const words = () => { gaveUp = true; say(root.dataset.stalled); };
    timers = [setTimeout(ring, RING_AFTER_MS), setTimeout(words, WORDS_AFTER_MS)];
  };
  const goesOn = () => {
    end();
    if (gaveUp) untell(root);
    gaveUp = false;
  };
  for (const name of ["play", "waiting", "seeking"]) audio.addEventListener(name, begin);
  for (const name of ["pause", "ended", "error"]) audio.addEventListener(name, end);
  audio.addEventListener("playing", goesOn);
  audio.addEventListener("timeupdate", () => {
    if (audio.readyState > HTMLMediaElement.HAVE_CURRENT_DATA) goesOn();
  });
  return { gaveUp: () => gaveUp };
}

// Below the player of a track that plays once: that it goes on, or that it is over.

function note(player, form) {
  if (!player.once) return;
  const old = player.root.parentElement.querySelector(".player-note");
  const message = old ?? made("p", { className: "player-note muted" });
  const begun = player.furthest > SLACK_S && player.audio.paused;
  const said = player.isOver() ? form.dataset.once : begun ? form.dataset.goesOn : "";
  if (!old) player.root.after(message);
  if (message.textContent !== said) message.textContent = said;
}

export function forget(within) {
  players.forEach((player) => {
    if (!within.contains(player.audio)) return;
    player.audio.pause();
    players.delete(player);
  });
}

// The volume: set once, in the sound check or above the songs, and the same for every song.

const VOLUME = "study-volume";
let setTo = 1;
try {
  const before = Number(sessionStorage.getItem(VOLUME) ?? 1);
  if (before >= 0 && before <= 1) setTo = before;
} catch { /* forbidden: full volume */ }

export const volume = () => setTo;

// iOS leaves the volume to its buttons and says so by not taking one.
const canBeSet = () => {
  const trial = new Audio();
  trial.volume = 0.5;
  return trial.volume === 0.5;
};

export function enhanceVolume(onSet) {
  const control = document.querySelector("[data-volume-control]");
  if (!control || !canBeSet()) return;
  const [slider, said] = [control.querySelector("input"), control.querySelector("output")];
  const show = () => {
    said.textContent = `${Math.round(setTo * 100)} %`;
    slider.setAttribute("aria-valuetext", said.textContent);
    document.querySelectorAll("input[data-volume]").forEach((field) => { field.value = setTo; });
  };
  slider.value = setTo;
  control.hidden = false;
  show();
  slider.addEventListener("input", () => {
    setTo = Number(slider.value);
    try { sessionStorage.setItem(VOLUME, setTo); } catch { /* then for this page alone */ }
    players.forEach((player) => { player.audio.volume = setTo; });
    show();
  });
  slider.addEventListener("change", () => onSet(setTo));
}
