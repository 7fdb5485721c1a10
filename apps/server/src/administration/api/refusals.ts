/** What a caller is told when a call is not done, and what the log. */
import { isMessage, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { errorStatus, isOstiaryError } from '@ostiary/primitives';
import { type Call, callOf } from './call.ts';

/** A call that lacks something. */
export const invalid = (message: string): ConnectError => new ConnectError(message, Code.InvalidArgument);

/** Logs why a call is not done, and makes the answer. What is wrong inside is for the log alone. */
function refusal(error: unknown, { rpc, requestId, log }: Call): ConnectError {
  const refused = refusedBy(error);
  if (refused !== undefined) {
    log.warn('admin.refused', { rpc, code: Code[refused.code], reason: refused.rawMessage });
    return refused;
  }
  log.error('admin.failed', { rpc, error });
  if (isOstiaryError(error) && errorStatus(error.code) === 503) {
    return new ConnectError('The server cannot do that at the moment. Try again.', Code.Unavailable);
  }
  return new ConnectError(
    `An error of the server. Its log has the cause, with the request ${requestId}.`,
    Code.Internal,
  );
}

function refusedBy(error: unknown): ConnectError | undefined {
  if (error instanceof ConnectError) return error;
  return isOstiaryError(error, 'config/invalid') ? invalid(error.message) : undefined;
}

/** Goes before each implementation. */
export const tellWhatIsNotDone: Interceptor = (next) => async (request) => {
  const call = callOf({ values: request.contextValues });
  call.isTold = true;
  try {
    if (!request.stream) refuseUnknownFields(request.message);
    return await next(request);
  } catch (error) {
    throw refusal(error, call);
  }
};

/**
 * Refuses fields that a later API has, such as the connectors that a client may use: without them it could do more than
 * its maker thinks.
 *
 * @throws {ConnectError} with the number of the field.
 */
function refuseUnknownFields(message: Message): void {
  const [unknown] = message.$unknown ?? [];
  if (unknown !== undefined) {
    throw invalid(
      `${message.$typeName} has a field with the number ${unknown.no}, which this API does not have. Leave it out. ` +
        'What cannot be said here can be in the configuration file.',
    );
  }
  for (const value of Object.values(message)) if (isMessage(value)) refuseUnknownFields(value);
}
