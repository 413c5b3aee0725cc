import { useQueryState } from '../shared/hooks';
import { Page } from '../shared/ui/Page';
import { Tabs } from '../shared/ui/Tabs';
import { Figures } from './Figures';
import { Health } from './Health';
import { Limits } from './Limits';
import { Settings } from './Settings';

/** Health, workers, figures, settings and limits of this site. */
export function SettingsPage() {
  const [tab, setTab] = useQueryState('tab', 'health');
  return (
    <Page title="Settings" lead="How this site is and what it is set to.">
      <Tabs
        name="Parts of the settings"
        value={tab}
        onChange={setTab}
        tabs={[
          { id: 'health', name: 'Health', content: <Health /> },
          { id: 'figures', name: 'Figures', content: <Figures /> },
          { id: 'settings', name: 'Settings', content: <Settings /> },
          { id: 'limits', name: 'Limits', content: <Limits /> },
        ]}
      />
    </Page>
  );
}
