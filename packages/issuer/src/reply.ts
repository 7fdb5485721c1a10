import type { Json } from '@ostiary/primitives';
import type { Page } from './page.ts';

/** A cookie to set. `Path` is `/`; `HttpOnly` and `SameSite=Lax` always; `Secure` and the `__Host-` name when the issuer is https. */
export interface SetCookie {
  readonly name: string;
  /** The empty text removes the cookie. */
  readonly value: string;
  /** Seconds; 0 removes the cookie. Absent: the browser forgets it when it is closed. */
  readonly maxAgeSeconds?: number;
}

interface ReplyBase {
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly SetCookie[];
}

/**
 * An answer as data, so that any host can send it and a test can read it without a socket.
 *
 * `document` has a body that is text already: what does not change is encoded once. It is JSON unless its headers say
 * otherwise. Pages and redirects must not be stored by caches (`Cache-Control: no-store`); `document` says so itself.
 */
export type Reply =
  | (ReplyBase & { readonly kind: 'document'; readonly status: number; readonly body: string })
  | (ReplyBase & { readonly kind: 'redirect'; readonly status: 302 | 303; readonly location: string })
  | (ReplyBase & { readonly kind: 'page'; readonly status: number; readonly page: Page });

/** A JSON answer that no cache may keep (RFC 6749 section 5.1). */
export function jsonReply(status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    kind: 'document',
    status,
    body: JSON.stringify(body),
    headers: { 'cache-control': 'no-store', pragma: 'no-cache', ...headers },
  };
}
