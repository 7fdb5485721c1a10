import type { TokenExchange } from '@ostiary/connector-sdk';
import { openApi, refusedStatus } from '@ostiary/connector-sdk/api';
import { type Fetch, isOstiaryError } from '@ostiary/primitives';
import { tokenInfo } from './answers.ts';
import type { GitLabConfig } from './config.ts';
import { readForbidden } from './forbidden.ts';
import { identify } from './identity.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Takes access tokens that GitLab issued to this application. Dex takes any token of a person, personal access tokens
 * and those of other applications included.
 */
export function gitlabExchange(parts: { readonly config: GitLabConfig; readonly fetch: Fetch }): TokenExchange {
  const { config, fetch } = parts;
  return {
    subjectTokenTypes: [ACCESS_TOKEN],
    async exchange({ subjectToken, subjectTokenType, scopes }) {
      if (subjectTokenType !== ACCESS_TOKEN || subjectToken.reveal() === '') return 'rejected';
      try {
        const api = openApi({ fetch, baseUrl: config.baseURL, accessToken: subjectToken, forbidden: readForbidden });
        const { application } = await api.get('/oauth/token/info', tokenInfo);
        if (application?.uid !== config.clientID) return 'rejected';
        return await identify({ accessToken: subjectToken, scopes }, parts);
      } catch (error) {
        const refused = [400, 401, 403].includes(refusedStatus(error) ?? 0);
        if (refused || isOstiaryError(error, 'login/not_allowed')) return 'rejected';
        throw error;
      }
    },
  };
}
