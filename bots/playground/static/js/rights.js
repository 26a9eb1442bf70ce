// Draws an answer about rights: its lines, its file, and the steps that are open now. A pressed
// step is a command of the counter; its answer takes the card's place.

import { h, icon } from "./dom.js";
import { freshKey, send } from "./server.js";
import { t } from "./texts.js";

const FIELD = "step-field";
let fields = 0;
let commands = new Set();
let say = () => {};

/** Know which commands there are: one that is named in an answer can be pressed there. */
export function knowCommands(names, onSay) {
  commands = new Set(names);
  say = onSay;
}

function words(text) {
  return text.split(/(\/[a-z]+)/).map((part) => {
    if (!part.startsWith("/") || !commands.has(part.slice(1))) return part;
    return h("button", { type: "button", class: "named", onclick: () => say(part) }, part);
  });
}

function line({ text, details }) {
  if (details.length === 0) return h("p", { class: "line" }, words(text));
  const parts = details.map((detail) => h("li", {}, words(detail)));
  return h("div", { class: "line detailed" }, h("p", {}, words(text)), h("ul", { class: "details" }, parts));
}

function file(found) {
  if (!found) return null;
  const { url, name, label } = found;
  return h("a", { class: "action strong file", href: url, download: name }, icon("original"), h("span", {}, label));
}

/** The field that a step asks for: below the steps, with the step's own name on its button. */
function question(step, go, close) {
  fields += 1;
  const id = `${FIELD}-${fields}`;
  const input = h("input", {
    class: "field",
    id,
    type: step.is_secret ? "password" : "text",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: step.is_secret ? "false" : "true",
    maxlength: 2000,
    required: true,
  });
  const look = h(
    "button",
    {
      type: "button",
      class: "action",
      "aria-pressed": "false",
      onclick: (event) => {
        const isHidden = input.type === "password";
        input.type = isHidden ? "text" : "password";
        event.currentTarget.setAttribute("aria-pressed", String(isHidden));
      },
    },
    t("page-show-secret"),
  );
  const stop = h("button", { type: "button", class: "action", onclick: close }, t("page-close"));
  const yes = h("button", { type: "submit", class: `action ${step.is_grave ? "grave" : "strong"}` }, step.label);
  const form = h(
    "form",
    {
      class: "asks",
      onsubmit: (event) => {
        event.preventDefault();
        if (input.value.trim()) go(input.value.trim());
      },
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      },
    },
    h("label", { for: id }, step.asks),
    h("div", { class: "asked-for" }, input, step.is_secret ? look : null),
    h("div", { class: "actions" }, yes, stop),
  );
  return { form, input };
}

/** One row of steps with the place for what a step asks; `press(step, typed)` does a step. */
function stepButton(step, place, press) {
  const kind = step.is_grave ? "action step grave" : "action step";
  if (step.url) {
    return h(
      "a",
      { class: kind, href: step.url, target: "_blank", rel: "noopener noreferrer" },
      h("span", {}, step.label),
      icon("away"),
    );
  }
  const asks = step.asks !== "";
  const button = h(
    "button",
    {
      type: "button",
      class: kind,
      "data-step": `${step.command} ${step.words}`.trim(),
      "aria-expanded": asks ? "false" : null,
      onclick: () => (asks ? ask() : press(step, "")),
    },
    h("span", {}, step.label),
  );
  function shut() {
    place.replaceChildren();
    for (const one of place.parentElement.querySelectorAll("[aria-expanded=true]"))
      one.setAttribute("aria-expanded", "false");
  }
  function ask() {
    const wasOpen = button.getAttribute("aria-expanded") === "true";
    shut();
    if (wasOpen) return;
    const { form, input } = question(
      step,
      (typed) => press(step, typed),
      () => {
        shut();
        button.focus();
      },
    );
    button.setAttribute("aria-expanded", "true");
    place.replaceChildren(form);
    input.focus();
    form.scrollIntoView({ block: "nearest" });
  }
  return button;
}

function stepRows(answer, press) {
  const place = h("div", { class: "asks-place" });
  const row = (steps, kind, label) =>
    steps.length === 0
      ? null
      : h(
          "div",
          { class: kind, role: "group", "aria-label": label },
          steps.map((step) => stepButton(step, place, press)),
        );
  return [
    row(answer.steps.filter((step) => !step.is_grave), "actions", t("page-actions")),
    row(answer.steps.filter((step) => step.is_grave), "actions graves", t("page-graves")),
    place,
  ];
}

/** Return the body of an answer's card. */
export function answerBody(answer, press) {
  return h(
    "div",
    { class: "body notice rights", "data-topic": answer.topic },
    answer.title ? h("h2", { class: "notice-title" }, answer.title) : null,
    answer.lines.map(line),
    file(answer.file),
    stepRows(answer, press),
    h("p", { class: "step-trouble", role: "alert", hidden: true }),
  );
}

/** Return an answer as one text, for screen readers. */
export const answerWords = (answer) =>
  [answer.title, ...answer.lines.flatMap(({ text, details }) => [text, ...details])].join(". ");

/** Do a step for a card; `answered(answer)` gets what takes the card's place. */
export async function doStep(body, step, typed, answered) {
  const trouble = body.querySelector(".step-trouble");
  const controls = [...body.querySelectorAll("button, input")];
  trouble.hidden = true;
  body.setAttribute("aria-busy", "true");
  // Kept on the card while the same step is tried again, so that a lost answer does it once.
  const wish = `${step.command} ${step.words} ${typed}`;
  if (body.pending?.wish !== wish) body.pending = { wish, key: freshKey() };
  for (const control of controls) control.disabled = true;
  try {
    const words = [step.words, typed].filter(Boolean).join(" ");
    const { answer } = await send("/api/counter", { command: step.command, words, key: body.pending.key });
    answered(answer);
  } catch (refusal) {
    if (refusal.status !== 0) body.pending = null;
    trouble.textContent = refusal.message;
    trouble.hidden = false;
    for (const control of controls) control.disabled = false;
  } finally {
    body.setAttribute("aria-busy", "false");
  }
}
