// What a person sees first: the first message with the question of age, or examples to begin with.

import { byId, h } from "./dom.js";
import { t } from "./texts.js";

function welcome(found, act) {
  const buttons = found.buttons.map(({ action, label }) =>
    h(
      "button",
      {
        type: "button",
        class: action === "age-yes" ? "action strong" : "action",
        "data-action": action,
        onclick: (event) => act(action, null, event.currentTarget),
      },
      h("span", {}, label),
    ),
  );
  return h(
    "article",
    { class: "welcome" },
    h("img", { src: "/static/art/mark.svg", alt: "", width: 56, height: 56 }),
    h("h1", { id: "hello-title" }, t("page-welcome-title")),
    found.paragraphs.map((paragraph) => h("p", {}, paragraph)),
    buttons.length > 0
      ? h("div", { class: "actions", role: "group", "aria-label": t("page-actions") }, buttons)
      : null,
  );
}

function examples(found, onExample) {
  const cards = found.map(({ text, art }) =>
    h(
      "button",
      { type: "button", class: "example", onclick: () => onExample(text) },
      h("img", { src: `/static/art/${art}.svg`, alt: "", width: 320, height: 180 }),
      h("span", {}, text),
    ),
  );
  return [
    h("h1", { id: "hello-title" }, t("page-hello")),
    h("p", { class: "hello-about" }, t("page-hello-about")),
    h("div", { class: "examples" }, cards),
  ];
}

/** Show what fits: the first message, examples, or nothing once there is a conversation. */
export function drawHello(state, isEmpty, act, onExample) {
  const place = byId("hello");
  place.hidden = !state.welcome && !isEmpty;
  if (state.welcome) place.replaceChildren(welcome(state.welcome, act));
  else if (isEmpty) place.replaceChildren(...examples(state.examples, onExample));
  else place.replaceChildren();
}
