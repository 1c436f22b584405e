// Charts are drawn when they come near the screen, and all of them before printing.
const VIEWS = {};
const CHART_STYLE = {
  aria: false, background: "transparent", font: getComputedStyle(document.body).fontFamily,
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelColor: "#17242d", titleColor: "#55636d", gridColor: "#e4e9ec", domainColor: "#9aa7ae", tickColor: "#9aa7ae" },
  legend: { labelFontSize: 12.5, labelColor: "#17242d", symbolStrokeWidth: 3 }, view: { stroke: null },
};
const DRAWN = new Set();

function drawChart(box) {
  const key = box.dataset.chart;
  if (DRAWN.has(key)) return;
  DRAWN.add(key);
  if (!window.vegaEmbed) { box.textContent = say("chart_failed"); box.dataset.drawn = "1"; return; }
  const given = DATA.charts[key], spec = Object.assign({}, given), vega = Boolean(spec.vega);
  delete spec.vega;
  if (!vega) { spec.width = "container"; spec.autosize = { type: "fit-x", contains: "padding" }; }
  const how = { mode: vega ? "vega" : "vega-lite", ast: true, actions: false, renderer: "svg", defaultStyle: false, config: CHART_STYLE,
    tooltip: { disableDefaultStyle: true, maxDepth: 1 } };
  window.vegaEmbed(box, spec, how).then((result) => {
    VIEWS[key] = result.view;
    const select = $(`select[data-which="${key}"]`);
    if (select) result.view.signal("which", Number(select.value)).runAsync();
    $("svg", box).setAttribute("aria-hidden", "true");
    box.style.minHeight = "";
    box.dataset.drawn = "1";
  }).catch(() => { box.textContent = say("chart_failed"); box.style.minHeight = ""; });
}
const NEAR = new IntersectionObserver((entries) => entries.forEach((entry) => {
  if (!entry.isIntersecting) return;
  NEAR.unobserve(entry.target);
  drawChart(entry.target);
}), { rootMargin: "500px" });
$$("[data-chart]").forEach((box) => {
  const spec = DATA.charts[box.dataset.chart];
  // Room for the chart with its axis, so that little moves when it is drawn.
  if (window.vegaEmbed) box.style.minHeight = spec.height + (spec.vega ? 5 : 48) + "px";
  NEAR.observe(box);
});
$$("select[data-which]").forEach((select) => select.addEventListener("change", () => {
  const view = VIEWS[select.dataset.which];
  if (view) view.signal("which", Number(select.value)).runAsync();
}));
addEventListener("beforeprint", () => { $$("[data-chart]").forEach(drawChart); $$("details").forEach((one) => { one.open = true; }); });
