import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { IconName } from '../shared/ui/Icon';
import type { Section } from './sections';

interface Route {
  path: string;
  page: LazyExoticComponent<ComponentType>;
}

/** Every page is its own chunk. */
export const routes: Route[] = [
  {
    path: '/',
    page: lazy(async () => ({
      default: (await import('../dashboard/DashboardPage')).DashboardPage,
    })),
  },
  {
    path: '/procedures',
    page: lazy(async () => ({
      default: (await import('../procedures/ProceduresPage')).ProceduresPage,
    })),
  },
  {
    path: '/procedures/:procedureId',
    page: lazy(async () => ({
      default: (await import('../procedures/ProcedurePage')).ProcedurePage,
    })),
  },
  ...['/builder', '/builder/:procedureId'].map((path) => ({
    path,
    page: lazy(async () => ({
      default: (await import('../builder/BuilderPage')).BuilderPage,
    })),
  })),
  {
    path: '/runs',
    page: lazy(async () => ({
      default: (await import('../runs/RunsPage')).RunsPage,
    })),
  },
  {
    path: '/runs/:runId',
    page: lazy(async () => ({
      default: (await import('../runs/RunPage')).RunPage,
    })),
  },
  {
    path: '/approvals',
    page: lazy(async () => ({
      default: (await import('../approvals/ApprovalsPage')).ApprovalsPage,
    })),
  },
  {
    path: '/approvals/:approvalId',
    page: lazy(async () => ({
      default: (await import('../approvals/ApprovalsPage')).ApprovalsPage,
    })),
  },
  {
    path: '/agents',
    page: lazy(async () => ({
      default: (await import('../agents/AgentsPage')).AgentsPage,
    })),
  },
];

interface NavItem {
  href: '/' | `/${Section}`;
  name: string;
  icon: IconName;
  /** The key after `g`. */
  key: string;
}

export const navigation: NavItem[] = [
  { href: '/', name: 'Dashboard', icon: 'dashboard', key: 'd' },
  { href: '/procedures', name: 'Procedures', icon: 'procedures', key: 'p' },
  { href: '/runs', name: 'Runs', icon: 'runs', key: 'r' },
  { href: '/approvals', name: 'Approvals', icon: 'approvals', key: 'a' },
  { href: '/agents', name: 'Agents', icon: 'agents', key: 't' },
];
