import type { UpstreamRefresh } from '@ostiary/connector-sdk';

/** Answers the identity it is asked about: a made-up person does not change. */
export const mockRefresh: UpstreamRefresh = {
  kind: 'upstream',
  exclusive: false,
  async refresh({ identity }) {
    return identity;
  },
};
