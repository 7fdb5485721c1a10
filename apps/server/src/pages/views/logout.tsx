import type { VNode } from 'preact';
import { Layout } from '../layout.tsx';
import { formAction, shown } from '../text.ts';
import type { ViewProps } from './view.ts';

/** Asks whether to log out. Who does not want to closes the tab. */
export function Logout({ page, look }: ViewProps<'logout'>): VNode {
  const { approval, logout } = look.texts;
  return (
    <Layout look={look} heading={logout.title} script={look.onceScript}>
      <p class="lead">{approval.loggedInAs(shown(page.userName))}</p>
      {page.clientName === undefined ? null : <p class="lead">{logout.asked(shown(page.clientName))}</p>}
      <form class="stack" method="post" action={formAction(page.action)}>
        <input type="hidden" name="confirmed" value={page.confirmed} />
        <button class="button primary" type="submit">
          {logout.submit}
        </button>
      </form>
      <p class="small">{logout.stay}</p>
    </Layout>
  );
}

/** The end of a logout that leads nowhere else. */
export function LoggedOut({ look }: ViewProps<'logged-out'>): VNode {
  const { logout } = look.texts;
  return (
    <Layout look={look} heading={logout.doneTitle}>
      <p class="lead">{logout.done}</p>
    </Layout>
  );
}
