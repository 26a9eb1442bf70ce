// The box at the bottom: words, an attached picture, or new words for an old picture.

import { options } from "./chips.js";
import { closeCompletion, complete, completionKey, offerCommands } from "./completion.js";
import { lastPrompt } from "./conversation.js";
import { byId, h, icon } from "./dom.js";
import { freshKey } from "./server.js";
import { fill, t } from "./texts.js";

const DRAFT = "limner-draft";
const PICTURES = ["image/png", "image/jpeg", "image/webp"];
const RECEIPT = "application/json";

let handlers = { say: async () => {}, words: async () => {}, verify: async () => {} };
let rewording = null;
let attached = null;
let isBusy = false;
/** Kept while the same text is tried again, so that a lost answer cannot cost twice. */
let pending = { text: "", key: "" };

const prompt = () => byId("prompt");

function grow() {
  prompt().style.blockSize = "auto";
  prompt().style.blockSize = `${prompt().scrollHeight}px`;
}

function refresh() {
  grow();
  byId("send").disabled = isBusy || (prompt().value.trim() === "" && !attached);
  try {
    sessionStorage.setItem(DRAFT, prompt().value);
  } catch {
    // No storage in this browser: a draft lasts as long as the page.
  }
}

/** Put a text into the box, ready to be changed. */
export function write(text) {
  prompt().value = text;
  refresh();
  prompt().focus();
  prompt().setSelectionRange(text.length, text.length);
}

/** Show why something was refused, above the words that caused it. */
export function showTrouble(text) {
  const place = byId("trouble");
  const close = h(
    "button",
    { type: "button", class: "icon-button small", "aria-label": t("page-close"), onclick: hideTrouble },
    icon("close"),
  );
  place.replaceChildren(h("p", {}, text), close);
  place.hidden = false;
}

function hideTrouble() {
  byId("trouble").hidden = true;
}

function stopRewording() {
  rewording = null;
  byId("mode").hidden = true;
}

/** Let the person change the words of an earlier request. */
export function reword(card) {
  detach();
  rewording = card;
  const stop = () => {
    stopRewording();
    write("");
  };
  const close = h(
    "button",
    { type: "button", class: "icon-button small", "aria-label": t("page-close"), onclick: stop },
    icon("close"),
  );
  byId("mode").replaceChildren(icon("words"), h("span", {}, t("page-changing-words")), close);
  byId("mode").hidden = false;
  write(card.words);
}

function detach() {
  if (attached) URL.revokeObjectURL(attached.address);
  attached = null;
  byId("attached").hidden = true;
  byId("file").value = "";
  prompt().placeholder = t("page-placeholder");
  refresh();
}

function attach(file) {
  if (![...PICTURES, RECEIPT].includes(file.type)) {
    showTrouble(t("page-picture-kinds"));
    return;
  }
  detach();
  stopRewording();
  hideTrouble();
  attached = { file, address: URL.createObjectURL(file) };
  const remove = h(
    "button",
    { type: "button", class: "icon-button small", "aria-label": t("page-detach"), onclick: detach },
    icon("close"),
  );
  const picture =
    file.type === RECEIPT ? icon("shield") : h("img", { src: attached.address, alt: t("page-your-picture") });
  const words = h("span", {}, fill("page-verify-ready", { name: file.name }));
  byId("attached").replaceChildren(picture, words, remove);
  byId("attached").hidden = false;
  prompt().placeholder = t("page-verify-placeholder");
  refresh();
  prompt().focus();
}

/** Open the computer's own file choice. */
export const pickPicture = () => byId("file").click();

async function submit() {
  const text = prompt().value.trim();
  if (isBusy || (text === "" && !attached)) return;
  closeCompletion();
  hideTrouble();
  if (!attached && /^\/verify\s*$/i.test(text)) {
    pickPicture();
    write("");
    return;
  }
  if (pending.text !== text) pending = { text, key: freshKey() };
  isBusy = true;
  refresh();
  try {
    if (attached) {
      const { file } = attached;
      await handlers.verify(file, file.type === RECEIPT ? "" : URL.createObjectURL(file));
      detach();
    } else if (rewording) {
      await handlers.words(rewording, text, pending.key);
    } else {
      await handlers.say(text, pending.key, options());
    }
    stopRewording();
    pending = { text: "", key: "" };
    prompt().value = "";
  } catch (refusal) {
    // The words stay in the box, to be corrected.
    if (refusal.status !== 0) pending = { text: "", key: "" };
    showTrouble(refusal.message);
  } finally {
    isBusy = false;
    refresh();
    prompt().focus();
  }
}

function onKey(event) {
  if (event.isComposing || completionKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && prompt().value === "" && lastPrompt() !== "") {
    event.preventDefault();
    write(lastPrompt());
  } else if (event.key === "Escape") {
    if (!byId("trouble").hidden) hideTrouble();
    else if (rewording) {
      stopRewording();
      write("");
    } else if (attached) detach();
  }
}

function onShortcut(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, textarea, select, .menu")) return;
  if (event.key !== "/") return;
  event.preventDefault();
  write("/");
  complete();
}

function takeDropped(event) {
  const file = [...(event.dataTransfer ?? event.clipboardData).files][0];
  if (!file) return;
  event.preventDefault();
  attach(file);
}

/** Begin with the server's calls: say, words, verify. */
export function beginComposer(found) {
  handlers = found;
  byId("send").append(icon("send"));
  byId("attach").append(icon("attach"));
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  prompt().addEventListener("keydown", onKey);
  prompt().addEventListener("input", () => {
    refresh();
    complete();
  });
  prompt().addEventListener("blur", closeCompletion);
  prompt().addEventListener("paste", takeDropped);
  byId("attach").addEventListener("click", pickPicture);
  byId("file").addEventListener("change", (event) => {
    if (event.target.files[0]) attach(event.target.files[0]);
  });
  addEventListener("keydown", onShortcut);
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", takeDropped);
  addEventListener("resize", grow);
  try {
    prompt().value = sessionStorage.getItem(DRAFT) ?? "";
  } catch {
    prompt().value = "";
  }
  refresh();
}

/** Speak the person's language: names, placeholder and commands of the box. */
export function labelComposer(commands) {
  prompt().setAttribute("aria-label", t("page-prompt"));
  prompt().placeholder = t(attached ? "page-verify-placeholder" : "page-placeholder");
  byId("hint").textContent = t("page-hint");
  offerCommands(commands, (command) => {
    write(`/${command.name}${command.takes_words ? " " : ""}`);
    if (!command.takes_words) submit();
  });
}
