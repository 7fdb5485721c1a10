import { OstiaryError } from '@ostiary/primitives';
import { hashToken } from '@ostiary/token-core';
import { epochSeconds, type IssuerContext } from '../context.ts';
import { answerId, POLLING_INTERVAL } from '../devices/device.ts';
import { type DeviceCode, parseDeviceCode } from '../devices/device-code-format.ts';
import type { IssuedTokens } from '../tokens/issue.ts';
import { redeem } from './authorization-code.ts';
import type { GrantRequest } from './grant-request.ts';

/** Milliseconds by which a question may be early: devices count from the answer before, and clocks are not exact. */
const TOLERANCE = 1000;

/**
 * Milliseconds in which a second question is the first one, repeated. golang.org/x/oauth2 sends each question twice, with
 * the client in the header and in the body, until one of them has had tokens: it is not to blame for asking too early.
 */
const REPEATED = 1000;

/**
 * `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 section 3.4). Once the person has approved, the
 * device code is redeemed like an authorization code, once.
 *
 * @throws {OstiaryError} `oauth/authorization_pending`, `oauth/slow_down`, `oauth/access_denied`, `oauth/expired_token`;
 *   `oauth/invalid_grant` for a code that never was or is another client's; and what redeeming throws.
 */
export async function redeemDeviceCode(grant: GrantRequest, context: IssuerContext): Promise<IssuedTokens> {
  const text = grant.params.get('device_code');
  if (text === undefined) throw new OstiaryError('oauth/invalid_request', 'Required param: device_code.');
  const code = parseDeviceCode(text);
  if (code === undefined) throw invalidCode();
  const id = answerId(hashToken(text));
  const answer = await context.codes.get(id);
  if (answer === undefined) throw await whyNotYet(code, grant, context);
  if (answer.value.request.clientId !== grant.client.id) throw invalidCode();
  return redeem({ id, record: answer }, grant, context);
}

async function whyNotYet(code: DeviceCode, { client }: GrantRequest, context: IssuerContext): Promise<OstiaryError> {
  const id = hashToken(code.userCode);
  const record = await context.deviceRequests.get(id);
  if (record === undefined || record.value.deviceCode !== hashToken(code.text)) {
    return code.expiresAt <= epochSeconds(context.now())
      ? new OstiaryError('oauth/expired_token', 'The device code has expired. Begin again.')
      : invalidCode();
  }
  const { value, version, expiresAt } = record;
  if (value.request.clientId !== client.id) return invalidCode();
  if (value.denied === true) return new OstiaryError('oauth/access_denied', 'The person refused.');
  const now = context.now().getTime();
  const sinceLast = value.askedAt === undefined ? undefined : now - value.askedAt;
  if (sinceLast === undefined || sinceLast >= POLLING_INTERVAL * 1000 - TOLERANCE) {
    // Who is faster has written the same.
    await context.deviceRequests.replace(id, version, { set: { ...value, askedAt: now }, expiresAt });
  } else if (sinceLast >= REPEATED) {
    return new OstiaryError('oauth/slow_down', `Ask every ${POLLING_INTERVAL} seconds, and now 5 seconds less often.`);
  }
  return new OstiaryError('oauth/authorization_pending', 'The person has not answered yet.');
}

function invalidCode(): OstiaryError {
  return new OstiaryError('oauth/invalid_grant', 'Invalid device code.');
}
