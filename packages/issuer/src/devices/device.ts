/** A device that cannot show a login page, and the person who logs in for it elsewhere (RFC 8628). */
import { OstiaryError } from '@ostiary/primitives';
import { hashToken } from '@ostiary/token-core';
import { after, epochSeconds, type IssuerContext } from '../context.ts';
import type { Authenticated } from '../records/authentication.ts';
import type { DeviceRequest } from '../records/device-request.ts';
import type { AuthorizationRequest } from '../requests/authorization-request.ts';
import { type DeviceCode, newDeviceCode } from './device-code-format.ts';

/** Seconds between two questions of a device. */
export const POLLING_INTERVAL = 5;

/** Two codes of a few hundred that wait are never the same; this is for the case that random bytes are not random. */
const MOST_TRIES = 5;

/** Where the answer to a device is kept among the authorization codes. No code that a client redeems has such a name. */
export const answerId = (deviceCodeHash: string): readonly string[] => ['device', deviceCodeHash];

/**
 * Keeps the request of a device until its person comes.
 *
 * @param request without its `state`: the user code takes its place.
 */
export async function keepDeviceRequest(request: AuthorizationRequest, context: IssuerContext): Promise<DeviceCode> {
  const expiresAt = after(context, deviceLifetime(context));
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const code = newDeviceCode(context.random, epochSeconds(expiresAt));
    const record = { request: { ...request, state: code.userCode }, deviceCode: hashToken(code.text) };
    if (await context.deviceRequests.create(hashToken(code.userCode), record, { expiresAt })) return code;
  }
  throw new OstiaryError('oauth/server_error', 'No user code is free.');
}

/** Seconds. */
export const deviceLifetime = ({ lifetimes }: Pick<IssuerContext, 'lifetimes'>): number => lifetimes.device ?? 300;

/** The request behind a user code that nobody has answered. */
export async function openDeviceRequest(userCode: string, context: IssuerContext): Promise<DeviceRequest | undefined> {
  const found = (await context.deviceRequests.get(hashToken(userCode)))?.value;
  if (found === undefined || found.denied === true) return undefined;
  return (await context.codes.get(answerId(found.deviceCode))) === undefined ? found : undefined;
}

/**
 * The person said yes: the device finds an authorization code at its next question. Of two who answer, one wins.
 *
 * @throws {OstiaryError} `login/expired` when somebody else has answered, or the time is over.
 */
export async function approveDevice(authenticated: Authenticated, context: IssuerContext): Promise<void> {
  const record = await context.deviceRequests.get(hashToken(authenticated.request.state ?? ''));
  const { value, expiresAt: end } = record ?? {};
  const isOpen = value !== undefined && value.denied !== true;
  // Who approves in the last second must not have done it in vain: the device comes every few seconds.
  const soonest = after(context, context.lifetimes.code);
  const expiresAt = end === undefined || end > soonest ? end : soonest;
  if (isOpen && (await context.codes.create(answerId(value.deviceCode), authenticated, { expiresAt }))) return;
  throw noLongerWaits();
}

/** For who comes too late: somebody else has answered the device, or its time is over. */
export const noLongerWaits = (): OstiaryError =>
  new OstiaryError('login/expired', 'This code was used or has expired. Begin again at your device.');

/** The person said no. */
export async function denyDevice({ state = '' }: AuthorizationRequest, context: IssuerContext): Promise<void> {
  await context.deviceRequests.update(hashToken(state), (current, expiresAt) =>
    current === undefined ? 'keep' : { set: { ...current, denied: true }, expiresAt },
  );
}
