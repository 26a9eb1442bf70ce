"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const tags = { en: "en", zh_Hans: "zh-Hans" };
  const $ = (id) => document.getElementById(id);
  const state = { language: data.language, said: "", percent: 0 };
  const say = (code) => (data.texts[state.language][code] || code).replace("{percent}", state.percent);
  const MAGIC = "LMNRLOCK", HEADER = 36, TAG = 16;

  function draw() {
    document.documentElement.lang = tags[state.language];
    document.title = say("lock-title");
    for (const one of document.querySelectorAll("[data-text]")) one.textContent = say(one.dataset.text);
    $("said").textContent = state.said ? say(state.said) : "";
    $("languages").replaceChildren(...Object.entries(data.names).map(([code, name]) => {
      const one = document.createElement("button");
      one.type = "button";
      one.lang = tags[code];
      one.textContent = name;
      one.setAttribute("aria-pressed", String(code === state.language));
      one.addEventListener("click", () => { state.language = code; draw(); });
      return one;
    }));
  }
  function tell(code) { state.said = code; draw(); }

  async function keyOf(passphrase, header) {
    const rounds = new DataView(header.buffer).getUint32(9);
    const raw = new TextEncoder().encode(passphrase.trim().normalize("NFC"));
    const base = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: header.slice(13, 29), iterations: rounds };
    return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  }

  async function opened(file, passphrase) {
    const header = new Uint8Array(await file.slice(0, HEADER).arrayBuffer());
    if (header.length < HEADER || String.fromCharCode(...header.slice(0, 8)) !== MAGIC || header[8] !== 1) throw new Error("lock-not-ours");
    const key = await keyOf(passphrase, header);
    const frame = data.frame_bytes + TAG, parts = [];
    const count = Math.max(1, Math.ceil((file.size - HEADER) / frame));
    for (let number = 0; number < count; number += 1) {
      const start = HEADER + number * frame;
      const sealed = await file.slice(start, Math.min(start + frame, file.size)).arrayBuffer();
      const iv = new Uint8Array(12);
      iv.set(header.slice(29, 36));
      new DataView(iv.buffer).setUint32(7, number);
      iv[11] = number === count - 1 ? 1 : 0;
      try {
        parts.push(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: header }, key, sealed));
      } catch {
        throw new Error(number === 0 ? "lock-wrong" : "lock-damaged");
      }
      state.percent = Math.round((100 * (number + 1)) / count);
      tell("lock-working");
    }
    return new Blob(parts, { type: "application/zip" });
  }

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("save").hidden = true;
    $("go").disabled = true;
    tell("lock-deriving");
    try {
      const blob = await opened($("file").files[0], $("passphrase").value);
      $("save").href = URL.createObjectURL(blob);
      $("save").download = $("file").files[0].name.replace(/\.locked$/, "");
      $("save").hidden = false;
      tell("lock-done");
      $("save").click();
    } catch (wrong) {
      tell(wrong.message.startsWith("lock-") ? wrong.message : "lock-damaged");
    }
    $("go").disabled = false;
  });
  draw();
  document.documentElement.dataset.ready = "yes";
})();
