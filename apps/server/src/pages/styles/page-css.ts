/** The one stylesheet. Colours come from the themes; sizes are in rem, so that they follow the person's setting. */
export const pageCss = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;align-items:center;
  padding:clamp(1.25rem,9vh,6rem) 1rem 1.5rem;background:var(--page);color:var(--text);
  font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.brand{display:flex;align-items:center;gap:.625rem;margin:0 0 1.5rem;font-weight:600;letter-spacing:-.01em;color:var(--text)}
.brand span{min-width:0;overflow-wrap:anywhere}
.brand svg{flex:none;width:1.75rem;height:1.75rem;color:var(--accent)}
.brand img{max-width:12rem;max-height:2.5rem}
main{width:100%;max-width:25rem;padding:2rem;background:var(--surface);border:1px solid var(--line);border-radius:1rem;
  box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px -12px rgb(0 0 0/.12)}
h1{margin:0 0 .375rem;font-size:1.375rem;line-height:1.25;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere;text-wrap:balance}
p{margin:0;overflow-wrap:anywhere}
.lead{color:var(--muted)}
a{color:inherit;text-decoration-color:var(--edge);text-underline-offset:.2em}
a:hover{text-decoration-color:currentcolor}
:focus-visible{outline:.1875rem solid var(--accent);outline-offset:.125rem}
.stack{display:grid;gap:.625rem;margin:1.5rem 0 0;padding:0;list-style:none}
.button{display:flex;align-items:center;justify-content:center;width:100%;min-height:3rem;padding:.625rem 1rem;
  border:1px solid transparent;border-radius:.625rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;
  cursor:pointer;overflow-wrap:anywhere;transition:background-color .12s,border-color .12s}
.primary{background:var(--accent);color:var(--on-accent)}
.primary:hover{background:color-mix(in srgb,var(--accent) 88%,var(--text))}
.quiet{background:transparent;color:var(--text);border-color:var(--edge)}
.quiet:hover{background:color-mix(in srgb,var(--text) 5%,transparent)}
.connector{justify-content:flex-start;gap:.875rem;padding:.5rem .875rem .5rem .5rem;min-height:3.375rem;
  background:var(--surface);color:var(--text);border-color:var(--edge);text-align:start;line-height:1.3}
.connector:hover{border-color:var(--accent);background:color-mix(in srgb,var(--accent) 6%,var(--surface))}
.connector>span:last-of-type{flex:1}
.tile{display:grid;place-items:center;flex:none;width:2.25rem;height:2.25rem;border-radius:.5rem;
  background:color-mix(in srgb,var(--accent) 12%,var(--surface));color:var(--text);font-weight:650}
.tile svg{width:1.25rem;height:1.25rem}
.arrow{flex:none;width:1rem;height:1rem;color:var(--muted)}
.field{display:grid;gap:.375rem}
label,.label{font-size:.9375rem;font-weight:600;overflow-wrap:anywhere}
input{width:100%;min-height:3rem;padding:.625rem .875rem;border:1px solid var(--edge);border-radius:.625rem;
  background:var(--surface);color:var(--text);font:inherit}
#user_code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.125em;text-transform:uppercase}
input:focus-visible{outline-offset:-.0625rem;border-color:var(--accent)}
input[aria-invalid=true]{border-color:var(--danger-text)}
.check{display:flex;align-items:center;gap:.625rem;min-height:2rem;font-weight:400}
.check input{width:1.25rem;min-height:1.25rem;flex:none;accent-color:var(--accent)}
form.stack{gap:1.125rem}
.alert{margin-top:1.25rem;padding:.75rem .875rem;border:1px solid var(--danger-line);border-radius:.625rem;
  background:var(--danger-surface);color:var(--danger-text);overflow-wrap:anywhere}
.aside{margin-top:1.25rem;text-align:center;font-size:.9375rem}
.aside a{display:inline-block;padding:.375rem .5rem}
.items{display:grid;gap:.75rem;margin:.875rem 0 0;padding:0;list-style:none}
.items li{display:flex;gap:.75rem;align-items:flex-start}
.items svg{flex:none;width:1.25rem;height:1.25rem;margin-top:.125rem;color:var(--accent)}
.facts{margin:1.25rem 0}
.facts div{display:flex;gap:1rem;padding:.375rem 0}
.facts dt{flex:0 0 8rem;color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
.section{margin-top:1.5rem;padding-top:1.25rem;border-top:1px solid var(--line)}
.code{display:block;margin-top:.375rem;padding:.875rem;border:1px solid var(--edge);border-radius:.625rem;background:var(--page);
  font:1rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;user-select:all;-webkit-user-select:all}
.small{margin-top:1.5rem;font-size:.8125rem;color:var(--muted)}
.small code{font:inherit;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;user-select:all;-webkit-user-select:all}
footer{display:flex;flex-wrap:wrap;justify-content:center;gap:.25rem 1rem;margin-top:auto;padding-top:2rem;
  font-size:.8125rem;color:var(--muted);text-align:center;overflow-wrap:anywhere}
@media (max-width:26rem){main{padding:1.5rem 1.25rem}}
@media (prefers-reduced-motion:reduce){.button{transition:none}}
@media (forced-colors:active){.button,.tile,main{border:1px solid}}
@media print{body{padding-top:1rem}main{border:0;box-shadow:none}}
`;
