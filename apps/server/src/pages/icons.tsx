/** Pictures of the pages, drawn for them. They decorate: beside each stands the word. */
import type { ComponentChildren, VNode } from 'preact';
import { shown } from './text.ts';

function Drawing({ children, size = 24 }: { readonly children: ComponentChildren; readonly size?: number }): VNode {
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

const mark =
  'M5 21V11a7 7 0 0 1 14 0v10zM3 21h18M12 10.5a1.6 1.6 0 0 1 .9 2.9l.5 3.1h-2.8l.5-3.1a1.6 1.6 0 0 1 .9-2.9z';

/** The house's mark: a door with a keyhole. */
export const Mark = (): VNode => (
  <Drawing>
    <path d={mark} />
  </Drawing>
);

/** The mark as a file, for the browser's tab. It follows the device's colours. */
export const markSvg: string =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke-width="1.75" stroke-linejoin="round">' +
  '<style>path{stroke:#0d6a5a}@media(prefers-color-scheme:dark){path{stroke:#5ac8b0}}</style>' +
  `<path d="${mark}"/></svg>\n`;

export const Check = (): VNode => (
  <Drawing>
    <path d="M5 12.5l4.5 4.5L19 7.5" />
  </Drawing>
);

export const Arrow = (): VNode => (
  <svg viewBox="0 0 16 16" class="arrow" fill="none" stroke="currentColor" stroke-width="1.75" aria-hidden="true">
    <path d="M6 3.5L10.5 8 6 12.5" />
  </svg>
);

const key = 'M14.5 9.5a4.5 4.5 0 1 0-4.2 4.49L12 15.5h2v2h2v2h3v-3l-5-5M8.5 8.5h.01';
const shield = 'M12 3l7 3v5.5c0 4.5-3 7.8-7 9.5-4-1.7-7-5-7-9.5V6zM9 12l2.2 2.2L15.5 10';
const flask = 'M9.5 3h5M10.5 3v6L5.5 18a2 2 0 0 0 1.8 3h9.4a2 2 0 0 0 1.8-3l-5-9V3M8 15h8';

const drawings: Readonly<Record<string, string>> = {
  local: key,
  ldap: key,
  'active-directory': key,
  keystone: key,
  'atlassian-crowd': key,
  saml: shield,
  mockCallback: flask,
  mockPassword: flask,
};

/** A picture for a way to log in: by its kind, else the first letter of its name. Nobody's logo is copied. */
export function ConnectorTile({ type, name }: { readonly type: string; readonly name: string }): VNode {
  const drawing = Object.hasOwn(drawings, type) ? drawings[type] : undefined;
  const [letter = '?'] = shown(name).trim().toLocaleUpperCase('en');
  return (
    <span class="tile" aria-hidden="true">
      {drawing === undefined ? (
        letter
      ) : (
        <Drawing>
          <path d={drawing} />
        </Drawing>
      )}
    </span>
  );
}
