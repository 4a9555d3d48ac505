import { Module, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { AccessModule } from './access/access.module.js';
import { canBeOpen, whyClosed } from './access/access.js';
import { AnswerHeaders } from './protocol/answer-headers.js';
import { API_CONTROLLERS } from './api-controllers.js';
import { MAKE_A_KEY } from './api-key.js';
import { BulkCreator } from './jobs/bulk-creator.js';
import { BulkEditor } from './jobs/bulk-editor.js';
import { ChangePoller } from './events/change-poller.js';
import { EventStreams } from './events/event-streams.js';
import { Forecast } from './jobs/forecast.js';
import { JobDetail } from './jobs/job-detail.js';
import { JobEditor } from './jobs/job-editor.js';
import { OpenApiModule, RootOpenApiModule } from './openapi/openapi.module.js';
import { OtherMethodsModule } from './routes/other-methods.module.js';
import { Outlook } from './jobs/outlook.js';
import { RunLists } from './runs/run-lists.js';
import { TasksHttpOptions } from './tasks-http.options.js';
import { TasksLogger } from '../node/tasks-logger.js';

/** The REST API. It needs `TasksModule` in the same application. */
@Module({})
export class TasksHttpModule implements OnApplicationBootstrap {
  private readonly logger = new TasksLogger('TasksHttp');

  constructor(private readonly options: TasksHttpOptions) {}

  /** @param options what differs from the defaults of `TasksHttpOptions`, which keep it closed */
  static forRoot(options: Partial<TasksHttpOptions> = {}): DynamicModule {
    const merged = Object.assign(new TasksHttpOptions(), options);
    const access = AccessModule.for(merged);
    return {
      module: TasksHttpModule,
      imports: [
        access,
        OtherMethodsModule.for(API_CONTROLLERS, merged.prefix),
        RouterModule.register([{ path: merged.prefix, module: TasksHttpModule }]),
        ...docsOf(merged).map((docs) => docs.for(access, API_CONTROLLERS, merged.prefix)),
      ],
      controllers: [...API_CONTROLLERS],
      providers: [
        AnswerHeaders,
        BulkCreator,
        BulkEditor,
        ChangePoller,
        EventStreams,
        Forecast,
        JobDetail,
        JobEditor,
        Outlook,
        RunLists,
      ],
    };
  }

  onApplicationBootstrap(): void {
    const { keys, guards, prefix } = this.options;
    if (keys.length > 0 || guards.length > 0 || canBeOpen(this.options)) return;
    const why = whyClosed(this.options);
    this.logger.warn(`${prefix} answers 401 to everybody: ${why} Make a key with: ${MAKE_A_KEY}`);
  }
}

function docsOf({ docs }: TasksHttpOptions) {
  if (docs === false) return [];
  return docs === 'root' ? [OpenApiModule, RootOpenApiModule] : [OpenApiModule];
}
