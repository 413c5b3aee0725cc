import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/* An agent and a server of tools, over HTTP as any other; what was asked of it is remembered. */

export interface Asked {
  action: string;
  params: Record<string, unknown>;
  key: string;
}

export interface Agent {
  url: string;
  asked: Asked[];
  /** Answers what was held until now, and holds nothing any more. */
  release: () => void;
  close: () => Promise<void>;
}

/** What an action gives: an answer as agents give it; `hold`: none before release(). */
type Does = (params: Record<string, unknown>) => object | 'hold';

interface Tool {
  name: string;
  description: string;
  input_schema: object;
  does: (args: Record<string, unknown>) => unknown;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return JSON.parse(text || '{}') as Record<string, unknown>;
}

/** Listens on loopback until it is closed. */
export async function startAgent(
  actions: Record<string, Does>, tools: readonly Tool[] = [],
): Promise<Agent> {
  const asked: Asked[] = [];
  let held: (() => void)[] = [];
  let open = false;

  const server: Server = createServer((request, response) => {
    const say = (body: object, status = 200) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    const path = new URL(request.url ?? '/', 'http://agent').pathname;
    if (path === '/health') return say({ status: 'ok' });
    if (path === '/capabilities') return say({ capabilities: Object.keys(actions) });
    if (path === '/tools') return say({ tools: tools.map(({ does: _, ...told }) => told) });
    void bodyOf(request).then((body) => {
      const tool = tools.find((t) => path === `/tools/${t.name}`);
      const given = (body.params ?? body.arguments ?? {}) as Record<string, unknown>;
      const action = String(body.action ?? tool?.name ?? '');
      asked.push({ action, params: given, key: String(request.headers['idempotency-key'] ?? '') });
      if (tool) return say({ result: tool.does(given) });
      const answer = actions[action]?.(given) ?? { status: 'error', error: 'no such action' };
      if (answer !== 'hold') return say(answer);
      const later = () => say({ status: 'success', result: { held: true } });
      if (open) later();
      else held.push(later);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const release = () => {
    open = true;
    for (const answer of held) answer();
    held = [];
  };
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    release,
    close: () => new Promise((resolve) => {
      release();
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
