// Tells screen readers what changed, politely and not for every percent.

import { byId } from "./dom.js";
import { fill, t } from "./texts.js";

const STEP = 25;
const said = new Map();
let timer = 0;

/** Say a short sentence. */
export function announce(sentence) {
  const place = byId("announcer");
  place.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(() => {
    place.textContent = sentence;
  }, 60);
}

/** Say a card's line, unless the same step of the same card was said already. */
export function announceCard(card) {
  const step = `${card.state}/${card.place}/${Math.floor(card.percent / STEP)}`;
  if (said.get(card.id) === step) return;
  said.set(card.id, step);
  const count = card.pictures.length;
  if (card.line) announce(card.line);
  else if (count === 1) announce(t("page-ready-one"));
  else if (count > 1) announce(fill("page-ready-several", { count }));
}

/** Remember a card's step without saying it: it was there before the page was opened. */
export function knownCard(card) {
  said.set(card.id, `${card.state}/${card.place}/${Math.floor(card.percent / STEP)}`);
}
