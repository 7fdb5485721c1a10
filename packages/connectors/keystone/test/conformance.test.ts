import { connectorConformance } from '@ostiary/connector-sdk/conformance/vitest';
import { subject } from './subject.ts';

connectorConformance(subject);
