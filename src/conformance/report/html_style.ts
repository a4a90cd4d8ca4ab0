/** The style sheet of the HTML report: phone first, light and dark, and nothing said by colour alone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --back: #ffffff; --text: #1b1f24; --soft: #59636e; --line: #d1d9e0; --raised: #f6f8fa; --accent: #0550ae;
  --passed: #d9f2df; --failed: #ffd8d6; --refused: #fff1c2; --unclaimed: transparent;
  --passed-mark: #116329; --failed-mark: #a40e26; --refused-mark: #7a4b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #0f1318; --text: #e8edf2; --soft: #9aa6b2; --line: #343c46; --raised: #191f26; --accent: #79b8ff;
    --passed: #12331d; --failed: #4b1519; --refused: #3d3005;
    --passed-mark: #6fdd8b; --failed-mark: #ff9d97; --refused-mark: #f0c95c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
header, main > section, .filters { padding: 0 1rem; max-width: 70rem; }
h1 { font-size: 1.5rem; margin: 1rem 0 0; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
p { margin: .25rem 0; }
.soft { color: var(--soft); }
code, pre { font: .875em/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: .5rem 0; padding: .5rem .75rem; overflow-x: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
.engines { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .75rem; margin: 0; padding: 0; list-style: none; }
.engines li { padding: .5rem .75rem; border: 1px solid var(--line); border-left: .35rem solid var(--mark); border-radius: 6px; overflow-wrap: anywhere; }
.engines strong { display: block; }
.filters { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .5rem 0; }
.filters label { display: grid; font-size: .8rem; color: var(--soft); flex: 1 1 9rem; max-width: 20rem; }
.filters input, .filters select { min-height: 2.5rem; padding: 0 .5rem; font: inherit; font-size: 1rem; color: var(--text); background: var(--back); border: 1px solid var(--soft); border-radius: 6px; width: 100%; }
.filters output { padding-bottom: .5rem; }
table { border-collapse: separate; border-spacing: 0; margin: .5rem 0 3rem; min-width: min(100%, 40rem); }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
thead th { position: sticky; top: 0; z-index: 2; background: var(--raised); vertical-align: bottom; }
tbody th { font-weight: normal; position: sticky; left: 0; z-index: 1; background: var(--back); }
thead th:first-child { left: 0; z-index: 3; }
tbody th.group { font-weight: 600; background: var(--raised); position: static; }
tbody th.group span { position: sticky; left: .5rem; }
th:first-child { padding-left: 1rem; }
td.passed { background: var(--passed); }
td.failed { background: var(--failed); }
td.refused { background: var(--refused); }
td { font-variant-numeric: tabular-nums; }
.mark { display: inline-block; width: 1.2em; font-weight: 700; }
.passed > .mark, .passed > button > .mark { color: var(--passed-mark); }
.failed > .mark, .failed > button > .mark { color: var(--failed-mark); }
.refused > .mark, .refused > button > .mark { color: var(--refused-mark); }
td > button { font: inherit; color: inherit; background: none; border: 0; padding: .25rem .5rem; margin: -.25rem -.5rem; width: calc(100% + 1rem); min-height: 2rem; text-align: left; cursor: pointer; text-decoration: underline; text-underline-offset: .2em; }
td:has(> button) { min-width: 5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; border-radius: 4px; }
[popover] { width: min(56rem, calc(100vw - 1rem)); max-height: calc(100dvh - 2rem); margin: auto; padding: 0 1rem 1rem; overflow: auto; color: var(--text); background: var(--back); border: 1px solid var(--soft); border-radius: 10px; white-space: normal; overscroll-behavior: contain; }
[popover]::backdrop { background: rgb(0 0 0 / .5); }
.bar { position: sticky; top: 0; display: flex; gap: 1rem; justify-content: space-between; align-items: center; background: var(--back); padding: .5rem 0; border-bottom: 1px solid var(--line); }
.bar h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.bar button { flex: none; cursor: pointer; font: inherit; min-height: 2.5rem; padding: 0 1rem; color: var(--text); background: var(--raised); border: 1px solid var(--soft); border-radius: 6px; }
h4 { margin: 1rem 0 .25rem; }
details { border-bottom: 1px solid var(--line); padding: .25rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; padding: .35rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: .25rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
[hidden] { display: none !important; }
@media (max-width: 40rem) {
  th, td { padding: .25rem .35rem; font-size: .85rem; }
  tbody th code { font-size: .8em; }
  th:first-child { padding-left: .5rem; }
  thead th:not(:first-child) { max-width: 6.5rem; white-space: normal; overflow-wrap: anywhere; }
  .many { display: none; }
}
@media print { .filters { display: none; } thead th, tbody th { position: static; } }
`;
