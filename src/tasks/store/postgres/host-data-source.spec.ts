import { DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { hostDataSource, poolWarning } from './host-data-source.js';

const aDataSource = (options: object = {}) => new DataSource({ type: 'postgres', ...options });

describe('the data source of the host', () => {
  const main = aDataSource();
  const reports = aDataSource();
  const find = (token: string | typeof DataSource) => {
    const found = new Map<unknown, DataSource>([
      [DataSource, main],
      ['reportsDataSource', reports],
    ]).get(token);
    if (!found) throw new Error('Nest could not find it');
    return found;
  };

  it('is the one that was given, by itself or by its name', () => {
    expect(hostDataSource(reports, find)).toBe(reports);
    expect(hostDataSource('reports', find)).toBe(reports);
    expect(hostDataSource('default', find)).toBe(main);
  });

  it('is the default one of the application when none was given', () => {
    expect(hostDataSource(undefined, find)).toBe(main);
  });

  it('is missed by name, with the remedy', () => {
    expect(() => hostDataSource('audit', find)).toThrow(
      'Runs cannot be transactional: the application has no DataSource "audit". Import TypeOrmModule',
    );
  });
});

describe('connections for transactional runs', () => {
  it('are enough when each run can have one', () => {
    expect(poolWarning(aDataSource(), 10)).toBeNull();
    expect(poolWarning(aDataSource({ poolSize: 20 }), 20)).toBeNull();
    expect(poolWarning(aDataSource({ extra: { max: 20 } }), 20)).toBeNull();
  });

  it('are warned of when some would have to wait', () => {
    expect(poolWarning(aDataSource(), 11)).toContain('has 10 connections for up to 11');
    expect(poolWarning(aDataSource({ poolSize: 5 }), 10)).toContain('has 5 connections');
  });
});
