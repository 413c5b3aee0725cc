import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useOpen, useQueryState } from '../shared/hooks';
import { keys } from '../shared/query';
import { Button } from '../shared/ui/Button';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { Tabs } from '../shared/ui/Tabs';
import { useToast } from '../shared/ui/Toast';
import { AgentDialogs, type Open } from './AgentDialogs';
import { AgentsView, type Act } from './AgentsView';
import { checkAgent, listAgents, listPools, setCircuit, syncAgent } from './api';
import { byTrouble, checkInWords } from './logic';
import { PoolsView } from './PoolsView';
import type { Agent } from './types';

const done: Record<'sync' | 'open' | 'close', string> = {
  sync: 'was asked what it can do',
  open: 'gets no calls any more',
  close: 'gets calls again',
};

export function AgentsPage() {
  const client = useQueryClient();
  const toast = useToast();
  const [tab, setTab] = useQueryState('tab', 'agents');
  const [open, setOpen] = useOpen<Open>({ new: { what: 'new' } });
  const list = useQuery({ queryKey: keys.agents, queryFn: listAgents, refetchInterval: 5000 });
  const pools = useQuery({
    queryKey: [...keys.agents, 'pools'],
    queryFn: listPools,
    enabled: tab === 'pools',
    refetchInterval: 5000,
  });
  const spoil = () => client.invalidateQueries({ queryKey: keys.agents });
  const check = useMutation({
    mutationFn: checkAgent,
    onSuccess: (found) =>
      toast.say(`${found.agent_id} ${checkInWords(found)}`, found.reachable ? 'ok' : 'bad'),
    onError: (error, id) => toast.fail(`${id} was not checked`, error),
    onSettled: spoil,
  });
  const change = useMutation({
    mutationFn: ({ agent, act }: { agent: Agent; act: 'sync' | 'open' | 'close' }) =>
      act === 'sync' ? syncAgent(agent.agent_id) : setCircuit(agent.agent_id, act),
    onSuccess: (agent, { act }) => toast.say(`${agent.name} ${done[act]}`),
    onError: (error, { agent }) => toast.fail(`${agent.name} was not changed`, error),
    onSettled: spoil,
  });
  const onAct = (agent: Agent, act: Act) => {
    if (act === 'check') check.mutate(agent.agent_id);
    else if (act === 'edit' || act === 'remove' || act === 'try') setOpen({ what: act, agent });
    else change.mutate({ agent, act });
  };

  return (
    <Page
      title="Agents"
      lead="Who does the work: services that offer actions over HTTP."
      actions={
        <Button kind="primary" icon="plus" onClick={() => setOpen({ what: 'new' })}>
          Register one
        </Button>
      }
    >
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      <Tabs
        name="Agents and pools"
        value={tab}
        onChange={setTab}
        tabs={[
          {
            id: 'agents',
            name: 'Agents',
            content: list.data ? (
              <AgentsView
                agents={byTrouble(list.data)}
                checking={check.isPending ? check.variables : null}
                onAct={onAct}
              />
            ) : (
              <Loading />
            ),
          },
          { id: 'pools', name: 'Pools', content: <PoolsView query={pools} /> },
        ]}
      />
      {open && <AgentDialogs open={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}
