// A song of one's own: how far it has come, and no upload of what is too large anyway.

export function upload(form) {
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
