// The map: Leaflet over the region's own ground, no tiles, no pictures.
function setUpMap() {
  const box = document.getElementById("leaflet");
  if (!box) return;
  if (!window.L) { document.documentElement.classList.add("mapless"); return; }
  const L = window.L, data = DATA.map, spots = data.places.map((place) => (place[2] === null ? null : [place[2], place[3]]));
  const map = L.map(box, { attributionControl: false, zoomControl: false, preferCanvas: true, zoomSnap: 0.25, scrollWheelZoom: false, minZoom: 5, maxZoom: 17 });
  const whole = L.latLngBounds(spots.filter(Boolean)).pad(0.08);
  map.fitBounds(whole);
  L.control.zoom({ zoomInTitle: say("zoom_in"), zoomOutTitle: say("zoom_out") }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.on("focus click", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  ["bands", "groups", "ground", "lines", "marks", "labels"].forEach((name, at) => { map.createPane(name).style.zIndex = 300 + 40 * at; });
  ["bands", "groups", "ground", "lines"].forEach((name) => { map.getPane(name).style.pointerEvents = "none"; });
  const canvas = (pane) => L.canvas({ pane: pane, padding: 0.3 });
  const draws = { bands: canvas("bands"), groups: canvas("groups"), ground: canvas("ground"), lines: canvas("lines") };
  const groups = {};
  ["bands", "groups", "boundaries", "roads", "communities", "lines", "marks"].forEach((name) => { groups[name] = L.layerGroup().addTo(map); });
  let chosen = null;

  const choice = (name) => { const select = $(`[data-choice="${name}"]`); return select ? select.value : ""; };
  const ticked = (name) => { const input = $(`[data-layer="${name}"]`); return Boolean(input && input.checked); };
  const used = (column) => Array.from(new Set(data[column === 2 ? "clinics" : "links"].map((row) => row[column]))).filter((at) => at >= 0);
  options($('[data-choice="specialty"]'), used(2).map((at) => [at, data.specialties[at]]), say("all_specialties"));
  options($('[data-choice="service"]'), used(1).map((at) => [at, data.services[at]]), say("all_services"));
  const select = $("#place-select");
  options(select, data.places.map((place, at) => [at, place[0]]).sort((a, b) => data.byName[a[0]] - data.byName[b[0]]), say("choose"));

  function areas(name, rows, pane, style) {
    groups[name].clearLayers();
    if (!ticked(name)) return;
    rows.forEach((row) => row[row.length - 1].forEach((part) => {
      L.polygon(part.map(pairs), Object.assign({ pane: pane, renderer: draws[pane], interactive: false }, style(row))).addTo(groups[name]);
    }));
  }
  function ground() {
    areas("boundaries", data.boundaries, "ground", () => ({ color: LOOK.border, weight: 1.2, dashArray: "6 3", fill: false }));
    groups.roads.clearLayers();
    if (ticked("roads")) data.roads.forEach((row) => {
      const [colour, width] = LOOK.roads[row[0]] || LOOK.roads[""];
      row[1].forEach((part) => L.polyline(pairs(part[0]), { pane: "ground", renderer: draws.ground, interactive: false, color: colour, weight: Math.max(1, width * 3) }).addTo(groups.roads));
    });
    const names = Array.from(new Set(data.groups.map((row) => row[0])));
    areas("groups", data.groups, "groups", (row) => ({ color: LOOK.series[names.indexOf(row[0]) % LOOK.series.length], weight: 2, dashArray: LOOK.dashes[names.indexOf(row[0]) % LOOK.dashes.length], fillOpacity: 0.1 }));
    const bands = data.travel_bands.filter((row) => row[0] === choice("offer") && (row[1] === choice("moment") || row[1] === "both")).sort((a, b) => b[2] - a[2]);
    areas("bands", bands, "bands", (row) => ({ stroke: true, color: "#ffffff", weight: 1, fillColor: LOOK.bands[String(row[2])] || LOOK.quiet, fillOpacity: 0.75 }));
    groups.communities.clearLayers();
    if (ticked("communities")) data.communities.forEach(([, lat, lon, people]) => {
      L.circleMarker([lat, lon], { pane: "ground", renderer: draws.ground, interactive: false, radius: Math.min(7, 1.5 + Math.sqrt(people) / 40), stroke: false, fillColor: "#5c6b75", fillOpacity: 0.45 }).addTo(groups.communities);
    });
  }
  function lines() {
    groups.lines.clearLayers();
    const legend = [], sets = lineSets(choice);
    Object.entries(sets).forEach(([name, set]) => {
      if (!ticked(name)) return;
      const look = seriesOf(set.rows, set.by), most = Math.max(1e-9, ...set.rows.map((row) => row[2]));
      legend.push(el("strong", {}, $(`[data-layer="${name}"]`).parentNode.textContent.trim()));
      let drawn = 0;
      set.rows.forEach(([from, to, n]) => {
        if (!spots[from] || !spots[to] || from === to) return;
        drawn += 1;
        const mine = look.get(set.by === 0 ? from : to), faded = chosen !== null && chosen !== from && chosen !== to;
        L.polyline(arc(spots[from], spots[to], set.bend), { pane: "lines", renderer: draws.lines, interactive: false, color: set.colour || mine.colour,
          dashArray: set.dash || mine.dash, weight: 1.2 + 5 * Math.sqrt(n / most), opacity: faded ? 0.1 : 0.8 }).addTo(groups.lines);
      });
      if (!drawn) { legend.push(el("div", { class: "quiet" }, say("none_drawn"))); return; }
      if (name === "services") new Set(set.rows.map((row) => row[1])).forEach((at) => {
        if (spots[at]) L.circleMarker(spots[at], { pane: "lines", renderer: draws.lines, interactive: false, radius: 14, color: look.get(at).colour, weight: 4, fillColor: "#ffffff", fillOpacity: 0.9 }).addTo(groups.lines);
      });
      if (set.colour) { legend.push(el("div", {}, linePicture(set.colour, set.dash), say(set.word))); return; }
      let rest = false;
      look.forEach((mine, at) => {
        if (!mine.own) { rest = true; return; }
        legend.push(el("div", {}, linePicture(mine.colour, mine.dash), el("span", { dir: "auto" }, say(set.told, { name: cut(data.places[at][0]) }))));
      });
      if (rest) legend.push(el("div", {}, linePicture(LOOK.quiet, ""), say("others")));
    });
    return legend;
  }
  function cut(name) { return name.length > 40 ? name.slice(0, 40) + "…" : name; }
  function redraw() {
    ground();
    const legend = lines();
    if (ticked("bands")) Object.entries(LOOK.bands).forEach(([minutes, colour]) => legend.push(el("div", {}, boxPicture(colour), say("minutes_within", { n: minutes }))));
    if (ticked("groups")) Array.from(new Set(data.groups.map((row) => row[0]))).forEach((name, at) => legend.push(el("div", {}, linePicture(LOOK.series[at % LOOK.series.length], LOOK.dashes[at % LOOK.dashes.length]), el("span", { dir: "auto" }, cut(name)))));
    const marks = Array.from(new Set(data.places.map((place) => place[1])));
    legend.push(el("strong", {}, say("legend")));
    marks.forEach((key) => legend.push(el("div", {}, markPicture(key, 16), (LOOK.marks[key] || LOOK.marks.township)[3])));
    $("#legend").replaceChildren(...legend);
  }
  function choose(at, move) {
    chosen = at;
    select.value = at === null ? "" : String(at);
    showPlace(at);
    if (at !== null && move && spots[at]) map.setView(spots[at], Math.max(map.getZoom(), 11));
    redraw();
    ring();
  }
  let halo = null;
  function ring() {
    if (halo) { halo.remove(); halo = null; }
    if (chosen !== null && spots[chosen]) halo = L.circleMarker(spots[chosen], { pane: "lines", renderer: draws.lines, interactive: false, radius: 15, color: "#e69f00", weight: 4, fill: false }).addTo(map);
  }

  // --- institutions and their names
  const many = spots.filter(Boolean).length > 300, vector = many ? L.svg({ pane: "marks" }) : undefined;
  data.places.forEach((place, at) => {
    if (!spots[at]) return;
    const size = Math.round(8 + 4 * ((LOOK.marks[place[1]] || LOOK.marks.township)[2] || 3));
    const tip = el("span", { dir: "auto" }, cut(place[0]));
    const mark = many && place[4] < 2
      ? L.circleMarker(spots[at], { pane: "marks", renderer: vector, radius: place[4] < 1 ? 3 : 5, color: "#ffffff", weight: 1, fillColor: (LOOK.marks[place[1]] || LOOK.marks.township)[1], fillOpacity: 1 })
      : L.marker(spots[at], { pane: "marks", keyboard: false, zIndexOffset: 100 * place[4], icon: L.divIcon({ html: markPicture(place[1], size), className: "map-mark", iconSize: [size, size] }) });
    mark.on("click", () => choose(at, false)).bindTooltip(tip, { direction: "top" }).addTo(groups.marks);
    if (mark.getElement && mark.getElement()) mark.getElement().dataset.place = String(at);
  });
  const named = data.places.map((place, at) => at).filter((at) => spots[at]).sort((a, b) => data.places[b][4] - data.places[a][4] || (data.places[b][7] || 0) - (data.places[a][7] || 0));
  function labels() {
    // The larger first; a name that would cover another waits until there is room.
    const pane = map.getPane("labels"), view = map.getBounds().pad(0.1), taken = [];
    pane.replaceChildren();
    for (const at of named) {
      if (taken.length >= 70) break;
      if (!view.contains(spots[at])) continue;
      const point = map.latLngToLayerPoint(spots[at]), text = data.places[at][0], shown = text.length > 24 ? text.slice(0, 24) + "…" : text;
      const width = Array.from(shown).reduce((sum, letter) => sum + (letter.codePointAt(0) > 0x2e80 ? 12.5 : 6.8), 6);
      const frame = [point.x - width / 2, point.y + 6, point.x + width / 2, point.y + 22];
      if (taken.some((other) => frame[0] < other[2] && frame[2] > other[0] && frame[1] < other[3] && frame[3] > other[1])) continue;
      taken.push(frame);
      const node = el("div", { class: "map-label" + (data.places[at][4] >= 2 ? " lead" : ""), dir: "auto", "aria-hidden": "true" }, shown);
      node.style.left = point.x + "px";
      node.style.top = point.y + "px";
      pane.append(node);
    }
  }
  map.on("moveend zoomend viewreset", labels);
  $$("[data-layer], [data-choice]").forEach((input) => input.addEventListener("change", () => {
    const layer = input.dataset.choice && { specialty: "clinics", service: "services", direction: "referrals", offer: "bands", moment: "bands" }[input.dataset.choice];
    if (layer) $(`[data-layer="${layer}"]`).checked = true;
    redraw();
  }));
  select.addEventListener("change", () => choose(select.value === "" ? null : Number(select.value), true));
  $("#whole-map").addEventListener("click", () => { choose(null, false); map.fitBounds(whole); });
  redraw();
  labels();
}
setUpMap();
