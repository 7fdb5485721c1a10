/** What a request has in its body, as far as its endpoint reads one. */
import type { IncomingMessage } from 'node:http';
import type { Endpoint, IssuerRequest } from '@ostiary/issuer';
import type { Json } from '@ostiary/primitives';
import { BODY_LIMIT, isOfType, readText, type UnreadableBody } from './body-text.ts';
import { readForm } from './form.ts';

/** Empty when the body is of another type than the endpoint reads, or there is none. */
export type RequestBody = Pick<IssuerRequest, 'form' | 'json'>;

/** Reads the body of a request to an endpoint; JSON is parsed for those alone that ask for it. */
export async function readRequestBody(
  req: IncomingMessage,
  { reads, largestForm = BODY_LIMIT }: Pick<Endpoint, 'reads' | 'largestForm'>,
): Promise<RequestBody | UnreadableBody> {
  if (reads === 'json') return readJson(req);
  const form = await readForm(req, largestForm);
  if (form instanceof URLSearchParams) return { form };
  return form === 'none' ? {} : form;
}

/**
 * Of a name that comes twice, the last value counts (RFC 8259 section 4 leaves it open). Brackets may be as deep as the
 * size allows: `JSON.parse` of V8 keeps them on no stack.
 */
async function readJson(req: IncomingMessage): Promise<RequestBody | UnreadableBody> {
  if (!isOfType(req, 'application/json')) return {};
  const body = await readText(req, BODY_LIMIT);
  if (typeof body === 'string') return body;
  try {
    // JSON.parse answers nothing but Json.
    return { json: JSON.parse(body.text) as Json };
  } catch {
    return 'malformed';
  }
}
