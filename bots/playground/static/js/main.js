// Starts the page: state from the server, then changes as they come.

import { announce, announceCard, knownCard } from "./announce.js";
import { beginActions } from "./actions.js";
import { offer } from "./chips.js";
import { beginComposer, labelComposer, pickPicture, showTrouble, write } from "./composer.js";
import * as conversation from "./conversation.js";
import { byId, h, icon } from "./dom.js";
import { beginDrawer, closeDrawer, fillDrawer, openDrawer } from "./drawer.js";
import { drawHello } from "./hello.js";
import { beginLightbox, closePicture } from "./lightbox.js";
import { listen } from "./live.js";
import { answerWords, knowCommands } from "./rights.js";
import { freshKey, read, send, upload } from "./server.js";
import { t, useTexts } from "./texts.js";
import { forgetWaiting, waitFor, waitingForAge } from "./waiting.js";

const LOOK_AGAIN_MS = 1500;

let state = null;

const hello = () => drawHello(state, conversation.isEmpty(), act, write);

function showCredits(left) {
  byId("credits").textContent = left;
}

function onCard(card) {
  if (!conversation.showCard(card)) return;
  hello();
  announceCard(card);
  if (card.credits) showCredits(card.credits);
}

/** A request that waits for the answer about age stands in no history yet. */
async function showWaiting() {
  const id = waitingForAge();
  if (!id) return;
  try {
    const card = await read(`/api/requests/${id}`);
    if (card.state === "waiting-age") conversation.showCard(card);
    else forgetWaiting();
  } catch (refusal) {
    if (refusal.status !== 0) forgetWaiting();
  }
}

async function load({ keepEarlier }) {
  state = await read("/api/state");
  useTexts(state.texts, state.person.language);
  byId("banner").textContent = state.banner;
  showCredits(state.credits);
  offer(state.choices);
  labelComposer(state.commands);
  knowCommands(
    state.commands.map(({ name }) => name),
    (command) => {
      closeDrawer();
      run(command);
    },
  );
  state.cards.forEach(knownCard);
  conversation.drawAll(state.cards, { keepEarlier });
  conversation.takeLetters(state.letters);
  if (state.news) {
    conversation.showAnswer(state.news, "");
    // Not said when this is lost: then the news are told once more.
    send("/api/news-seen", {}).catch(() => {});
  }
  await showWaiting();
  byId("earlier").hidden = !state.has_earlier;
  fillDrawer(state);
  hello();
}

async function earlier() {
  const found = await read(`/api/history?before=${conversation.oldestId()}`);
  found.cards.forEach(knownCard);
  const stage = byId("stage");
  const below = stage.scrollHeight - stage.scrollTop;
  found.cards.forEach(conversation.showCard);
  stage.scrollTop = stage.scrollHeight - below;
  byId("earlier").hidden = !found.has_earlier;
}

function said(answer, asked) {
  if (answer.card) {
    if (answer.card.state === "waiting-age") waitFor(answer.card.id);
    conversation.showCard(answer.card);
    conversation.toEnd();
    announceCard(answer.card);
    if (answer.card.credits) showCredits(answer.card.credits);
  } else if (answer.answer) {
    conversation.showAnswer(answer.answer, answer.asked ?? asked);
    announce(answerWords(answer.answer));
  } else if (answer.notice) {
    conversation.showNotice({ ...answer.notice, asked });
    announce(answer.notice.paragraphs.join(" "));
  } else if (answer.open === "settings") {
    openDrawer();
  } else if (answer.open === "picture") {
    pickPicture();
  }
  hello();
}

async function say(text, key, options) {
  said(await send("/api/say", { text, key, options }), text);
}

const run = (command) => say(command, freshKey(), null).catch((refusal) => showTrouble(refusal.message));

async function reworded(card, prompt, key) {
  const path = `/api/requests/${card.id}/repeat`;
  said(await send(path, { change: "words", prompt, key }), prompt);
}

async function verify(file, picture) {
  const answer = await upload("/api/verify", file);
  conversation.showNotice({ ...answer.notice, picture, asked: picture ? "" : file.name });
  announce(answer.notice.paragraphs.join(" "));
  hello();
}

const act = beginActions({
  said,
  reload: () => load({ keepEarlier: false }),
  trouble: (refusal) => showTrouble(refusal.message),
});

/** Another process may have told the news, or nobody: look at what is still moving. */
async function lookAgain() {
  for (const card of conversation.movingCards()) {
    try {
      onCard(await read(`/api/requests/${card.id}`));
    } catch {
      // The link's own sign says that the server is away.
      return;
    }
  }
}

function onLink(isUp) {
  const place = byId("link-state");
  place.replaceChildren(...(isUp ? [] : [h("span", { class: "dot" }), t("page-link-lost")]));
  document.documentElement.dataset.link = isUp ? "up" : "down";
}

async function start() {
  byId("to-end").append(icon("down"));
  conversation.begin(act);
  beginLightbox(act);
  await load({ keepEarlier: false });
  beginComposer({ say, words: reworded, verify });
  labelComposer(state.commands);
  beginDrawer({
    settings: async (changes) => {
      await send("/api/settings", changes);
      conversation.forgetNotices();
      await load({ keepEarlier: false });
    },
    answer: (card) => said({ answer: card }, ""),
    command: run,
  });
  byId("earlier").addEventListener("click", earlier);
  conversation.toEnd();
  document.documentElement.dataset.ready = "yes";
  byId("prompt").focus({ preventScroll: true });
  listen({
    after: state.heard,
    onCard,
    onLetter: (card) => {
      conversation.showLetter(card);
      announce(answerWords(card));
      hello();
    },
    onGone: ({ id }) => {
      conversation.takeBack(id);
      hello();
    },
    onLink,
    onResync: () => {
      closePicture();
      load({ keepEarlier: true }).catch(() => {});
    },
  });
  setInterval(lookAgain, LOOK_AGAIN_MS);
}

start().catch((problem) => {
  // The texts may not have arrived, so the problem is said as the server or the browser words it.
  byId("banner").textContent = problem.message;
});
