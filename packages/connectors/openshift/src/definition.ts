import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type OpenShiftConfig, openshiftConfig } from './config.ts';
import { openshiftLogin } from './login.ts';

/** The OAuth server of an OpenShift cluster. */
export const openshift: ConnectorDefinition<OpenShiftConfig> = defineConnector({
  type: 'openshift',
  about: {
    provider: 'OpenShift',
    groups: 'groups of the user',
    preferredUsername: 'user name',
    emailVerified: 'never',
    claims: 'the user object',
    testedAgainst: 'a stand-in, its account checked against github.com/openshift/api; no types of discovery',
  },
  config: openshiftConfig,
  open: openshiftLogin,
});
