import { describe, expect, it } from 'vitest';
import { TriggersController } from '../jobs/triggers.controller.js';
import { ApiDescription } from './api-description.js';

const described = (url: string, forwarded?: unknown, at = '/scheduler') => {
  const description = new ApiDescription([TriggersController], '/scheduler', at);
  const { paths } = description.documentFor(url, forwarded) as { paths: object };
  return Object.keys(paths)[0];
};

describe('the paths of the description', () => {
  it.each([
    ['/scheduler/openapi.json', '/scheduler/triggers/preview'],
    ['/SCHEDULER/openapi.json?a=/b', '/scheduler/triggers/preview'],
    ['/host/v1/scheduler/openapi.json', '/host/v1/scheduler/triggers/preview'],
  ])('begin with what the host has put in front: %s', (url, path) => {
    expect(described(url)).toBe(path);
  });

  it('are the same where it is served at the root', () => {
    expect(described('/openapi.json', undefined, '')).toBe('/scheduler/triggers/preview');
  });

  it('begin with what a proxy says that it has taken away, if that is a path', () => {
    expect(described('/scheduler/openapi.json', '/team')).toBe('/team/scheduler/triggers/preview');
    for (const other of ['https://evil.example', '/a b', '//x', ['/a'], '/a/']) {
      expect(described('/scheduler/openapi.json', other)).toBe('/scheduler/triggers/preview');
    }
  });
});
