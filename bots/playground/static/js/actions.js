// What the buttons do: each asks the server, which asks the core; nothing is decided here.

import { openPicture, closePicture } from "./lightbox.js";
import { reword } from "./composer.js";
import { cardOf, showCard } from "./conversation.js";
import { h } from "./dom.js";
import { chooseFrom } from "./popover.js";
import { freshKey, send } from "./server.js";
import { fill, t } from "./texts.js";
import { forgetWaiting, waitingForAge } from "./waiting.js";

function pictureChoice(button, card, onChoose) {
  if (card.pictures.length === 1) {
    onChoose(card.pictures[0]);
    return;
  }
  const choices = card.pictures.map((picture) => ({
    value: picture,
    label: fill("page-picture-number", { index: picture.index }),
    art: h("img", { src: picture.url, alt: "", class: "item-art" }),
  }));
  chooseFrom(button, t("page-which-picture"), choices, onChoose);
}

function download(picture) {
  const link = h("a", { href: picture.original, download: picture.file_name });
  document.body.append(link);
  link.click();
  link.remove();
}

function sure(button, label, onYes) {
  const choices = [
    { value: true, label, danger: true },
    { value: false, label: t("page-keep"), start: true },
  ];
  chooseFrom(button, label, choices, (yes) => {
    if (yes) onYes();
  });
}

/** Return the one function that every button calls: act(action, card, button, index). */
export function beginActions({ said, reload, trouble }) {
  const repeat = async (card, change, index) => {
    const order = { change, index, key: freshKey() };
    said(await send(`/api/requests/${card.id}/repeat`, order), "");
  };

  const remove = async (path) => {
    const answer = await send(path, {}, "DELETE");
    closePicture();
    showCard(answer.card);
  };

  const age = async (isAdult, pendingId) => {
    const order = { is_adult: isAdult, pending_id: pendingId || waitingForAge() || null };
    const answer = await send("/api/age", order);
    forgetWaiting();
    await reload();
    said(answer, "");
  };

  /** Wait for an answer; meanwhile the button can't be pressed again. */
  const guarded = async (button, work) => {
    button.disabled = true;
    try {
      await work();
    } catch (refusal) {
      trouble(refusal);
    } finally {
      button.disabled = false;
    }
  };

  return (action, card, button, index) => {
    const now = card ? (cardOf(card.id) ?? card) : null;
    const doers = {
      open: () => openPicture(now, index),
      original: () => pictureChoice(button, now, download),
      vary: () => {
        if (index) {
          closePicture();
          guarded(button, () => repeat(now, "vary", index));
        } else {
          pictureChoice(button, now, (picture) =>
            guarded(button, () => repeat(now, "vary", picture.index)),
          );
        }
      },
      again: () => guarded(button, () => repeat(now, "again", 1)),
      retry: () => guarded(button, () => repeat(now, "again", 1)),
      words: () => reword(now),
      cancel: () =>
        guarded(button, async () => {
          const answer = await send(`/api/requests/${now.id}/cancel`, {});
          showCard(answer.card);
        }),
      delete: () =>
        sure(button, t("page-delete-sure"), () =>
          guarded(button, () => remove(`/api/requests/${now.id}`)),
        ),
      "delete-one": () => {
        const picture = now.pictures.find((one) => one.index === index);
        const path = `/api/requests/${now.id}/pictures/${picture.id}`;
        sure(button, t("page-delete-one-sure"), () => guarded(button, () => remove(path)));
      },
      "age-yes": () => guarded(button, () => age(true, now?.id ?? null)),
      "age-no": () => guarded(button, () => age(false, now?.id ?? null)),
    };
    doers[action]();
  };
}
