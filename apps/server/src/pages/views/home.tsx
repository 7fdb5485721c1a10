import type { VNode } from 'preact';
import { Layout } from '../layout.tsx';
import type { ViewProps } from './view.ts';

/** The front door, for those who type the issuer's address into a browser. */
export function Home({ page, look }: ViewProps<'home'>): VNode {
  const { home } = look.texts;
  return (
    <Layout look={look} heading={look.title}>
      <p class="lead">{home.lead}</p>
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
