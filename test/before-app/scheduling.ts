import { ScheduleModule } from '@nestjs/schedule';

/** The one line that a host changes. */
export const scheduling = () => ScheduleModule.forRoot();
