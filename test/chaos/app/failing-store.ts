import './clock-skew.js';
import type { EngineStore } from 'carillon';
import { Failpoints, type Arming } from '../failpoints.js';

/** The places of the engine, in whatever thread it lives. */
const failpoints = new Failpoints();
failpoints.armHere({ armings: JSON.parse(process.env['ARMED'] ?? '[]') as Arming[], seed: 1 });

export default (store: EngineStore): EngineStore => failpoints.around(store);
