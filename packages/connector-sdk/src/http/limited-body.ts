import { OstiaryError } from '@ostiary/primitives';
import { unreachable } from './failure.ts';

/** What a body is read with. Node's and the DOM's streams both have it, though their types differ otherwise. */
export interface ByteSource {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

export interface BodyLimit {
  readonly maxBytes: number;
  readonly host: string;
}

/**
 * The same stream, broken off with `upstream/protocol` when more than `maxBytes` come. Counted are the bytes after
 * decompression, so a small answer that unpacks to gigabytes is stopped as well. A connection that breaks while the
 * body is read is `upstream/unavailable`.
 */
export function limitedBody(body: ByteSource, limit: BodyLimit): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let seen = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done || value === undefined) return controller.close();
        seen += value.byteLength;
        if (seen > limit.maxBytes) throw tooLarge(limit);
        controller.enqueue(value);
      } catch (cause) {
        controller.error(unreachable(limit.host, cause));
        await reader.cancel().catch(() => undefined);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The error for an answer that is larger than allowed. */
export function tooLarge({ host, maxBytes }: BodyLimit): OstiaryError {
  const message = 'The identity provider answered more than is reasonable.';
  return new OstiaryError('upstream/protocol', message, { detail: { host, maxBytes } });
}
