"use strict";
// The interactive parts of the page: a ladder for each protocol and TCP's time-sequence diagram. What they show is in the
// element "data": columns of packets, segments and acknowledgments, and why segments were sent again.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const colors = { blue: "#0072b2", green: "#009e73", red: "#d55e00", orange: "#e69f00", purple: "#b04f8c", sky: "#56b4e9", ink: "#262626", grey: "#808080" };
  const detail = document.getElementById("detail");
  const LOST = 1, DUPLICATE = 2, CORRUPT = 4, OVERTAKEN = 8, AGAIN = 16, UP = 32, ACK = 64;

  function element(name, attributes, ...children) {
    const svg = ["svg", "g", "line", "text", "path", "rect", "title"].includes(name);
    const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const key in attributes) e.setAttribute(key, attributes[key]);
    e.append(...children);
    return e;
  }

  const ms = (s) => (s * 1e3).toFixed(3) + " ms";

  // story says in sentences what became of a packet, and what came of it.
  function story(flow, p) {
    const end = p.flags & UP ? flow.ends : [flow.ends[1], flow.ends[0]];
    let s = `${p.label}, ${flow.title}, from ${end[0]} to ${end[1]}, sent at ${ms(p.sent)}`;
    const frames = [];
    if (p.sframe) frames.push(`frame ${p.sframe} of the ${end[0]}'s capture`);
    if (p.rframe) frames.push(`frame ${p.rframe} of the ${end[1]}'s`);
    if (frames.length) s += ` (${frames.join(", ")})`;
    s += p.flags & LOST ? ": it was lost" : p.arrived < 0 ? ": it was still on its way at the end" : `: it arrived ${ms(p.arrived - p.sent)} later`;
    const what = [];
    if (p.flags & DUPLICATE) what.push("it is a duplicate that the link made");
    if (p.flags & CORRUPT) what.push("bits of it were turned over");
    if (p.flags & OVERTAKEN) what.push("packets sent later arrived before it");
    if (what.length) s += "; " + what.join("; ");
    if (p.cause) s += ` (${p.cause})`;
    s += ".";
    const repeated = flow.again.find((a) => p.flags & UP && a.of && a.of === p.sframe && !(p.flags & DUPLICATE));
    if (repeated) s += ` TCP sent it again in frame ${repeated.frame}, ${ms(repeated.at - repeated.first)} after: ${repeated.how}.`;
    if (repeated && repeated.held) s += ` ${repeated.held === 1 ? `A ${flow.thing} that had` : `${repeated.held} ${flow.thing}s that had`} arrived waited for it, up to ${ms(repeated.heldFor)}.`;
    const repeats = flow.again.find((a) => p.flags & UP && a.frame && a.frame === p.sframe && !(p.flags & DUPLICATE));
    if (repeats) s += ` It repeats frame ${repeats.of}: ${repeats.why}.`;
    return s;
  }

  let chosen = null;
  function choose(flow, p, node) {
    if (chosen) chosen.classList.remove("on");
    chosen = node || null;
    if (chosen) chosen.classList.add("on");
    const close = element("button", { type: "button" }, "Close");
    close.onclick = () => { detail.hidden = true; if (chosen) chosen.classList.remove("on"); };
    detail.replaceChildren(close, element("p", {}, story(flow, p)));
    detail.hidden = false;
  }

  function packets(flow) {
    const c = flow.packets;
    return c.sent.map((sent, i) => ({ i, sent, arrived: c.arrived[i], flags: c.flags[i], label: c.label[i], cause: flow.causes[c.cause[i]], sframe: c.sframe[i], rframe: c.rframe[i] }));
  }

  function look(p) {
    if (p.flags & LOST) return { color: colors.red, dash: "6 3", what: "lost" };
    if (p.flags & CORRUPT) return { color: colors.red, dash: "2 3", what: "corrupted" };
    if (p.flags & DUPLICATE) return { color: colors.sky, dash: "8 2 2 2", what: "duplicate" };
    if (p.flags & AGAIN) return { color: colors.orange, dash: "", width: 2.5, what: "sent again" };
    if (p.flags & OVERTAKEN) return { color: colors.purple, dash: "10 3", what: "overtaken" };
    if (p.flags & ACK || !(p.flags & UP)) return { color: colors.green, dash: "", width: 1, what: "acknowledgment or answer" };
    return { color: colors.blue, dash: "", what: "data" };
  }

  function ladder(flow) {
    if (!flow.packets.sent) return;
    const all = packets(flow);
    const wrong = (p) => p.flags & (LOST | DUPLICATE | CORRUPT | OVERTAKEN | AGAIN);
    const last = all.reduce((t, p) => Math.max(t, p.sent, p.arrived), 0) || 1e-3;
    const svg = element("svg", { class: "ladder", role: "group", "aria-label": `${flow.title} packets between ${flow.ends[0]} and ${flow.ends[1]}`, viewBox: "0 0 900 540", preserveAspectRatio: "none" });
    const out = element("output", {});
    let from = 0, to = last;

    function show(a, b) {
      const least = 1e-4;
      if (b - a < least) { const m = (a + b) / 2; a = m - least / 2; b = m + least / 2; }
      if (b - a > last * 1.04) { a = -.02 * last; b = 1.02 * last; }
      from = a; to = b;
      draw();
    }
    const y = (t) => 24 + (t - from) / (to - from) * 500;

    function draw() {
      const visible = all.filter((p) => Math.max(p.sent, p.arrived) >= from && p.sent <= to);
      const shown = visible.slice(0, 400);
      const nodes = [
        element("line", { x1: 190, y1: 24, x2: 190, y2: 524, stroke: colors.ink, "stroke-width": 1.5 }),
        element("line", { x1: 710, y1: 24, x2: 710, y2: 524, stroke: colors.ink, "stroke-width": 1.5 }),
        element("text", { x: 190, y: 16, "text-anchor": "middle" }, flow.ends[0]),
        element("text", { x: 710, y: 16, "text-anchor": "middle" }, flow.ends[1]),
      ];
      const step = tick((to - from) / 8);
      for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
        nodes.push(element("text", { class: "tick", x: 4, y: y(t) + 4 }, (t * 1e3).toFixed(step < 1e-3 ? 3 : step < .1 ? 1 : 0) + " ms"));
      }
      const taken = { left: [], right: [] };
      for (const p of shown) nodes.push(arrow(p, taken));
      svg.replaceChildren(...nodes);
      out.textContent = `${ms(Math.max(0, from))} to ${ms(to)}: ${visible.length} of ${all.length} packets` + (visible.length > shown.length ? `, the first ${shown.length} drawn` : "") + (flow.more ? " (the first of the run)" : "");
    }

    function arrow(p, taken) {
      const l = look(p), up = p.flags & UP;
      const x1 = up ? 190 : 710, gone = p.flags & LOST || p.arrived < 0;
      const transit = gone ? flow.typical : p.arrived - p.sent;
      const part = gone ? .55 : 1, x2 = x1 + (up ? 520 : -520) * part, y1 = y(p.sent), y2 = y(p.sent + transit * part);
      const label = `${p.label}, ${up ? "up" : "down"}, ${ms(p.sent)}, ${l.what}` + (p.sframe ? `, frame ${p.sframe}` : "");
      const g = element("g", { class: "p", tabindex: "0", role: "button", "aria-label": label },
        element("line", { x1, y1, x2, y2, stroke: "transparent", "stroke-width": 9 }),
        element("line", { class: "s", x1, y1, x2, y2, stroke: l.color, "stroke-width": l.width || 1.6, "stroke-dasharray": l.dash }));
      if (gone) g.append(element("path", { d: `M${x2 - 5} ${y2 - 5}l10 10m0-10l-10 10`, stroke: l.color, "stroke-width": 2.5 }));
      else g.append(element("path", { d: `M${x2} ${y2}l${up ? -9 : 9} -4v8z`, fill: l.color }));
      const side = up ? taken.left : taken.right;
      if (!side.some((at) => Math.abs(at - y1) < 12)) {
        side.push(y1);
        g.append(element("text", { x: up ? 182 : 718, y: y1 + 4, "text-anchor": up ? "end" : "start" }, p.label));
      }
      g.append(element("title", {}, label));
      g.onclick = () => choose(flow, p, g);
      g.onkeydown = (e) => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(flow, p, g); } };
      return g;
    }

    function zoom(f, at) {
      const m = at === undefined ? (from + to) / 2 : at;
      show(m - (m - from) * f, m + (to - m) * f);
    }
    const move = (f) => show(from + (to - from) * f, to + (to - from) * f);
    function next(direction) {
      const middle = (from + to) / 2, eps = (to - from) * 1e-3;
      const found = direction > 0 ? all.find((p) => wrong(p) && p.sent > middle + eps) : all.findLast((p) => wrong(p) && p.sent < middle - eps);
      if (!found) return;
      const half = Math.min(to - from, flow.typical * 6 || last) / 2;
      show(found.sent - half, found.sent + half);
      const i = all.filter((p) => Math.max(p.sent, p.arrived) >= from && p.sent <= to).indexOf(found);
      choose(flow, found, svg.querySelectorAll("g.p")[i]);
    }
    const bar = element("div", { class: "bar", role: "group", "aria-label": `Move through the ${flow.title} packets` });
    for (const [label, f] of [["Previous event", () => next(-1)], ["Next event", () => next(1)], ["Earlier", () => move(-.5)], ["Later", () => move(.5)],
      ["Zoom in", () => zoom(.5)], ["Zoom out", () => zoom(2)], ["All", () => show(-.02 * last, 1.02 * last)]]) {
      const b = element("button", { type: "button" }, label);
      b.onclick = f;
      bar.append(b);
    }
    bar.append(out);
    svg.addEventListener("wheel", (e) => {
      e.preventDefault();
      const box = svg.getBoundingClientRect();
      zoom(e.deltaY < 0 ? .8 : 1.25, from + ((e.clientY - box.top) / box.height * 540 - 24) / 500 * (to - from));
    }, { passive: false });
    let held = null;
    svg.addEventListener("pointerdown", (e) => { held = { y: e.clientY, from, to, moved: false }; });
    window.addEventListener("pointermove", (e) => {
      if (!held || (!held.moved && Math.abs(e.clientY - held.y) < 4)) return;
      held.moved = true;
      const d = (e.clientY - held.y) / svg.getBoundingClientRect().height * 540 / 500 * (held.to - held.from);
      show(held.from - d, held.to - d);
    });
    window.addEventListener("pointerup", () => { held = null; });

    const keys = element("ul", { class: "keys" });
    for (const sample of [UP, UP | AGAIN, LOST | UP, OVERTAKEN | UP, DUPLICATE | UP, CORRUPT | UP, ACK]) {
      const used = all.some((p) => look(p).what === look({ flags: sample }).what);
      if (!used) continue;
      const l = look({ flags: sample });
      keys.append(element("li", {}, element("svg", { width: 34, height: 10, "aria-hidden": "true" },
        element("line", { x1: 0, y1: 5, x2: 34, y2: 5, stroke: l.color, "stroke-width": l.width || 1.6, "stroke-dasharray": l.dash })), l.what));
    }
    document.getElementById("ladders").append(element("h3", {}, flow.title), bar, svg, keys);
    const first = all.find((p) => p.flags & LOST) || all.find(wrong);
    if (first) show(first.sent - flow.typical * 2, first.sent + flow.typical * 4);
    else show(-flow.typical, flow.typical * 6);
  }

  // tick rounds up to 1, 2 or 5 times a power of ten.
  function tick(x) {
    const p = Math.pow(10, Math.floor(Math.log10(x)));
    return [1, 2, 5, 10].find((m) => m * p >= x) * p;
  }

  // sequence draws TCP's time-sequence diagram. uPlot wants one column of times for all series: they are merged.
  function sequence(flow) {
    const outer = document.getElementById("sequence-plot");
    if (!outer || !flow.segments) return;
    const host = element("div", {});
    if (data.flows.filter((f) => f.segments).length > 1) outer.append(element("h3", {}, flow.title));
    outer.append(host);
    const s = flow.segments, a = flow.acks, rows = [];
    s.at.forEach((t, i) => rows.push([t, s.offset[i], s.flags[i] & AGAIN ? s.offset[i] : null, s.flags[i] & LOST ? s.offset[i] : null, null, i]));
    (a.at || []).forEach((t, i) => rows.push([t, null, null, null, a.offset[i], -1]));
    rows.sort((p, q) => p[0] - q[0]);
    const columns = [0, 1, 2, 3, 4].map((c) => rows.map((r) => r[c]));
    const none = () => null;
    const point = (color, size, shape) => ({ show: true, size, stroke: color, fill: shape === "fill" ? color : "#fff", width: 2 });
    const options = {
      width: host.clientWidth || 900, height: 420, scales: { x: { time: false } },
      axes: [{ label: "time (s)" }, { label: "offset in the stream (bytes)", size: 80, values: (u, v) => v.map((x) => x.toLocaleString("en").replaceAll(",", "\u202f")) }],
      series: [{ label: "time (s)", value: (u, v) => v === null ? "–" : v.toFixed(6) },
        { label: "segment", stroke: colors.blue, paths: none, points: point(colors.blue, 4, "fill") },
        { label: "sent again", stroke: colors.orange, paths: none, points: point(colors.orange, 10) },
        { label: "lost", stroke: colors.red, paths: none, points: point(colors.red, 7) },
        { label: "acknowledged", stroke: colors.green, spanGaps: true, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } }],
    };
    const plot = new uPlot(options, columns, host);
    plot.root.setAttribute("role", "img");
    plot.root.setAttribute("aria-label", `TCP time-sequence diagram of ${s.at.length} segments`);
    plot.over.addEventListener("click", () => {
      const { left, top } = plot.cursor;
      let best = -1, least = 400;
      rows.forEach((r, i) => {
        if (r[5] < 0) return;
        const d = (plot.valToPos(r[0], "x") - left) ** 2 + (plot.valToPos(r[1], "y") - top) ** 2;
        if (d < least) { least = d; best = r[5]; }
      });
      if (best >= 0) choose(flow, { label: `segment at offset ${s.offset[best]}, ${s.len[best]} bytes`, sent: s.at[best], arrived: s.arrived[best], flags: s.flags[best] | UP, cause: "", sframe: s.frame[best], rframe: 0 });
    });
    const bar = element("div", { class: "bar", role: "group", "aria-label": "Move through the diagram" });
    const range = (f) => () => { const { min, max } = plot.scales.x; const [a, b] = f(min, max); plot.setScale("x", { min: a, max: b }); };
    for (const [label, f] of [["Earlier", range((a, b) => [a - (b - a) / 2, b - (b - a) / 2])], ["Later", range((a, b) => [a + (b - a) / 2, b + (b - a) / 2])],
      ["Zoom in", range((a, b) => [a + (b - a) / 4, b - (b - a) / 4])], ["Zoom out", range((a, b) => [a - (b - a) / 2, b + (b - a) / 2])],
      ["All", range(() => [rows[0][0], rows[rows.length - 1][0]])]]) {
      const b = element("button", { type: "button" }, label);
      b.onclick = f;
      bar.append(b);
    }
    host.before(bar);
    window.addEventListener("resize", () => plot.setSize({ width: host.clientWidth, height: 420 }));
  }

  for (const flow of data.flows) ladder(flow);
  for (const flow of data.flows) sequence(flow);
  document.addEventListener("keydown", (e) => { if (e.key === "Escape") detail.hidden = true; });
  document.documentElement.dataset.ready = "yes";
})();
