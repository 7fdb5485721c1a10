import type { TokenExchange } from '@ostiary/connector-sdk';
import { callbackPerson } from './identity.ts';

/** Takes every token that is not empty, as Dex's mock does. */
export const mockExchange: TokenExchange = {
  subjectTokenTypes: ['urn:ietf:params:oauth:token-type:id_token', 'urn:ietf:params:oauth:token-type:access_token'],
  async exchange({ subjectToken }) {
    return subjectToken.reveal() === '' ? 'rejected' : callbackPerson;
  },
};
