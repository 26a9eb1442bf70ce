// Remembers, across a reload, which request waits for the answer to the question of age.

const STORE = "limner-waiting";
let waiting = "";

/** Remember the request that raised the question. */
export function waitFor(id) {
  waiting = id;
  try {
    sessionStorage.setItem(STORE, id);
  } catch {
    // No storage in this browser: it is remembered as long as the page.
  }
}

/** Return its id, or an empty text. */
export function waitingForAge() {
  try {
    return waiting || (sessionStorage.getItem(STORE) ?? "");
  } catch {
    return waiting;
  }
}

/** The question is answered. */
export const forgetWaiting = () => waitFor("");
