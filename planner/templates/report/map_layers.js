// Lines and areas of the map as plain descriptions; map.js draws them.
const LOOK = DATA.map.look;

function seriesOf(rows, column) {
  // The senders with most get a colour and a dash of their own, so that they differ without colours too.
  const totals = new Map();
  rows.forEach((row) => totals.set(row[column], (totals.get(row[column]) || 0) + row[row.length - 1]));
  const ranked = Array.from(totals.keys()).sort((a, b) => totals.get(b) - totals.get(a) || a - b);
  const most = LOOK.series.length - 1;
  return new Map(ranked.map((key, at) => [key, { colour: at < most ? LOOK.series[at] : LOOK.quiet, dash: at < most ? LOOK.dashes[at] : "", own: at < most }]));
}

function summed(rows) {
  // [from, to, n] rows with equal ends as one.
  const totals = new Map();
  rows.forEach(([from, to, n]) => { const key = from + ">" + to; totals.set(key, (totals.get(key) || 0) + n); });
  return Array.from(totals, ([key, n]) => [...key.split(">").map(Number), n]);
}

function lineSets(choice) {
  const map = DATA.map, specialty = choice("specialty"), service = choice("service"), up = Number(choice("direction"));
  return {
    clinics: { rows: summed(map.clinics.filter((row) => specialty === "" || row[2] === Number(specialty)).map((row) => [row[0], row[1], row[3]])), bend: 0.1, told: "from_place", by: 0 },
    postings: { rows: summed(map.postings.map((row) => [row[0], row[1], 1])), bend: -0.12, told: "from_place", by: 0, dash: "2 6", colour: "#000000", word: "layer_postings" },
    services: { rows: summed(map.links.filter((row) => row[0] !== row[2] && (service === "" || row[1] === Number(service))).map((row) => [row[0], row[2], 1])), bend: 0.04, told: "centre_of", by: 1 },
    referrals: { rows: summed(map.referrals.filter((row) => row[2] === up && row[1] >= 0).map((row) => [row[0], row[1], row[3]])), bend: -0.06, told: "centre_of", by: up ? 1 : 0, word: up ? "up" : "down" },
    tele: { rows: summed(map.tele), bend: 0.16, told: "from_place", by: 0, dash: "1 5", colour: "#cc79a7", word: "layer_tele" },
  };
}

function arc(from, to, bend) {
  // A curve between two points as a few pieces, so that both directions are seen.
  const mid = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], squeeze = Math.cos((mid[0] * Math.PI) / 180);
  const x = (to[1] - from[1]) * squeeze, y = to[0] - from[0];
  const pull = [mid[0] - bend * x * 2, mid[1] + (bend * y * 2) / squeeze], points = [];
  for (let step = 0; step <= 12; step += 1) {
    const t = step / 12, a = (1 - t) * (1 - t), b = 2 * t * (1 - t), c = t * t;
    points.push([a * from[0] + b * pull[0] + c * to[0], a * from[1] + b * pull[1] + c * to[1]]);
  }
  return points;
}

function pairs(flat) {
  const points = [];
  for (let at = 0; at < flat.length; at += 2) points.push([flat[at], flat[at + 1]]);
  return points;
}

const SHAPES = {
  star: "M0-10 2.6-3.4 9.5-3.1 4.1 1.3 6 8.1 0 4.2-6 8.1-4.1 1.3-9.5-3.1-2.6-3.4Z", square: "M-7-7H7V7H-7Z", diamond: "M0-9 9 0 0 9-9 0Z",
  pentagon: "M0-9 8.6-2.8 5.3 7.3H-5.3L-8.6-2.8Z", cross_fill: "M-3-8H3V-3H8V3H3V8H-3V3H-8V-3H-3Z", triangle: "M0-8 7.5 6H-7.5Z", circle: "M-7 0A7 7 0 1 0 7 0 7 7 0 1 0-7 0Z",
};
function markPicture(key, size) {
  const [shape, fill] = LOOK.marks[key] || LOOK.marks.township;
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "-11 -11 22 22");
  picture.setAttribute("width", size);
  picture.setAttribute("height", size);
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[shape] || SHAPES.circle);
  path.setAttribute("fill", fill);
  path.setAttribute("stroke", "#ffffff");
  path.setAttribute("stroke-width", "1.6");
  picture.append(path);
  return picture;
}
function linePicture(colour, dash, width) {
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("width", 30);
  picture.setAttribute("height", 10);
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  Object.entries({ x1: 0, x2: 30, y1: 5, y2: 5, stroke: colour, "stroke-width": width || 3, "stroke-dasharray": dash || "" }).forEach(([name, value]) => line.setAttribute(name, value));
  picture.append(line);
  return picture;
}
function boxPicture(colour) {
  const picture = linePicture(colour, "", 10);
  picture.setAttribute("width", 18);
  return picture;
}
