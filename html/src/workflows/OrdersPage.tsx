import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { exactTime } from '../shared/format';
import { usePathId } from '../shared/pathId';
import { StatusBadge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { CopyButton } from '../shared/ui/CopyButton';
import { Field, TextInput } from '../shared/ui/Field';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Facts, Page, Panel } from '../shared/ui/Page';
import { pageOf } from '../shared/ui/TextLink';
import { getOrder, makeOrder } from './api';

/** Orders that lists of steps move: one is made here, or looked up by its id. */
export function OrdersPage() {
  const id = usePathId('orderId');
  const [amount, setAmount] = useState('100');
  const [sought, setSought] = useState(id ?? '');
  const [, go] = useLocation();
  const make = useMutation({
    mutationFn: () => makeOrder(Number(amount)),
    onSuccess: (order) => {
      setSought(order.id);
      go(pageOf('orders', order.id));
    },
  });
  const one = useQuery({
    queryKey: ['orders', id],
    queryFn: () => getOrder(id ?? ''),
    enabled: id !== undefined,
    refetchInterval: 2000,
  });
  const valid = Number.isFinite(Number(amount)) && Number(amount) > 0;
  return (
    <Page
      title="Orders"
      back={{ href: '/workflows', name: 'Workflows' }}
      lead="What steps like validate_order, charge_payment and ship_order move."
    >
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Panel title="Look one up">
          <form
            className="flex items-end gap-2 px-4 py-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (sought.trim() !== '') go(pageOf('orders', sought.trim()));
            }}
          >
            <div className="min-w-0 flex-1">
              <Field label="Order id">
                {(tie) => (
                  <TextInput {...tie} value={sought} onChange={(e) => setSought(e.target.value)} />
                )}
              </Field>
            </div>
            <Button type="submit" icon="search">
              Show
            </Button>
          </form>
        </Panel>
        <Panel title="Make one">
          <form
            className="flex items-end gap-2 px-4 py-4"
            onSubmit={(event) => {
              event.preventDefault();
              if (valid) make.mutate();
            }}
          >
            <div className="min-w-0 flex-1">
              <Field label="Amount" error={valid ? null : 'More than zero'}>
                {(tie) => (
                  <TextInput
                    {...tie}
                    inputMode="decimal"
                    value={amount}
                    onChange={(e) => setAmount(e.target.value)}
                  />
                )}
              </Field>
            </div>
            <Button kind="primary" type="submit" icon="plus" busy={make.isPending}>
              Make
            </Button>
          </form>
          {make.isError && <ErrorNote error={make.error} />}
        </Panel>
      </div>
      {one.isError && <ErrorNote error={one.error} />}
      {id !== undefined && one.isPending && <Loading />}
      {one.data && (
        <Panel title="Order" actions={<StatusBadge status={one.data.status} />}>
          <Facts
            facts={[
              [
                'Id',
                <span key="id" className="inline-flex items-center">
                  <code className="break-all">{one.data.id}</code>
                  <CopyButton text={one.data.id} name="Copy the order id" />
                </span>,
              ],
              ['Amount', one.data.amount],
              ['Made', exactTime(one.data.created_at)],
              ['Changed', exactTime(one.data.updated_at)],
            ]}
          />
        </Panel>
      )}
    </Page>
  );
}
