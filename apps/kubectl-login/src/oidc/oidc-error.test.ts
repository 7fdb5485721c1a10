import { AuthorizationResponseError } from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { explainOidcError } from './oidc-error.ts';

describe('a refusal of the issuer', () => {
  it.each([
    [undefined, 'refused with access_denied.'],
    ['no', 'refused with access_denied: no.'],
    ['No.', 'refused with access_denied: No.'],
    ['Really?', 'refused with access_denied: Really?'],
  ])('with the description %j is a sentence', (description, said) => {
    const parameters = new URLSearchParams({ error: 'access_denied' });
    if (description !== undefined) parameters.set('error_description', description);
    const error = new AuthorizationResponseError('refused', { cause: parameters });
    expect(explainOidcError(error, 'https://login.example.com', 'logging in')).toMatchObject({
      code: 'login/denied',
      message: `https://login.example.com ${said}`,
    });
  });
});
