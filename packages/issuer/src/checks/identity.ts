import type { Identity } from '@ostiary/connector-sdk';
import { OstiaryError, type Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** Another copy of the primitives may have made it, so its class says nothing. */
const secret = z.custom<Secret>(
  (value) => typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function',
);

const contract: z.ZodType<unknown> = z.object({
  userId: z.string().min(1),
  username: z.string(),
  preferredUsername: z.string().optional(),
  email: z.object({ address: z.string(), verified: z.boolean() }).optional(),
  groups: z.array(z.string()),
  tenant: z.string().optional(),
  authentication: z
    .object({
      time: z.date().optional(),
      methods: z.array(z.string()).optional(),
      contextClass: z.string().optional(),
      expires: z.date().optional(),
    })
    .optional(),
  renewable: z.literal(false).optional(),
  connectorData: secret.optional(),
});

/**
 * Refuses what a connector answered if it is no identity. A connector may come from anywhere and be written without
 * types; what is wrong must show here, at the connector, and not as a record that nobody can read any more.
 *
 * @throws {OstiaryError} `upstream/protocol` with the names of what is wrong in its detail.
 */
export function requireIdentity(answer: Identity): void {
  const checked = contract.safeParse(answer);
  if (checked.success) return;
  const problems = checked.error.issues.map(({ path }) => path.join('.') || 'all of it');
  throw new OstiaryError('upstream/protocol', 'The login failed.', {
    detail: { reason: 'the connector answered no identity', problems: [...new Set(problems)] },
  });
}
