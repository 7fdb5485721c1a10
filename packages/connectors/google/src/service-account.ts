/** Access tokens of a service account, which acts for an administrator (domain-wide delegation) or for itself. */
import type { ConnectorContext } from '@ostiary/connector-sdk';
import { readNamed } from '@ostiary/connector-sdk/config';
import {
  type AssertedToken,
  type AssertionClaims,
  answering,
  assertionPayload,
  redeemAssertion,
  signAssertion,
  unbelievable,
} from '@ostiary/connector-sdk/oauth2';
import { type Fetch, OstiaryError, Secret } from '@ostiary/primitives';
import { z } from 'zod';

const googleTokens = 'https://oauth2.googleapis.com/token';

/** What the service account works with. */
export interface ServiceAccount {
  /** Key file; absent: the account this machine runs as. */
  readonly file: string | undefined;
  readonly fetch: Fetch;
  readonly context: Pick<ConnectorContext, 'readFile' | 'now' | 'http'>;
}

/** What a token is for. */
export interface TokenPurpose {
  readonly scope: string;
  /** The administrator to act for; absent: the service account itself. */
  readonly admin?: string;
}

/**
 * A token for reading groups.
 *
 * @throws {OstiaryError} `config/invalid` for a key file that cannot be read; `upstream/unavailable`;
 *   `upstream/protocol` when Google refuses.
 */
export async function groupsToken(purpose: TokenPurpose, account: ServiceAccount): Promise<AssertedToken> {
  const { file, fetch, context } = account;
  if (file === undefined) {
    const assertion = await assertionOfThisMachine(purpose, account);
    return redeemAssertion(assertion, { fetch }, googleTokens);
  }
  const key = await readKeyFile(file, context.readFile);
  const claims = claimsFor(purpose, { issuer: key.client_email, audience: key.token_uri });
  const signingKey = { pem: new Secret(key.private_key), keyId: key.private_key_id };
  return redeemAssertion(await signAssertion(claims, signingKey, context.now), { fetch }, key.token_uri);
}

function claimsFor(
  { admin, scope }: TokenPurpose,
  parties: Pick<AssertionClaims, 'issuer' | 'audience'>,
): AssertionClaims {
  return { ...parties, ...(admin === undefined ? {} : { subject: admin }), more: { scope } };
}

const keyFile = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1),
  token_uri: z.url({ protocol: /^https$/u }).default(googleTokens),
});

async function readKeyFile(path: string, readFile: ConnectorContext['readFile']): Promise<z.output<typeof keyFile>> {
  const invalid = (problem: string): OstiaryError =>
    new OstiaryError('config/invalid', `serviceAccountFilePath: ${problem}`, { detail: { file: path } });
  const text = await readNamed({ file: path, path: 'serviceAccountFilePath' }, readFile);
  // What a parser says may repeat what it read, and that is a private key.
  const parsed = keyFile.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw invalid('the file is no key of a service account. Make a JSON key for it in the Google Cloud console.');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const metadataServer = 'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default';
const machineToken = z.object({ access_token: z.string().min(1) });
const signed = z.object({ signedJwt: z.string().min(1) });

/** On GCE and GKE there is no key file: the metadata server tells who this is, and IAM signs. */
async function assertionOfThisMachine(purpose: TokenPurpose, { fetch, context }: ServiceAccount): Promise<Secret> {
  const headers = { 'metadata-flavor': 'Google' };
  // Plain http to an address of this machine: a proxy must not see the token, and would answer with its own.
  const askMachine = answering(context.http({ direct: true }));
  const email = (await bodyOf(await askMachine(`${metadataServer}/email`, { headers }))).trim();
  const token = await bodyOf(await askMachine(`${metadataServer}/token`, { headers }));
  const own = machineToken.safeParse(parse(token));
  if (!own.success) throw unbelievable({ reason: 'the token of this machine has another form' });
  const claims = claimsFor(purpose, { issuer: email, audience: googleTokens });
  const url = `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:signJwt`;
  const response = await answering(fetch)(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${own.data.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ payload: JSON.stringify(assertionPayload(claims, context.now)) }),
  });
  const answer = signed.safeParse(parse(await bodyOf(response)));
  if (!answer.success) throw unbelievable({ reason: 'IAM did not sign' });
  return new Secret(answer.data.signedJwt);
}

async function bodyOf(response: Response): Promise<string> {
  const text = await response.text();
  if (response.ok) return text;
  throw unbelievable({ reason: 'the service account of this machine', status: response.status });
}
