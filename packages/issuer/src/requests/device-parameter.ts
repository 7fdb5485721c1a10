import { OstiaryError } from '@ostiary/primitives';
import { after, type IssuerContext } from '../context.ts';
import type { AuthorizationParameters } from './authorization-parameters.ts';

const PURPOSE = 'user-code';

/**
 * The parameter `device` of our own links: it stands for the authorization request that a device made, and comes only
 * from where somebody typed the right user code.
 */
export function sealUserCode(userCode: string, context: IssuerContext): Promise<string> {
  const expiresAt = after(context, context.lifetimes.login);
  return context.sealer.seal(userCode, { purpose: PURPOSE, expiresAt });
}

/**
 * The user code in the parameter `device`, when there is one.
 *
 * @throws {OstiaryError} `login/expired`
 */
export async function readSealedUserCode(
  params: AuthorizationParameters,
  { sealer }: Pick<IssuerContext, 'sealer'>,
): Promise<string | undefined> {
  const sealed = params.get('device');
  if (sealed === undefined) return undefined;
  const userCode = await sealer.open(sealed, { purpose: PURPOSE });
  if (typeof userCode === 'string') return userCode;
  throw new OstiaryError('login/expired', 'This login took too long. Begin again at your device.');
}
