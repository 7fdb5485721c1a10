/** Themes as data: each is a table of colours, and becomes CSS custom properties of the same names. */
import { type Colour, textOn } from '../colour.ts';

export interface Theme {
  readonly scheme: 'light' | 'dark';
  readonly page: Colour;
  readonly surface: Colour;
  readonly text: Colour;
  readonly muted: Colour;
  /** Lines that only decorate. */
  readonly line: Colour;
  /** Edges of fields and buttons; 3:1 against the surface. */
  readonly edge: Colour;
  readonly accent: Colour;
  readonly dangerText: Colour;
  readonly dangerSurface: Colour;
  readonly dangerLine: Colour;
}

const light: Theme = {
  scheme: 'light',
  page: '#f3f4f1',
  surface: '#ffffff',
  text: '#1b2422',
  muted: '#586360',
  line: '#e0e4e0',
  edge: '#828d89',
  accent: '#0d6a5a',
  dangerText: '#8f1d18',
  dangerSurface: '#fdf2f0',
  dangerLine: '#e6b5af',
};

const dark: Theme = {
  scheme: 'dark',
  page: '#101413',
  surface: '#191f1d',
  text: '#e9eeec',
  muted: '#a2aeaa',
  line: '#2c3532',
  edge: '#76837e',
  accent: '#5ac8b0',
  dangerText: '#ffb9b0',
  dangerSurface: '#361c1a',
  dangerLine: '#6d3631',
};

/** CSS of both themes: `data-theme` on the root element chooses, `auto` follows the device. */
export function themeCss(accent: Colour | undefined): string {
  const paint = (theme: Theme): string => properties(accent === undefined ? theme : { ...theme, accent });
  return `:root{${paint(light)}}
:root[data-theme=dark]{${paint(dark)}}
@media (prefers-color-scheme:dark){:root[data-theme=auto]{${paint(dark)}}}
`;
}

function properties({ scheme, ...colours }: Theme): string {
  const named = Object.entries({ ...colours, onAccent: textOn(colours.accent) });
  const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return [`color-scheme:${scheme}`, ...named.map(([name, colour]) => `--${kebab(name)}:${colour}`)].join(';');
}
