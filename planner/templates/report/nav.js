// The chapter that is read is marked in the list of chapters.
const LINKS = new Map($$(".chapters a").map((link) => [link.getAttribute("href").slice(1), link]));
function markChapter() {
  let now = null;
  for (const id of LINKS.keys()) {
    const top = document.getElementById(id).getBoundingClientRect().top;
    if (top <= 120) now = id;
  }
  LINKS.forEach((link, id) => {
    if (id !== (now || "answer")) { link.removeAttribute("aria-current"); return; }
    if (link.hasAttribute("aria-current")) return;
    link.setAttribute("aria-current", "true");
    const list = link.closest("ul"), at = link.offsetLeft - list.offsetLeft;
    if (at < list.scrollLeft || at + link.offsetWidth > list.scrollLeft + list.clientWidth) list.scrollLeft = at - 40;
  });
}
let marking = false;
addEventListener("scroll", () => {
  if (marking) return;
  marking = true;
  requestAnimationFrame(() => { marking = false; markChapter(); });
}, { passive: true });
markChapter();
