import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { keys } from '../shared/query';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { useToast } from '../shared/ui/Toast';
import { AgentsView } from './AgentsView';
import { checkAgent, listAgents } from './api';
import { byTrouble, checkInWords } from './logic';

export function AgentsPage() {
  const client = useQueryClient();
  const toast = useToast();
  const list = useQuery({ queryKey: keys.agents, queryFn: listAgents, refetchInterval: 5000 });
  const check = useMutation({
    mutationFn: checkAgent,
    onSuccess: (found) =>
      toast.say(`${found.agent_id} ${checkInWords(found)}`, found.reachable ? 'ok' : 'bad'),
    onError: (error, id) => toast.fail(`${id} was not checked`, error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.agents }),
  });

  return (
    <Page title="Agents" lead="Who does the work: services that offer actions over HTTP.">
      {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Loading />}
      {list.data && (
        <AgentsView
          agents={byTrouble(list.data)}
          checking={check.isPending ? check.variables : null}
          onCheck={check.mutate}
        />
      )}
    </Page>
  );
}
