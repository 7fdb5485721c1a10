/** Token exchanges, played: an issuer whose connectors take one token. */
import type { ExchangeAsk, Identity, TokenExchange } from '@ostiary/connector-sdk';
import type { Reply } from '../src/index.ts';
import { type Harness, type HarnessOptions, jane, startIssuer } from './harness.ts';

export const grantType: string = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const accessToken: string = 'urn:ietf:params:oauth:token-type:access_token';
export const idToken: string = 'urn:ietf:params:oauth:token-type:id_token';

export interface Provider {
  /** What the connector answers, or throws. */
  readonly answer?: (ask: ExchangeAsk) => Identity | 'rejected';
  readonly asked: ExchangeAsk[];
}

/** An issuer whose connectors take the ID token `good`, and what they were asked. */
export async function start(options: HarnessOptions & Pick<Provider, 'answer'> = {}): Promise<Harness & Provider> {
  const asked: ExchangeAsk[] = [];
  const { answer = ({ subjectToken }) => (subjectToken.reveal() === 'good' ? jane : 'rejected'), ...more } = options;
  const exchange: TokenExchange = {
    subjectTokenTypes: [idToken],
    async exchange(ask) {
      asked.push(ask);
      return answer(ask);
    },
  };
  return { ...(await startIssuer({ exchange, ...more })), asked };
}

/** Form of a good request of the confidential client; a parameter that is `undefined` is left out. */
export function form(overrides: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const all = {
    grant_type: grantType,
    client_id: 'app',
    client_secret: 'app-secret',
    connector_id: 'idp',
    subject_token: 'good',
    subject_token_type: idToken,
    ...overrides,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Calls `/token` with it. */
export const exchange = (
  { browser }: Pick<Harness, 'browser'>,
  overrides: Readonly<Record<string, string | undefined>> = {},
): Promise<Reply> => browser().token(form(overrides));
