import { lazy, type ComponentType, type LazyExoticComponent } from 'react';

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
  {
    path: '/mcp',
    page: lazy(async () => ({
      default: (await import('../mcp/McpPage')).McpPage,
    })),
  },
  {
    path: '/leases',
    page: lazy(async () => ({
      default: (await import('../leases/LeasesPage')).LeasesPage,
    })),
  },
  {
    path: '/projects',
    page: lazy(async () => ({
      default: (await import('../projects/ProjectsPage')).ProjectsPage,
    })),
  },
  {
    path: '/secrets',
    page: lazy(async () => ({
      default: (await import('../secrets/SecretsPage')).SecretsPage,
    })),
  },
  {
    path: '/llm',
    page: lazy(async () => ({
      default: (await import('../llm/LlmPage')).LlmPage,
    })),
  },
  {
    path: '/audit',
    page: lazy(async () => ({
      default: (await import('../audit/AuditPage')).AuditPage,
    })),
  },
  {
    path: '/users',
    page: lazy(async () => ({
      default: (await import('../identity/UsersPage')).UsersPage,
    })),
  },
  {
    path: '/tokens',
    page: lazy(async () => ({
      default: (await import('../identity/TokensPage')).TokensPage,
    })),
  },
  {
    path: '/login',
    page: lazy(async () => ({
      default: (await import('../identity/LoginPage')).LoginPage,
    })),
  },
  {
    path: '/settings',
    page: lazy(async () => ({
      default: (await import('../settings/SettingsPage')).SettingsPage,
    })),
  },
  {
    path: '/triggers',
    page: lazy(async () => ({
      default: (await import('../triggers/TriggersPage')).TriggersPage,
    })),
  },
  {
    path: '/workflows',
    page: lazy(async () => ({
      default: (await import('../workflows/WorkflowsPage')).WorkflowsPage,
    })),
  },
  {
    path: '/workflows/:workflowId',
    page: lazy(async () => ({
      default: (await import('../workflows/WorkflowPage')).WorkflowPage,
    })),
  },
  ...['/orders', '/orders/:orderId'].map((path) => ({
    path,
    page: lazy(async () => ({
      default: (await import('../workflows/OrdersPage')).OrdersPage,
    })),
  })),
];
