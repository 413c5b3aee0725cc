import { useOpen, useQueryState } from '../shared/hooks';
import { http } from '../shared/http';
import { Button } from '../shared/ui/Button';
import { ObjectDialog } from '../shared/ui/ObjectDialog';
import { Page } from '../shared/ui/Page';
import { Tabs } from '../shared/ui/Tabs';
import { BudgetDialog, Budgets } from './Budgets';
import { Costs } from './Costs';
import { Profiles, profileMembers } from './Profiles';
import { promptMembers, Prompts } from './Prompts';
import { Usage } from './Usage';

/** How models are asked, what they are asked, and what that took. */
export function LlmPage() {
  const [tab, setTab] = useQueryState('tab', 'profiles');
  const [adding, setAdding] = useOpen({ new: true });
  const prompts = tab === 'prompts';
  const budgets = tab === 'budgets';
  return (
    <Page
      title="Models"
      lead="Profiles say how a model is asked, prompts what it is asked, budgets what it may cost."
      actions={
        tab !== 'usage' &&
        tab !== 'costs' && (
          <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
            {prompts ? 'New prompt' : budgets ? 'New budget' : 'New profile'}
          </Button>
        )
      }
    >
      <Tabs
        name="Profiles, prompts, budgets, costs and usage"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'profiles', name: 'Profiles', content: <Profiles /> },
          { id: 'prompts', name: 'Prompts', content: <Prompts /> },
          { id: 'budgets', name: 'Budgets', content: <Budgets /> },
          { id: 'costs', name: 'Costs', content: <Costs /> },
          { id: 'usage', name: 'Usage', content: <Usage /> },
        ]}
      />
      {adding && budgets && <BudgetDialog budget={null} onClose={() => setAdding(null)} />}
      {adding && !budgets && (
        <ObjectDialog
          title={prompts ? 'New prompt' : 'New profile'}
          members={prompts ? promptMembers : profileMembers}
          initial={prompts ? {} : { enabled: true }}
          act="Create"
          done={prompts ? 'The prompt is there' : 'The profile is there'}
          spoils={['llm']}
          onSend={(body) => http.post(prompts ? '/prompts' : '/llm/profiles', body)}
          onClose={() => setAdding(null)}
        />
      )}
    </Page>
  );
}
