import { Reflector } from '@nestjs/core';
import type { ApiRole } from '../api-key.js';

/**
 * `anyone`: no credential is needed, as where one is handed in. `page`: nor is one for a page that holds
 * no data; links of other sites, such as those in mail, lead to it, and it asks for the data by itself.
 */
export type Requirement = ApiRole | 'anyone' | 'page';

/**
 * The role that a handler needs. A handler without it is closed to everybody.
 *
 * | role       | may                                                                           |
 * | ---------- | ----------------------------------------------------------------------------- |
 * | `viewer`   | read everything, secrets in payloads and results blotted out                  |
 * | `operator` | also run jobs, cancel and repeat runs, pause and resume jobs and the cluster  |
 * | `admin`    | also make, change and remove jobs, and start, stop and drain nodes            |
 */
export const Requires = Reflector.createDecorator<Requirement>();
