import {
  atMostOne,
  duration,
  fileName,
  insecureSkipEmailVerifiedKey,
  keepEmpty,
  secretText,
  text,
} from '@ostiary/connector-sdk/config';
import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** The options of the connector, checked. Spelled as in Dex. */
export interface AuthProxyConfig {
  readonly userHeader: string;
  readonly userIDHeader: string;
  readonly userNameHeader: string;
  readonly emailHeader: string;
  readonly groupHeader: string;
  readonly groupHeaderSeparator: string;
  readonly staticGroups: readonly string[];
  readonly insecureSkipEmailVerified: boolean;
  readonly secretHeader: string;
  readonly sharedSecret?: Secret;
  readonly sharedSecretFile?: string;
  /** Milliseconds. */
  readonly refreshMaxAge: number;
}

const header = (name: string, about: string) =>
  z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/iu, 'is no name of a header. Write it like X-Remote-User.')
    .default(name)
    .describe(`${about} Default: ${name}.`);

const day = 86_400_000;

/** Dex's options of the connector `authproxy`, and a few more. */
export const authproxyConfig: z.ZodType<AuthProxyConfig> = z
  .object({
    userHeader: header('X-Remote-User', 'Header with the name of the user.'),
    userIDHeader: header('X-Remote-User-Id', 'Header with the immutable id; absent: the user.'),
    userNameHeader: header('X-Remote-User-Name', 'Header with `preferred_username`; absent: the user.'),
    emailHeader: header('X-Remote-User-Email', 'Header with the address; absent: the user.'),
    groupHeader: header('X-Remote-Group', 'Header with the groups.'),
    groupHeaderSeparator: text().default(',').describe('What stands between groups. Default: a comma.'),
    staticGroups: z.array(text()).default([]).describe('Groups of everybody who comes this way.'),
    insecureSkipEmailVerified: insecureSkipEmailVerifiedKey('the proxy'),
    secretHeader: header('X-Remote-Secret', 'Header with which the proxy shows that it is the proxy. Not in Dex.'),
    // Not left out when it is empty: anybody could then say that they are the proxy.
    sharedSecret: secretText().meta(keepEmpty).exactOptional().describe('What that header must hold. Not in Dex.'),
    sharedSecretFile: fileName('secret')
      .meta(keepEmpty)
      .exactOptional()
      .describe('The same as a file, read at each login. Not in Dex.'),
    refreshMaxAge: duration({ minMs: 60_000 })
      .default(day)
      .describe(
        'How long refresh tokens are good after the login, since the proxy cannot be asked. Default: 24h. Not in Dex.',
      ),
  })
  .superRefine(atMostOne('sharedSecret', 'sharedSecretFile'))
  .superRefine(({ secretHeader, userHeader, userIDHeader, userNameHeader, emailHeader, groupHeader }, context) => {
    const shown = [userHeader, userIDHeader, userNameHeader, emailHeader, groupHeader].map((name) =>
      name.toLowerCase(),
    );
    if (!shown.includes(secretHeader.toLowerCase())) return;
    const message = 'is a header that says who somebody is. Name another: the secret would be in the tokens.';
    context.addIssue({ code: 'custom', path: ['secretHeader'], message });
  });
