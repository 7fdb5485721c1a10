/** Why GitHub says no with 403. Only its own words in JSON count, and only some of them end a login. */
import { forbiddenByMessage, type ReadForbidden } from '@ostiary/connector-sdk/api';

const byMessage = forbiddenByMessage({
  'IP allow list': /\bIP allow list\b/iu,
  suspended: /\baccount was suspended\b/iu,
  'not approved': /\baccess restrictions\b/iu,
});

/** Reads a 403 of the REST API. That single sign-on is missing stands in a header. */
export const readForbidden: ReadForbidden = (body, headers) => {
  const reason = byMessage(body, headers);
  return reason !== undefined && headers.has('x-github-sso') ? 'single sign-on' : reason;
};

/** Reasons for which an organization hides its members until the person or an owner does something. */
export const hidingReasons: ReadonlySet<string> = new Set(['single sign-on', 'not approved']);
