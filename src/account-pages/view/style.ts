/** What a theme may set, and what is there without one: in light, and in dark where that differs. */
export const properties = {
  '--brand': ['#17604a', '#7fd6b4'],
  '--on-brand': ['#ffffff', '#0e1412'],
  '--ink': ['#1c2421', '#e8ece9'],
  '--quiet': ['#52605a', '#a6b3ac'],
  '--ground': ['#f2f4f1', '#141917'],
  '--paper': ['#ffffff', '#1c2320'],
  '--line': ['#c9d1cb', '#3d4a44'],
  '--field': ['#78857e', '#84938b'],
  '--good': ['#17604a', '#7fd6b4'],
  '--warn': ['#8a5200', '#f0c070'],
  '--bad': ['#a3161e', '#ffb3b3'],
  '--radius': ['.625rem', '.625rem'],
  '--font': ['system-ui, sans-serif', 'system-ui, sans-serif'],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

const setOf = (look: 0 | 1): string =>
  Object.entries(properties)
    .filter(([, values]) => look === 0 || values[0] !== values[1])
    .map(([name, values]) => `${name}: ${values[look]};`)
    .join(' ');

const base = `:root { color-scheme: light dark; ${setOf(0)} }
@media (prefers-color-scheme: dark) { :root { ${setOf(1)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink); font: 1rem/1.55 var(--font); overflow-wrap: anywhere; hyphens: auto; }
.brand { display: flex; align-items: center; gap: .625rem; max-width: 30rem; margin: 0 auto; padding: clamp(1.25rem, 7vh, 4rem) 1rem 0; font-weight: 600; color: var(--quiet); }
.brand img { height: 2rem; max-width: 12rem; }
.brand a { color: inherit; text-decoration: none; }
main { max-width: 30rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
.card { background: var(--paper); padding: clamp(1.25rem, 4vw, 2rem); border: 1px solid var(--line); border-radius: var(--radius); }
.card + .card { margin-top: 1rem; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; text-wrap: balance; }
h2 { margin: 0 0 .75rem; font-size: 1.125rem; line-height: 1.3; }
p, ul, ol, dl { margin: 0 0 1rem; }
.card > :last-child, .problem > :last-child, .notice > :last-child { margin-bottom: 0; }
a { color: var(--brand); text-underline-offset: .2em; }
a:hover { text-decoration-thickness: 2px; }
.quiet { color: var(--quiet); font-size: .9375rem; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; border-radius: 3px; }
`;

const forms = `label { display: block; margin-bottom: .25rem; font-weight: 600; }
.field { margin-bottom: 1.125rem; }
.hint { margin: 0 0 .375rem; color: var(--quiet); font-size: .9375rem; }
input, textarea, select { width: 100%; min-height: 2.875rem; padding: .5rem .75rem; border: 1px solid var(--field); border-radius: calc(var(--radius) * .75); background: var(--paper); color: var(--ink); font: inherit; }
textarea { min-height: 6rem; resize: vertical; }
input[type=checkbox] { width: 1.5rem; min-height: 1.5rem; height: 1.5rem; margin: 0; flex: none; accent-color: var(--brand); }
.check { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem; margin-bottom: 1rem; font-weight: 400; }
[aria-invalid=true] { border: 2px solid var(--bad); }
.wrong { margin: 0 0 .375rem; color: var(--bad); font-weight: 600; }
.said { margin: .5rem 0 1rem; color: var(--bad); font-weight: 600; }
.said:empty { margin: 0; }
input.digits { font: 600 1.375rem/1.2 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .12em; }
button, .button { display: inline-block; min-height: 2.875rem; padding: .625rem 1.25rem; border: 1px solid transparent; border-radius: calc(var(--radius) * .75); background: var(--brand); color: var(--on-brand); font: inherit; font-weight: 600; line-height: 1.4; text-align: center; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { filter: brightness(1.08); text-decoration: underline; }
button.second, .button.second { background: transparent; color: var(--brand); border-color: var(--field); }
button.danger { background: transparent; color: var(--bad); border-color: var(--bad); }
.entry button.main, .entry #passkey button, .entry .button { width: 100%; }
.entry form + #passkey, #passkey-needs { margin: .75rem 0; }
#passkey ~ h2 { margin-top: 1.5rem; }
.entry form + p { margin-top: .75rem; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: 0 0 1rem; }
.row form { margin: 0; }
.more { margin: 1.25rem 0 0; padding: 1rem 0 0; border-top: 1px solid var(--line); }
.more a, .links a { display: inline-block; padding: .625rem 0; }
.problem, .notice { margin: 0 0 1.25rem; padding: .875rem 1rem; border: 1px solid var(--bad); border-left-width: 4px; border-radius: calc(var(--radius) * .5); }
.problem h2, .problem a { color: var(--bad); }
.problem h2 { margin-bottom: .25rem; font-size: 1rem; }
.problem p, .problem ul, .notice p { margin: 0 0 .25rem; }
.notice { border-color: var(--good); }
.notice.warn { border-color: var(--warn); }
`;

const account = `.account { max-width: 64rem; }
.account .brand, .account main { max-width: none; }
.account .brand { width: 100%; margin: 0; padding: 1.25rem 1.25rem 0; flex-wrap: wrap; }
@media (min-width: 56rem) { .account .brand { padding-left: 1.75rem; } }
body:has(.account) { padding: 0 clamp(0rem, 2vw, 2rem); }
.shell { display: grid; grid-template-columns: minmax(0, 1fr); margin: 0 auto; max-width: 64rem; }
.shell main { max-width: 44rem; width: 100%; margin: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: 0 .25rem; margin: 0; padding: .5rem .5rem 0; list-style: none; }
nav a { display: block; padding: .625rem .75rem; border-radius: calc(var(--radius) * .75); color: var(--ink); text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav a[aria-current] { background: var(--paper); color: var(--brand); font-weight: 600; box-shadow: inset 0 0 0 1px var(--line); }
@media (min-width: 56rem) {
  .shell { grid-template-columns: 13rem minmax(0, 1fr); gap: 1.5rem; }
  nav ul { flex-direction: column; padding: 1rem 0 0 1rem; }
}
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100rem; padding: .75rem 1rem; background: var(--paper); }
.skip:focus { left: .5rem; top: .5rem; z-index: 1; }
.facts { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .5rem 1.25rem; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; }
.list { padding: 0; list-style: none; }
.list > li:last-child { padding-bottom: 0; }
.steps { padding-left: 1.5rem; }
.steps li { padding: .25rem 0 .25rem .25rem; }
.steps li.done::marker { content: '✓'; color: var(--good); }
.steps li.todo::marker { content: '○'; color: var(--warn); }
.list > li { display: flex; gap: .875rem; align-items: flex-start; padding: .875rem 0; border-top: 1px solid var(--line); }
.list > li:first-child { border-top: 0; padding-top: 0; }
.list .what { flex: 1 1 0; min-width: 0; }
.list + form, .list + p { margin-top: 1rem; }
.list .what p { margin: 0; }
.list svg { flex: none; width: 2rem; height: 2rem; color: var(--quiet); }
.list li.here svg { color: var(--good); }
.list li.refused svg, .list li.strange svg { color: var(--bad); }
.tag { display: inline-block; margin-left: .375rem; padding: 0 .5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8125rem; font-weight: 600; color: var(--good); }
.tag.bad { color: var(--bad); }
.tag.quiet { color: var(--quiet); }
.strength { display: block; width: 100%; height: .75rem; margin: 0 0 .75rem; color: var(--good); }
.strength.low { color: var(--bad); }
.strength.middle { color: var(--warn); }
.strength .empty { fill: var(--line); }
.qr { display: block; width: 14rem; max-width: 100%; height: auto; margin: 0 0 1rem; background: #fff; color: #000; border-radius: calc(var(--radius) * .5); }
.code { font: 600 1.75rem/1.3 ui-monospace, Menlo, Consolas, monospace; letter-spacing: .08em; }
code { hyphens: none; }
code, .codes { font: 1rem/1.7 ui-monospace, Menlo, Consolas, monospace; }
.codes { padding: 1rem; border: 1px solid var(--line); border-radius: calc(var(--radius) * .5); list-style: none; columns: 2 19rem; hyphens: none; }
@media (max-width: 30rem) { .codes { padding: .75rem .5rem; font-size: min(1rem, 3.75vw); } }
.spread { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: center; }
@media (max-width: 30rem) { .list > li { flex-wrap: wrap; } .list > li > form { width: 100%; } .list > li > form button, .list > li > .button { width: 100%; } .facts { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts dd { margin-bottom: .75rem; } }
@media (prefers-reduced-motion: no-preference) { button, .button { transition: filter .12s; } }
`;

/** The gateway's own look: one file for every page. */
export const pageStyle = base + forms + account;
