/** The pages, as functions of what they show. */
import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Tokens } from './relying-party.ts';

type Facts = Readonly<Record<string, unknown>>;

export function homePage(issuer: string): string {
  return page(
    'Example app',
    <>
      <p>
        This app knows nothing about you. It asks <code>{issuer}</code> who you are, and shows the answer.
      </p>
      <form action="/login" method="get">
        <fieldset>
          <legend>What to ask for</legend>
          {['profile', 'email', 'groups', 'offline_access'].map((scope) => (
            <label key={scope}>
              <input type="checkbox" name="scope" value={scope} checked /> {scope}
            </label>
          ))}
        </fieldset>
        <label class="field">
          Connector (optional)
          <input type="text" name="connector_id" autocomplete="off" placeholder="let me choose" />
        </label>
        <button type="submit">Log in</button>
      </form>
    </>,
  );
}

export interface PersonPage {
  readonly tokens: Tokens;
  readonly header: Facts;
  readonly userinfo: Facts;
}

export function personPage({ tokens, header, userinfo }: PersonPage): string {
  const { claims, idToken, accessToken, refreshToken } = tokens;
  return page(
    `Hello, ${String(claims.name ?? claims.preferred_username ?? claims.email ?? claims.sub)}`,
    <>
      <div class="actions">
        {refreshToken === undefined ? null : (
          <form action="/refresh" method="post">
            <button type="submit">Refresh</button>
          </form>
        )}
        <form action="/logout" method="post">
          <button type="submit" class="quiet">
            Log out
          </button>
        </form>
      </div>
      <Table caption="Claims of the ID token" facts={claims} />
      <Table caption="Its header" facts={header} />
      <Table caption="Userinfo" facts={userinfo} />
      <details>
        <summary>The tokens themselves</summary>
        <Token name="ID token" text={idToken} />
        <Token name="Access token" text={accessToken} />
        {refreshToken === undefined ? null : <Token name="Refresh token" text={refreshToken} />}
      </details>
    </>,
  );
}

export function problemPage(message: string): string {
  return page(
    'That did not work',
    <>
      <p role="alert">{message}</p>
      <p>
        <a href="/">Begin again</a>
      </p>
    </>,
  );
}

function page(heading: string, content: ComponentChildren): string {
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{heading} · Example app</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <main>
          <h1>{heading}</h1>
          {content}
        </main>
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(document)}`;
}

const times = new Set(['iat', 'exp', 'auth_time', 'nbf']);

function Table({ caption, facts }: { readonly caption: string; readonly facts: Facts }): VNode {
  return (
    <table>
      <caption>{caption}</caption>
      <tbody>
        {Object.entries(facts).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{show(name, value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function show(name: string, value: unknown): string {
  if (times.has(name) && typeof value === 'number') return `${value} (${new Date(value * 1000).toISOString()})`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Token({ name, text }: { readonly name: string; readonly text: string }): VNode {
  return (
    <>
      <h2>{name}</h2>
      <pre>{text}</pre>
    </>
  );
}
