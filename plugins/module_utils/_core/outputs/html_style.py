# Copyright (c) 2026, the configmgr.cmg contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
# Do not use this from other collections or standalone plugins/modules!
"""How a report looks, and the little that it does: the page reads the same without the script."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f7f9, #10141b);
  --card: light-dark(#ffffff, #181e28);
  --ink: light-dark(#161c26, #e8ecf2);
  --soft: light-dark(#4a5567, #a9b4c4);
  --line: light-dark(#d5dae2, #333d4c);
  --accent: light-dark(#0b57b7, #8ab8ff);
  --bad: light-dark(#a3160f, #ffb0a8);
  --bad-back: light-dark(#fdecea, #431a17);
  --bad-bar: light-dark(#c9372c, #e8675b);
  --warn: light-dark(#7a4300, #ffd08a);
  --warn-back: light-dark(#fff3dc, #3d2c0d);
  --warn-bar: light-dark(#d08700, #d9a036);
  --good: light-dark(#0a5c36, #8fe0b3);
  --good-back: light-dark(#e5f6ec, #12331f);
  --good-bar: light-dark(#1f8a55, #3fa873);
  --dim: light-dark(#414b5a, #c2cad6);
  --dim-back: light-dark(#e9ecf1, #28313e);
  --dim-bar: light-dark(#7b8797, #7e8b9d);
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -999px; background: var(--card); padding: .5rem 1rem; z-index: 9; }
.skip:focus { left: 1rem; top: 1rem; }
.wide { max-width: 76rem; margin-inline: auto; padding-inline: clamp(.8rem, 3vw, 2rem); }
h1, h2, h3, p, ul, ol, figure, dl, dd { margin: 0; }
h1 { font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; line-height: 1.25; margin-bottom: .3rem; }
h3 { font-size: 1.08rem; line-height: 1.35; overflow-wrap: anywhere; }
h4 { font-size: 1rem; margin: 0; }
ul, ol { padding: 0; list-style: none; }
small, .soft { color: var(--soft); font-size: .875rem; }
code, .name { font-family: ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
.name, li, dd, p, small, summary { overflow-wrap: anywhere; unicode-bidi: isolate; }
td, th { overflow-wrap: break-word; }
.whole { white-space: nowrap; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.bad { color: var(--bad); font-size: .9em; }
figure { position: relative; }
header.top { background: var(--card); border-bottom: 1px solid var(--line); padding-block: 1.4rem 1rem; }
.line { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: baseline; justify-content: space-between; }
.headline { font-size: 1.15rem; margin-top: .7rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem 1.2rem; margin-top: .9rem; }
nav a { display: inline-block; padding-block: .25rem; }
main > section { margin-block: 2.2rem; }
section > p.soft { margin-bottom: .8rem; max-width: 60rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; margin-top: 1rem; }
.tile { border-radius: .6rem; padding: .6rem .8rem; background: var(--dim-back); color: var(--dim); }
.tile b { display: block; font-size: 1.6rem; line-height: 1.2; } .tile.first b { font-size: 1.2rem; line-height: 1.6; }
.share { display: block; width: 100%; height: .6rem; margin-top: .9rem; border-radius: .3rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem clamp(.8rem, 2vw, 1.3rem);
  margin-top: 1rem; border-left: .4rem solid var(--dim-bar);
}
.card.failed { border-left-color: var(--bad-bar); }
.card.unknown, .card.warning { border-left-color: var(--warn-bar); }
.card.passed, .card.partly { border-left-color: var(--good-bar); }
.plain { border-left-width: 1px; border-left-color: var(--line); }
.badge {
  display: inline-flex; gap: .35em; align-items: baseline; padding: .1em .6em; border-radius: 1em; font-size: .85rem;
  font-weight: 600; background: var(--dim-back); color: var(--dim); white-space: nowrap;
}
.failed.badge, .tile.failed, td.drift, .expired.badge, .worse.badge, .error.badge, .critical.badge {
  background: var(--bad-back); color: var(--bad);
}
.unknown.badge, .tile.unknown, .warning.badge, .tile.warning, td.propagating, td.unknown, .expiring.badge {
  background: var(--warn-back); color: var(--warn);
}
.passed.badge, .tile.passed, .partly.badge, .tile.partly, td.in_sync, .valid.badge, .better.badge {
  background: var(--good-back); color: var(--good);
}
.alarm { border-left-color: var(--bad-bar); background: var(--bad-back); color: var(--bad); }
.way { display: flex; align-items: stretch; margin-block: .9rem .4rem; }
.way > li { display: flex; flex: 1 1 0; min-width: 0; align-items: stretch; }
.way > li:first-child { flex: .75 1 0; }
.node {
  flex: 1 1 0; min-width: 0; border: 1.5px solid var(--line); border-radius: .6rem; padding: .5rem .65rem;
  background: var(--paper);
}
.node .soft { display: flex; gap: .4em; align-items: center; font-size: .8rem; }
.node svg { flex: none; }
.node p + p { margin-top: .15rem; font-size: .92rem; line-height: 1.4; }
.link {
  flex: 0 0 5.6rem; display: flex; flex-direction: column; justify-content: center; text-align: center; gap: .15rem;
  font-size: .8rem; padding-inline: .3rem; color: var(--dim); font-weight: 600;
}
.link svg { width: 100%; height: 1.1rem; }
.link.failed { color: var(--bad); } .link.unknown, .link.warning { color: var(--warn); }
.link.passed, .link.partly { color: var(--good); }
.icon { stroke: currentColor; fill: none; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.link path { vector-effect: non-scaling-stroke; }
.broken { stroke-dasharray: 4 4; }
.node.failed { border-color: var(--bad-bar); } .node.warning { border-color: var(--warn-bar); }
summary { cursor: pointer; padding-block: .25rem; color: var(--accent); font-weight: 600; }
.checks > li:first-child { border-top: 0; }
.checks > li {
  border-top: 1px solid var(--line); padding-block: .45rem; display: grid; gap: .2rem 1rem;
  grid-template-columns: minmax(0, 1fr);
}
.checks .findings { grid-column: 1 / -1; }
@media (min-width: 44rem) {
  .checks > li { grid-template-columns: 8.6rem 13rem minmax(0, 1fr); align-items: baseline; }
  .checks .findings { grid-column: 2 / -1; }
  .checks.changes > li { grid-template-columns: 16.5rem minmax(0, 1fr) minmax(0, 1fr); }
  .timeline { table-layout: fixed; }
  .timeline th:nth-child(1) { width: 30%; } .timeline th:nth-child(2) { width: 8.5rem; }
  .timeline th:nth-child(3) { width: 22%; }
  .overview .name { min-width: 12rem; display: inline-block; }
}
.findings > li { padding: .45rem .8rem; border-left: .25rem solid var(--dim-bar); margin-block: .35rem; }
.findings > li.error, .findings > li.critical { border-left-color: var(--bad-bar); }
.findings > li.warning, .findings > li.not_checked { border-left-color: var(--warn-bar); }
.part { display: grid; grid-template-columns: 4.8rem minmax(0, 1fr); gap: 0 .6rem; font-size: .94rem; }
.part:last-child dd { font-weight: 600; }
.part dt { color: var(--soft); }
.todo > li { display: grid; gap: .3rem; grid-template-columns: minmax(0, 1fr); }
.gateways { display: inline; }
.stack { width: 100%; border-collapse: collapse; background: var(--card); font-size: .95rem; }
.stack caption, .grid caption { text-align: left; color: var(--soft); padding-block: .3rem; font-size: .875rem; }
.stack th, .stack td {
  text-align: left; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top;
}
.stack thead th { border-bottom-width: 2px; font-size: .85rem; color: var(--soft); vertical-align: bottom; }
.stack tbody th { font-weight: 600; } .stack small { font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.axis { display: flex; min-width: 16rem; } .axis span { flex: 1 1 0; text-align: right; font-weight: 400; }
.bar { display: block; width: 100%; height: 1.1rem; min-width: 8rem; }
.track { fill: var(--dim-back); } .tick { stroke: var(--card); stroke-width: 2; } .limit { stroke: var(--ink); }
.bar .expired, .share .failed { fill: var(--bad-bar); }
.bar .expiring, .share .unknown, .share .warning { fill: var(--warn-bar); }
.bar .valid, .share .passed, .share .partly { fill: var(--good-bar); }
.bar .unknown, .share .skipped, .share .not_needed { fill: var(--dim-bar); }
.scroll {
  overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: .6rem; background: var(--card);
}
.grid { border-collapse: separate; border-spacing: 0; font-size: .9rem; width: 100%; }
.grid caption { padding-inline: .6rem; } .scroll + .scroll { margin-top: 1rem; }
.grid small { display: block; font-weight: 400; }
.grid th, .grid td { padding: .4rem .6rem; text-align: left; border-bottom: 1px solid var(--line); min-width: 8rem; }
.grid thead th { position: sticky; top: 0; background: var(--card); z-index: 2; vertical-align: bottom; }
.grid tbody th { position: sticky; left: 0; background: var(--card); z-index: 1; min-width: 9rem; max-width: 22rem; }
.grid thead th:first-child { left: 0; z-index: 3; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center; margin-block: .8rem; }
.tools [role] { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: center; }
.tools label { display: inline-flex; gap: .35em; align-items: center; min-height: 1.75rem; }
button, input[type="search"] {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--dim-bar); border-radius: .5rem;
  padding: .3rem .7rem;
}
button { cursor: pointer; }
[hidden] { display: none !important; }
footer { border-top: 1px solid var(--line); padding-block: 1.2rem 2rem; margin-top: 2rem; }
@media (max-width: 44rem) {
  .part { grid-template-columns: minmax(0, 1fr); } .part dt { font-size: .8rem; }
  .way { flex-direction: column; }
  .way > li { flex-direction: column; }
  .link {
    flex: none; flex-direction: row; align-items: center; justify-content: flex-start; padding: 0 .6rem; gap: .4rem;
  }
  .link svg { width: 2.6rem; height: 2.6rem; transform: rotate(90deg); flex: none; margin-block: -.35rem; }
  .stack, .stack tbody, .stack tr, .stack th, .stack td, .stack caption { display: block; }
  .stack thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .stack tr { border-bottom: 2px solid var(--line); padding: .5rem .2rem; }
  .stack th, .stack td { border: 0; padding: .15rem .4rem; text-align: left; }
  .stack td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  .grid th, .grid td { min-width: 7rem; }
  .grid tbody th { min-width: 7rem; max-width: 9rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media (forced-colors: active) { .badge, .tile, .card { border: 1px solid; } }
@page { margin: 14mm; }
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  html { font-size: 10pt; }
  body { background: #fff; }
  nav, .tools, .skip, summary { display: none !important; }
  .wide { max-width: none; padding: 0; }
  .card, .checks > li, .findings > li, .stack tr, .grid tr, .tile { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; max-height: none; border: 0; }
  .grid thead th, .grid tbody th { position: static; }
  .grid th, .grid td { min-width: 0; font-size: 8pt; padding: .2rem; }
  details::details-content { content-visibility: visible; block-size: auto; height: auto; }
  .badge, .tile, .bar, .share, .card, td { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

SCRIPT = """
(() => {
  "use strict";
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  for (const tool of all("[data-tool]")) tool.hidden = false;
  const root = document.documentElement;
  const themes = all("input[name=theme]");
  const show = (theme) => theme === "auto" ? delete root.dataset.theme : root.dataset.theme = theme;
  let kept = null;
  try { kept = localStorage.getItem("cmg-report-theme"); } catch { kept = null; }
  for (const choice of themes) {
    if (choice.value === kept) { choice.checked = true; show(kept); }
    choice.addEventListener("change", () => {
      show(choice.value);
      try { localStorage.setItem("cmg-report-theme", choice.value); } catch { kept = null; }
    });
  }
  const gateways = all("[data-gateway]");
  const states = all("input[name=state]");
  const words = document.getElementById("find");
  const told = document.getElementById("shown");
  const filter = () => {
    const wanted = new Set(states.filter((box) => box.checked).map((box) => box.value));
    const text = words.value.trim().toLowerCase();
    let shown = 0;
    for (const it of gateways) {
      it.hidden = !(wanted.has(it.dataset.state) && it.dataset.gateway.toLowerCase().includes(text));
      shown += it.hidden || it.tagName !== "ARTICLE" ? 0 : 1;
    }
    told.textContent = `${shown} of ${told.dataset.all} gateways shown`;
  };
  if (words) for (const input of [words, ...states]) input.addEventListener("input", filter);
  const details = all("article details");
  for (const button of all("button[data-open]")) {
    button.addEventListener("click", () => { for (const it of details) it.open = button.dataset.open === "yes"; });
  }
  let open = [];
  addEventListener("beforeprint", () => {
    open = all("details:not([open])");
    for (const it of open) it.open = true;
  });
  addEventListener("afterprint", () => { for (const it of open) it.open = false; });
})();
"""
