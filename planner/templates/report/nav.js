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
    if (pressed) return;
    const list = link.closest("ul"), at = link.offsetLeft - list.offsetLeft;
    if (at < list.scrollLeft || at + link.offsetWidth > list.scrollLeft + list.clientWidth) list.scrollLeft = at - 40;
  });
}
// A list that moves between press and release would take the chapter away from under the finger.
let pressed = false;
addEventListener("pointerdown", () => { pressed = true; }, { capture: true });
["pointerup", "pointercancel"].forEach((kind) => addEventListener(kind, () => { pressed = false; }, { capture: true }));
let marking = false;
addEventListener("scroll", () => {
  if (marking) return;
  marking = true;
  requestAnimationFrame(() => { marking = false; markChapter(); });
}, { passive: true });
markChapter();

// A chapter that was asked for keeps its place while charts are drawn above it, until the reader moves the page.
// (Dragging the scroll bar is a `pointerdown` too.)
let aim = null;
function inPlace() {
  const root = document.documentElement, top = aim.getBoundingClientRect().top - parseFloat(getComputedStyle(root).scrollPaddingTop);
  return Math.abs(top) < 3 || (top > 0 && scrollY + innerHeight >= root.scrollHeight - 2);
}
function aimAt(hash) { aim = hash.length > 1 ? document.getElementById(hash.slice(1)) : null; }
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link) aimAt(link.hash);
});
["wheel", "touchmove", "keydown", "pointerdown"].forEach((kind) => addEventListener(kind, () => { aim = null; }, { passive: true, capture: true }));
new ResizeObserver(() => { if (aim && !inPlace()) aim.scrollIntoView({ behavior: "instant" }); }).observe(document.getElementById("main"));
aimAt(location.hash);
