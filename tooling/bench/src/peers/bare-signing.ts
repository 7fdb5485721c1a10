/**
 * The least that a token endpoint can do: reads the request, signs twice, answers with bytes of the size of an answer.
 * It checks nobody, stores nothing and makes no token: what no issuer of two JWTs can be faster than.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { algorithmOf, newSigner } from '../signing.ts';
import { answerQuestions, listen } from './serve.ts';

answerQuestions(async ({ algorithm, body }) => {
  const sign = await newSigner(algorithmOf(algorithm));
  const bytes = Buffer.from(String(body));
  const handle = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    await text(request);
    await Promise.all([sign(), sign()]);
    reply.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    reply.end(bytes);
  };
  return listen((request, reply) => void handle(request, reply));
});
