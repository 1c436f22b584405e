// What every part of the page uses. Names go into text nodes only, never into markup.
const DATA = JSON.parse(document.getElementById("data").textContent);
const WORDS = DATA.words;
const LANG = DATA.lang === "zh" ? "zh-CN" : "en";
document.documentElement.classList.add("scripted");

function $(selector, from) { return (from || document).querySelector(selector); }
function $$(selector, from) { return Array.from((from || document).querySelectorAll(selector)); }

function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function named(text) { return el("span", { class: "name", dir: "auto" }, text); }

function say(key, values) {
  return WORDS[key].replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? String(values[name]) : whole));
}

function amount(value) {
  if (value === null || value === undefined || !isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return Math.abs(value) >= 5e-4 ? String(Number(value.toPrecision(3))) : "0";
}

function options(select, names, all) {
  const parts = document.createDocumentFragment();
  if (all !== undefined) parts.append(el("option", { value: "" }, all));
  names.forEach(([value, name]) => parts.append(el("option", { value: value }, name.length > 60 ? name.slice(0, 60) + "…" : name)));
  select.replaceChildren(parts);
}
