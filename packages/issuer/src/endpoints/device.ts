import type { IssuerContext } from '../context.ts';
import { openDeviceRequest } from '../devices/device.ts';
import { readUserCode } from '../devices/user-code.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { Endpoint } from '../issuer.ts';
import { guessWithinBudget } from '../login/password-budget.ts';
import { deviceLoginUrl, localUrl } from '../login/urls.ts';
import { readParameters } from '../parameters.ts';
import type { Reply } from '../reply.ts';
import type { IssuerRequest } from '../request.ts';

/** Signs of a code that somebody typed, to show again. */
const LONGEST_SHOWN = 20;

/**
 * `/device` and `/device/auth/verify_code` (RFC 8628 section 3.3): the person types what the device shows. A code that
 * came in the link is shown and has to be sent: it is the person who says that it is theirs.
 */
export function deviceEndpoints(context: IssuerContext): readonly Endpoint[] {
  return [
    defineEndpoint({
      name: 'device',
      path: '/device',
      methods: ['GET'],
      cors: false,
      audience: 'person',
      handle: async (request) => form(readParameters(request.query).get('user_code') ?? '', 'new', context),
    }),
    defineEndpoint({
      name: 'device-verify',
      path: '/device/auth/verify_code',
      methods: ['POST'],
      cors: false,
      audience: 'person',
      handle: (request) => verify(request, context),
    }),
  ];
}

async function verify(request: IssuerRequest, context: IssuerContext): Promise<Reply> {
  const typed = readParameters(request.form).get('user_code') ?? '';
  const userCode = readUserCode(typed);
  if (userCode === undefined) return form(typed, 'invalid', context);
  const { clientAddress, requestId } = request;
  const check = async () => (await openDeviceRequest(userCode, context)) ?? 'rejected';
  const found = await guessWithinBudget(clientAddress, check, context);
  if (found === 'rejected') {
    request.log.info('device.rejected', { clientAddress });
    return form(typed, 'invalid', context);
  }
  if ('limited' in found) {
    const { limited: limit, retryAfter } = found;
    request.log.warn('device.limited', { clientAddress, limit, retryAfter });
    return {
      kind: 'page',
      status: 429,
      headers: { 'retry-after': String(retryAfter) },
      page: { name: 'error', problem: 'too_many_logins', requestId, retryUrl: localUrl(context, '/device') },
    };
  }
  return { kind: 'redirect', status: 302, location: await deviceLoginUrl(userCode, context) };
}

function form(userCode: string, state: 'new' | 'invalid', context: IssuerContext): Reply {
  return {
    kind: 'page',
    status: state === 'new' ? 200 : 400,
    page: {
      name: 'device',
      action: localUrl(context, '/device/auth/verify_code'),
      userCode: userCode.slice(0, LONGEST_SHOWN),
      invalid: state === 'invalid',
    },
  };
}
