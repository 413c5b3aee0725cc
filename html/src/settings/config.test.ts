import { expect, test } from 'vitest';
import {
  changesOf,
  faultOf,
  fieldText,
  limitGroups,
  limitText,
  placeholderOf,
  settingsOf,
  type Config,
} from './config';

const config: Config = {
  run_retention_days: 0,
  worker_concurrency: 2500,
  llm_base_url: null,
  alert_webhook_url: 'https://a.example/x',
  later: 3,
  sources: {
    run_retention_days: 'default',
    worker_concurrency: 'directive',
    llm_base_url: 'default',
    alert_webhook_url: 'runtime',
    later: 'default',
  },
  mutable: ['run_retention_days', 'llm_base_url', 'alert_webhook_url', 'later'],
  limits: {
    langorch_run_days: { value: 0, default: 0, min: 0, max: 36_500 },
    langorch_body: { value: 1_048_576, default: 1_048_576, unit: 'bytes' },
    langorch_lease: { value: 15_000, default: 15_000, unit: 'ms' },
    langorch_new: { value: 1, default: 1 },
  },
};

const of = (name: string) => settingsOf(config).find((s) => s.name === name)!;

test('only what was changed is sent, numbers as numbers and what was emptied as null', () => {
  expect(changesOf(config, {})).toEqual({});
  expect(
    changesOf(config, {
      run_retention_days: '7',
      worker_concurrency: ' 2500 ',
      llm_base_url: '',
      alert_webhook_url: ' ',
      later: '4',
    }),
  ).toEqual({ run_retention_days: 7, alert_webhook_url: null, later: 4 });
});

test('what the server would refuse is said before it is sent', () => {
  const days = config.limits.langorch_run_days;
  expect(faultOf(of('run_retention_days'), '36500', days)).toBeNull();
  expect(faultOf(of('run_retention_days'), '36501', days)).toBe('Must be from 0 to 36,500');
  expect(faultOf(of('run_retention_days'), '1.5', days)).toBe('Must be a whole number');
  expect(faultOf(of('run_retention_days'), '', days)).toBe('Must be a whole number');
  expect(faultOf(of('llm_base_url'), 'ftp://x', undefined)).toMatch(/^Must begin/);
  expect(faultOf(of('llm_base_url'), '', undefined)).toBeNull();
});

test('a setting and a limit that this console does not know are shown all the same', () => {
  expect(of('later')).toMatchObject({ label: 'Later', kind: 'count' });
  const groups = limitGroups(config.limits);
  expect(groups.map(([group]) => group)).toEqual(['Requests', 'The store', 'Runs', 'Others']);
  expect(groups.flatMap(([, names]) => names).sort()).toEqual(Object.keys(config.limits).sort());
});

test('of a key it is told only that there is one', () => {
  const key: Config = {
    ...config,
    llm_key_set: true,
    sources: { ...config.sources, llm_api_key: 'default' },
  };
  const setting = settingsOf(key).find((s) => s.name === 'llm_api_key')!;
  expect(setting.kind).toBe('secret');
  expect(fieldText(key[setting.name])).toBe('');
  expect(placeholderOf(setting, key)).toBe('there is one');
  expect(placeholderOf(setting, { ...key, llm_key_set: false })).toBe('none');
  expect(changesOf(key, { llm_api_key: 'sk-1' })).toEqual({ llm_api_key: 'sk-1' });
});

test('limits are shown in the unit that reads best', () => {
  expect(limitText(1_048_576, 'bytes')).toBe('1.0 MB');
  expect(limitText(15_000, 'ms')).toBe('15 s');
  expect(limitText(10_000, undefined)).toBe('10,000');
});
