import { OstiaryError } from '@ostiary/primitives';
import type { IssuerContext } from '../context.ts';
import type { AuthorizationParameters } from './authorization-parameters.ts';
import { readIdTokenHint } from './id-token-hint.ts';

const PURPOSE = 'expected-subject';

/**
 * Who must log in: the subject of `id_token_hint`, one of our ID tokens, whose age and audience do not matter; or of
 * {@link sealSubject}.
 *
 * @throws {OstiaryError} `oauth/invalid_request`
 */
export async function readExpectedSubject(
  params: AuthorizationParameters,
  context: IssuerContext,
): Promise<string | undefined> {
  const hint = params.get('id_token_hint');
  if (hint !== undefined) return (await readIdTokenHint(hint, context)).sub;
  const sealed = params.get('expected_subject');
  if (sealed === undefined) return undefined;
  const subject = await context.sealer.open(sealed, { purpose: PURPOSE });
  if (typeof subject === 'string') return subject;
  throw new OstiaryError('oauth/invalid_request', 'Invalid expected_subject.');
}

/**
 * The parameter `expected_subject`, for our own links that begin a login again. It stands for the `id_token_hint` of
 * the client, which is too long to be kept in a cookie.
 */
export function sealSubject(subject: string, { sealer }: Pick<IssuerContext, 'sealer'>): Promise<string> {
  return sealer.seal(subject, { purpose: PURPOSE });
}
