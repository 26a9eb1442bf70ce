// Offers commands while a "/" begins the prompt: arrows to move, Tab or Enter to take, Escape to close.

import { byId, h } from "./dom.js";

let commands = [];
let shown = [];
let at = 0;
let onTake = () => {};

const list = () => byId("completion");
const prompt = () => byId("prompt");

/** Offer these commands: [{name, about, takes_words}]; `taken(command)` is called for a choice. */
export function offerCommands(found, taken) {
  commands = found;
  onTake = taken;
}

/** Say whether the list is open. */
export const isOpen = () => !list().hidden;

/** Close the list; says whether it was open. */
export function closeCompletion() {
  const was = isOpen();
  list().hidden = true;
  prompt().setAttribute("aria-expanded", "false");
  prompt().removeAttribute("aria-activedescendant");
  return was;
}

function mark() {
  for (const [number, option] of [...list().children].entries()) {
    option.setAttribute("aria-selected", String(number === at));
    if (number === at) option.scrollIntoView({ block: "nearest" });
  }
  prompt().setAttribute("aria-activedescendant", `command-${at}`);
}

function take(number) {
  const command = shown[number];
  closeCompletion();
  onTake(command);
}

/** Look at what is typed so far. */
export function complete() {
  const typed = /^\/(\w*)$/.exec(prompt().value);
  shown = typed ? commands.filter(({ name }) => name.startsWith(typed[1].toLowerCase())) : [];
  if (shown.length === 0) {
    closeCompletion();
    return;
  }
  const options = shown.map((command, number) =>
    h(
      "div",
      {
        class: "option",
        role: "option",
        id: `command-${number}`,
        // Before the prompt loses the focus.
        onpointerdown: (event) => {
          event.preventDefault();
          take(number);
        },
      },
      h("span", { class: "option-name" }, `/${command.name}`),
      h("span", { class: "option-about" }, command.about),
    ),
  );
  list().replaceChildren(...options);
  list().hidden = false;
  prompt().setAttribute("aria-expanded", "true");
  at = 0;
  mark();
}

/** Handle a key of the prompt; says whether it was for the list. */
export function completionKey(event) {
  if (!isOpen()) return false;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    at = (at + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
    mark();
  } else if (event.key === "Enter" || event.key === "Tab") {
    take(at);
  } else if (event.key === "Escape") {
    closeCompletion();
  } else {
    return false;
  }
  event.preventDefault();
  return true;
}
