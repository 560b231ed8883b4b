/**
 * One column, one thing to do; light and dark. The colours keep WCAG's AA in both (style.test.ts): 4.5 for text, 3
 * for what shows where a field is.
 */
export const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d9dee7, #2c333f); --edge: light-dark(#7c8798, #6f7b8d); --dim: light-dark(#566071, #9ba6b6);
  --accent: light-dark(#2f5bd7, #8fb0ff); --on-accent: light-dark(#fff, #0e1420);
  --raised: light-dark(#fff, #171b23); --ground: light-dark(#f4f6f9, #0f1217); --text: light-dark(#171a21, #e8ebf0);
  --bad: light-dark(#a3231b, #ffa198); --good: light-dark(#19663a, #7fdba4) }
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1rem; background: var(--ground);
  color: var(--text); font: 16px/1.5 -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Open Sans', sans-serif }
main { width: 100%; max-width: 27rem; min-width: 0; background: var(--raised); border: 1px solid var(--line); border-radius: 14px;
  padding: 2rem; box-shadow: 0 10px 40px light-dark(#1b27460f, #0006) }
main.wide { max-width: 40rem }
.brand { font-weight: 650; letter-spacing: -.01em; color: var(--dim); margin: 0 0 1.25rem; font-size: .95rem }
.brand::before { content: ""; display: inline-block; width: .7em; height: .7em; margin-right: .5em; border-radius: 2px;
  background: var(--accent); transform: rotate(45deg) scale(.8) }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0; letter-spacing: -.01em }
h2 { font-size: 1rem; margin: 2rem 0 .5rem; padding-top: 1.5rem; border-top: 1px solid var(--line) }
p { margin: .75rem 0 } h1 + p { margin-top: .4rem } .dim { color: var(--dim); font-size: .93rem } .dim + .dim { margin-top: -.5rem }
form { display: grid; gap: .9rem; margin: 1.25rem 0 0 } form.row { display: inline; margin: 0 }
label { display: grid; gap: .3rem; font-weight: 550; font-size: .93rem }
.hint { color: var(--dim); margin-top: -.55rem }
label.choice { display: flex; align-items: center; gap: .6rem; border: 1px solid var(--edge); border-radius: 8px;
  padding: .6rem .8rem; cursor: pointer } label.choice:has(:checked) { border-color: var(--accent) }
label.choice small { margin-left: auto; color: var(--dim); font-weight: 400 }
input:not([type=radio]):not([type=hidden]) { font: inherit; padding: .6rem .75rem; border: 1px solid var(--edge);
  border-radius: 8px; background: var(--ground); color: inherit; width: 100% }
input.code { font: 1.3rem/1.4 ui-monospace, monospace; letter-spacing: .12em }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
button { font: inherit; font-weight: 600; padding: .65rem 1rem; border-radius: 8px; border: 1px solid var(--accent);
  background: var(--accent); color: var(--on-accent); cursor: pointer }
button.plain { background: none; color: var(--accent); border-color: var(--edge) }
button.small { padding: .25rem .7rem; font-size: .88rem; font-weight: 550 }
button:hover { filter: brightness(1.08) } button.plain:hover { background: var(--ground); filter: none }
button:disabled { opacity: .5; cursor: default }
a { color: var(--accent) }
.links { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin-top: 1.25rem; font-size: .93rem }
.or { display: flex; align-items: center; gap: .75rem; color: var(--dim); font-size: .85rem; margin: 1.25rem 0 0 }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line) }
.bad, .good { border-radius: 8px; padding: .6rem .8rem; margin: 1rem 0 0; border: 1px solid currentColor; font-size: .93rem }
.bad { color: var(--bad) } .good { color: var(--good) }
ul { margin: .5rem 0; padding-left: 1.2rem } ul.plain { list-style: none; padding: 0 }
ul.plain li { display: flex; align-items: center; gap: .75rem; padding: .6rem 0; border-top: 1px solid var(--line) }
ul.plain li:first-child { border-top: 0 } ul.plain li > form { margin: 0 0 0 auto; flex: none; max-width: 60% }
li small { display: block; color: var(--dim) }
summary { width: fit-content; color: var(--accent); font-size: .88rem; cursor: pointer }
details form { grid-template-columns: 1fr auto; align-items: end; gap: .3rem .6rem; margin: .5rem 0 .25rem } details small { grid-column: 1 / -1 }
details button { padding-block: .55rem }
ul.plain li > div { flex: 1; min-width: 0; overflow-wrap: anywhere }
.qr { margin: 1rem 0 } .qr svg { width: 11rem; height: 11rem; background: #fff; border-radius: 8px; display: block }
.codes { display: grid; grid-template-columns: 1fr 1fr; gap: .3rem 1.5rem; margin: 1rem 0; font: 1rem/1.6 ui-monospace, monospace;
  padding: 0; list-style: none }
code { font: .93em ui-monospace, monospace; overflow-wrap: anywhere }
@media (max-width: 32rem) {
  body { padding: 1rem .75rem; place-items: start center } main { padding: 1.5rem 1.25rem } h1 { overflow-wrap: anywhere; hyphens: auto }
  ul.plain li { flex-wrap: wrap } ul.plain li > div { flex: 1 1 100% } ul.plain li > form { margin-left: 0; max-width: 100% }
  .codes { gap: .3rem 1rem; font-size: .95rem }
}
`
