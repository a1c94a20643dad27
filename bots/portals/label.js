  // The name that an element was given, by reference, by aria-label or by its label; else null.
  const squash = text => (text ?? "").replace(/[ \t\r\n\f]+/g, " ").trim();
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
