import type { VNode } from 'preact';
import { Layout } from '../layout.tsx';
import type { ViewProps } from './view.ts';

/** A code to carry to a terminal by hand. A click selects all of it. */
export function Code({ page, look }: ViewProps<'code'>): VNode {
  const { code } = look.texts;
  return (
    <Layout look={look} heading={code.title}>
      <p class="lead">{code.lead}</p>
      <div class="section">
        <p class="label" id="code-label">
          {code.label}
        </p>
        <code class="code" id="code">
          {page.code}
        </code>
      </div>
      <p class="small">{code.after}</p>
    </Layout>
  );
}
