import type { IconName } from '../shared/ui/Icon';
import type { Entry } from './PaletteDialog';

/** What is done on a page, each with the address that begins it. */
const places: [name: string, icon: IconName, href: string][] = [
  ['Import a procedure', 'import', '/procedures?import=1'],
  ['Build a new procedure', 'plus', '/builder'],
  ['Runs that failed', 'alert', '/runs?status=failed'],
  ['Runs that wait', 'clock', '/runs?status=waiting_approval,paused'],
  ['Runs of the last hour', 'runs', '/runs?period=1h'],
  ['Register an agent', 'agents', '/agents?do=new'],
  ['Set a trigger', 'bolt', '/triggers?do=new'],
  ['Add a server of tools', 'tools', '/mcp?do=new'],
  ['New model profile', 'chat', '/llm?do=new'],
  ['New prompt', 'chat', '/llm?tab=prompts&do=new'],
  ['New budget', 'chat', '/llm?tab=budgets&do=new'],
  ['New secret', 'lock', '/secrets?do=new'],
  ['New project', 'folder', '/projects?do=new'],
  ['New graph of agents', 'layers', '/workflows?do=new'],
  ['New list of steps', 'layers', '/workflows?tab=lists&do=new'],
  ['New user', 'users', '/users?do=new'],
  ['New API token', 'key', '/tokens?do=new'],
  ['Health of the site', 'dashboard', '/settings'],
  ['Limits of the site', 'settings', '/settings?tab=limits'],
];

interface Acts {
  go: (to: string) => void;
  onTheme: () => void;
  onKeys: () => void;
  onAccount: () => void;
}

/** Everything that the palette can do, whichever page one is on. */
export function actionsOf({ go, onTheme, onKeys, onAccount }: Acts): Entry[] {
  const action = (name: string, icon: IconName, run: () => void): Entry => ({
    id: name,
    name,
    hint: '',
    icon,
    run,
  });
  return [
    ...places.map(([name, icon, href]) => action(name, icon, () => go(href))),
    action('Change the theme', 'moon', onTheme),
    action('Account, sign out', 'user', onAccount),
    action('Keyboard shortcuts', 'keyboard', onKeys),
  ];
}
