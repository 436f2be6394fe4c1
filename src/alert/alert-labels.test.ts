import { describe, expect, it } from 'vitest';
import { alertLabels } from './alert-labels.ts';

const labelsOf = (text: string) => alertLabels(Buffer.from(text));

describe('the labels of an alert', () => {
  it('are its rule and its agent, wherever they stand', () => {
    const rule = '"rule":{"level":3,"description":"a \\"b\\"","id":"5710","groups":["x"]}';
    const agent = '"agent":{"id":"001","name":"web-1","ip":"10.0.0.1"}';
    const all = { ruleId: '5710', description: 'a "b"', agentId: '001', agentName: 'web-1' };
    expect(labelsOf(`{"timestamp":"x",${rule},${agent},"full_log":"y"}`)).toEqual(all);
    expect(labelsOf(`{${agent},"data":{"rule":{"id":"1"}},${rule}}`)).toEqual(all);
  });

  it('read numbers, and leave out what is no text', () => {
    expect(labelsOf('{"rule":{"id":5710,"description":["x"]},"agent":"web"}')).toEqual({
      ruleId: '5710',
    });
  });

  it('take the first of several', () => {
    expect(labelsOf('{"rule":{"id":"1","id":"2"},"rule":{"id":"3"},"agent":{}}')).toEqual({
      ruleId: '1',
    });
  });

  it.each(['', '1:place:{"rule":{"id":"1"}}', '[]', '"rule"', 'null'])(
    'are none where %j is no alert',
    (text) => {
      expect(labelsOf(text)).toEqual({});
    },
  );

  it('are what stands before the damage', () => {
    expect(labelsOf('{"rule":{"id":"1"},"agent":{"id":"0')).toEqual({ ruleId: '1' });
  });

  it('are cut where they are very long', () => {
    expect(labelsOf(`{"rule":{"id":"${'9'.repeat(9999)}"}}`).ruleId).toHaveLength(500);
  });

  it('need nothing that follows them', () => {
    const text = '{"rule":{"id":"1"},"agent":{"id":"2"},broken';
    expect(labelsOf(text)).toEqual({ ruleId: '1', agentId: '2' });
  });
});
