// What one institution gets and gives, in words.
function placeTold(at) {
  const map = DATA.map, place = map.places[at], gets = [], gives = [];
  const sum = (rows, column) => rows.reduce((total, row) => total + row[column], 0);
  map.clinics.filter((row) => row[1] === at).sort((a, b) => b[3] - a[3]).forEach((row) => {
    gets.push(say("gets_clinic", { specialty: map.specialties[row[2]] || "", n: amount(Math.round(row[3] * 10) / 10), doctors: row[4] }));
  });
  map.postings.filter((row) => row[1] === at).forEach((row) => {
    gets.push(say("gets_posted", { specialty: row[2], doctor: row[3], start: row[4], end: row[5] }));
  });
  map.links.filter((row) => row[0] === at && row[2] !== at).forEach((row) => {
    gets.push(say("gets_service", { service: map.services[row[1]] || "", centre: map.places[row[2]][0], minutes: amount(row[3]), turnaround: amount(row[4]) }));
  });
  const tele = map.tele.filter((row) => row[1] === at);
  if (tele.length) gets.push(say("gets_tele", { n: amount(sum(tele, 2)) }));
  const back = map.referrals.filter((row) => row[1] === at && !row[2]);
  if (back.length) gets.push(say("gets_returned", { n: amount(sum(back, 3)) }));
  const received = map.referrals.filter((row) => row[1] === at && row[2]);
  if (received.length) gets.push(say("gets_received", { n: amount(sum(received, 3)) }));
  const out = map.clinics.filter((row) => row[0] === at);
  if (out.length) gives.push(say("gives_clinics", { n: amount(sum(out, 3)), sites: new Set(out.map((row) => row[1])).size }));
  const posted = map.postings.filter((row) => row[0] === at);
  if (posted.length) gives.push(say("gives_posted", { n: posted.length }));
  map.centres.filter((row) => row[1] === at).forEach((row) => {
    gives.push(say("gives_service", { service: map.services[row[0]] || "", n: row[3], load: row[2] }));
  });
  const up = map.referrals.filter((row) => row[0] === at && row[2] && row[1] >= 0);
  if (up.length) gives.push(say("gives_referred", { n: amount(sum(up, 3)) }));
  const left = map.referrals.filter((row) => row[0] === at && row[2] && row[1] < 0);
  if (left.length) gives.push(say("gives_left", { n: amount(sum(left, 3)) }));
  return [place, gets, gives, map.sites[at]];
}

function showPlace(at) {
  const box = $("#place");
  if (at === null) { box.replaceChildren(el("p", { class: "quiet" }, say("place_hint"))); return; }
  const [place, gets, gives, visits] = placeTold(at);
  const items = (lines) => (lines.length ? el("ul", {}, ...lines.map((line) => el("li", { dir: "auto" }, line))) : el("p", { class: "quiet" }, say("place_nothing")));
  const about = [place[6], place[5], place[7] === null ? "" : say("residents", { n: amount(place[7]) })].filter(Boolean).join(" · ");
  const parts = [el("h3", { dir: "auto", tabindex: "-1" }, place[0]), el("p", { class: "quiet", dir: "auto" }, about),
    el("h4", {}, say("place_gets")), items(gets), el("h4", {}, say("place_gives")), items(gives)];
  if (visits) {
    const lines = ["kept", "unmet", "left", "referred"].map((key, n) => el("tr", {}, el("th", { scope: "row" }, say(key)),
      el("td", { class: "n" }, `${amount(visits[2 * n])} → ${amount(visits[2 * n + 1])}`)));
    parts.push(el("h4", {}, say("place_visits")), el("table", {}, el("tbody", {}, ...lines)));
  }
  box.replaceChildren(...parts);
}
