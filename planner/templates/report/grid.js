// Tables that are searched, sorted and turned page by page; rows come from the page's data or from the markup.
const PAGE = 60;
const LEAST = 9;

function gridRows(table) {
  const known = DATA.tables[table.dataset.grid];
  if (known) return known.rows.map((row) => row.map((cell) => (Array.isArray(cell) ? cell : [cell, undefined])));
  return $$("tbody tr", table).map((row) => Array.from(row.cells).map((cell) => {
    const tint = /\bt(\d)\b/.exec(cell.className);
    const number = cell.dataset.v === undefined ? undefined : cell.dataset.v === "nan" ? null : Number(cell.dataset.v);
    return [cell.textContent, number, tint ? Number(tint[1]) : undefined];
  }));
}

function setUpGrid(table) {
  const rows = gridRows(table);
  if (rows.length < LEAST) return;
  const box = table.closest(".gridbox"), body = $("tbody", table), heads = $$("thead th", table);
  const numeric = heads.map((head) => head.classList.contains("n"));
  const state = { shown: rows, page: 0, column: -1, down: false };
  const count = el("span", { class: "count", role: "status" });
  const back = el("button", { type: "button", "aria-label": say("page_back"), onclick: () => turn(-1) }, "‹");
  const on = el("button", { type: "button", "aria-label": say("page_on"), onclick: () => turn(1) }, "›");
  const search = el("input", { type: "search", oninput: () => { find(); } });
  const pages = el("span", { class: "buttons" }, back, on);
  box.prepend(el("div", { class: "gridtools" }, el("label", {}, say("search") + " ", search), count, pages));
  const more = $(".more", box);
  if (more) more.remove();
  heads.forEach((head, column) => {
    const name = head.textContent;
    head.replaceChildren(el("button", { type: "button", title: say("sort_by", { name: name }), onclick: () => sort(column) }, name));
  });

  function find() {
    const wanted = search.value.trim().toLowerCase();
    state.shown = wanted ? rows.filter((row) => row.some((cell) => cell[0].toLowerCase().includes(wanted))) : rows.slice();
    state.page = 0;
    order();
    draw();
  }
  function sort(column) {
    state.down = state.column === column ? !state.down : numeric[column];
    state.column = column;
    state.shown = state.shown.slice();
    order();
    state.page = 0;
    heads.forEach((head, at) => {
      if (at === column) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    draw();
  }
  function order() {
    const column = state.column;
    if (column < 0) return;
    const way = state.down ? -1 : 1;
    const collator = new Intl.Collator(LANG, { numeric: true });
    state.shown.sort((a, b) => {
      const [x, y] = [a[column], b[column]];
      if (!numeric[column]) return way * collator.compare(x[0], y[0]);
      const [p, q] = [x[1], y[1]];
      const lacks = [p, q].map((value) => value === null || value === undefined);
      if (lacks[0] || lacks[1]) return lacks[0] - lacks[1];
      return way * (p - q);
    });
  }
  function turn(by) {
    state.page += by;
    draw();
    $(".scroll", box).scrollTop = 0;
  }
  function draw() {
    const first = state.page * PAGE, some = state.shown.slice(first, first + PAGE);
    body.replaceChildren(...some.map((row) => el("tr", {}, ...row.map((cell, at) => {
      if (at === 0) return el("th", { scope: "row" }, named(cell[0]));
      const looks = [numeric[at] ? "n" : "", cell[2] >= 0 ? "t" + cell[2] : ""].join(" ").trim();
      return el("td", { class: looks || null }, numeric[at] ? cell[0] : named(cell[0]));
    }))));
    const last = Math.min(first + PAGE, state.shown.length);
    count.textContent = state.shown.length ? say("rows_shown", { first: first + 1, last: last, n: state.shown.length }) : say("nothing_found");
    back.disabled = state.page === 0;
    on.disabled = last >= state.shown.length;
    pages.hidden = rows.length <= PAGE;
  }
  if (DATA.tables[table.dataset.grid]) draw();
  else { count.textContent = say("rows_shown", { first: 1, last: rows.length, n: rows.length }); pages.hidden = true; }
}
$$("table[data-grid]").forEach(setUpGrid);
