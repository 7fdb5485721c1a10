import type { Client } from '../client.ts';

/** Shows the code on a page instead of redirecting, for terminals without a browser (Dex; public clients only). */
export const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob';

/** Where the answer to a device goes: nowhere, it is kept until the device asks. Clients of Dex register this path. */
export const DEVICE = '/device/callback';

/** Whether a client registered the device flow, as for Dex: with the path of the issuer in front or without it. */
const isOfDevices = (uri: string): boolean => uri.startsWith('/') && uri.endsWith(DEVICE);

/** Whether a client may use the device flow: it registered that, or it is public and registered nothing, as in Dex. */
export function mayUseDevices({ redirectUris, public: isPublic }: Client): boolean {
  return redirectUris.some(isOfDevices) || (isPublic && redirectUris.length === 0);
}

/** The same of any answer: {@link mayUseDevices} for {@link DEVICE}, {@link mayRedirectTo} for what a browser is sent to. */
export function mayAnswerTo(client: Client, redirectUri: string): boolean {
  return redirectUri === DEVICE ? mayUseDevices(client) : mayRedirectTo(client, redirectUri);
}

/**
 * Whether a client may have its answer sent to `uri`. Comparison is byte for byte (RFC 9700 section 2.1), with one
 * exception for native apps, which cannot know their port (RFC 8252 section 7.3): for a public client the port of a
 * loopback URI is free. A public client that registered none may use any loopback URI, as in Dex. Nobody is redirected
 * to the path that stands for the device flow.
 */
export function mayRedirectTo(client: Client, uri: string): boolean {
  if (!asciiOnly.test(uri) || isOfDevices(uri)) return false;
  if (client.redirectUris.includes(uri)) return true;
  if (!client.public) return false;
  if (client.redirectUris.length === 0) return uri === OUT_OF_BAND || isLoopback(uri);
  return client.redirectUris.some((registered) => sameButPort(registered, uri));
}

/**
 * Whether a browser may be sent to `uri` after a logout (OpenID Connect RP-Initiated Logout section 2). Nothing depends
 * on that, so nobody needs a free port.
 */
export function mayReturnTo({ postLogoutRedirectUris = [] }: Client, uri: string): boolean {
  return asciiOnly.test(uri) && postLogoutRedirectUris.includes(uri);
}

/** A URI has no others (RFC 3986), and `URL` drops or encodes them where the header `Location` cannot be sent. */
const asciiOnly = /^[\x21-\x7e]+$/;

const loopback = /^http:\/\/(localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::(\d{1,5}))?(\/[^#]*|\?[^#]*)?$/;

/**
 * A program on the person's own machine (RFC 8252 section 7.3): `http`, a loopback host written in full, no user info, no
 * fragment. The text itself is matched, not a parse of it.
 */
export function isLoopback(uri: string): boolean {
  return loopback.test(uri) && URL.canParse(uri);
}

function sameButPort(registered: string, uri: string): boolean {
  const [, host, , rest = ''] = loopback.exec(registered) ?? [];
  const [, otherHost, , otherRest = ''] = loopback.exec(uri) ?? [];
  return host !== undefined && host === otherHost && rest === otherRest && URL.canParse(uri);
}
