/** Why Gitea says no with 403. Only its own words in JSON count, and only some of them end a login. */
import { forbiddenByMessage, type ReadForbidden } from '@ostiary/connector-sdk/api';

/** Reads a 403 of the REST API. */
export const readForbidden: ReadForbidden = forbiddenByMessage({
  disabled: /\baccount is (?:prohibited from signing in|not activated)\b/iu,
  password: /^you must change your password\b/iu,
});
