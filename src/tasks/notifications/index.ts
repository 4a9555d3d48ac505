export type { Message } from './message.js';
export { TasksNotificationsModule } from './tasks-notifications.module.js';
export {
  TasksNotificationsOptions,
  type PingUrls,
  type Webhook,
} from './tasks-notifications.options.js';
