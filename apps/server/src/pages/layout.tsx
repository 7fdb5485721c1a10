/** What all pages share: the document around a view. */
import type { ComponentChildren, VNode } from 'preact';
import { Mark } from './icons.tsx';
import type { Texts } from './texts/texts.ts';

/** How pages look and where their files are; the same for every page of a server. */
export interface Look {
  readonly title: string;
  readonly theme: 'auto' | 'light' | 'dark';
  readonly texts: Texts;
  /** Paths of the files a page needs. */
  readonly stylesheet: string;
  readonly icon: string;
  readonly submitScript: string;
  readonly onceScript: string;
  /** Checked before; absent: the house's mark. */
  readonly logoUrl?: string;
  readonly footer?: string;
  readonly supportUrl?: string;
}

export interface LayoutProps {
  readonly look: Look;
  readonly heading: string;
  /** A script, for the pages that have a form: they work without it. */
  readonly script?: string;
  readonly children: ComponentChildren;
}

export function Layout({ look, heading, script, children }: LayoutProps): VNode {
  const title = heading === look.title ? heading : `${heading} · ${look.title}`;
  return (
    <html lang={look.texts.language} data-theme={look.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <link rel="icon" href={look.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={look.stylesheet} />
        {script === undefined ? null : <script src={script} defer />}
      </head>
      <body>
        <header class="brand">
          <Brand look={look} />
        </header>
        <main>
          <h1>{heading}</h1>
          {children}
        </main>
        <Footer look={look} />
      </body>
    </html>
  );
}

/** An operator's logo usually holds the name, so the name is its text and not beside it. */
const Brand = ({ look }: { readonly look: Look }): VNode =>
  look.logoUrl === undefined ? (
    <>
      <Mark />
      <span>{look.title}</span>
    </>
  ) : (
    <img src={look.logoUrl} alt={look.title} />
  );

function Footer({ look }: { readonly look: Look }): VNode | null {
  if (look.footer === undefined && look.supportUrl === undefined) return null;
  return (
    <footer>
      {look.footer === undefined ? null : <span>{look.footer}</span>}
      {look.supportUrl === undefined ? null : <a href={look.supportUrl}>{look.texts.support}</a>}
    </footer>
  );
}
