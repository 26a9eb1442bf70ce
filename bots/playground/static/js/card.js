// Draws one request: what was asked, and the one message that changes until the pictures are there.

import { h, icon } from "./dom.js";
import { fill, t, when } from "./texts.js";

const MOVING = new Set(["waiting", "painting"]);
const ICONS = {
  vary: "vary",
  again: "again",
  words: "words",
  original: "original",
  delete: "delete",
  retry: "again",
};

/** Say whether a card will still change by itself. */
export const isMoving = (card) => MOVING.has(card.state);

function bubble(card) {
  const tags = card.options.map((option) => h("span", { class: "tag" }, option));
  return h(
    "div",
    { class: "bubble" },
    h("span", { class: "quiet" }, t("page-you-asked")),
    h("p", { class: "bubble-words" }, card.prompt),
    tags.length > 0 ? h("div", { class: "tags" }, tags) : null,
  );
}

/** Tell the style sheet how wide all pictures together are for their height. */
function measure(answer, card) {
  const across = card.count > 1 ? 2 : 1;
  const down = Math.ceil(card.count / across);
  const [one] = card.pictures;
  const shape = one ? one.width / one.height : card.width / card.height;
  const has = isMoving(card) || card.pictures.length > 0;
  answer.classList.toggle("with-pictures", has);
  answer.style.setProperty("--overall", String((shape * across) / down));
}

function shaped(element, card) {
  element.style.setProperty("--shape", String(card.width / card.height));
  return element;
}

function progressFrame(card) {
  const tiles = Array.from({ length: card.count }, (_, number) =>
    shaped(h("div", { class: "tile blank", "data-number": number + 1 }), card),
  );
  return h("div", { class: `pictures of-${card.count}`, "aria-hidden": "true" }, tiles);
}

function drawPreview(body, card) {
  if (!card.preview) return;
  const tile = body.querySelector(".tile.blank");
  const known = tile.querySelector("img");
  if (known?.getAttribute("src") === card.preview) return;
  const image = h("img", { src: card.preview, alt: "", class: "preview" });
  image.addEventListener("load", () => {
    known?.remove();
    image.classList.add("shown");
  });
  image.addEventListener("error", () => image.remove());
  tile.append(image);
}

function bar(card) {
  return h(
    "div",
    {
      class: card.state === "painting" ? "bar" : "bar waiting",
      role: "progressbar",
      "aria-label": t("page-progress"),
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      "aria-valuenow": card.percent,
    },
    h("div", { class: "bar-fill" }),
  );
}

function drawProgress(body, card) {
  const track = body.querySelector(".bar");
  track.className = card.state === "painting" ? "bar" : "bar waiting";
  track.setAttribute("aria-valuenow", card.percent);
  track.setAttribute("aria-valuetext", card.line);
  track.firstElementChild.style.inlineSize = `${Math.max(card.percent, 3)}%`;
  body.querySelector(".line").textContent = card.line;
  drawPreview(body, card);
}

function movingBody(card, act) {
  return h(
    "div",
    { class: "body moving" },
    progressFrame(card),
    h("div", { class: "status" }, h("p", { class: "line" }, card.line), bar(card)),
    buttonRow(card, act),
  );
}

function pictureTile(card, picture, act) {
  const several = card.pictures.length > 1;
  const label = several
    ? fill("page-open-one", { index: picture.index, count: card.pictures.length })
    : t("page-open");
  const tile = h(
    "button",
    {
      type: "button",
      class: "tile",
      "data-picture": picture.id,
      "aria-label": `${label}: ${picture.alt}`,
      onclick: (event) => act("open", card, event.currentTarget, picture.index),
    },
    h("img", {
      src: picture.url,
      alt: picture.alt,
      width: picture.width,
      height: picture.height,
      decoding: "async",
    }),
    several ? h("span", { class: "number", "aria-hidden": "true" }, String(picture.index)) : null,
  );
  return shaped(tile, picture);
}

function buttonRow(card, act) {
  if (card.buttons.length === 0) return null;
  const buttons = card.buttons.map(({ action, label, index }) => {
    const known = ICONS[action];
    return h(
      "button",
      {
        type: "button",
        class: `action action-${action}`,
        "data-action": action,
        "data-index": index,
        onclick: (event) => act(action, card, event.currentTarget, index),
      },
      known ? icon(known) : null,
      h("span", {}, label),
    );
  });
  return h("div", { class: "actions", role: "group", "aria-label": t("page-actions") }, buttons);
}

function endedBody(card, act) {
  const parts = [];
  if (card.pictures.length > 0) {
    const tiles = card.pictures.map((picture) => pictureTile(card, picture, act));
    parts.push(h("div", { class: `pictures of-${card.pictures.length}` }, tiles));
  }
  if (card.line) parts.push(h("p", { class: "line" }, card.line));
  if (card.note) parts.push(h("p", { class: "note" }, card.note));
  if (card.caption) parts.push(h("p", { class: "caption" }, card.caption));
  parts.push(buttonRow(card, act));
  return h("div", { class: `body ${card.state}` }, parts);
}

/** Leave the preview in its place until the picture is there: nothing flashes empty between. */
function keepPreview(former, body) {
  const preview = former?.querySelector(".preview.shown");
  const image = body.querySelector(".tile img");
  if (!preview || !image) return;
  image.before(preview);
  const leave = () => preview.remove();
  image.decode().then(leave, leave);
}

/** Make the list item of a card. `act(action, card, button, index)` is called for its buttons. */
export function cardItem(card, act) {
  const answer = h("article", { class: "answer", tabindex: -1, "aria-label": t("page-answer") });
  const stamp = h("time", { class: "stamp", datetime: card.created_at }, when(card.created_at));
  const item = h("li", { class: "turn", id: `turn-${card.id}` }, bubble(card), answer, stamp);
  item.dataset.at = card.created_at;
  redraw(item, card, act);
  return item;
}

/** Bring a list item up to date; what did not change (a loaded picture) is left in place. */
export function redraw(item, card, act) {
  const answer = item.querySelector(".answer");
  const former = answer.querySelector(".body");
  const shape = isMoving(card) ? "moving" : `${card.state}/${card.revision}`;
  if (former && item.dataset.shape === shape && isMoving(card)) {
    drawProgress(former, card);
    return;
  }
  if (former && item.dataset.shape === shape) return;
  const hadFocus = answer.contains(document.activeElement);
  const body = isMoving(card) ? movingBody(card, act) : endedBody(card, act);
  keepPreview(former, body);
  answer.replaceChildren(body);
  measure(answer, card);
  item.dataset.shape = shape;
  item.dataset.state = card.state;
  if (isMoving(card)) drawProgress(body, card);
  if (hadFocus) answer.focus({ preventScroll: true });
}
