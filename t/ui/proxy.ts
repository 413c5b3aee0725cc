import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { top } from './browser';

/** A server between the browser and the site. */
export interface Proxy {
  url: string;
  /** Ends all connections and takes none, until `mend`. */
  lose: () => Promise<void>;
  mend: () => Promise<void>;
  close: () => void;
}

/** Answers what `inner` says: the path at the site for a path here, or null for 404. */
export async function startProxy(inner: (url: string) => string | null): Promise<Proxy> {
  const pass = (from: IncomingMessage, to: ServerResponse): void => {
    const path = inner(from.url ?? '');
    if (path === null) {
      to.writeHead(404).end();
      return;
    }
    const headers = { ...from.headers, host: top.host };
    const onward = request(new URL(path, top), { method: from.method, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on('error', () => to.destroy());
    to.on('close', () => onward.destroy());
    from.pipe(onward);
  };
  const server = createServer(pass);
  const listen = (port: number) =>
    new Promise<void>((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    lose: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    mend: () => listen(port),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
