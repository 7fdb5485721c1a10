import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type TemplateNameConfig, templateNameConfig } from './config.ts';
import { templateNameLogin } from './login.ts';

/** Template Name. */
export const templateName: ConnectorDefinition<TemplateNameConfig> = defineConnector({
  type: 'template-name',
  about: {
    provider: 'Template Name',
    groups: 'groups of the user endpoint',
    preferredUsername: 'login name',
    emailVerified: 'never',
    testedAgainst: 'a stand-in',
  },
  config: templateNameConfig,
  open: templateNameLogin,
});
