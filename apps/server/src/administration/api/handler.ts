/** The API behind a listener: gRPC, gRPC-Web, and JSON by POST. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { Code, ConnectError, createConnectRouter, createContextValues, type Interceptor } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import type { Clock, Logger } from '@ostiary/primitives';
import type { Http2Handler } from '../../listen/http2.ts';
import { Dex } from './api_pb.ts';
import { type Call, callerOf, callKey, callOf } from './call.ts';
import { tellWhatIsNotDone } from './refusals.ts';
import { createService, type ServiceOptions } from './service.ts';

export interface ApiOptions extends ServiceOptions {
  readonly log: Logger;
  readonly now: Clock;
  readonly newRequestId: () => string;
}

/** Thousands of redirect URIs fit in. */
const MOST_BYTES = 1024 * 1024;

/** Makes the handler. Whom it answers, the listener decides. */
export function createApi(options: ApiOptions): Http2Handler {
  const router = createConnectRouter({
    readMaxBytes: MOST_BYTES,
    acceptCompression: [compressionGzip],
    // A key that is misspelt in JSON would do nothing, and nobody would hear of it.
    jsonOptions: { ignoreUnknownFields: false },
    interceptors: [tellWhatIsNotDone, requireValid(options.now)],
  }).service(Dex, createService(options));
  const byPath = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const handler = byPath.get(path);
    const call = beginCall(request, handler?.method.name ?? path, options);
    if (handler === undefined) {
      call.log.warn('admin.refused', { rpc: call.rpc, reason: 'there is no such call' });
      response.statusCode = 404;
      response.end();
      return;
    }
    tellWhatCameToNothing(response, call);
    void answer({ request, response, handler, call });
  };
}

const MOST_OF_A_PATH = 200;

function beginCall({ socket }: { readonly socket: object }, name: string, { log, newRequestId }: ApiOptions): Call {
  const caller = callerOf(socket);
  const requestId = newRequestId();
  const rpc = name.slice(0, MOST_OF_A_PATH);
  return { requestId, rpc, caller, log: log.child({ requestId, caller: caller.name }), isTold: false };
}

/** The listener looks at a certificate when its connection begins, which may be days ago. Asked when all of the call is here. */
const requireValid =
  (now: Clock): Interceptor =>
  (next) =>
  async (request) => {
    const { validUntil } = callOf({ values: request.contextValues }).caller;
    if (validUntil === undefined || validUntil > now()) return next(request);
    throw new ConnectError('The certificate has expired. Connect with a new one.', Code.Unauthenticated);
  };

/** A call that was cut off, is too large or is no message gets no further than the library. */
function tellWhatCameToNothing(response: Http2ServerResponse | ServerResponse, call: Call): void {
  response.once('close', () => {
    if (!call.isTold) call.log.warn('admin.refused', { rpc: call.rpc, reason: 'no message that can be read' });
  });
}

interface Answering {
  readonly request: Http2ServerRequest | IncomingMessage;
  readonly response: Http2ServerResponse | ServerResponse;
  readonly handler: UniversalHandler;
  readonly call: Call;
}

/** Never rejects. The adapter of the library would, for a host name that is none, and end the process. */
async function answer({ request, response, handler, call }: Answering): Promise<void> {
  try {
    const values = createContextValues().set(callKey, call);
    const asked = universalRequestFromNodeRequest(request, response, undefined, values);
    await universalResponseToNodeResponse(await handler(asked), response);
  } catch (error) {
    call.log.debug('admin.unanswered', { rpc: call.rpc, error: error instanceof Error ? error : undefined });
    if (response.headersSent) response.destroy();
    else response.statusCode = 400;
    response.end();
  }
}
