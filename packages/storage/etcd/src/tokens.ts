import { type PasswordOptions, readPassword } from '@ostiary/storage-sdk/server';
import { z } from 'zod';
import type { GatewayRequest } from './endpoint.ts';
import { NOT_ETCD, Refused } from './etcd-error.ts';
import { acceptedAnswer, type GatewayAnswer } from './gateway-status.ts';

/** Who logs in; without a name nobody does. */
export interface Credentials extends PasswordOptions {
  readonly username?: string;
}

const form = z.object({ token: z.string().min(1) });

/** The token that requests carry where etcd wants one: asked for once by all of them, and again when it has ended. */
export class Tokens {
  readonly #credentials: Credentials;
  readonly #send: (request: GatewayRequest) => Promise<GatewayAnswer>;
  #asked: Promise<string> | undefined;
  #token: string | undefined;

  constructor(credentials: Credentials, send: (request: GatewayRequest) => Promise<GatewayAnswer>) {
    this.#credentials = credentials;
    this.#send = send;
  }

  /**
   * The token, or nothing where nobody logs in.
   *
   * @throws {Refused} when etcd gives none.
   */
  async current(): Promise<string | undefined> {
    const { username } = this.#credentials;
    if (username === undefined) return undefined;
    this.#asked ??= this.#ask(username);
    return this.#asked;
  }

  /** Takes another one from now on, unless somebody has done so already. */
  forget(ended: string): void {
    if (this.#token !== ended) return;
    this.#token = undefined;
    this.#asked = undefined;
  }

  async #ask(name: string): Promise<string> {
    try {
      // Its file may have been replaced.
      const password = await readPassword(this.#credentials);
      const answer = await this.#send({ path: '/v3/auth/authenticate', body: { name, password }, isReader: true });
      const parsed = form.safeParse(acceptedAnswer(answer));
      if (!parsed.success) throw new Refused({ http: answer.status, message: NOT_ETCD });
      this.#token = parsed.data.token;
      return parsed.data.token;
    } catch (error) {
      this.#asked = undefined;
      throw error;
    }
  }
}
