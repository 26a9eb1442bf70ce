// Small menus above a button: choose one with the mouse, the arrow keys or the first letter.

import { h } from "./dom.js";

const GAP_PX = 8;
let current = null;

/** Close the open menu, if there is one; focus goes back to its button. */
export function closeMenu({ focus = true } = {}) {
  if (!current) return false;
  const { box, anchor, stop } = current;
  current = null;
  stop();
  box.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (focus) anchor.focus();
  return true;
}

function put(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const width = box.offsetWidth;
  const left = Math.max(GAP_PX, Math.min(at.left, innerWidth - width - GAP_PX));
  const above = at.top - box.offsetHeight - GAP_PX;
  box.style.left = `${left}px`;
  box.style.top = `${above > GAP_PX ? above : at.bottom + GAP_PX}px`;
}

function moveFocus(items, step) {
  const at = items.indexOf(document.activeElement);
  const next = step === "first" ? 0 : step === "last" ? items.length - 1 : at + step;
  items[(next + items.length) % items.length].focus();
}

function onKey(event, items) {
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: "first", End: "last" };
  if (event.key in steps && !event.target.matches("input")) {
    event.preventDefault();
    moveFocus(items, steps[event.key]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
  } else if (event.key === "Tab") {
    closeMenu();
  }
}

function open(box, anchor, items, focused) {
  closeMenu({ focus: false });
  const outside = (event) => {
    if (!box.contains(event.target) && !anchor.contains(event.target)) closeMenu({ focus: false });
  };
  const moved = () => put(box, anchor);
  document.addEventListener("pointerdown", outside, true);
  addEventListener("resize", moved);
  const stop = () => {
    document.removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", moved);
  };
  box.addEventListener("keydown", (event) => onKey(event, items));
  // A modal dialog makes everything outside of it inert, so its menus belong inside.
  (anchor.closest("dialog") ?? document.body).append(box);
  current = { box, anchor, stop };
  anchor.setAttribute("aria-expanded", "true");
  put(box, anchor);
  focused?.focus();
}

/**
 * Open a menu of choices: [{value, label, detail, art, checked, danger, start}]. Opening it twice
 * closes it. The focus begins on what is checked, else on what says start. `look` adds a class.
 */
export function chooseFrom(anchor, label, choices, onChoose, look = "") {
  if (current?.anchor === anchor) {
    closeMenu();
    return;
  }
  const isChoice = choices.some((choice) => choice.checked !== undefined);
  const items = choices.map((choice) =>
    h(
      "button",
      {
        type: "button",
        class: choice.danger ? "item danger" : "item",
        role: isChoice ? "menuitemradio" : "menuitem",
        "aria-checked": isChoice ? String(Boolean(choice.checked)) : undefined,
        tabindex: -1,
        onclick: () => {
          closeMenu();
          onChoose(choice.value);
        },
      },
      choice.art ?? null,
      h("span", { class: "item-label" }, choice.label),
      choice.detail ? h("span", { class: "item-detail" }, choice.detail) : null,
    ),
  );
  const box = h("div", { class: `menu ${look}`, role: "menu", "aria-label": label }, items);
  const first = items.find((_, at) => choices[at].checked || choices[at].start);
  open(box, anchor, items, first ?? items[0]);
}

/** Open a small form in the same place; `fields` are elements, the first one gets the focus. */
export function askIn(anchor, label, ...fields) {
  if (current?.anchor === anchor) {
    closeMenu();
    return;
  }
  const box = h("div", { class: "menu form", role: "dialog", "aria-label": label }, fields);
  const items = [...box.querySelectorAll("input, button")];
  open(box, anchor, items, items[0]);
}
