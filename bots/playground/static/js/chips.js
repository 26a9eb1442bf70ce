// The options under the prompt: size, count, style, model, seed. Chosen values stay for the session.

import { byId, h, icon } from "./dom.js";
import { fill, t } from "./texts.js";
import { askIn, chooseFrom, closeMenu } from "./popover.js";

const STORE = "limner-options";
const EMPTY = { aspect: "", count: 1, style: "", model: "", seed: null };
const ART_PX = 22;

let choices = { aspects: [], counts: [], styles: [], models: [], max_seed: 0 };
let chosen = { ...EMPTY };

function restore() {
  try {
    chosen = { ...EMPTY, ...JSON.parse(sessionStorage.getItem(STORE) ?? "{}") };
  } catch {
    chosen = { ...EMPTY };
  }
  // What is not offered any more must not be sent.
  if (!choices.aspects.includes(chosen.aspect)) chosen.aspect = "";
  if (!choices.styles.includes(chosen.style)) chosen.style = "";
  if (!choices.models.some((model) => model.id === chosen.model)) chosen.model = "";
}

function choose(name, value) {
  chosen = { ...chosen, [name]: value };
  try {
    sessionStorage.setItem(STORE, JSON.stringify(chosen));
  } catch {
    // No storage in this browser: the options last as long as the page.
  }
  draw();
}

function shapeArt(aspect) {
  const [width, height] = aspect.split(":").map(Number);
  const scale = ART_PX / Math.max(width, height);
  const art = h("span", { class: "shape-art", "aria-hidden": "true" }, h("span", { class: "shape" }));
  art.firstElementChild.style.inlineSize = `${width * scale}px`;
  art.firstElementChild.style.blockSize = `${height * scale}px`;
  return art;
}

function aspectMenu(anchor) {
  const found = choices.aspects.map((aspect) => ({
    value: aspect,
    label: aspect,
    art: shapeArt(aspect),
    checked: aspect === chosen.aspect,
  }));
  found.unshift({ value: "", label: t("page-automatic"), checked: chosen.aspect === "" });
  chooseFrom(anchor, t("page-size"), found, (value) => choose("aspect", value), "grid");
}

function countMenu(anchor) {
  const found = choices.counts.map((count) => ({
    value: count,
    label: countLabel(count),
    checked: count === chosen.count,
  }));
  chooseFrom(anchor, t("page-count"), found, (value) => choose("count", value));
}

const countLabel = (count) =>
  count === 1 ? t("page-count-one") : fill("page-count-several", { count });

function namedMenu(anchor, name, label, found) {
  const all = [{ value: "", label: t("page-automatic"), checked: chosen[name] === "" }, ...found];
  chooseFrom(anchor, label, all, (value) => choose(name, value));
}

function seedForm(anchor) {
  const input = h("input", {
    type: "text",
    inputmode: "numeric",
    pattern: "[0-9]*",
    maxlength: 10,
    class: "field",
    "aria-label": t("page-seed"),
    placeholder: t("page-seed-any"),
    value: chosen.seed ?? "",
  });
  const done = () => {
    const given = input.value.trim();
    const seed = given === "" ? null : Number(given);
    if (seed !== null && (!/^\d+$/.test(given) || seed > choices.max_seed)) {
      input.setAttribute("aria-invalid", "true");
      return;
    }
    choose("seed", seed);
    closeMenu();
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    done();
  });
  const about = h("p", { class: "item-detail" }, t("page-seed-about"));
  const button = h("button", { type: "button", class: "action strong", onclick: done }, t("page-done"));
  askIn(anchor, t("page-seed"), about, input, button);
}

function chip(name, picture, label, isSet, onOpen) {
  return h(
    "button",
    {
      type: "button",
      class: isSet ? "chip set" : "chip",
      id: `chip-${name}`,
      "aria-haspopup": name === "seed" ? "dialog" : "menu",
      "aria-expanded": "false",
      "aria-label": `${t(`page-${name}`)}: ${label}`,
      onclick: (event) => onOpen(event.currentTarget),
    },
    icon(picture),
    h("span", {}, label),
  );
}

function draw() {
  const focused = document.activeElement?.id;
  const styles = choices.styles.map((style) => ({
    value: style,
    label: style,
    checked: style === chosen.style,
  }));
  const models = choices.models.map((model) => ({
    value: model.id,
    label: model.title,
    detail: model.detail,
    checked: model.id === chosen.model,
  }));
  const title = choices.models.find((model) => model.id === chosen.model)?.title;
  const seed = chosen.seed === null ? t("page-seed") : String(chosen.seed);
  const all = [
    chip("size", "shape", chosen.aspect || t("page-size"), chosen.aspect !== "", aspectMenu),
    chip("count", "count", countLabel(chosen.count), chosen.count !== 1, countMenu),
    chip("style", "style", chosen.style || t("page-style"), chosen.style !== "", (anchor) =>
      namedMenu(anchor, "style", t("page-style"), styles),
    ),
    chip("model", "model", title ?? t("page-model"), chosen.model !== "", (anchor) =>
      namedMenu(anchor, "model", t("page-model"), models),
    ),
    chip("seed", "seed", seed, chosen.seed !== null, seedForm),
  ];
  byId("chips").replaceChildren(...all);
  if (focused?.startsWith("chip-")) byId(focused)?.focus();
}

/** Offer what the core offers. */
export function offer(found) {
  choices = found;
  restore();
  draw();
}

/** Return what is chosen, as the server takes it. */
export const options = () => ({ ...chosen });
