/** Logs people in at Template Name. */
export type { TemplateNameConfig } from './config.ts';
export { templateName } from './definition.ts';
