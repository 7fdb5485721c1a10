import { isOstiaryError, OstiaryError } from '@ostiary/primitives';
import { type Case, finishing, honestly, identities, type Redirect, refreshing } from './defect.ts';
import { clientSecret } from './double-provider.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Ways for a connector with a redirect to show a secret. */
export const secrecyDefects: readonly Case<Redirect>[] = [
  [
    'logs the code',
    ['secrecy/login'],
    finishing((answer, good, { log }) => {
      log.debug('double.code', { code: answer.params.get('code') });
      return good.finish(answer);
    }),
  ],
  [
    'logs the whole header by which it shows who it is',
    ['secrecy/login'],
    finishing((answer, good, { log }) => {
      log.debug('double.request', { authorization: `Basic ${base64(`ostiary:${clientSecret}`)}` });
      return good.finish(answer);
    }),
  ],
  [
    'logs the body of its request in base64',
    ['secrecy/login'],
    finishing((answer, good, { log }) => {
      const code = answer.params.get('code') ?? '';
      const body = new URLSearchParams({ grant_type: 'authorization_code', code, client_id: 'ostiary' });
      log.debug('double.request', { body: base64(body.toString()) });
      return good.finish(answer);
    }),
  ],
  [
    'shows the upstream token as a name',
    ['secrecy/login'],
    identities((identity) => ({ ...identity, username: identity.connectorData?.reveal() ?? '' })),
  ],
  [
    'shows it after a refresh',
    ['secrecy/refresh'],
    refreshing(async (ask, good) => {
      const answer = await honestly(ask, good);
      return answer === 'rejected' ? answer : { ...answer, username: answer.connectorData?.reveal() ?? '' };
    }),
  ],
  [
    'repeats the provider in its errors',
    ['secrecy/refused'],
    finishing((answer, good) =>
      good.finish(answer).catch((error: unknown) => {
        if (!isOstiaryError(error)) throw error;
        throw new OstiaryError(error.code, error.message, { cause: new Error(`sent ${clientSecret}`) });
      }),
    ),
  ],
  [
    'repeats the provider in the error about a later question',
    ['secrecy/refused'],
    finishing(async (answer, good, { http }) => {
      const identity = await good.finish(answer);
      const headers = { authorization: `Bearer ${clientSecret}` };
      const response = await http()('https://provider.example/person', { method: 'POST', headers });
      if (response.ok) return identity;
      throw new OstiaryError('upstream/protocol', `The provider says ${await response.text()}`);
    }),
  ],
  [
    'sends the browser with its secret',
    ['secrecy/login'],
    ({ login }) => ({
      login: {
        ...login,
        async begin(ask) {
          const step = await login.begin(ask);
          return step.kind === 'form' ? step : { ...step, url: `${step.url}&client_secret=${clientSecret}` };
        },
      },
    }),
  ],
  [
    'puts its secret into the form',
    ['secrecy/login'],
    ({ login }) => ({
      login: {
        ...login,
        async begin(ask) {
          const step = await login.begin(ask);
          const action = step.kind === 'form' ? step.action : step.url;
          return { kind: 'form', action, fields: { secret: clientSecret }, keep: step.keep };
        },
      },
    }),
  ],
  [
    'shows its secret in its metadata',
    ['metadata/public'],
    () => ({
      metadata: { contentType: 'text/plain', describe: async ({ callbackUrl }) => callbackUrl + clientSecret },
    }),
  ],
  [
    'shows it there in base64',
    ['metadata/public'],
    () => ({
      metadata: {
        contentType: 'text/plain',
        describe: async ({ callbackUrl }) => `${callbackUrl} ${base64(`ostiary:${clientSecret}`)}`,
      },
    }),
  ],
];
