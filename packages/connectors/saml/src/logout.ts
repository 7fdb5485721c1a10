/** Single logout, begun by us (SAML 2.0 Profiles section 4.4). */
import type { UpstreamLogout } from '@ostiary/connector-sdk';
import { z } from 'zod';
import type { Session } from './identity.ts';
import type { Parts } from './login.ts';
import { logoutRequest } from './outgoing.ts';
import { messageId, settingsOf } from './service-provider.ts';

const session: z.ZodType<Session> = z.object({
  entityId: z.string(),
  nameId: z.string(),
  nameIdFormat: z.string().exactOptional(),
  nameQualifier: z.string().exactOptional(),
  spNameQualifier: z.string().exactOptional(),
  sessionIndex: z.string().exactOptional(),
});

/**
 * Leads to the provider with a `LogoutRequest`, where it has an endpoint for that. Where the browser goes afterwards is
 * registered there: SAML has no return URL.
 */
export function samlLogout({ config, context, source, keys }: Parts): UpstreamLogout {
  return {
    async begin({ state, connectorData }) {
      const { singleLogout } = await source.get();
      const known = session.safeParse(parse(connectorData?.reveal()));
      if (singleLogout === undefined || !known.success) return undefined;
      const { entityId, ...whose } = known.data;
      const settings = await settingsOf(config, { callbackUrl: entityId, keys });
      const request = { ...whose, id: messageId(context.random), now: context.now(), relayState: state };
      return { url: logoutRequest(settings, singleLogout, request) };
    },
  };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
