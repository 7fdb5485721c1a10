import type { VNode } from 'preact';
import { Layout } from '../layout.tsx';
import { formAction, shown } from '../text.ts';
import type { ViewProps } from './view.ts';

/** Asks for the code that a device shows. Field name and ids are Dex's. */
export function Device({ page, look }: ViewProps<'device'>): VNode {
  const { device } = look.texts;
  return (
    <Layout look={look} heading={device.title} script={look.onceScript}>
      <p class="lead">{device.lead}</p>
      {page.invalid ? (
        <div class="alert" id="login-error" role="alert">
          {device.invalid}
        </div>
      ) : null}
      <form class="stack" method="post" action={formAction(page.action)}>
        <div class="field">
          <label for="user_code">{device.label}</label>
          <input
            id="user_code"
            name="user_code"
            type="text"
            value={shown(page.userCode)}
            required
            autofocus
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            {...(page.invalid ? { 'aria-invalid': 'true', 'aria-describedby': 'login-error' } : {})}
          />
        </div>
        <button class="button primary" type="submit" id="submit-login">
          {device.submit}
        </button>
      </form>
      <p class="small">{device.warning}</p>
    </Layout>
  );
}

/** The device goes on by itself. */
export function DeviceApproved({ page, look }: ViewProps<'device-approved'>): VNode {
  const { device } = look.texts;
  return (
    <Layout look={look} heading={device.approvedTitle}>
      <p class="lead">{device.approved(shown(page.clientName))}</p>
    </Layout>
  );
}
