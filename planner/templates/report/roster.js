// The roster: filters, a timetable of one week by site or doctor, and a list.
const CHANGED = 1000000, STRIDE = 6, LINES = 40;

function setUpRoster() {
  const roster = DATA.roster, form = $("#roster-filters");
  if (!form || !roster.rows.length) return;
  const field = (name) => form.elements.namedItem(name);
  const weeks = [];
  roster.days.forEach((day, at) => { (weeks[day[2]] = weeks[day[2]] || []).push(at); });
  const byName = (names, rank) => names.map((name, at) => [at, name]).sort((a, b) => rank[a[0]] - rank[b[0]]);
  const bySite = roster.sites.map((name, at) => [at, name]).sort((a, b) => roster.order[a[0]] - roster.order[b[0]]);
  const short = (at) => roster.days[at][0].slice(5).replace("-", "/");
  options(field("week"), weeks.map((days, n) => [n, say("week_of", { n: n + 1, first: short(days[0]), last: short(days[days.length - 1]) })]), say("f_all"));
  options(field("site"), bySite, say("f_all"));
  options(field("specialty"), byName(roster.specialties, roster.bySpecialty), say("f_all"));
  options(field("doctor"), byName(roster.doctors, roster.byDoctor), say("f_all"));
  const fullest = weeks.findIndex((days) => days.some((day) => roster.rows[0] % CHANGED === day));
  const begin = Math.max(0, fullest);
  field("week").value = String(begin);
  if (matchMedia("(max-width: 620px)").matches) $('option[value="list"]', field("show")).defaultSelected = true;
  let page = 0;

  function found() {
    const rows = roster.rows, kept = [];
    const wanted = ["week", "site", "specialty", "doctor"].map((name) => (field(name).value === "" ? -1 : Number(field(name).value)));
    for (let at = 0; at < rows.length; at += STRIDE) {
      if (wanted[0] >= 0 && roster.days[rows[at] % CHANGED][2] !== wanted[0]) continue;
      if (wanted[1] >= 0 && rows[at + 2] !== wanted[1]) continue;
      if (wanted[2] >= 0 && rows[at + 3] !== wanted[2]) continue;
      if (wanted[3] >= 0 && rows[at + 4] !== wanted[3] && rows[at + 5] !== wanted[3]) continue;
      kept.push(at);
    }
    return kept;
  }
  function draw() {
    const kept = found(), show = field("show").value, view = $("#roster-view"), pager = $("#roster-pager");
    $("#roster-count").textContent = kept.length ? say("rows_found", { n: kept.length }) : say("nothing_found");
    const weekly = show !== "list" && field("week").value !== "";
    const [table, lines] = weekly ? timetable(kept, show) : list(kept);
    view.replaceChildren(table);
    const first = page * LINES;
    pager.replaceChildren();
    if (lines > LINES) {
      pager.append(
        el("button", { type: "button", "aria-label": say("page_back"), disabled: page === 0, onclick: () => { page -= 1; draw(); } }, "‹"),
        el("button", { type: "button", "aria-label": say("page_on"), disabled: first + LINES >= lines, onclick: () => { page += 1; draw(); } }, "›"),
        el("span", { class: "quiet" }, say("rows_shown", { first: first + 1, last: Math.min(first + LINES, lines), n: lines })));
    }
    $$("[data-step]", form).forEach((button) => { button.disabled = field("week").value === ""; });
  }
  function list(kept) {
    const rows = roster.rows, heads = ["date", "weekday", "slot", "f_site", "f_specialty", "f_doctor", "backup", "changed"];
    const lines = kept.slice(page * LINES, page * LINES + LINES).map((at) => {
      const day = roster.days[rows[at] % CHANGED];
      return el("tr", {}, el("th", { scope: "row" }, day[0]), el("td", {}, roster.weekdays[day[1] - 1]), el("td", {}, say(rows[at + 1] ? "pm" : "am")),
        el("td", {}, named(roster.sites[rows[at + 2]])), el("td", {}, named(roster.specialties[rows[at + 3]])), el("td", {}, doctor(rows[at + 4])),
        el("td", {}, rows[at + 5] < 0 ? "" : named(roster.doctors[rows[at + 5]])), el("td", {}, rows[at] >= CHANGED ? "▲" : ""));
    });
    return [el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((key) => el("th", { scope: "col" }, say(key))))), el("tbody", {}, ...lines)), kept.length];
  }
  function doctor(at) {
    const told = [roster.titles[at], roster.homes[at]].filter(Boolean).join(" · ");
    return el("span", {}, named(roster.doctors[at]), told ? el("span", { class: "quiet" }, " ", named(told)) : null);
  }
  function timetable(kept, show) {
    const rows = roster.rows, week = weeks[Number(field("week").value)], who = show === "site" ? 2 : 4;
    const used = new Set(kept.map((at) => rows[at] % CHANGED));
    const days = week.filter((day) => roster.days[day][1] <= 5 || roster.days[day][3] === 0 || used.has(day));
    const lines = new Map();
    kept.forEach((at) => {
      const key = rows[at + who];
      if (!lines.has(key)) lines.set(key, new Map());
      const cells = lines.get(key), cell = (rows[at] % CHANGED) * 2 + rows[at + 1];
      if (!cells.has(cell)) cells.set(cell, []);
      cells.get(cell).push(at);
    });
    const keys = Array.from(lines.keys());
    if (who === 2) keys.sort((a, b) => roster.order[a] - roster.order[b]);
    else keys.sort((a, b) => roster.byDoctor[a] - roster.byDoctor[b]);
    const head = [el("tr", {}, el("td", { rowspan: 2 }), ...days.map((day) => {
      const [on, weekday, , off, holiday] = roster.days[day];
      return el("th", { scope: "colgroup", colspan: 2, class: off ? "off week-end" : "week-end" }, `${roster.weekdays[weekday - 1]} ${on.slice(5).replace("-", "/")}${off ? " " + (holiday || say("day_off")) : ""}`);
    })), el("tr", {}, ...days.flatMap((day) => ["am", "pm"].map((slot, half) => el("th", { scope: "col", class: (roster.days[day][3] ? "off" : "") + (half ? "" : " week-end") }, say(slot)))))];
    const body = keys.slice(page * LINES, page * LINES + LINES).map((key) => el("tr", {},
      el("th", { scope: "row" }, who === 2 ? named(roster.sites[key]) : doctor(key)),
      ...days.flatMap((day) => [0, 1].map((half) => {
        const cells = lines.get(key).get(day * 2 + half) || [];
        return el("td", { class: (roster.days[day][3] ? "off" : "") + (half ? "" : " week-end") }, ...cells.map((at) => el("span", { class: "one" },
          el("b", {}, named(roster.specialties[rows[at + 3]])), " ", named(who === 2 ? roster.doctors[rows[at + 4]] : roster.sites[rows[at + 2]]), rows[at] >= CHANGED ? el("span", { class: "mark" }, " ▲") : null)));
      }))));
    return [el("table", { class: "timetable" }, el("thead", {}, ...head), el("tbody", {}, ...body)), keys.length];
  }
  form.addEventListener("change", () => { page = 0; draw(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { field("week").value = String(begin); page = 0; draw(); }, 0));
  $$("[data-step]", form).forEach((button) => button.addEventListener("click", () => {
    const next = Number(field("week").value) + Number(button.dataset.step);
    if (next < 0 || next >= weeks.length) return;
    field("week").value = String(next);
    page = 0;
    draw();
  }));
  draw();
}
setUpRoster();
