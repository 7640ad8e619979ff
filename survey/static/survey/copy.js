// A button that copies a code; a page that is not served over HTTPS may not write to the clipboard.

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy"); // what is selected
  }
}

export function enhanceCopy(root) {
  const code = document.getElementById(root.dataset.copy);
  const said = root.querySelector("[role=status]");
  root.hidden = false;
  root.querySelector("button").addEventListener("click", async () => {
    getSelection().selectAllChildren(code);
    const done = await copied(code.textContent.trim());
    said.textContent = done ? `✓ ${root.dataset.copied}` : root.dataset.notCopied;
  });
}
