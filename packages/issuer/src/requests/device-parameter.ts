import { OstiaryError } from '@ostiary/primitives';
import { after, type IssuerContext } from '../context.ts';
import { compact } from '../records/stored-identity.ts';
import type { AuthorizationParameters } from './authorization-parameters.ts';
import { type AuthorizationRequest, authorizationRequestSchema } from './authorization-request.ts';

const PURPOSE = 'device-request';

/**
 * The parameter `device` of our own links: the authorization request that a device made, checked when it did. It comes
 * only from where somebody typed the right user code.
 */
export function sealDeviceRequest(request: AuthorizationRequest, context: IssuerContext): Promise<string> {
  const expiresAt = after(context, context.lifetimes.login);
  return context.sealer.seal(compact(request), { purpose: PURPOSE, expiresAt });
}

/**
 * The request in the parameter `device`, when there is one.
 *
 * @throws {OstiaryError} `login/expired`
 */
export async function readDeviceRequest(
  params: AuthorizationParameters,
  { sealer }: Pick<IssuerContext, 'sealer'>,
): Promise<AuthorizationRequest | undefined> {
  const sealed = params.get('device');
  if (sealed === undefined) return undefined;
  const parsed = authorizationRequestSchema.safeParse(await sealer.open(sealed, { purpose: PURPOSE }));
  if (parsed.success) return parsed.data;
  throw new OstiaryError('login/expired', 'This login took too long. Begin again at your device.');
}
