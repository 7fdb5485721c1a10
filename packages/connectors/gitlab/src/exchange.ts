import type { TokenExchange } from '@ostiary/connector-sdk';
import { openApi, refusedStatus } from '@ostiary/connector-sdk/api';
import { isOstiaryError, type LogFields } from '@ostiary/primitives';
import { tokenInfo } from './answers.ts';
import { readForbidden } from './forbidden.ts';
import { identify } from './identity.ts';
import type { GitLab } from './login.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/**
 * Takes access tokens that GitLab issued to this application. Dex takes any token of a person, personal access tokens
 * and those of other applications included.
 */
export function gitlabExchange(parts: GitLab): TokenExchange {
  const { config, context, fetch } = parts;
  // Who brought the token learns no more than that; the operator must be able to tell a group from an application.
  const rejected = (why: LogFields): 'rejected' => {
    context.log.info('exchange.rejected', { connector: context.id, ...why });
    return 'rejected';
  };
  return {
    subjectTokenTypes: [ACCESS_TOKEN],
    async exchange({ subjectToken, subjectTokenType, scopes }) {
      if (subjectTokenType !== ACCESS_TOKEN || subjectToken.reveal() === '') return 'rejected';
      try {
        const api = openApi({ fetch, baseUrl: config.baseURL, accessToken: subjectToken, forbidden: readForbidden });
        const { application } = await api.get('/oauth/token/info', tokenInfo);
        if (application?.uid !== config.clientID)
          return rejected({ detail: { reason: 'token of another application' } });
        return await identify({ accessToken: subjectToken, scopes }, parts);
      } catch (error) {
        const refused = [400, 401, 403].includes(refusedStatus(error) ?? 0);
        if (!isOstiaryError(error) || !(refused || error.code === 'login/not_allowed')) throw error;
        const { code, message, detail } = error;
        return rejected({ code, message, detail });
      }
    },
  };
}
