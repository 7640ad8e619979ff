// What could not be sent yet, kept in the browser under the participant whose page this is.
// Each thing is an entry of its own, so that two tabs never write over each other.

const MOST = 2_000;
const who = document.querySelector('meta[name="browser-key"]')?.content ?? "nobody";
const memory = new Map();

const storage = (() => {
  try {
    localStorage.setItem("study/try", "1");
    localStorage.removeItem("study/try");
    return localStorage;
  } catch {
    return null; // forbidden or full: then it is kept as long as the page is open
  }
})();

const names = () => (storage ? Object.keys(storage).filter((name) => name.startsWith("study/")) : []);

// Of people who used this browser before nothing is sent from here, and not much is kept.
const others = names().filter((name) => !name.startsWith(`study/${who}/`));
others.slice(0, Math.max(0, others.length - MOST)).forEach((name) => storage.removeItem(name));
let room = MOST - (names().length - others.length);

export function keep(kind, key, value) {
  const name = `study/${who}/${kind}/${key}`;
  memory.set(name, value);
  if (!storage || (room <= 0 && storage.getItem(name) === null)) return;
  try {
    if (storage.getItem(name) === null) room -= 1;
    storage.setItem(name, JSON.stringify(value));
  } catch { /* full: it stays in memory */ }
}

// Of a browser in which somebody has had everything erased, nothing of theirs is left either.
export function forgetAll() {
  memory.clear();
  names().forEach((name) => storage.removeItem(name));
}

export function drop(kind, key) {
  const name = `study/${who}/${kind}/${key}`;
  memory.delete(name);
  if (storage && storage.getItem(name) !== null) room += 1;
  storage?.removeItem(name);
}

export function kept(kind) {
  const start = `study/${who}/${kind}/`;
  const found = new Map([...memory].filter(([name]) => name.startsWith(start)));
  for (const name of names().filter((each) => each.startsWith(start) && !found.has(each))) {
    try {
      found.set(name, JSON.parse(storage.getItem(name)));
    } catch {
      storage.removeItem(name);
    }
  }
  return [...found].map(([name, value]) => [name.slice(start.length), value]);
}
