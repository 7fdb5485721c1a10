import type { VNode } from 'preact';
import { Layout } from '../layout.tsx';
import { localPath, shown } from '../text.ts';
import type { ViewProps } from './view.ts';

/** What went wrong, what to do now, and the id to tell an administrator. Never a reason from the inside. */
export function ErrorView({ page, look }: ViewProps<'error'>): VNode {
  const { error } = look.texts;
  const { title, sentence } = error.problems[page.problem];
  const retry = page.retryUrl === undefined ? undefined : localPath(page.retryUrl);
  return (
    <Layout look={look} heading={title}>
      <p class="lead">{sentence}</p>
      {page.message === undefined ? null : <p class="alert">{shown(page.message)}</p>}
      {retry === undefined ? null : (
        <p class="stack">
          <a class="button primary" href={retry}>
            {error.retry}
          </a>
        </p>
      )}
      <p class="small">
        {error.requestId}: <code>{page.requestId}</code>
      </p>
    </Layout>
  );
}
