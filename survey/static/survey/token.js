// The token that every form has; one that does not hold any more is fetched anew.

export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

export async function renewToken() {
  try {
    const answer = await fetch(location.href);
    const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.body.setAttribute("hx-headers", body.getAttribute("hx-headers"));
    document.getElementsByName("csrfmiddlewaretoken").forEach((field) => { field.value = token(); });
  } catch { /* no connection: the next answer asks again */ }
}
