/** Pages as HTML text, and the files they need. Everything is in the program; nothing is read while it runs. */
import { createHash } from 'node:crypto';
import type { Page } from '@ostiary/issuer';
import type { VNode } from 'preact';
import { render } from 'preact-render-to-string';
import type { Frontend } from '../http/options.ts';
import type { Asset } from '../http/own-routes.ts';
import { markSvg } from './icons.tsx';
import type { Look } from './layout.tsx';
import { imageSources } from './look.ts';
import { pageCss } from './styles/page-css.ts';
import { themeCss } from './styles/themes.ts';
import { onceScript } from './submit-once.ts';
import { english } from './texts/english.ts';
import { Approval } from './views/approval.tsx';
import { ChooseConnector } from './views/choose-connector.tsx';
import { Code } from './views/code.tsx';
import { Device, DeviceApproved } from './views/device.tsx';
import { ErrorView } from './views/error.tsx';
import { Home } from './views/home.tsx';
import { LoggedOut, Logout } from './views/logout.tsx';
import { Password } from './views/password.tsx';
import { SubmitForm, submitScript } from './views/submit-form.tsx';

export interface Pages {
  /** HTML of a page. */
  readonly render: (page: Page) => string;
  /** Files the pages name, to be served under `/assets/`. */
  readonly assets: readonly Asset[];
  /** Value of `img-src` in the Content-Security-Policy. */
  readonly imageSources: string;
}

export interface PagesOptions {
  readonly frontend: Frontend;
  /** Path of the issuer, without a slash at the end. */
  readonly base: string;
}

/** Makes the pages of a server. */
export function createPages({ frontend, base }: PagesOptions): Pages {
  const { accent, ...branding } = frontend;
  const stylesheet = asset('page', 'css', themeCss(accent) + pageCss);
  const script = asset('submit-form', 'js', submitScript);
  const once = asset('submit-once', 'js', onceScript);
  const icon = asset('icon', 'svg', markSvg);
  const path = ({ name }: Asset): string => `${base}/assets/${name}`;
  const scripts = { submitScript: path(script), onceScript: path(once) };
  const files = { stylesheet: path(stylesheet), ...scripts, icon: path(icon) };
  const look: Look = { ...branding, ...files, texts: english };
  return {
    render: (page) => `<!doctype html>${render(view(page, look))}`,
    assets: [stylesheet, script, once, icon],
    imageSources: imageSources(branding),
  };
}

function view(page: Page, look: Look): VNode {
  switch (page.name) {
    case 'choose-connector':
      return <ChooseConnector page={page} look={look} />;
    case 'password':
      return <Password page={page} look={look} />;
    case 'approval':
      return <Approval page={page} look={look} />;
    case 'submit-form':
      return <SubmitForm page={page} look={look} />;
    case 'code':
      return <Code page={page} look={look} />;
    case 'device':
      return <Device page={page} look={look} />;
    case 'device-approved':
      return <DeviceApproved page={page} look={look} />;
    case 'logout':
      return <Logout page={page} look={look} />;
    case 'logged-out':
      return <LoggedOut page={page} look={look} />;
    case 'error':
      return <ErrorView page={page} look={look} />;
    case 'home':
      return <Home page={page} look={look} />;
    default:
      return page satisfies never;
  }
}

const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const;

function asset(name: string, extension: keyof typeof types, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { name: `${name}.${hash}.${extension}`, type: types[extension], content };
}
