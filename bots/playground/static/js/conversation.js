// Keeps the log: cards by id, answers to commands between them, newest at the bottom.

import { announce } from "./announce.js";
import { cardItem, isMoving, redraw } from "./card.js";
import { byId, h } from "./dom.js";
import { answerBody, answerWords, doStep } from "./rights.js";
import { t, when } from "./texts.js";

const KEPT = 20;
const STORE = "limner-notices";
const LETTER = "letter-";
const TURN = "turn-";
const NEAR_END_PX = 140;

const cards = new Map();
let notices = [];
let act = () => {};

const stage = () => byId("stage");
const isNearEnd = () =>
  stage().scrollHeight - stage().scrollTop - stage().clientHeight < NEAR_END_PX;

/** Scroll to the newest message. */
export function toEnd(smooth = false) {
  stage().scrollTo({ top: stage().scrollHeight, behavior: smooth ? "smooth" : "instant" });
}

function place(item) {
  const log = byId("log");
  const later = [...log.children].find((other) => other.dataset.at > item.dataset.at);
  log.insertBefore(item, later ?? null);
}

function noticeBody(notice) {
  const parts = notice.paragraphs.map((paragraph) => h("p", { class: "line" }, paragraph));
  const buttons = (notice.buttons ?? []).map((button) =>
    h(
      "button",
      {
        type: "button",
        class: `action action-${button.action}`,
        "data-action": button.action,
        onclick: (event) => act(button.action, null, event.currentTarget, button.value),
      },
      h("span", {}, button.label),
    ),
  );
  return h(
    "div",
    { class: "body notice" },
    notice.title ? h("h2", { class: "notice-title" }, notice.title) : null,
    parts,
    buttons.length > 0 ? h("div", { class: "actions" }, buttons) : null,
  );
}

function rightsBody(notice) {
  const body = answerBody(notice.answer, (step, typed) =>
    doStep(body, step, typed, (answer) => answerInPlace(notice.id, answer)),
  );
  return body;
}

function noticeItem(notice) {
  const item = h(
    "li",
    { class: "turn", id: `turn-${notice.id}` },
    notice.asked ? h("div", { class: "bubble" }, notice.asked) : null,
    notice.picture
      ? h("div", { class: "bubble picture" }, h("img", { src: notice.picture, alt: t("page-your-picture") }))
      : null,
    h(
      "article",
      { class: "answer", tabindex: -1, "aria-label": t("page-answer") },
      notice.answer ? rightsBody(notice) : noticeBody(notice),
    ),
    h("time", { class: "stamp", datetime: notice.at }, when(notice.at)),
  );
  item.dataset.at = notice.at;
  return item;
}

function keepNotices() {
  // A picture's address lives only as long as the page; the words are kept.
  const kept = notices.map(({ picture, ...words }) => words);
  try {
    sessionStorage.setItem(STORE, JSON.stringify(kept.slice(-KEPT)));
  } catch {
    // No storage in this browser: the answers stay until the page is left.
  }
}

function savedNotices() {
  try {
    return JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
  } catch {
    return [];
  }
}

/** Begin: `onAct(action, card, button, index)` is called for every button in the log. */
export function begin(onAct) {
  act = onAct;
  notices = savedNotices();
  stage().addEventListener("scroll", () => {
    byId("to-end").hidden = isNearEnd();
  });
  byId("to-end").addEventListener("click", () => toEnd(true));
  // Pictures arrive after their frame; the newest message stays in view if it was.
  let wasNearEnd = true;
  stage().addEventListener("scroll", () => {
    wasNearEnd = isNearEnd();
  });
  const stay = new ResizeObserver(() => {
    if (wasNearEnd) toEnd();
  });
  stay.observe(byId("log"));
  // The box below grows with what is typed.
  stay.observe(stage());
}

/** Draw everything anew, for example in another language. */
export function drawAll(found, { keepEarlier = false } = {}) {
  const wanted = keepEarlier ? new Map([...cards, ...found.map((card) => [card.id, card])]) : null;
  cards.clear();
  byId("log").replaceChildren();
  for (const card of wanted ? wanted.values() : found) addCard(card);
  for (const notice of notices) place(noticeItem(notice));
}

function addCard(card) {
  cards.set(card.id, card);
  place(cardItem(card, act));
}

/** Show a card's newest state; an older one than what is shown is ignored. */
export function showCard(card) {
  const known = cards.get(card.id);
  if (known && known.revision > card.revision) return false;
  const item = byId(`turn-${card.id}`);
  const near = isNearEnd();
  if (item) {
    cards.set(card.id, card);
    redraw(item, card, act);
  } else {
    addCard(card);
  }
  if (near) toEnd();
  return true;
}

/** Bring an item into view: its end, or its beginning when it is taller than the window. */
function intoView(item) {
  const isTall = item.offsetHeight > stage().clientHeight;
  if (isTall) item.scrollIntoView({ block: "start", behavior: "instant" });
  else item.scrollIntoView({ block: "nearest", behavior: "instant" });
}

/** Show the answer to a command. */
export function showNotice(notice) {
  const full = { id: crypto.randomUUID(), at: new Date().toISOString(), ...notice };
  notices = [...notices, full].slice(-KEPT);
  keepNotices();
  const item = noticeItem(full);
  place(item);
  if (full.answer) intoView(item);
  else toEnd();
}

const noticeAt = (id) => notices.findIndex((one) => one.id === id);

function keepAs(id, changed) {
  notices = notices.map((one) => (one.id === id ? changed : one));
  keepNotices();
}

function drop(id) {
  notices = notices.filter((one) => one.id !== id);
  byId(`turn-${id}`)?.remove();
}

/** Show the answer to a command about rights; a letter that is on the page already goes on there. */
export function showAnswer(answer, asked) {
  const known = answer.id && noticeAt(answer.id) >= 0 ? notices[noticeAt(answer.id)].answer : answer;
  if (known !== answer) drop(answer.id);
  showNotice({ ...(answer.id ? { id: answer.id } : {}), answer: known, asked });
}

/** Let an answer take the place of the one whose step was pressed. */
function answerInPlace(id, answer) {
  const before = notices[noticeAt(id)];
  const letter = answer.id !== id && noticeAt(answer.id) >= 0 ? notices[noticeAt(answer.id)] : null;
  if (letter) drop(letter.id);
  const next = { ...before, id: answer.id || crypto.randomUUID(), answer: letter?.answer ?? answer };
  keepAs(id, next);
  const former = byId(`turn-${id}`);
  const item = noticeItem(next);
  item.classList.add("changed");
  former.replaceWith(item);
  item.querySelector(".answer").focus({ preventScroll: true });
  intoView(item);
  announce(answerWords(next.answer));
}

/** Show a letter's newest words in its card, or in a new one; says whether the card is new. */
export function showLetter(card) {
  const at = noticeAt(card.id);
  if (at < 0) {
    showNotice({ id: card.id, at: card.at, answer: card });
    return true;
  }
  const next = { ...notices[at], answer: card };
  keepAs(card.id, next);
  const item = byId(`turn-${card.id}`);
  const hadFocus = item.contains(document.activeElement);
  item.querySelector(".body").replaceWith(rightsBody(next));
  if (hadFocus) item.querySelector(".answer").focus({ preventScroll: true });
  return false;
}

/** Take the letters as the core keeps them: those that it has no more are not shown any more. */
export function takeLetters(letters) {
  const kept = new Set(letters.map(({ id }) => id));
  for (const { id } of notices.filter((one) => one.id.startsWith(LETTER) && !kept.has(one.id))) drop(id);
  keepNotices();
  for (const letter of letters) showLetter(letter);
}

/** Remove a message that was taken back: a letter's card, or a request's by the address of its turn. */
export function takeBack(id) {
  const request = id.startsWith(TURN) ? id.slice(TURN.length) : "";
  if (cards.delete(request)) byId(id)?.remove();
  drop(id);
  keepNotices();
}

/** Forget the answers to commands, for example after a change of language. */
export function forgetNotices() {
  notices = [];
  keepNotices();
}

/** Return the cards that still change by themselves. */
export const movingCards = () => [...cards.values()].filter(isMoving);

/** Return the id of the oldest card shown, or an empty text. */
export const oldestId = () => [...cards.keys()].sort()[0] ?? "";

/** Return the newest prompt of the person, for the arrow key. */
export function lastPrompt() {
  const newest = [...cards.keys()].sort().at(-1);
  return newest ? cards.get(newest).words : "";
}

/** Say whether nothing was said yet. */
export const isEmpty = () => cards.size === 0 && notices.length === 0;

/** Return a card as it stands now. */
export const cardOf = (id) => cards.get(id);
