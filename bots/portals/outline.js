// What the screen is made of, for the repair of its selector file: names and places, no values.
// Runs within look.js. `at` is an element's place among all elements of the page.
(() => {
  const MOST = 900;
  const place = new Map([...document.querySelectorAll("*")].map((element, at) => [element, at]));
  const roleOf = element =>
    Object.keys(ROLES).find(role => element.matches(ROLES[role])) ?? element.getAttribute("role") ?? "";
  const NO_BOX = new Set(["fieldset", "hidden", "submit", "button", "reset", "image"]);
  const group = element => element.closest("tr,[role=row],fieldset,[role=group]");
  const getter = Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements").get;
  const beside = element => {
    const boxes = element.form ? [...getter.call(element.form)] : [];
    const near = boxes.filter(
      box => !NO_BOX.has(box.type) && shown(box) && group(box) === group(element));
    const at = near.indexOf(element);
    return at < 0 ? ["", ""] : [near[at - 1], near[at + 1]].map(box => (box ? label(box) ?? "" : ""));
  };
  // The words of a link or a cell in a table's rows may be somebody's; those of its boxes are not.
  const isOfRecords = element => !!element.closest("tbody") && !element.matches("input,select,textarea");
  const facts = element => {
    const role = roleOf(element);
    const words = isOfRecords(element) ? "" : nameOf(element, role);
    return {
      at: place.get(element),
      role,
      name: words,
      label: isOfRecords(element) ? "" : label(element) ?? "",
      test_id: element.getAttribute("data-testid") ?? "",
      id: element.id,
      sends: element.form ? element.name ?? "" : "",
      beside: beside(element),
      shown: shown(element),
    };
  };
  const LISTED = Object.values(ROLES).join(",");
  const listed = [...document.querySelectorAll(LISTED)].filter(element => !isOfRecords(element));
  const taken = new Set(listed.slice(0, MOST));
  const found = {};
  const tables = {};
  const all = { ...PLAN.elements };
  for (const [name, plan] of Object.entries(PLAN.tables)) all[name] = plan.locate;
  for (const [name, locators] of Object.entries(all)) {
    found[name] = locators.map(locator => {
      const matched = find(locator).filter(shown);
      for (const element of matched.slice(0, 3)) taken.add(element);
      return matched.slice(0, 3).map(element => place.get(element));
    });
  }
  for (const [name, plan] of Object.entries(PLAN.tables)) {
    const [matched, rank] = ranked(plan.locate, name);
    if (!rank) continue;
    const heads = [...(matched[0].tHead?.rows[0]?.cells ?? [])];
    const rows = [...matched[0].tBodies].flatMap(part => [...part.rows]);
    const full = rows.filter(row => row.cells.length === heads.length);
    tables[name] = {
      heads: heads.map(cell => squash(cell.textContent)),
      own: Object.fromEntries(
        plan.columns.map(([column]) => [column, byOwnName(column, full, plan.cell)])),
    };
  }
  return { elements: [...taken].map(facts), found, tables };
})()
