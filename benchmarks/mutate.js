// Changes the screen on this page in one way, chosen by a seed: `change(spec)` returns what was
// done and the names of the boxes that it touched, or null where the screen has nothing for it.
// spec: {kind, seed, other, number, fields}: `other` is the <main> of another claim and its number,
// `fields` the two fields that are meant, where the same is done on two screens.
window.change = (() => {
  let random = () => 0;
  const begin = seed => {
    let state = seed >>> 0;
    random = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  };
  const below = limit => Math.floor(random() * limit);
  const pick = list => list[below(list.length)];
  const squash = text => text.replace(/\s+/g, " ").trim();
  const main = () => document.querySelector("main") ?? document.body;
  const make = (tag, text = "", attributes = {}) => {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  // A pair is a label and what it labels: a fact of a claim, or a box of a form. A fact is a `dt`
  // and `dd`, or a row of heading and value; a box has its label beside it, or around it.
  const isFact = body => !("value" in body);
  const facts = () =>
    [...main().querySelectorAll("dl > .fact,table.facts tr")].map(whole => ({
      whole, label: whole.querySelector("dt,th"), body: whole.querySelector("dd,td") }));
  // The words of a label that holds its box, apart: so that they can be changed alone.
  const wordsOf = label => {
    if (!label?.querySelector("input,textarea")) return label;
    const words = [...label.childNodes].find(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!words) return label.querySelector("span");
    const apart = make("span", words.data);
    words.replaceWith(apart);
    return apart;
  };
  const boxes = () =>
    [...main().querySelectorAll("form .box,form label:has(> input,> textarea)")]
      .map(whole => ({
        whole,
        label: wordsOf(whole.matches("label") ? whole : whole.querySelector("label")),
        body: whole.querySelector("input,textarea") }))
      .filter(pair => pair.label && pair.body);
  const meant = spec =>
    spec.fields
      ? [...facts(), ...boxes()].filter(pair => spec.fields.includes(pair.body.id))
      : [...facts(), ...boxes()];
  const one = spec => {
    const pairs = meant(spec);
    return pairs.length ? pick(pairs) : null;
  };
  // Two that stand side by side in one list, group or row.
  const two = spec => {
    const pairs = meant(spec);
    if (spec.fields) return pairs.length === 2 ? pairs : null;
    const group = pair => pair.whole.parentElement.closest("dl,table.facts,tr,fieldset,form");
    const at = pairs.map((_, i) => i).filter(i => pairs[i + 1] && group(pairs[i]) === group(pairs[i + 1]));
    if (!at.length) return null;
    const first = pick(at);
    return [pairs[first], pairs[first + 1]];
  };
  const touched = (...pairs) => pairs.map(pair => pair.body.name ?? "").filter(Boolean);
  const did = (what, ...pairs) => ({
    what: `${what}: ${pairs.map(pair => squash(pair.was ?? pair.label?.textContent ?? "")).join(", ")}`,
    touched: touched(...pairs.filter(pair => pair.body)),
  });
  const exchange = (a, b, get, set) => {
    const kept = get(a);
    set(a, get(b));
    set(b, kept);
  };
  const valueOf = body => (isFact(body) ? body.textContent : body.value);
  const setValue = (body, value) => {
    if (isFact(body)) body.textContent = value;
    else {
      body.value = value;
      if (body.tagName === "INPUT") body.setAttribute("value", value);
    }
  };
  const OTHER_WORDS = ["Reference item", "Account no.", "Beneficiary", "Code (new)", "Details", "No."];
  const SHORT = { "Member ID": "Subscriber ID", "Payer ID": "Payer no.", "Total charge": "Total",
    "Place of service": "POS code", "Billing NPI": "Billing provider", "Birth date": "Date of birth",
    Encounter: "Visit", "Record number": "MRN", Units: "Qty", Procedure: "CPT/HCPCS", Status: "State" };
  const reworded = text => {
    const kind = below(4);
    if (SHORT[text] && kind < 2) return SHORT[text];
    if (kind === 2) return `${text} no.`;
    if (kind === 3) return text.toUpperCase();
    return `${pick(OTHER_WORDS)} ${below(90) + 10}`;
  };
  const SPANISH = { ID: "n.º", "Member ID": "Número de afiliado", Line: "Línea", Units: "Unidades",
    Procedure: "Procedimiento", Save: "Guardar", "Total charge": "Importe total", Status: "Estado" };
  const translated = text =>
    SPANISH[text] ?? text.replace(/[A-Za-z]+/g, word => SPANISH[word] ?? `${word.slice(0, -1)}ño`);
  const setName = (label, words) => {
    // The words of a heading may stand in a link of it.
    const inner = label.querySelector("a,span:not(.hidden)") ?? label;
    inner.textContent = words;
  };
  let serial = 0;
  const fresh = () => `u${below(1e6)}${(serial += 1)}`;
  const renumber = (body, id, mark) => {
    const old = body.id;
    const label = old && document.querySelector(`label[for="${CSS.escape(old)}"]`);
    if (label) label.htmlFor = id;
    body.id = id;
    if (body.hasAttribute("data-testid")) body.setAttribute("data-testid", mark);
  };
  const wrap = (element, deep) => {
    for (let i = 0; i < deep; i += 1) {
      const outer = make(pick(["div", "section", "div", "span"]));
      element.replaceWith(outer);
      outer.append(element);
    }
  };
  const HIDE = [
    element => { element.style.display = "none"; },
    element => { element.style.visibility = "hidden"; },
    element => { element.hidden = true; },
    element => { element.setAttribute("aria-hidden", "true"); },
  ];

  const tables = () => [...main().querySelectorAll("table")].filter(table => table.tHead && table.tBodies.length);
  const table = () => (tables().length ? pick(tables()) : null);
  const full = found => [...found.tBodies[0].rows].filter(row => row.cells.length === found.tHead.rows[0].cells.length);
  const named = (found, i) => ({ was: `${found.id} ${found.tHead.rows[0].cells[i]?.textContent}` });
  const column = found => below(found.tHead.rows[0].cells.length);
  const inColumns = (found, act) => {
    const rows = full(found);
    act(found.tHead.rows[0], true);
    rows.forEach(row => act(row, false));
  };
  const inputsIn = cells => ({ touched: cells.flatMap(cell => [...cell.querySelectorAll("input")].map(i => i.name)) });
  const onTable = act => spec => {
    const found = table();
    return found && act(found, spec);
  };
  const buttons = () => [...main().querySelectorAll("form button")];
  const forms = () => [...main().querySelectorAll("form[aria-label]")];

  const KINDS = {
    // Labels.
    "rename a label": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("renamed", pair);
      setName(pair.label, reworded(squash(pair.label.textContent)));
      return told;
    },
    "rename a label and its marks": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("renamed with ids", pair);
      setName(pair.label, reworded(squash(pair.label.textContent)));
      renumber(pair.body, fresh(), fresh());
      return told;
    },
    "give a label twice": spec => {
      const pairs = two(spec);
      if (!pairs) return null;
      const [a, b] = random() < 0.5 ? pairs : pairs.toReversed();
      const told = did("label given twice", a, b);
      setName(b.label, squash(a.label.textContent));
      return told;
    },
    "give a label to its neighbour": spec => {
      const pairs = two(spec);
      if (!pairs) return null;
      const [a, b] = random() < 0.5 ? pairs : pairs.toReversed();
      const told = did("label passed on", a, b);
      setName(b.label, squash(a.label.textContent));
      setName(a.label, `${pick(OTHER_WORDS)} ${below(90)}`);
      return told;
    },
    "translate a label": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("translated", pair);
      setName(pair.label, translated(squash(pair.label.textContent)));
      return told;
    },
    "translate all labels": () => {
      const labels = main().querySelectorAll("dt,label,th:not([scope=row]),form button,h2,legend,caption");
      if (!labels.length) return null;
      [...labels].map(wordsOf).forEach(label => setName(label, translated(squash(label.textContent))));
      if (random() < 0.5) document.documentElement.lang = "es-US";
      return { what: `translated all, lang ${document.documentElement.lang}`, touched: [] };
    },
    "name by aria-label": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const others = meant({}).filter(other => other.body !== pair.body);
      const told = did("aria-label", pair);
      pair.body.removeAttribute("aria-labelledby");
      const words = random() < 0.5 ? squash(pick(others).label.textContent) : reworded(squash(pair.label.textContent));
      pair.body.setAttribute("aria-label", words);
      return told;
    },
    // Places.
    "move elsewhere": spec => {
      const pair = one(spec);
      const homes = pair && [...main().querySelectorAll(isFact(pair.body) ? "dl,table.facts tbody" : ".boxes,fieldset,td")];
      if (!homes?.length) return null;
      const told = did("moved", pair);
      const home = pick(homes.filter(home => !pair.whole.contains(home)));
      home.insertBefore(pair.whole, home.children[below(home.children.length + 1)] ?? null);
      return told;
    },
    "nest deeper": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("nested", pair);
      const which = below(3);
      if (which === 0) wrap(pair.whole, 1 + below(4));
      else if (which === 1) wrap(pair.whole.parentElement, 1 + below(4));
      else if (isFact(pair.body)) {
        const inner = make("span", pair.body.textContent);
        pair.body.replaceChildren(inner);
      } else wrap(pair.body, 1 + below(3));
      return told;
    },
    "swap two boxes whole": spec => {
      const pairs = two(spec);
      if (!pairs) return null;
      const told = did("swapped whole", ...pairs);
      const mark = make("i");
      pairs[0].whole.replaceWith(mark);
      pairs[1].whole.replaceWith(pairs[0].whole);
      mark.replaceWith(pairs[1].whole);
      return told;
    },
    "put a new one between": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("new one beside", pair);
      const added = pair.whole.cloneNode(true);
      const id = fresh();
      const label = added.querySelector("dt,th,label") ?? added.querySelector("span");
      const body = added.querySelector("dd,td,input,textarea");
      label.textContent = `${pick(OTHER_WORDS)} ${below(90)}`;
      if (label.id) label.id = `label-${id}`;
      if (body.hasAttribute("aria-labelledby")) body.setAttribute("aria-labelledby", `label-${id}`);
      if (label.htmlFor) label.htmlFor = id;
      body.id = id;
      body.setAttribute("data-testid", id);
      if (body.name) body.name = id;
      setValue(body, "77");
      if (random() < 0.5) pair.whole.before(added);
      else pair.whole.after(added);
      return told;
    },
    // Two of one.
    "double an element": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("doubled", pair);
      const twin = pair.whole.cloneNode(true);
      const body = twin.querySelector("dd,td,input,textarea");
      if (random() < 0.5) {
        const id = fresh();
        const label = twin.querySelector("dt,th,label") ?? twin.querySelector("span");
        if (label.id) label.id = `label-${id}`;
        if (body.hasAttribute("aria-labelledby")) body.setAttribute("aria-labelledby", `label-${id}`);
        if (label.htmlFor) label.htmlFor = id;
        body.id = id;
        body.setAttribute("data-testid", id);
      }
      if (random() < 0.5) setValue(body, "77");
      if (random() < 0.5) pair.whole.before(twin);
      else pair.whole.after(twin);
      return told;
    },
    "leave a hidden twin": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("hidden twin", pair);
      if (pair.body.tagName === "INPUT" && random() < 0.5) {
        const twin = make("input", "", { type: "hidden", name: pair.body.name });
        twin.value = pair.body.value;
        if (random() < 0.5) pair.whole.before(twin);
        else pair.whole.after(twin);
        return told;
      }
      const twin = pair.whole.cloneNode(true);
      pick(HIDE.slice(0, 3))(twin);
      setValue(twin.querySelector("dd,td,input,textarea"), random() < 0.5 ? "77" : valueOf(pair.body));
      if (random() < 0.5) pair.whole.before(twin);
      else pair.whole.after(twin);
      return told;
    },
    hide: spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("hidden", pair);
      pick(HIDE)(pick([pair.whole, pair.body, pair.label]));
      return told;
    },
    "take out": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("taken out", pair);
      pick([pair.whole, pair.body, pair.label]).remove();
      return told;
    },
    // Two neighbours.
    "swap two labels": spec => {
      const pairs = two(spec);
      if (!pairs) return null;
      const told = did("labels swapped", ...pairs);
      exchange(...pairs, pair => squash(pair.label.textContent), (pair, words) => setName(pair.label, words));
      return told;
    },
    "swap two values": spec => {
      const pairs = two(spec);
      if (!pairs) return null;
      exchange(...pairs, pair => valueOf(pair.body), (pair, value) => setValue(pair.body, value));
      return did("values swapped", ...pairs);
    },
    "swap two labels and marks": spec => {
      const pairs = two(spec);
      if (!pairs) return null;
      const told = did("labels and ids swapped", ...pairs);
      exchange(...pairs, pair => squash(pair.label.textContent), (pair, words) => setName(pair.label, words));
      swapMarks(...pairs);
      return told;
    },
    "swap two marks": spec => {
      const pairs = two(spec);
      if (!pairs) return null;
      swapMarks(...pairs);
      return did("ids swapped", ...pairs);
    },
    "swap what two boxes send": spec => {
      const pairs = two(spec);
      if (!pairs?.[0].body.name) return null;
      const told = did("names swapped", ...pairs);
      exchange(...pairs, pair => pair.body.name, (pair, name) => { pair.body.name = name; });
      return told;
    },
    "send under another name": spec => {
      const pair = one(spec);
      if (!pair?.body.name) return null;
      const told = did("renamed on the wire", pair);
      pair.body.name = random() < 0.5 ? fresh() : pick(boxes()).body.name;
      return told;
    },
    // Marks and markup.
    "new marks for one": spec => {
      const pair = one(spec);
      if (!pair) return null;
      renumber(pair.body, fresh(), fresh());
      pair.whole.className = fresh();
      return did("new marks", pair);
    },
    "new marks for all": () => {
      meant({}).forEach(pair => renumber(pair.body, fresh(), fresh()));
      main().querySelectorAll("[class]").forEach(element => { if (!element.matches(".hidden")) element.className = fresh(); });
      main().querySelectorAll("[data-testid]").forEach(element => element.setAttribute("data-testid", fresh()));
      main().querySelectorAll("table[id],form[id],button[id]").forEach(element => { element.id = fresh(); });
      return { what: "new marks for all", touched: [] };
    },
    "a list becomes a table": () => {
      const lists = [...main().querySelectorAll("dl")];
      if (!lists.length) return null;
      const list = pick(lists);
      const keeps = random() < 0.7;
      const rows = [...list.querySelectorAll(":scope > .fact")].map(fact => {
        const [dt, dd] = [fact.querySelector("dt"), fact.querySelector("dd")];
        const row = make("tr");
        const head = make("th", dt.textContent, { scope: "row", id: dt.id });
        const cell = make("td", dd.textContent, { id: dd.id, "data-testid": dd.dataset.testid });
        if (keeps) cell.setAttribute("aria-labelledby", dt.id);
        if (keeps && random() < 0.5) cell.setAttribute("role", "definition");
        row.append(head, cell);
        return row;
      });
      const made = make("table");
      const body = make("tbody");
      body.append(...rows);
      made.append(body);
      list.replaceWith(made);
      return { what: `list to table, ids ${keeps}`, touched: [] };
    },
    "split a value": spec => {
      const pair = one(spec);
      const text = pair && valueOf(pair.body);
      if (!text || text.length < 2) return null;
      if (isFact(pair.body)) {
        const at = 1 + below(text.length - 1);
        pair.body.replaceChildren(make("span", text.slice(0, at)), make("span", text.slice(at)));
      } else {
        const rest = pair.body.cloneNode();
        const at = 1 + below(text.length - 1);
        setValue(pair.body, text.slice(0, at));
        rest.id = fresh();
        setValue(rest, text.slice(at));
        pair.body.after(rest);
      }
      return did("value split", pair);
    },
    "another kind of box": spec => {
      const pair = one(spec);
      if (!pair) return null;
      const told = did("another tag", pair);
      const tag = isFact(pair.body) ? "div" : "textarea";
      const made = make(tag, valueOf(pair.body));
      for (const { name, value } of pair.body.attributes) if (name !== "value" && name !== "type") made.setAttribute(name, value);
      if (tag === "div" && random() < 0.5) made.setAttribute("role", "definition");
      pair.body.replaceWith(made);
      return told;
    },
    // Tables.
    "rename a heading": onTable(found => {
      const i = column(found);
      const told = { what: `heading renamed: ${named(found, i).was}`, touched: [] };
      setName(found.tHead.rows[0].cells[i], reworded(squash(found.tHead.rows[0].cells[i].textContent)));
      return told;
    }),
    "swap two headings": onTable(found => {
      const cells = found.tHead.rows[0].cells;
      if (cells.length < 2) return null;
      const i = below(cells.length - 1);
      const told = { what: `headings swapped: ${named(found, i).was}`, ...inputsIn(full(found).flatMap(row => [row.cells[i], row.cells[i + 1]])) };
      exchange(cells[i], cells[i + 1], cell => squash(cell.textContent), setName);
      return told;
    }),
    "move a column": onTable(found => {
      const [from, to] = [column(found), column(found)];
      if (from === to) return null;
      const told = { what: `column moved: ${named(found, from).was}`, ...inputsIn(full(found).map(row => row.cells[from])) };
      inColumns(found, row => row.insertBefore(row.cells[from], row.cells[to + (from < to ? 1 : 0)] ?? null));
      return told;
    }),
    "swap two cells": onTable(found => {
      const rows = full(found);
      if (!rows.length) return null;
      const row = pick(rows);
      const i = below(row.cells.length - 1);
      row.insertBefore(row.cells[i + 1], row.cells[i]);
      return { what: `cells swapped: ${named(found, i).was}`, ...inputsIn([row.cells[i], row.cells[i + 1]]) };
    }),
    "split a cell": onTable(found => {
      const rows = full(found);
      if (!rows.length) return null;
      const row = pick(rows);
      const cell = row.cells[below(row.cells.length)];
      if (random() < 0.5) cell.after(make("td", ""));
      else {
        const text = cell.textContent;
        if (cell.querySelector("input") || text.length < 2) return null;
        cell.replaceChildren(make("span", text.slice(0, 1)), make("span", text.slice(1)));
      }
      return { what: `cell split in ${found.id}`, touched: [] };
    }),
    "put in a column": onTable(found => {
      const i = column(found);
      inColumns(found, (row, isHead) => row.cells[i].before(make(isHead ? "th" : "td", isHead ? pick(OTHER_WORDS) : "7")));
      return { what: `column put in: ${found.id}`, touched: [] };
    }),
    "take out a column": onTable(found => {
      const i = column(found);
      const told = { what: `column taken out: ${named(found, i).was}`, touched: [] };
      inColumns(found, row => row.cells[i].remove());
      return told;
    }),
    "hide a column": onTable(found => {
      const i = column(found);
      inColumns(found, row => { row.cells[i].style.display = "none"; });
      return { what: `column hidden: ${named(found, i).was}`, ...inputsIn(full(found).map(row => row.cells[i])) };
    }),
    "hide a row": onTable(found => {
      const rows = full(found);
      if (!rows.length) return null;
      const row = pick(rows);
      pick(HIDE.slice(0, 3))(row);
      return { what: `row hidden in ${found.id}`, ...inputsIn([row]) };
    }),
    "swap two rows": onTable(found => {
      const rows = full(found);
      if (rows.length < 2) return null;
      const i = below(rows.length - 1);
      rows[i].before(rows[i + 1]);
      return { what: `rows swapped in ${found.id}`, ...inputsIn([rows[i], rows[i + 1]]) };
    }),
    "rows in a body of their own": onTable(found => {
      const rows = full(found);
      if (rows.length < 2) return null;
      const body = make("tbody");
      body.append(...rows.slice(1 + below(rows.length - 1)));
      found.append(body);
      return { what: `second body in ${found.id}`, touched: [] };
    }),
    "double a table": onTable(found => {
      const twin = found.cloneNode(true);
      if (random() < 0.5) found.before(twin);
      else found.after(twin);
      return { what: `table doubled: ${found.id}`, ...inputsIn([found]) };
    }),
    "cells say no name": onTable(found => {
      found.querySelectorAll("[data-field],[data-column]").forEach(cell => {
        cell.removeAttribute("data-field");
        cell.removeAttribute("data-column");
      });
      return { what: `cells without names: ${found.id}`, touched: [] };
    }),
    "rename a table": () => {
      const heads = [...main().querySelectorAll("section > h2,caption")];
      if (!heads.length) return null;
      const head = pick(heads);
      const told = { what: `table renamed: ${head.textContent}`, touched: [] };
      head.textContent = reworded(squash(head.textContent));
      return told;
    },
    // Forms and buttons.
    "rename a button": () => {
      if (!buttons().length) return null;
      const button = pick(buttons());
      const told = { what: `button renamed: ${button.textContent}`, touched: [] };
      button.textContent = reworded(squash(button.textContent));
      return told;
    },
    "swap two buttons": () => {
      const found = buttons().filter(button => button.name);
      if (found.length < 2) return null;
      const which = below(3);
      if (which !== 1) exchange(found[0], found[1], b => squash(b.textContent), (b, words) => { b.textContent = words; });
      if (which !== 0) exchange(found[0], found[1], b => b.value, (b, value) => { b.value = value; });
      return { what: `buttons swapped (${["labels", "what they send", "both"][which]})`, touched: [] };
    },
    "double a button": () => {
      if (!buttons().length) return null;
      const button = pick(buttons());
      const twin = button.cloneNode(true);
      if (random() < 0.5) twin.value = "recalculate";
      if (random() < 0.5) button.before(twin);
      else button.after(twin);
      return { what: `button doubled: ${button.textContent}`, touched: [] };
    },
    "a box leaves its form": spec => {
      const pair = one(spec);
      const form = pair?.body.form;
      if (!form) return null;
      const told = did("out of its form", pair);
      if (random() < 0.5) form.after(pair.whole);
      else {
        const other = make("form", "", { id: "aside", method: "post", action: form.getAttribute("action") ?? "", "aria-label": form.getAttribute("aria-label") });
        form.after(other);
        pair.body.setAttribute("form", "aside");
      }
      return told;
    },
    "a form sends elsewhere": spec => {
      if (!forms().length || !spec.other) return null;
      const form = pick(forms());
      const to = form.getAttribute("action") ?? location.pathname;
      const which = below(4);
      const elsewhere = to.replace(spec.number, spec.other.number);
      if (which === 0) form.setAttribute("action", elsewhere);
      else if (which === 1) form.querySelector("button")?.setAttribute("formaction", elsewhere);
      else if (which === 2) form.setAttribute("method", "get");
      else form.setAttribute("action", to.replace(/[\w-]+\/?$/, "release/"));
      return { what: `form sends elsewhere (${which})`, touched: [] };
    },
    "two forms of one name": () => {
      if (!forms().length) return null;
      const form = pick(forms());
      const twin = random() < 0.5 ? form.cloneNode(true) : make("form", "", { "aria-label": form.getAttribute("aria-label") });
      if (random() < 0.5) form.before(twin);
      else form.after(twin);
      return { what: "form doubled", touched: [] };
    },
    // Another claim.
    "show another claim": spec => {
      if (!spec.other) return null;
      main().innerHTML = spec.other.html;
      return { what: "another claim", touched: [] };
    },
    "show another claim under this number": spec => {
      if (!spec.other) return null;
      main().innerHTML = spec.other.html.replaceAll(spec.other.number, spec.number);
      return { what: "another claim, this number", touched: [] };
    },
    "show another number": spec => {
      if (!spec.other) return null;
      const shown = main().querySelector("#claim_number") ??
        facts().find(pair => pair.body.textContent === spec.number)?.body;
      if (!shown) return null;
      shown.textContent = spec.other.number;
      return { what: "another number", touched: [] };
    },
    "boxes of another claim": spec => {
      if (!spec.other || !boxes().length) return null;
      const aside = make("template");
      aside.innerHTML = spec.other.html;
      boxes().forEach(pair => {
        const theirs = aside.content.querySelector(`[name="${CSS.escape(pair.body.name)}"]`);
        if (theirs) setValue(pair.body, theirs.value);
      });
      return { what: "another claim's values in the boxes", touched: [] };
    },
  };
  const swapMarks = (a, b) => {
    const [one, other] = [a.body, b.body].map(body => [body.id, body.getAttribute("data-testid")]);
    renumber(a.body, fresh(), fresh());
    renumber(b.body, one[0], one[1]);
    renumber(a.body, other[0], other[1]);
  };
  const change = spec => {
    begin(spec.seed);
    return KINDS[spec.kind](spec);
  };
  change.kinds = Object.keys(KINDS);
  return change;
})();
