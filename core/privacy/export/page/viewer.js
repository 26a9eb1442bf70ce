"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 60;
  const state = { language: data.language, tab: "pictures", words: "", shown: PAGE, open: {} };
  const $ = (id) => document.getElementById(id);
  const say = (code, facts = {}) =>
    (data.texts[state.language][code] || code).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
  const both = (text) => (text && typeof text === "object" ? text[state.language] : text) ?? "";

  function make(tag, options = {}, ...children) {
    const one = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (name === "class") one.className = value;
      else if (name.startsWith("on")) one.addEventListener(name.slice(2), value);
      else one.setAttribute(name, value);
    }
    one.append(...children);
    return one;
  }

  const tags = { en: "en", zh_Hans: "zh-Hans" };
  const dates = { en: "en-GB", zh_Hans: "zh-Hans" };
  function when(text) {
    const at = new Date(text);
    if (Number.isNaN(at.getTime())) return text;
    const form = { dateStyle: "long", timeStyle: "short", timeZone: "UTC" };
    return new Intl.DateTimeFormat(dates[state.language], form).format(at) + " UTC";
  }

  const titles = Object.fromEntries(data.tables.map((one) => [one.name, one.title]));
  // What can be shown as a picture, newest first.
  const pictures = [];
  for (const table of data.tables) {
    for (const record of data.records[table.name] || []) {
      const field = Object.keys(record).find((name) => name.endsWith("_file"));
      if (field) pictures.push({ path: record[field], why: record._missing[field.slice(0, -5)], record, words: data.words[record[field]] || {} });
    }
  }
  pictures.sort((a, b) => String(b.record.created_at).localeCompare(String(a.record.created_at)));
  for (const one of pictures) one.text = JSON.stringify([one.record, one.words]).toLowerCase();
  const lower = new Map();
  function textOf(record) {
    if (!lower.has(record)) lower.set(record, JSON.stringify(record).toLowerCase());
    return lower.get(record);
  }
  const isFound = (text) => state.words.split(/\s+/).every((word) => text.includes(word));

  function place(made) {
    if (!made) return "";
    if (made.on_own_machine) return say("viewer-own-machine");
    const who = made.processor || made.offering;
    return made.region.length ? `${who} (${made.region.join(", ")})` : who;
  }

  function card(one) {
    const frame = make("span", { class: "frame" });
    const words = one.words.prompt || "";
    if (one.path && !/\.(mp4|webm|bin)$/.test(one.path)) {
      const picture = make("img", { src: one.path, alt: words || say("viewer-picture"), loading: "lazy", decoding: "async" });
      picture.addEventListener("error", () => { $("unpack").hidden = false; });
      frame.append(picture);
    } else frame.append(one.path ? one.path.split(".").pop() : reason(one.why));
    const small = make("span", { class: "small" }, [when(one.record.created_at), place(one.record._made)].filter(Boolean).join(" · "));
    return make("button", { class: "card", type: "button", onclick: () => enlarge(one) }, frame, make("span", { class: "words" }, words || say("viewer-no-words")), small);
  }

  // What stands among the records and says little beside a picture.
  const DULL = /^(id|.*_id|prompt|index|sha256|perceptual_hash)$/;
  function enlarge(one) {
    $("large-picture").hidden = !one.path;
    if (one.path) $("large-picture").src = one.path;
    $("large-picture").alt = one.words.prompt || "";
    $("large-words").textContent = one.words.prompt || say("viewer-no-words");
    const facts = Object.fromEntries(Object.entries({ ...one.words, ...one.record }).filter(([name]) => !DULL.test(name)));
    $("large-facts").replaceChildren(...rows(facts));
    $("large").showModal();
  }

  const reason = (code) => (code ? say(`viewer-why-${code}`) : say("viewer-why-gone"));

  function value(found) {
    if (found === null || found === "") return "–";
    if (typeof found === "boolean") return say(found ? "viewer-yes" : "viewer-no");
    if (typeof found === "object") return JSON.stringify(found, null, 1);
    return String(found);
  }

  function rows(record) {
    const found = [];
    const sources = record._sources || {}, missing = record._missing || {};
    for (const [name, one] of Object.entries(record)) {
      if (name.startsWith("_") || name.endsWith("_unix")) continue;
      const bare = name.replace(/_file$/, "");
      const cell = make("dd");
      if (one === null && missing[bare]) cell.append(make("span", { class: "why" }, reason(missing[bare])));
      else if (name + "_unix" in record && one) cell.append(when(one));
      else if (name.endsWith("_file") && one) cell.append(make("a", { href: one }, one));
      else cell.append(value(one));
      if (sources[bare]) cell.append(make("span", { class: "from" }, say(`viewer-from-${sources[bare]}`)));
      found.push(make("dt", { title: name }, both(data.fields[bare]) || name.replaceAll("_", " ")), cell);
    }
    if (record._made) found.push(make("dt", {}, say("viewer-made")), make("dd", {}, place(record._made)));
    return found;
  }

  function drawPictures() {
    const found = pictures.filter((one) => isFound(one.text));
    $("grid").replaceChildren(...found.slice(0, state.shown).map(card));
    $("more-pictures").hidden = found.length <= state.shown;
    $("no-pictures").hidden = found.length > 0;
    $("no-pictures").textContent = say(pictures.length ? "viewer-none-found" : "viewer-none-here");
  }

  function drawTables() {
    const drawn = [];
    for (const table of data.tables) {
      const all = data.records[table.name] || [];
      const found = all.filter((record) => isFound(textOf(record)));
      if (!all.length || (state.words && !found.length)) continue;
      const body = make("div");
      const fill = () => {
        const limit = state.open[table.name] || PAGE;
        const more = make("button", { class: "more", type: "button", onclick: () => { state.open[table.name] = limit + PAGE; fill(); } }, say("viewer-more"));
        body.replaceChildren(...found.slice(0, limit).map((record) => make("div", { class: "record" }, make("dl", {}, ...rows(record)))));
        if (found.length > limit) body.append(more);
      };
      const details = make("details", { class: "table", "data-table": table.name },
        make("summary", {}, make("b", {}, both(table.title)), " ", make("span", { class: "small" }, String(found.length))),
        make("p", { class: "about" }, both(table.about)), body);
      details.addEventListener("toggle", () => { if (details.open && !body.childNodes.length) fill(); });
      if (state.words) { details.open = true; fill(); }
      drawn.push(details);
    }
    $("tables").replaceChildren(...drawn);
    $("no-records").hidden = drawn.length > 0;
    $("no-records").textContent = say("viewer-none-found");
  }

  function panel(title, intro, lines) {
    const box = make("div", { class: "panel" }, make("h2", {}, title));
    if (intro) box.append(make("p", { class: "about" }, intro));
    if (lines.length) box.append(make("ul", {}, ...lines.map((line) => make("li", {}, line))));
    return box;
  }

  function drawAbout() {
    $("about").replaceChildren(make("p", { class: "about" }, say("viewer-about-about")),
      ...data.about.map((one) => panel(both(one.title), both(one.intro), one.lines.map(both))));
  }

  function drawMissing() {
    const left = data.left_out;
    const kinds = left.columns.map((one) => `${both(one.table)} (${one.count}): ${both(one.reason)}`);
    const files = left.files.map((one) => `${both(titles[one.table])} ${one.record}: ${reason(one.reason)}`);
    $("missing").replaceChildren(make("p", { class: "about" }, say("viewer-about-missing")),
      panel(say("viewer-missing-files"), files.length ? "" : say("viewer-missing-none"), files),
      panel(say("viewer-missing-fields"), say("viewer-missing-fields-about"), kinds));
  }

  const TABS = ["pictures", "records", "about", "missing"];
  function drawTabs() {
    const counts = { pictures: pictures.length, records: Object.values(data.records).reduce((sum, one) => sum + one.length, 0), missing: data.left_out.files.length || "" };
    $("tabs").replaceChildren(...TABS.map((name) => make("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-controls": name, "aria-selected": String(state.tab === name),
      onclick: () => { state.tab = name; draw(); scrollTo(0, 0); },
    }, say(`viewer-tab-${name}`), make("span", { class: "count" }, String(counts[name] ?? "")))));
    for (const name of TABS) $(name).hidden = state.tab !== name;
  }

  function draw() {
    document.documentElement.lang = tags[state.language];
    document.title = `${say("viewer-title")} · ${data.service}`;
    for (const one of document.querySelectorAll("[data-text]")) one.textContent = say(one.dataset.text);
    for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", say(one.dataset.label));
    $("search").placeholder = say("viewer-search");
    $("search").setAttribute("aria-label", say("viewer-search"));
    $("line").textContent = say("viewer-line", { service: data.service, day: when(data.made_at), part: data.part });
    $("languages").setAttribute("aria-label", say("viewer-language"));
    $("languages").replaceChildren(...Object.entries(data.names).map(([code, name]) => make("button", {
      type: "button", lang: tags[code], "aria-pressed": String(code === state.language), onclick: () => { state.language = code; draw(); },
    }, name)));
    drawTabs();
    if (state.tab === "pictures") drawPictures();
    else if (state.tab === "records") drawTables();
    else if (state.tab === "about") drawAbout();
    else drawMissing();
  }

  $("search").addEventListener("input", () => {
    state.words = $("search").value.trim().toLowerCase();
    state.shown = PAGE;
    if (state.tab === "about" || state.tab === "missing") state.tab = "pictures";
    draw();
  });
  $("more-pictures").addEventListener("click", () => { state.shown += PAGE; drawPictures(); });
  if (!pictures.length) state.tab = "records";
  draw();
  document.documentElement.dataset.ready = "yes";
})();
