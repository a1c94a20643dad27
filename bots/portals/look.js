// One look at a screen: every named element and table of PLAN in a single call.
// Returns JSON: values {name: [text, rank, matches]}, tables {name: {rank, matches, lost, rows}}.
// A hidden element is no match. A cell of several parts has them joined by U+001F.
(() => {
  const PLAN = __PLAN__;
  const squash = text => text.replace(/[ \t\r\n\f]+/g, " ").trim();
  const shown = element => element.checkVisibility({ visibilityProperty: true });
  const ROLES = {
    alert: "[role=alert]",
    button: "button,input[type=submit],input[type=button],[role=button]",
    combobox: "select,[role=combobox]",
    definition: "dd,[role=definition]",
    dialog: "dialog,[role=dialog]",
    form: "form,[role=form]",
    heading: "h1,h2,h3,h4,h5,h6,[role=heading]",
    link: "a[href],[role=link]",
    main: "main,[role=main]",
    status: "output,[role=status]",
    table: "table,[role=table]",
    textbox:
      "input:not([type]),input[type=text],input[type=email],input[type=tel],input[type=url],textarea,[role=textbox]",
  };
  const NAMED = "input,select,textarea,output,[aria-labelledby],[aria-label]";
  const label = element => {
    const by = element.getAttribute("aria-labelledby");
    if (by) {
      const parts = by.split(/\s+/).map(id => document.getElementById(id)?.textContent ?? "");
      return squash(parts.join(" "));
    }
    const own = element.getAttribute("aria-label");
    if (own) return squash(own);
    if (element.labels?.length) {
      return squash([...element.labels].map(one => one.textContent).join(" "));
    }
    return null;
  };
  const FROM_CONTENT = new Set(["button", "heading", "link"]);
  const nameOf = (element, role) => {
    const given = label(element);
    if (given !== null) return given;
    if (element.caption) return squash(element.caption.textContent);
    if (FROM_CONTENT.has(role)) return squash(element.textContent || element.value || "");
    return "";
  };
  const index = new Map();
  const named = (key, css, name) => {
    if (!index.has(key)) {
      const found = new Map();
      for (const element of document.querySelectorAll(css)) {
        const own = key === "label" ? label(element) : nameOf(element, key);
        if (own === null) continue;
        if (!found.has(own)) found.set(own, []);
        found.get(own).push(element);
      }
      index.set(key, found);
    }
    if (name === null) return [...index.get(key).values()].flat();
    return index.get(key).get(squash(name)) ?? [];
  };
  const find = ([kind, value, name]) => {
    let all;
    if (kind === "role") all = named(value, ROLES[value] ?? `[role=${CSS.escape(value)}]`, name);
    else if (kind === "label") all = named("label", NAMED, value);
    else if (kind === "test_id") all = document.querySelectorAll(`[data-testid="${CSS.escape(value)}"]`);
    else all = document.querySelectorAll(value);
    return [...all].filter(shown);
  };
  const ranked = locators => {
    for (let rank = 0; rank < locators.length; rank++) {
      const all = find(locators[rank]);
      if (all.length) return [all, rank + 1];
    }
    return [[], 0];
  };
  const parts = element => {
    if (!element.children.length) return [element.textContent];
    const found = [];
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) found.push(node.textContent);
      else if (node.nodeType === Node.ELEMENT_NODE && shown(node)) found.push(...parts(node));
    }
    return found;
  };
  // A text on one line is kept to the letter; one laid out over lines loses its margins.
  const trimmed = text => (/[\n\r\t]/.test(text) ? squash(text) : text);
  const textOf = element => {
    if ("value" in element && element.matches("input,select,textarea")) return element.value;
    return parts(element).map(trimmed).filter(text => text.trim()).join("\u001f");
  };
  const values = {};
  for (const [name, locators] of Object.entries(PLAN.elements)) {
    const [all, rank] = ranked(locators);
    if (rank) values[name] = [textOf(all[0]), rank, all.length];
  }
  const tables = {};
  for (const [name, plan] of Object.entries(PLAN.tables)) {
    const [all, rank] = ranked(plan.locate);
    if (!rank) continue;
    const table = all[0];
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map(cell => squash(cell.textContent));
    const at = plan.columns.map(([, heading]) => heads.indexOf(heading));
    const lost = plan.columns.filter((_, i) => at[i] < 0).map(([column]) => column);
    const doubled = plan.columns.filter(([, heading]) => heads.filter(h => h === heading).length > 1);
    const rows = [];
    for (const row of table.tBodies[0]?.rows ?? []) {
      if (row.cells.length !== heads.length || !shown(row)) continue;
      rows.push(
        plan.columns.map(([column], i) => {
          const cell = row.cells[at[i]];
          if (!cell) return null;
          // A cell that no longer says which field it is, and holds nothing, was taken out.
          const said = plan.cell ? cell.getAttribute(plan.cell) : column;
          return said === null && !cell.textContent.trim() ? null : textOf(cell);
        }),
      );
    }
    tables[name] = { rank, matches: all.length, lost, doubled: doubled.map(([c]) => c), rows };
  }
  return JSON.stringify({
    path: location.pathname,
    language: document.documentElement.lang,
    values,
    tables,
  });
})()
