/** Why GitLab says no with 403. Only its own words in JSON count, and only some of them end a login. */
import { forbiddenByMessage, type ReadForbidden } from '@ostiary/connector-sdk/api';

/** Reads a 403 of the REST API: `403 Forbidden - Your account has been blocked.` */
export const readForbidden: ReadForbidden = forbiddenByMessage({
  blocked: /\byour account\b.*\b(?:blocked|banned|deactivated)\b/iu,
});
