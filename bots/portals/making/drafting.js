// What a page offers to a selector file: labels, headings and attributes, never a value.
// Returns JSON: controls, pairs (heading and what stands beside it), tables, forms, says, language.
(() => {
  __LABEL__
  const shown = element => element.checkVisibility({ visibilityProperty: true });
  const marks = element => ({
    test_id: element.getAttribute("data-testid") ?? "",
    id: element.id,
    role: element.getAttribute("role") ?? "",
  });
  const all = css => [...document.querySelectorAll(css)].filter(shown);
  const controls = all("input:not([type=hidden]),select,textarea").map(element => ({
    ...marks(element),
    label: label(element) ?? "",
    kind: element.tagName === "SELECT" ? "select" : element.type,
    form: element.form?.getAttribute("aria-label") ?? "",
  }));
  // A button's name is the portal's; a link may be named after a patient and is left out in tables.
  const buttons = all("button,input[type=submit],input[type=button],[role=button]").map(element => ({
    ...marks(element),
    label: label(element) || squash(element.textContent) || element.value || "",
  }));
  const links = all("a[href]")
    .filter(element => !element.closest("td"))
    .map(element => ({ ...marks(element), label: label(element) || squash(element.textContent) }));
  const pairs = all("dt,th")
    .filter(head => head.nextElementSibling?.matches("dd,td"))
    .map(head => ({
      heading: squash(head.textContent),
      ...marks(head.nextElementSibling),
      label: label(head.nextElementSibling) ?? "",
    }));
  const tables = all("table,[role=table]")
    .filter(table => table.tHead?.rows[0])
    .map(table => ({
      ...marks(table),
      classes: [...table.classList],
      label: label(table) || squash(table.caption?.textContent),
      heads: [...table.tHead.rows[0].cells].map(cell => squash(cell.textContent)),
    }));
  const forms = all("form").map(form => ({ ...marks(form), label: label(form) }));
  const says = all("[role=alert],[role=status],output").map(element => ({
    ...marks(element),
    classes: [...element.classList],
    label: label(element),
  }));
  // Sentences that count: their words without the numbers, and a way to find them.
  const counts = all("p,span,div,caption,h1,h2,h3,output")
    .filter(element => !element.children.length && /\d/.test(element.textContent))
    .filter(element => !element.closest("td,dd,tbody"))
    .map(element => ({
      ...marks(element),
      classes: [...element.classList],
      words: squash(element.textContent).replace(/[\d.,]+/g, "#"),
    }));
  return JSON.stringify({
    controls, buttons, links, pairs, tables, forms, says, counts,
    language: document.documentElement.lang,
    path: location.pathname,
  });
})()
