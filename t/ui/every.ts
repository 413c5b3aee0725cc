/** What the pages are of that are about one thing. */
export interface Shown {
  procedure: string;
  run: string;
  approval: string;
}

/** Every page of the console and every part of one that has an address, by a name for a file. */
export function everyPage({ procedure, run, approval }: Shown): [name: string, path: string][] {
  const p = `procedures/${procedure}`;
  return [
    ['dashboard', ''],
    ['procedures', 'procedures'],
    ['procedure', p],
    ['procedure-graph', `${p}?tab=graph`],
    ['procedure-document', `${p}?tab=json`],
    ['procedure-versions', `${p}?tab=versions`],
    ['procedure-comparison', `${p}?tab=diff`],
    ['procedure-releases', `${p}?tab=releases`],
    ['procedure-explained', `${p}?tab=explain`],
    ['procedure-triggers', `${p}?tab=triggers`],
    ['procedure-runs', `${p}?tab=runs`],
    ['procedure-check', `${p}?tab=check`],
    ['builder', `builder/${procedure}`],
    ['builder-split', `builder/${procedure}?show=split`],
    ['builder-outline', `builder/${procedure}?show=outline`],
    ['runs', 'runs'],
    ['run', `runs/${run}`],
    ['run-data', `runs/${run}?tab=data`],
    ['run-diagnostics', `runs/${run}?tab=diagnostics`],
    ['run-states', `runs/${run}?tab=checkpoints`],
    ['run-graph', `runs/${run}?tab=graph`],
    ['run-bars', `runs/${run}?show=gantt`],
    ['run-artifacts', `runs/${run}?tab=artifacts`],
    ['run-models', `runs/${run}?tab=models`],
    ['run-event', `runs/${run}?event=2`],
    ['runs-compared', `runs?compare=${run},${run}`],
    ['approvals', 'approvals'],
    ['approval', `approvals/${approval}`],
    ['agents', 'agents'],
    ['agents-pools', 'agents?tab=pools'],
    ['triggers', 'triggers'],
    ['workflows', 'workflows'],
    ['workflows-lists', 'workflows?tab=lists'],
    ['workflows-runs', 'workflows?tab=runs'],
    ['orders', 'orders'],
    ['tools', 'mcp'],
    ['tools-servers', 'mcp?tab=servers'],
    ['models', 'llm'],
    ['models-prompts', 'llm?tab=prompts'],
    ['models-budgets', 'llm?tab=budgets'],
    ['models-usage', 'llm?tab=usage'],
    ['secrets', 'secrets'],
    ['projects', 'projects'],
    ['leases', 'leases'],
    ['audit', 'audit'],
    ['settings', 'settings'],
    ['settings-figures', 'settings?tab=figures'],
    ['settings-settings', 'settings?tab=settings'],
    ['settings-limits', 'settings?tab=limits'],
    ['users', 'users'],
    ['tokens', 'tokens'],
    ['tokens-all', 'tokens?whose=all'],
    ['login', 'login'],
  ];
}
