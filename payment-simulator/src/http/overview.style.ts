export const overviewStyle = `
:root {
  --page: #f7f7f5; --card: #ffffff; --line: #e2e2dd; --text: #22241f; --quiet: #63665d;
  --accent: #2f6f5e; --on-accent: #ffffff; --warn: #9a4b1c; --warn-soft: #fbeee4; --good-soft: #e8f3ef;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #171916; --card: #1f221e; --line: #343831; --text: #e8e9e4; --quiet: #a3a79c;
    --accent: #7cc0ac; --on-accent: #10201b; --warn: #eba478; --warn-soft: #3a271b; --good-soft: #1d322c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; margin: 0; font-weight: 650; }
h2 { font-size: 1rem; margin: 0 0 .75rem; font-weight: 600; }
header p, .note { color: var(--quiet); margin: .25rem 0 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem; margin-top: 1rem; }
.modes { display: flex; flex-wrap: wrap; gap: .5rem; }
button, select {
  font: inherit; color: inherit; background: transparent; border: 1px solid var(--line);
  border-radius: 8px; padding: .45rem .8rem; min-height: 2.5rem;
}
select option { color: #22241f; background: #ffffff; }
button { cursor: pointer; }
button:hover { border-color: var(--accent); }
button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.settings { display: flex; flex-wrap: wrap; gap: .75rem 1.25rem; margin: .9rem 0; color: var(--quiet); }
.settings select { color: var(--text); margin-left: .4rem; }
#state { margin: 0; padding: .5rem .75rem; border-radius: 8px; background: var(--good-soft); }
#state.struck { background: var(--warn-soft); color: var(--warn); }
.totals { display: grid; grid-template-columns: repeat(4, 1fr); gap: .75rem; margin: 0; }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 500; color: var(--quiet); font-size: .875rem; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
[hidden] { display: none; }
td:first-child { overflow-wrap: anywhere; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { text-align: right; white-space: nowrap; }
.bad { color: var(--warn); }
.note { font-size: .875rem; margin-top: .9rem; }
a { color: var(--accent); }
@media (max-width: 32rem) {
  .totals { grid-template-columns: repeat(2, 1fr); }
  .wide, .head { display: none; }
  .modes button { flex: 1 1 40%; }
  .number { padding-right: 0; }
}
`;
