/** The stylesheet. One file, no fonts and no pictures from elsewhere. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566173; --paper: #f4f6f9; --card: #ffffff; --line: #d5dbe4; --accent: #2450b8; --on-accent: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7ebf2; --soft: #a9b4c4; --paper: #12161d; --card: #1b212b; --line: #343d4b; --accent: #8fb1ff; --on-accent: #10141b; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; }
h1 { margin: 0 0 1rem; font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { margin: 1rem 0 0.25rem; font-size: 1rem; }
a { color: var(--accent); }
code, pre, td { font-family: ui-monospace, monospace; font-size: 0.9rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; padding: 0.75rem; background: var(--paper); border-radius: 0.5rem; }
fieldset { margin: 0 0 1rem; padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 0.5rem; }
fieldset label { display: inline-flex; align-items: center; gap: 0.4rem; min-height: 2.75rem; margin-right: 1.25rem; }
.field { display: block; margin-bottom: 1rem; color: var(--soft); }
input[type='text'] { display: block; width: 100%; min-height: 2.75rem; padding: 0.5rem 0.75rem; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 0.5rem; font: inherit; }
button { min-height: 2.75rem; padding: 0.5rem 1.25rem; border: 1px solid var(--accent); border-radius: 0.5rem; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
button.quiet { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.actions { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-bottom: 1.5rem; }
table { width: 100%; margin-bottom: 1.5rem; border-collapse: collapse; table-layout: fixed; }
caption { padding: 0.5rem 0; text-align: left; font-weight: 600; }
th, td { padding: 0.45rem 0.5rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { width: 12rem; color: var(--soft); font-weight: 500; overflow-wrap: anywhere; }
@media (max-width: 34rem) { th, td { display: block; width: auto; } td { border-top: 0; padding-top: 0; } }
`;
