import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Member } from '../shared/form/members';
import { useOpen, useQueryState } from '../shared/hooks';
import { http, segment } from '../shared/http';
import type { Json, JsonObject } from '../shared/types';
import { Badge, StatusBadge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { ConfirmDialog } from '../shared/ui/ConfirmDialog';
import { SearchInput } from '../shared/ui/Field';
import { JsonView } from '../shared/ui/JsonView';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Page } from '../shared/ui/Page';
import { Refused, Resource } from '../shared/ui/Resource';
import { Tabs } from '../shared/ui/Tabs';
import { TrialDialog } from '../shared/ui/TrialDialog';

/** api.md 8 */
interface Server {
  server_id: string;
  name: string;
  base_url: string;
  protocol: string;
  enabled: boolean;
  status: string;
  tool_count: number;
  last_error: string | null;
}

interface Tool {
  server_id: string;
  server: string;
  name: string;
  description: string | null;
  input_schema: JsonObject | null;
}

interface Tools {
  tools: Tool[];
  errors: { server_id: string; error: string }[];
}

const members: Member[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'base_url', label: 'Address', required: true, hint: 'http or https' },
  {
    name: 'protocol',
    label: 'Protocol',
    kind: 'choice',
    choices: ['rest', 'streamable-http'],
    required: true,
  },
  { name: 'secret_name', label: 'Secret', hint: 'The name of the secret with its key' },
  { name: 'enabled', label: 'Enabled', kind: 'check' },
];

export function McpPage() {
  const [tab, setTab] = useQueryState('tab', 'tools');
  const [adding, setAdding] = useOpen({ new: true });
  return (
    <Page
      title="Tools"
      lead="Tool servers (MCP) and what they offer to procedures and models."
      actions={
        <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
          Add a server
        </Button>
      }
    >
      <Tabs
        name="Tools and servers"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'tools', name: 'Tools', content: <ToolList /> },
          { id: 'servers', name: 'Servers', content: <ServerList /> },
        ]}
      />
      {adding && (
        <ObjectDialog
          title="Add a tool server"
          members={members}
          initial={{ protocol: 'rest', enabled: true }}
          act="Add"
          done="The server is added"
          spoils={['mcp']}
          onSend={(body) => http.post('/mcp/servers', body)}
          onClose={() => setAdding(null)}
        />
      )}
    </Page>
  );
}

function ToolList() {
  const [text, setText] = useState('');
  const [trying, setTrying] = useState<Tool | null>(null);
  const found = useQuery({
    queryKey: ['mcp', 'tools'],
    queryFn: () => http.get<Tools>('/mcp/tools'),
  });
  if (found.isError) return <Refused error={found.error} />;
  const list = (found.data?.tools ?? []).filter((t) =>
    `${t.name} ${t.description ?? ''} ${t.server}`.toLowerCase().includes(text.toLowerCase()),
  );
  return (
    <div className="flex flex-col gap-4">
      <SearchInput
        name="Search tools"
        text={text}
        onText={setText}
        className="max-w-96"
      />
      {found.data?.errors.map((e) => (
        <ErrorNote key={e.server_id} title={e.server_id} error={new Error(e.error)} />
      ))}
      <Resource
        query={{ ...found, data: found.data ? list : undefined } as never}
        name="Tools"
        icon="tools"
        none={{
          title: text ? 'No tool matches' : 'No tools yet',
          text: 'Add a tool server: its tools can be used by steps and by models.',
        }}
        keyOf={(t: Tool) => `${t.server_id} ${t.name}`}
        row={(t: Tool) => (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
            <span className="min-w-0 flex-1 basis-60">
              <code className="font-medium break-all">{t.name}</code>
              {t.description && (
                <span className="block break-words text-muted">{t.description}</span>
              )}
            </span>
            <Badge>{t.server}</Badge>
            <Button size="small" icon="play" onClick={() => setTrying(t)}>
              Try
            </Button>
          </div>
        )}
      />
      {trying && <TryDialog tool={trying} onClose={() => setTrying(null)} />}
    </div>
  );
}

interface Tried {
  result: Json;
  is_error: boolean;
  latency_ms: number;
}

function TryDialog({ tool, onClose }: { tool: Tool; onClose: () => void }) {
  const path = `/mcp/tools/${segment(tool.server_id)}/${segment(tool.name)}/call` as const;
  return (
    <TrialDialog
      title={`Try ${tool.name}`}
      lead="It is really called, and that is noted in the audit trail."
      label="Arguments"
      onCall={async (args) => {
        const found = await http.post<Tried>(path, { arguments: args });
        return {
          tone: found.is_error ? 'bad' : 'ok',
          sentence: found.is_error ? 'It reported an error' : 'It answered',
          latency_ms: found.latency_ms,
          said: found.result,
        };
      }}
      onClose={onClose}
    >
      {tool.input_schema && (
        <details>
          <summary className="text-muted">What it takes</summary>
          <JsonView value={tool.input_schema} name="the schema" className="mt-2 max-h-60" />
        </details>
      )}
    </TrialDialog>
  );
}

type Open = { what: 'edit' | 'delete'; server: Server };

function ServerList() {
  const [open, setOpen] = useState<Open | null>(null);
  const list = useQuery({
    queryKey: ['mcp', 'servers'],
    queryFn: () => http.get<Server[]>('/mcp/servers'),
  });
  const path = `/mcp/servers/${segment(open?.server.server_id ?? '')}` as const;
  return (
    <>
      {list.isPending ? (
        <Loading />
      ) : (
        <Resource
          query={list}
          name="Servers"
          icon="tools"
          none={{ title: 'No servers yet', text: 'A tool server speaks MCP or plain REST.' }}
          keyOf={(s) => s.server_id}
          row={(s) => (
            <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
              <span className="min-w-0 flex-1 basis-60">
                <span className="font-medium">{s.name}</span>
                <code className="block break-all text-faint">{s.base_url}</code>
                {s.last_error && <span className="block break-words text-bad">{s.last_error}</span>}
              </span>
              <Badge>{s.protocol}</Badge>
              {s.enabled ? <StatusBadge status={s.status} /> : <Badge>disabled</Badge>}
              <span className="text-muted tabular-nums">{s.tool_count} tools</span>
              <span className="flex">
                <IconButton
                  icon="edit"
                  name={`Edit ${s.name}`}
                  onClick={() => setOpen({ what: 'edit', server: s })}
                />
                <IconButton
                  icon="trash"
                  name={`Remove ${s.name}`}
                  onClick={() => setOpen({ what: 'delete', server: s })}
                />
              </span>
            </div>
          )}
        />
      )}
      {open?.what === 'edit' && (
        <ObjectDialog
          title={`Edit ${open.server.name}`}
          members={members}
          initial={open.server as unknown as JsonObject}
          act="Save"
          done="Saved"
          spoils={['mcp']}
          onSend={(body) => http.put(path, body)}
          onClose={() => setOpen(null)}
        />
      )}
      {open?.what === 'delete' && (
        <ConfirmDialog
          title={`Remove ${open.server.name}?`}
          lead="Steps that call its tools fail from then on."
          act="Remove"
          done="The server is removed"
          spoils={['mcp']}
          onDo={() => http.delete(path)}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
