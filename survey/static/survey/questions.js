// What questions do beyond plain HTML: sliders without a value until they are touched, lists to
// put in order, and questions that come and go with an earlier answer. Every question works
// without this file.

const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
const changed = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Shown if: a question whose rule does not hold is hidden, and its answer counts for nothing.

const conditional = [...document.querySelectorAll("[data-shown-if]")];
const rules = new Map(conditional.map((question) => [question, JSON.parse(question.dataset.shownIf)]));

function valuesOf(name) {
  const inputs = [...document.getElementsByName(name)];
  const seen = inputs.filter((input) => !input.closest("[data-shown-if][hidden]"));
  const given = seen.filter((input) => (/radio|checkbox/.test(input.type) ? input.checked : input.value !== ""));
  const unknown = document.getElementsByName(`${name}.dont_know`)[0]?.checked ? ["dont_know"] : [];
  const other = document.getElementsByName(`${name}.other`)[0];
  const values = given.map((input) => input.value);
  if (other?.value.trim() && seen.some((i) => i.type === "checkbox" || !values.length)) values.push("other");
  return [...values, ...unknown];
}

function fits(rule, value) {
  if (rule.is && !rule.is.map(String).includes(value)) return false;
  if (rule.at_least === undefined && rule.at_most === undefined) return true;
  const number = Number(value);
  return value.trim() !== "" && number >= (rule.at_least ?? number) && number <= (rule.at_most ?? number);
}

function showAndHide() {
  // As many rounds as a chain can be long; each question looks at those that are shown.
  for (let round = 0; round < conditional.length; round += 1) {
    let settled = true;
    for (const [question, rule] of rules) {
      const hide = !valuesOf(rule.item).some((value) => fits(rule, value));
      settled &&= question.hidden === hide;
      question.hidden = hide;
    }
    if (settled) return;
  }
}
conditional.forEach((question) => question.classList.add("live"));
if (conditional.length) {
  for (const name of ["change", "input"]) document.addEventListener(name, showAndHide);
  addEventListener("pageshow", showAndHide);
  showAndHide();
}

// Other: typing picks it.

for (const other of document.querySelectorAll("[data-other] input")) {
  other.addEventListener("input", () => {
    const box = other.closest("fieldset").querySelector('input[value="other"]');
    if (box && other.value && !box.checked) { box.checked = true; changed(box); }
  });
}

// Sliders.

function enhanceSlider(root) {
  const number = root.querySelector("input[type=number]");
  const unknown = root.querySelector("input[type=checkbox]");
  const legend = root.closest("fieldset").querySelector("legend");
  legend.id ||= `${number.id}_legend`;
  const { min, max } = number;
  const range = make("input", { type: "range", min, max, step: 1 });
  range.setAttribute("aria-labelledby", legend.id);
  // What it says is the slider's own value: heard once is enough.
  const said = make("output", {});
  said.setAttribute("aria-hidden", "true");
  const show = () => {
    const touched = number.value !== "" && number.checkValidity();
    range.value = touched ? number.value : (Number(min) + Number(max)) / 2;
    range.classList.toggle("untouched", !touched);
    said.textContent = touched ? number.value : unknown?.checked ? "" : root.dataset.untouched;
    range.setAttribute("aria-valuetext", touched ? number.value : root.dataset.untouched);
  };
  const take = () => {
    number.value = range.value;
    if (unknown) unknown.checked = false;
    show();
  };
  range.addEventListener("input", take);
  // A touch that leaves it in the middle is an answer, too. Keys: space and enter.
  range.addEventListener("click", () => { if (number.value === "") { take(); changed(range); } });
  range.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    take();
    changed(range);
  });
  unknown?.addEventListener("change", () => { if (unknown.checked) number.value = ""; show(); });
  root.prepend(range, said);
  root.classList.add("live");
  show();
}

// Lists to put in order.

function enhanceRanking(list) {
  const entries = [...list.children];
  const { up, down, moved, keep, kept, untouched } = list.dataset;
  const selectOf = (entry) => entry.querySelector("select");
  const said = make("p", { className: "help", tabIndex: -1 });
  said.setAttribute("role", "status");
  const button = make("button", { type: "button", className: "button secondary", textContent: keep });
  const answered = () => entries.every((entry) => selectOf(entry).value);
  const show = () => {
    [...list.children].forEach((entry, index) => {
      const [first, last] = entry.querySelectorAll("button");
      first.setAttribute("aria-disabled", index === 0);
      last.setAttribute("aria-disabled", index === entries.length - 1);
    });
    list.classList.toggle("untouched", !answered());
    button.hidden = answered();
  };
  const take = () => {
    [...list.children].forEach((entry, index) => { selectOf(entry).value = String(index + 1); });
    changed(selectOf(entries[0]));
    show();
  };
  const move = (entry, step, pressed) => {
    const place = [...list.children].indexOf(entry) + step;
    if (place < 0 || place >= entries.length) return;
    if (step < 0) entry.previousElementSibling.before(entry); else entry.nextElementSibling.after(entry);
    take();
    pressed.focus();
    const option = entry.querySelector("label").textContent;
    said.textContent = filled(moved, { option, n: place + 1, of: entries.length });
  };
  for (const entry of entries) {
    const option = entry.querySelector("label").textContent;
    const control = (text, sign, step) => {
      const one = make("button", { type: "button", className: "move", textContent: sign });
      one.setAttribute("aria-label", filled(text, { option }));
      one.addEventListener("click", () => move(entry, step, one));
      return one;
    };
    entry.append(control(up, "↑", -1), control(down, "↓", 1));
  }
  button.addEventListener("click", () => { take(); said.textContent = kept; said.focus(); });
  if (answered()) {
    list.append(...entries.sort((a, b) => selectOf(a).value - selectOf(b).value));
  } else {
    said.textContent = untouched;
  }
  list.classList.add("live");
  list.closest("fieldset").classList.add("ordering");
  list.after(button, said);
  show();
}

document.querySelectorAll("[data-slider]").forEach(enhanceSlider);
document.querySelectorAll("[data-ranking]").forEach(enhanceRanking);
