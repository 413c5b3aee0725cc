import type { IconName } from '../shared/ui/Icon';
import type { Section } from './sections';

export interface NavItem {
  href: '/' | `/${Section}`;
  name: string;
  icon: IconName;
  /** The key after `g`. */
  key: string;
  group: 'Daily' | 'Build' | 'Connect' | 'Site';
}

export const navigation: NavItem[] = [
  { href: '/', name: 'Dashboard', icon: 'dashboard', key: 'd', group: 'Daily' },
  { href: '/procedures', name: 'Procedures', icon: 'procedures', key: 'p', group: 'Daily' },
  { href: '/runs', name: 'Runs', icon: 'runs', key: 'r', group: 'Daily' },
  { href: '/approvals', name: 'Approvals', icon: 'approvals', key: 'a', group: 'Daily' },
  { href: '/builder', name: 'Builder', icon: 'edit', key: 'b', group: 'Build' },
  { href: '/triggers', name: 'Triggers', icon: 'clock', key: 'c', group: 'Build' },
  { href: '/workflows', name: 'Workflows', icon: 'layers', key: 'w', group: 'Build' },
  { href: '/agents', name: 'Agents', icon: 'agents', key: 't', group: 'Connect' },
  { href: '/mcp', name: 'Tools', icon: 'tools', key: 'm', group: 'Connect' },
  { href: '/llm', name: 'Models', icon: 'chat', key: 'l', group: 'Connect' },
  { href: '/secrets', name: 'Secrets', icon: 'lock', key: 's', group: 'Connect' },
  { href: '/projects', name: 'Projects', icon: 'folder', key: 'j', group: 'Site' },
  { href: '/leases', name: 'Leases', icon: 'bolt', key: 'e', group: 'Site' },
  { href: '/users', name: 'Users', icon: 'users', key: 'o', group: 'Site' },
  { href: '/tokens', name: 'API tokens', icon: 'key', key: 'k', group: 'Site' },
  { href: '/audit', name: 'Audit', icon: 'history', key: 'u', group: 'Site' },
  { href: '/settings', name: 'Settings', icon: 'settings', key: 'x', group: 'Site' },
];

/** What stands at the foot of a phone; the others are behind "More". */
export const onPhone: readonly string[] = ['/', '/procedures', '/runs', '/approvals'];
