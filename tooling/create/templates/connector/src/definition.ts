import { type ConnectorDefinition, defineConnector } from '@ostiary/connector-sdk';
import { type TemplateNameConfig, templateNameConfig } from './config.ts';
import { templateNameLogin, templateNameProvider } from './login.ts';
import { templateNameRefresh } from './refresh.ts';

/** Template Name: OAuth 2.0 with PKCE, and a user endpoint that says who logged in. */
export const templateName: ConnectorDefinition<TemplateNameConfig> = defineConnector({
  type: 'template-name',
  config: templateNameConfig,
  open(config, context) {
    const provider = templateNameProvider(config, context);
    return { via: 'redirect', login: templateNameLogin(provider), refresh: templateNameRefresh(provider) };
  },
});
