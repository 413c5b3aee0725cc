import { useSearchParams } from 'wouter';
import { usePathId } from '../shared/pathId';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { useBuilder } from './useBuilder';
import { Workbench } from './Workbench';

/** Builds a procedure: a stored one, or one from nothing. */
export function BuilderPage() {
  const id = usePathId('procedureId');
  const [search] = useSearchParams();
  const builder = useBuilder(id, search.get('version') ?? 'latest');
  if (builder.stored.isError) {
    return (
      <Page title="Builder" back={{ href: '/procedures', name: 'Procedures' }}>
        <ErrorNote error={builder.stored.error} />
      </Page>
    );
  }
  if (!builder.ready) {
    return (
      <Page title="Builder">
        <Loading />
      </Page>
    );
  }
  return <Workbench id={id} builder={builder} />;
}
