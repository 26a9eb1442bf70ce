// The drawer: settings, and what the service knows about the person, by the commands that exist.

import { byId, h, icon } from "./dom.js";
import { answerBody, doStep } from "./rights.js";
import { read } from "./server.js";
import { t } from "./texts.js";
import { THEMES, theme, useTheme } from "./theme.js";

let state = null;
let onSettings = async () => {};
let onCommand = () => {};
let onAnswer = () => {};

const drawer = () => byId("drawer");

function radios(name, label, choices, chosen, onChange) {
  const options = choices.map(({ value, text }) => {
    const input = h("input", {
      type: "radio",
      name,
      value,
      checked: value === chosen,
      onchange: () => onChange(value),
    });
    return h("label", { class: "segment" }, input, h("span", {}, text));
  });
  return h("fieldset", { class: "segments" }, h("legend", {}, label), h("div", { class: "track" }, options));
}

function regionField() {
  const inOrder = new Intl.Collator(document.documentElement.lang);
  const regions = [...state.regions].sort((one, other) => inOrder.compare(one.name, other.name));
  const options = regions.map(({ code, name }) =>
    h("option", { value: code, selected: code === state.person.region }, name),
  );
  const none = h("option", { value: "", disabled: true, selected: state.person.region === "" }, t("page-region-none"));
  const select = h("select", { class: "field", id: "region" }, none, options);
  select.addEventListener("change", () => change({ region: select.value }));
  return h(
    "div",
    { class: "setting" },
    h("label", { for: "region" }, t("page-region")),
    select,
    h("p", { class: "setting-about" }, t("page-region-about")),
  );
}

async function change(settings) {
  const trouble = drawer().querySelector(".drawer-trouble");
  trouble.hidden = true;
  try {
    await onSettings(settings);
  } catch (refusal) {
    trouble.textContent = refusal.message;
    trouble.hidden = false;
  }
}

function settingsPart() {
  const themes = THEMES.map((value) => ({ value, text: t(`page-theme-${value}`) }));
  const languages = state.languages.map(({ code, name }) => ({ value: code, text: name }));
  return h(
    "section",
    { class: "drawer-part", "aria-labelledby": "settings-title" },
    h("h3", { id: "settings-title" }, t("page-settings")),
    radios("language", t("page-language"), languages, state.person.language, (language) => change({ language })),
    radios("theme", t("page-theme"), themes, theme(), useTheme),
    regionField(),
    h("p", { class: "drawer-trouble", role: "alert", hidden: true }),
  );
}

function meter(quota) {
  const share = quota.daily > 0 ? Math.min(100, (quota.free_left / quota.daily) * 100) : 0;
  const fill = h("div", { class: "bar-fill" });
  fill.style.inlineSize = `${share}%`;
  return h("div", { class: "bar still", "aria-hidden": "true" }, fill);
}

function knownPart(known) {
  const { quota, answer, rights } = known;
  const credits = h(
    "div",
    { class: "known" },
    h("h4", {}, quota.title),
    meter(quota.meter),
    quota.paragraphs.map((paragraph) => h("p", {}, paragraph)),
  );
  const held = answerBody(answer, (step, typed) =>
    doStep(held, step, typed, (next) => {
      drawer().close();
      onAnswer(next);
    }),
  );
  held.classList.add("known");
  const commands = rights.map(({ name, about }) =>
    h(
      "button",
      { type: "button", class: "command", onclick: () => run(name) },
      h("span", { class: "option-name" }, `/${name}`),
      h("span", { class: "option-about" }, about),
    ),
  );
  return [
    h("h3", { id: "known-title" }, t("page-known")),
    held,
    credits,
    h("h3", { class: "rights-title" }, t("page-rights")),
    h("div", { class: "commands" }, commands),
  ];
}

function run(name) {
  drawer().close();
  onCommand(`/${name}`);
}

function keysPart() {
  const keys = [
    ["/", t("page-key-commands")],
    ["Enter", t("page-key-send")],
    ["Shift + Enter", t("page-key-line")],
    ["↑", t("page-key-last")],
    ["Esc", t("page-key-close")],
  ];
  const rows = keys.map(([key, about]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, about)));
  return h(
    "section",
    { class: "drawer-part", "aria-labelledby": "keys-title" },
    h("h3", { id: "keys-title" }, t("page-keys")),
    h("dl", { class: "keys" }, rows),
  );
}

async function draw() {
  const close = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": t("page-close"), onclick: () => drawer().close() },
    icon("close"),
  );
  const known = h("section", { class: "drawer-part", "aria-labelledby": "known-title", "aria-busy": "true" });
  drawer().replaceChildren(
    h("header", { class: "drawer-top" }, h("h2", { id: "drawer-title" }, t("page-drawer")), close),
    h("div", { class: "drawer-body" }, settingsPart(), known, keysPart()),
  );
  try {
    known.replaceChildren(...knownPart(await read("/api/known")));
  } catch (refusal) {
    known.replaceChildren(h("p", {}, refusal.message));
  }
  known.setAttribute("aria-busy", "false");
}

/** Open the drawer. */
export function openDrawer() {
  draw();
  if (!drawer().open) drawer().showModal();
}

/** Close the drawer, if it is open. */
export const closeDrawer = () => drawer().close();

/** Take the page's newest state; an open drawer is drawn anew. */
export function fillDrawer(found) {
  state = found;
  if (!drawer().open) return;
  const focused = document.activeElement;
  const { name, value, id } = focused ?? {};
  draw();
  const again = id ? byId(id) : drawer().querySelector(`input[name="${name}"][value="${value}"]`);
  again?.focus();
}

/** Begin: `settings(changes)` stores them, `command(text)` is said as if typed, `answer(card)` is shown. */
export function beginDrawer({ settings, command, answer }) {
  onAnswer = answer;
  onSettings = settings;
  onCommand = command;
  byId("open-drawer").append(icon("menu"));
  byId("open-drawer").addEventListener("click", openDrawer);
  byId("credits").addEventListener("click", openDrawer);
  drawer().addEventListener("click", (event) => {
    if (event.target === drawer()) drawer().close();
  });
}
