import type { Reply } from './reply.ts';
import type { IssuerRequest } from './request.ts';

/** Marks a form that our own page has posted. */
const MARK = 'ostiary_bounced';

/**
 * A page that posts a form again. One of another site comes without our `SameSite=Lax` cookies; this time it comes from
 * ours. What it does must be what a link of another site may do as well.
 */
export function postAgain(action: string, fields: Readonly<Record<string, string>>): Reply {
  return {
    kind: 'page',
    status: 200,
    page: { name: 'submit-form', action, fields: { ...fields, [MARK]: '1' } },
  };
}

/** Whether it is a form that our page has not posted yet. */
export const isFirstPost = ({ method, form }: IssuerRequest): boolean => method === 'POST' && form?.has(MARK) !== true;

/** The fields, as they were when the form came first. */
export function withoutMark(form: URLSearchParams): URLSearchParams {
  const fields = new URLSearchParams(form);
  fields.delete(MARK);
  return fields;
}
