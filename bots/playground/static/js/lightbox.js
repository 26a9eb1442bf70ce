// A picture on its own, as large as the window: arrows go through the others, Escape closes.

import { byId, h, icon } from "./dom.js";
import { fill, t } from "./texts.js";

let card = null;
let at = 0;
let act = () => {};

const box = () => byId("lightbox");

function step(by) {
  at = (at + by + card.pictures.length) % card.pictures.length;
  draw();
}

function arrow(name, by) {
  return h(
    "button",
    {
      type: "button",
      class: `icon-button arrow ${name}`,
      "aria-label": t(name === "left" ? "page-previous" : "page-next"),
      onclick: () => step(by),
    },
    icon(name),
  );
}

async function copyPrompt(button) {
  try {
    await navigator.clipboard.writeText(card.prompt);
  } catch {
    // The browser forbids it here: the words are selected instead, ready for the keyboard.
    getSelection().selectAllChildren(box().querySelector(".lightbox-caption p"));
    return;
  }
  button.replaceChildren(icon("check"), h("span", {}, t("page-copied")));
}

function tools(picture) {
  const press = (action) => (event) => act(action, card, event.currentTarget, picture.index);
  const button = (action, picture_, label, onclick) =>
    h(
      "button",
      { type: "button", class: "action glass", "data-action": action, onclick },
      icon(picture_),
      h("span", {}, label),
    );
  return h(
    "div",
    { class: "lightbox-tools" },
    button("vary", "vary", card.labels.vary, press("vary")),
    h(
      "a",
      { class: "action glass", href: picture.original, download: picture.file_name, "data-action": "original" },
      icon("original"),
      h("span", {}, card.labels.original),
    ),
    button("copy", "copy", t("page-copy-prompt"), (event) => copyPrompt(event.currentTarget)),
    button("delete-one", "delete", card.labels.delete, press("delete-one")),
  );
}

function draw() {
  const picture = card.pictures[at];
  const several = card.pictures.length > 1;
  const count = fill("page-picture-of", { index: picture.index, count: card.pictures.length });
  const facts = [`${picture.width} × ${picture.height}`, fill("caption-seed", { seed: picture.seed })];
  if (several) facts.unshift(count);
  box().replaceChildren(
    h(
      "figure",
      { class: "lightbox-figure" },
      h("img", { src: picture.url, alt: picture.alt, width: picture.width, height: picture.height }),
      h("figcaption", { class: "lightbox-caption" }, h("p", {}, card.prompt), h("p", { class: "facts" }, facts.join(" · "))),
    ),
    tools(picture),
    several ? arrow("left", -1) : "",
    several ? arrow("right", 1) : "",
    h(
      "button",
      { type: "button", class: "icon-button lightbox-close", "aria-label": t("page-close"), onclick: () => box().close() },
      icon("close"),
    ),
  );
}

/** Open one picture of a card, 1 to 4. */
export function openPicture(found, index) {
  card = found;
  at = Math.max(0, card.pictures.findIndex((picture) => picture.index === index));
  draw();
  box().showModal();
}

/** Close it, for example because its picture was deleted. */
export function closePicture() {
  if (box().open) box().close();
}

/** Begin: `onAct(action, card, button, index)` is called for the buttons under the picture. */
export function beginLightbox(onAct) {
  act = onAct;
  // A closed box keeps no picture, which may be deleted by the time it opens again.
  box().addEventListener("close", () => box().replaceChildren());
  box().addEventListener("click", (event) => {
    if (event.target === box() || event.target.matches(".lightbox-figure")) box().close();
  });
  box().addEventListener("keydown", (event) => {
    if (!card || card.pictures.length < 2 || event.target.closest(".menu")) return;
    if (event.key === "ArrowRight") step(1);
    if (event.key === "ArrowLeft") step(-1);
  });
}
