import { errorStatus, type OstiaryError } from '@ostiary/primitives';
import type { Endpoint } from './issuer.ts';
import { asOstiaryError, errorPage, errorToProgram } from './replies.ts';
import type { Reply } from './reply.ts';
import type { IssuerRequest } from './request.ts';

/** An endpoint whose work may reject. */
export interface EndpointDefinition extends Omit<Endpoint, 'handle'> {
  handle(request: IssuerRequest): Promise<Reply>;
}

/** Makes an endpoint that never rejects: what is thrown is logged once, here, and told to whom it concerns. */
export function defineEndpoint(definition: EndpointDefinition): Endpoint {
  return {
    ...definition,
    async handle(request) {
      try {
        return await definition.handle(request);
      } catch (thrown) {
        const error = asOstiaryError(thrown);
        logFailure(definition.name, error, request);
        return definition.audience === 'program' ? errorToProgram(error) : errorPage(error, request);
      }
    },
  };
}

/** Enough for all of ours. What is longer has much in it that a stranger sent. */
const LONGEST_MESSAGE = 1000;

/** What a device hears every five seconds until its person is there. */
const ordinary: ReadonlySet<string> = new Set(['oauth/authorization_pending', 'oauth/slow_down']);

/** Faults of ours are errors, everything else is something that was refused. */
export function logFailure(endpoint: string, error: OstiaryError, request: IssuerRequest): void {
  const message = error.message.slice(0, LONGEST_MESSAGE);
  const fields = { endpoint, code: error.code, message, detail: error.detail, cause: error.cause };
  const status = errorStatus(error.code);
  if (status >= 500) request.log.error('request.failed', fields);
  else if (ordinary.has(error.code)) request.log.debug('request.refused', fields);
  // A rule of the operator that cannot be applied: people are kept out until it is mended.
  else if (error.detail.failure !== undefined) request.log.warn('request.refused', fields);
  else request.log.info('request.refused', fields);
}
