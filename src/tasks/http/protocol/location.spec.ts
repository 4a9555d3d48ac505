import { describe, expect, it } from 'vitest';
import { locationFrom } from './location.js';

describe('locationFrom', () => {
  it('keeps whatever stands in front of the routes', () => {
    expect(locationFrom('/host/scheduler/jobs', 'jobs/daily')).toBe('/host/scheduler/jobs/daily');
    expect(locationFrom('/scheduler/jobs/?x=1', 'jobs/daily')).toBe('/scheduler/jobs/daily');
    expect(locationFrom('/scheduler/jobs/a%3Ab/run', '../../runs/7')).toBe('/scheduler/runs/7');
  });

  it('leaves an encoded id encoded', () => {
    expect(locationFrom('/scheduler/jobs', `jobs/${encodeURIComponent('a:b@ü')}`)).toBe(
      '/scheduler/jobs/a%3Ab%40%C3%BC',
    );
  });
});
