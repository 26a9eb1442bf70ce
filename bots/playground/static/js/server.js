// Talks to the server that runs on this computer. Every refusal becomes a Refusal with its text.

import { t } from "./texts.js";

/** The server said no, with a text to show, or could not be reached (status 0). */
export class Refusal extends Error {
  constructor(status, code, text) {
    super(text);
    this.status = status;
    this.code = code;
  }
}

async function ask(method, path, options) {
  let answer;
  try {
    answer = await fetch(path, { method, cache: "no-store", ...options });
  } catch {
    throw new Refusal(0, "unreachable", t("page-unreachable"));
  }
  const told = (answer.headers.get("content-type") ?? "").startsWith("application/json")
    ? await answer.json()
    : {};
  if (answer.ok) return told;
  throw new Refusal(
    answer.status,
    told.error?.code ?? "",
    told.error?.text ?? t("page-trouble"),
  );
}

/** Read something. */
export const read = (path) => ask("GET", path, {});

/** Send JSON. */
export const send = (path, value, method = "POST") =>
  ask(method, path, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });

/** Send a picture's bytes. */
export const upload = (path, file) =>
  ask("POST", path, { headers: { "content-type": file.type }, body: file });

/** A fresh key: the same key twice makes one job, so a repeated send costs nothing. */
export const freshKey = () => crypto.randomUUID();
