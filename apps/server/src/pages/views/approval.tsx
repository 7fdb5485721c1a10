import type { VNode } from 'preact';
import { Check } from '../icons.tsx';
import { Layout } from '../layout.tsx';
import { formAction, shown } from '../text.ts';
import type { ViewProps } from './view.ts';

/** Consent. Two forms as in Dex, the approving one first; scripts send back what is hidden in them. */
export function Approval({ page, look }: ViewProps<'approval'>): VNode {
  const { approval } = look.texts;
  const client = shown(page.clientName);
  const asked = [approval.always, ...page.items.map((item) => approval.items[item])];
  return (
    <Layout look={look} heading={approval.title(client)} script={look.onceScript}>
      <p class="lead">{approval.loggedInAs(shown(page.userName))}</p>
      {page.userCode === undefined ? null : (
        <div class="section">
          <p class="label" id="user-code-label">
            {approval.compare}
          </p>
          <code class="code" id="user_code">
            {page.userCode}
          </code>
        </div>
      )}
      <div class="section">
        <p class="label" id="asked">
          {approval.lead(client)}
        </p>
        <ul class="items" aria-labelledby="asked">
          {asked.map((sentence) => (
            <li key={sentence}>
              <Check />
              <span>{sentence}</span>
            </li>
          ))}
        </ul>
      </div>
      <div class="stack">
        <Answer page={page} answer="approve" label={approval.approve} />
        <Answer page={page} answer="rejected" label={approval.reject} />
      </div>
    </Layout>
  );
}

interface AnswerProps {
  readonly page: ViewProps<'approval'>['page'];
  readonly answer: 'approve' | 'rejected';
  readonly label: string;
}

const Answer = ({ page, answer, label }: AnswerProps): VNode => (
  <form method="post" action={formAction(page.action)}>
    <input type="hidden" name="req" value={page.req} />
    <input type="hidden" name="approval" value={answer} />
    <button class={`button ${answer === 'approve' ? 'primary' : 'quiet'}`} type="submit">
      {label}
    </button>
  </form>
);
