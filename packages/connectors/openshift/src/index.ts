/** The connector for OpenShift. */
export type { OpenShiftConfig } from './config.ts';
export { openshift } from './definition.ts';
