import type { VNode } from 'preact';
import { Layout } from '../layout.tsx';
import { formAction } from '../text.ts';
import type { ViewProps } from './view.ts';

/**
 * Sends the form as soon as the page is read. Through the prototype: a field called `submit` would hide the method.
 * The back button shows the page again without sending, because the script then does not run a second time.
 */
export const submitScript: string = 'HTMLFormElement.prototype.submit.call(document.forms[0]);\n';

/** A form that goes on by itself, or by its button where scripts do not run. */
export function SubmitForm({ page, look }: ViewProps<'submit-form'>): VNode {
  const { submitForm } = look.texts;
  return (
    <Layout look={look} heading={submitForm.title} script={look.submitScript}>
      <p class="lead">{submitForm.lead}</p>
      <form class="stack" method="post" action={formAction(page.action)}>
        {Object.entries(page.fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button class="button primary" type="submit">
          {submitForm.submit}
        </button>
      </form>
    </Layout>
  );
}
