// Hears of changes over one event stream that comes back by itself, also after a restart.

const AGAIN_MS = 1000;
const AGAIN_AT_MOST_MS = 8000;
const SILENCE_MS = 40000;
/** A page that nobody looks at gives its connection back: browsers open only a few per server. */
const HIDDEN_MS = 30000;

/**
 * Listen for ever, from the event behind `after` on. `onCard` gets each changed
 * card and `onLetter` each changed letter, `onGone` what was taken back, `onResync` is called when something
 * may have been missed (a new server process, a gap), `onLink` with true or false as the link comes and goes.
 */
export function listen({ after, onCard, onLetter, onGone, onResync, onLink }) {
  let source = null;
  let wait = AGAIN_MS;
  let silence = 0;
  let again = 0;
  let hidden = 0;
  let lastId = after;

  function heard(event) {
    clearTimeout(silence);
    silence = setTimeout(retry, SILENCE_MS);
    if (event?.lastEventId) lastId = event.lastEventId;
  }

  function retry() {
    clearTimeout(silence);
    source?.close();
    onLink(false);
    again = setTimeout(open, wait);
    wait = Math.min(wait * 2, AGAIN_AT_MOST_MS);
  }

  function open() {
    // A stream that is opened anew sends no Last-Event-ID header, so the id goes into the address.
    source = new EventSource(`/api/events?after=${encodeURIComponent(lastId)}`);
    source.addEventListener("hello", (event) => {
      heard(event);
      wait = AGAIN_MS;
      onLink(true);
    });
    source.addEventListener("card", (event) => {
      heard(event);
      onCard(JSON.parse(event.data));
    });
    source.addEventListener("letter", (event) => {
      heard(event);
      onLetter(JSON.parse(event.data));
    });
    source.addEventListener("gone", (event) => {
      heard(event);
      onGone(JSON.parse(event.data));
    });
    source.addEventListener("resync", (event) => {
      heard(event);
      onResync();
    });
    source.addEventListener("alive", heard);
    source.addEventListener("error", retry, { once: true });
  }

  function rest() {
    clearTimeout(silence);
    clearTimeout(again);
    source?.close();
    source = null;
  }

  addEventListener("pagehide", rest);
  addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(rest, HIDDEN_MS);
    else if (source === null) open();
  });
  open();
}
