import type { SessionView } from '@ostiary/issuer';
import type { ComponentChildren, VNode } from 'preact';
import { Layout, type Look } from '../layout.tsx';
import { shown } from '../text.ts';
import type { ViewProps } from './view.ts';

/** The front door, for those who type the issuer's address into a browser: who is logged in, and the way out. */
export function Home({ page, look }: ViewProps<'home'>): VNode {
  const { home } = look.texts;
  return (
    <Layout look={look} heading={look.title}>
      {page.session === undefined ? <p class="lead">{home.lead}</p> : <Session session={page.session} look={look} />}
      <div class="section">
        <p class="label">{home.issuer}</p>
        <code class="code">{page.issuer}</code>
      </div>
      <p class="aside">
        <a href={`${page.issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`}>{home.discovery}</a>
      </p>
    </Layout>
  );
}

function Session({ session, look }: { readonly session: SessionView; readonly look: Look }): VNode {
  const { approval, home } = look.texts;
  return (
    <>
      <p class="lead">{approval.loggedInAs(shown(session.userName))}</p>
      <dl class="facts">
        <Fact name={home.with}>{shown(session.connectorName)}</Fact>
        <Fact name={home.since}>
          <Moment at={session.loggedInAt} look={look} />
        </Fact>
        <Fact name={session.isIdleEnd ? home.endsUnused : home.ends}>
          <Moment at={session.endsAt} look={look} />
        </Fact>
        <Names name={home.applications} names={session.clientNames} />
        <Names name={home.groups} names={session.groups} />
      </dl>
      <p>
        <a class="button quiet" href={session.logoutUrl}>
          {home.logOut}
        </a>
      </p>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Names({ name, names }: { readonly name: string; readonly names: readonly string[] }): VNode | null {
  return names.length === 0 ? null : <Fact name={name}>{names.map(shown).join(', ')}</Fact>;
}

/** In UTC: without a script, nobody knows the zone of the browser. */
function Moment({ at, look }: { readonly at: number; readonly look: Look }): VNode {
  const date = new Date(at * 1000);
  return <time datetime={date.toISOString()}>{look.texts.home.moment(date)}</time>;
}
