"""The look of the HTML report: the colours of the console, light and dark, and nothing that is fetched."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --bg: #FCFCFD; --side: #F2F4F8; --muted: #5B6678; --fg: #2A3240; --strong: #080C12;
  --prod: #0A58C2; --canary: #AE1A7C; --green: #2C7012; --amber: #8A4F00; --red: #C0141D;
  --prodt: #CFE2FC; --canaryt: #FAD3EA; --rule: #D6DCE5; --on: #FCFCFD; }
@media (prefers-color-scheme: dark) { :root { --bg: #0E1116; --side: #151A22; --muted: #8E9AAD; --fg: #CDD5E1;
  --strong: #F6F8FB; --prod: #62A6FF; --canary: #FF9AD5; --green: #8FD66B; --amber: #F2B04A; --red: #FF7070;
  --prodt: #173457; --canaryt: #4A2340; --rule: #2B3443; --on: #0E1116; } }
body { background: var(--bg); color: var(--fg); font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 1100px; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1, h2 { color: var(--strong); margin: 1.6em 0 .5em; } h1 { font-size: 1.5rem; margin-top: 0; }
h2 { font-size: 1.1rem; }
h2 span { color: var(--muted); font-weight: normal; } h3 { font-size: .95rem; margin: .8rem 0 .3rem; }
.old { color: var(--prod); } .new { color: var(--canary); } .muted { color: var(--muted); }
.models span { margin-right: 1.5rem; } .warning { color: var(--amber); font-weight: bold; }
.counts { list-style: none; display: flex; flex-wrap: wrap; gap: 1.5rem; padding: 0; margin: 1rem 0; }
li b, summary b { font-variant-numeric: tabular-nums; }
.failed { color: var(--red); fill: var(--red); } .worrying { color: var(--amber); fill: var(--amber); }
.needs-a-human { color: var(--amber); fill: none; stroke: var(--amber); }
.acceptable { color: var(--green); fill: var(--green); } .same { color: var(--muted); fill: var(--rule); }
.not-measured { color: var(--muted); fill: none; stroke: var(--muted); stroke-dasharray: 3 3; }
svg { width: 100%; height: auto; display: block; } svg text { font: 13px system-ui, sans-serif; }
svg .label { fill: var(--fg); } svg .count { fill: var(--muted); } svg .on { fill: var(--on); stroke: none; }
svg .on.same, svg .on.not-measured, svg .on.needs-a-human { fill: var(--fg); }
pre { background: var(--side); padding: .8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0;
  font: 13px/1.5 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
details { border-top: 1px solid var(--rule); padding: .5rem 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
.prompt { white-space: pre-wrap; overflow-wrap: anywhere; color: var(--strong); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; } .pair > div { min-width: 0; }
@media (max-width: 700px) { .pair { grid-template-columns: 1fr; } }
mark { color: var(--strong); background: none; } mark.old { background: var(--prodt); color: var(--strong); }
mark.new { background: var(--canaryt); color: var(--strong); }
"""
