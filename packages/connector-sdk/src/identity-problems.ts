import type { Secret } from '@ostiary/primitives';
import { z } from 'zod';

/** Another copy of the primitives may have made it, so its class says nothing. */
const isSecret = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'reveal' in value && typeof value.reveal === 'function';

const text = z.string({ error: 'is not a text' });
const moment = z.date({ error: 'is not a valid Date' }).optional();

const email = z.object(
  { address: text, verified: z.boolean({ error: 'is not a boolean' }) },
  { error: 'is not an address with verified: leave email out where there is none' },
);

const authentication = z.object(
  {
    time: moment,
    methods: z.array(text, { error: 'is not a list of texts' }).optional(),
    contextClass: text.optional(),
    expires: moment,
  },
  { error: 'is not an object' },
);

const identity: z.ZodType<unknown> = z.object(
  {
    // Of two ids that are no well-formed Unicode, UTF-8 makes the same bytes, and so the same `sub`.
    userId: text.min(1, 'is empty').refine((id) => id.isWellFormed(), 'is no well-formed Unicode'),
    username: text,
    preferredUsername: text.optional(),
    email: email.optional(),
    groups: z.array(text, { error: 'is not a list of texts' }),
    tenant: text.optional(),
    authentication: authentication.optional(),
    renewable: z.literal(false, { error: 'is neither false nor left out' }).optional(),
    claims: z.record(z.string(), z.unknown(), { error: 'is not an object' }).optional(),
    connectorData: z.custom<Secret>(isSecret, { error: 'is not a Secret' }).optional(),
  },
  { error: 'is not an identity' },
);

/**
 * What keeps an answer from being an {@link Identity}. A connector may be written without types, and a `JSON.parse` fits
 * every type; so who works with the answer of a connector asks here first.
 *
 * @param answer of a facet, instead of `rejected`.
 * @returns a sentence for each problem, `groups.1 is not a text`, which holds nothing of the answer; none when it is one.
 */
export function identityProblems(answer: unknown): readonly string[] {
  const checked = identity.safeParse(answer);
  if (checked.success) return [];
  return checked.error.issues.map(({ path, message }) => `${path.join('.') || 'the answer'} ${message}`);
}
