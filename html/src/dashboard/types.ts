import type { Schemas } from '../shared/contract';

/** api.md 2 */
export type Health = Schemas['Health'];

export type Readiness = Schemas['Readiness'];

export type Summary = Schemas['MetricsSummary'];

/** api.md 8 */
export type Pool = Schemas['AgentPool'];

/** api.md 13 */
export type UsageRow = Schemas['LlmUsageRow'];
