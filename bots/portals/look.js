// One look at a screen: every named element and table of PLAN in a single call.
// Returns JSON: values {name: [text, rank, matches]}, tables {name: {rank, matches, lost, rows}},
// against {name: rank}: a lower locator that answers, too, and means another element, unnamed
// [[label, text]]: facts with a label that PLAN has no name for.
// A hidden element is no match. A cell of several parts has them joined by U+001F.
(() => {
  const PLAN = __PLAN__;
  __LABEL__
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
  // What stands next to a heading: the cell after a `th` in its row, the `dd` after a `dt`.
  const beside = heading =>
    [...document.querySelectorAll("th,dt")]
      .filter(one => squash(one.textContent) === heading)
      .map(one => one.nextElementSibling)
      .filter(next => next?.matches("td,dd"));
  const find = ([kind, value, name]) => {
    let all;
    if (kind === "role") all = named(value, ROLES[value] ?? `[role=${CSS.escape(value)}]`, name);
    else if (kind === "label") all = named("label", NAMED, value);
    else if (kind === "beside") all = beside(value);
    else if (kind === "test_id") all = document.querySelectorAll(`[data-testid="${CSS.escape(value)}"]`);
    else all = document.querySelectorAll(value);
    return [...all];
  };
  const against = {};
  // The elements of the first locator that answers, and its rank; where it matches several, the
  // one of them that a lower locator matches alone. Labels that were swapped show in this: the
  // lower locators then mean another element, hidden or not.
  const ranked = (locators, name) => {
    let first = [];
    let rank = 0;
    locators.forEach((locator, i) => {
      const all = find(locator);
      if (!rank) {
        first = all.filter(shown);
        if (first.length) rank = i + 1;
        return;
      }
      const both = first.filter(element => all.includes(element));
      if (all.length && !both.length && !(name in against)) against[name] = i + 1;
      if (first.length > 1 && both.length === 1 && all.filter(shown).length === 1) {
        first = both;
        rank = i + 1;
      }
    });
    return [first, rank];
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
  // A box that got into a cell or a fact brings its label along: that is no value of it. The mark
  // of several parts stands after it, so that it is not read.
  const BOX = `${ROLES.textbox},select`;
  const textOf = element => {
    if ("value" in element && element.matches("input,select,textarea")) return element.value;
    const said = parts(element).map(trimmed).filter(text => text.trim()).join("\u001f");
    const hasBox = element.children.length && [...element.querySelectorAll(BOX)].some(shown);
    return hasBox ? `${said}\u001f` : said;
  };
  const values = {};
  const taken = new Set();
  for (const [name, locators] of Object.entries(PLAN.elements)) {
    const [all, rank] = ranked(locators, name);
    if (rank) values[name] = [textOf(all[0]), rank, all.length];
    all.forEach(one => taken.add(one));
  }
  // Facts with a label of their own that the file does not name: kept for people, as they stand.
  const unnamed = [...document.querySelectorAll(ROLES.definition)]
    .filter(one => shown(one) && !taken.has(one))
    .map(one => [label(one) ?? squash(one.previousElementSibling?.textContent ?? ""), textOf(one)]);
  // A single cell across the table says that there is nothing.
  const isFull = (row, heads) => row.cells.length === heads.length;
  const saysNothing = row => row.cells.length === 1 && row.cells[0].colSpan > 1;
  // A column whose heading is gone is still known where every row's cell names it.
  const byOwnName = (column, rows, attribute) => {
    if (!attribute || !rows.length) return -1;
    const places = rows.map(row =>
      [...row.cells].findIndex(cell => cell.getAttribute(attribute) === column));
    return places.every(place => place === places[0]) ? places[0] : -1;
  };
  const tables = {};
  for (const [name, plan] of Object.entries(PLAN.tables)) {
    const [all, rank] = ranked(plan.locate, name);
    if (!rank) continue;
    const table = all[0];
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map(cell => squash(cell.textContent));
    const drawn = [...table.tBodies].flatMap(part => [...part.rows])
      .filter(row => !(plan.aside && row.matches(plan.aside)))
      .filter(row => shown(row) || !saysNothing(row));
    // Among others it says something, such as that there are more: then it is an odd row.
    const body = drawn.every(saysNothing) ? [] : drawn;
    const full = body.filter(row => isFull(row, heads));
    const headed = plan.columns.map(([, heading]) => heads.indexOf(heading));
    const at = headed.map((place, i) =>
      place < 0 ? byOwnName(plan.columns[i][0], full, plan.cell) : place);
    // Where the table says that there is nothing, no cell can be taken for another.
    const isEmpty = !body.length && drawn.length > 0;
    const lost = plan.columns.filter((_, i) => at[i] < 0 && !isEmpty).map(([column]) => column);
    const renamed = plan.columns.filter((_, i) => headed[i] < 0 && at[i] >= 0);
    const doubled = plan.columns.filter(
      ([, heading], i) =>
        heads.filter(h => h === heading).length > 1 || (at[i] >= 0 && at.indexOf(at[i]) !== i));
    const crossed = new Set();
    const says = cell => (plan.cell ? cell.getAttribute(plan.cell) : null);
    const rows = full.map(row => {
      const own = new Map([...row.cells].map((cell, i) => [says(cell), i]));
      const haveNames = [...row.cells].some(cell => says(cell) !== null);
      return plan.columns.map(([column], i) => {
        const cell = row.cells[at[i]];
        if (!cell || !shown(cell)) return null;
        if (own.has(column) && own.get(column) !== at[i]) crossed.add(column);
        // A cell that no longer says which field it is, and holds nothing, was taken out.
        const isOut = haveNames && plan.cell && says(cell) === null;
        return isOut && !cell.textContent.trim() ? null : textOf(cell);
      });
    });
    tables[name] = {
      rank,
      matches: all.length,
      lost,
      renamed: renamed.map(([c]) => c),
      doubled: doubled.map(([c]) => c),
      crossed: [...crossed],
      odd: body.length - full.length + full.filter(row => !shown(row)).length,
      rows,
    };
  }
  return JSON.stringify({
    path: location.pathname,
    language: document.documentElement.lang,
    values,
    tables,
    against,
    unnamed,
    outline: __OUTLINE__,
  });
})()
