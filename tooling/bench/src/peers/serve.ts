/** The other end of `peer.ts`: reads questions from the channel and answers them. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer, Question } from '../peer.ts';

/** Answers questions until the bench is gone. */
export function answerQuestions(answer: (ask: Question['ask']) => Promise<unknown>): void {
  process.on('message', (question: Question) => {
    const reply = (rest: Omit<Answer, 'id'>): void => void process.send?.({ id: question.id, ...rest });
    answer(question.ask).then(
      (value) => reply({ answer: value }),
      (error: unknown) => reply({ error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}

/** Listens on a free port; answers the origin. */
export async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server that listens has no other address
  return `http://127.0.0.1:${port}`;
}
