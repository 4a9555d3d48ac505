import { Get, Query } from '@nestjs/common';
import { ApiController } from '../access/api-controller.decorator.js';
import { Requires } from '../access/requires.decorator.js';
import { checkedBy } from '../protocol/input.pipe.js';
import { Operation } from '../protocol/operation.decorator.js';
import { forecastQuerySchema, forecastSchema, type ForecastQueryDto } from './forecast.dto.js';
import { Forecast } from './forecast.js';

/** Which jobs will fire when, and which of them at once. */
@ApiController('forecast')
export class ForecastController {
  constructor(private readonly forecast: Forecast) {}

  @Get()
  @Requires('viewer')
  @Operation({
    summary: 'How often jobs fire in each hour or day that is to come',
    answers: { 200: forecastSchema },
    problems: [422],
    examples: [
      { title: 'The next day, hour by hour', status: 200 },
      {
        title: 'By the days of a zone',
        query: { by: 'day', timeZone: 'Europe/Berlin' },
        status: 200,
      },
      {
        title: 'A range that is too long',
        query: { from: '2027-01-01T00:00:00Z', to: '2028-01-01T00:00:00Z' },
        status: 422,
      },
    ],
  })
  ahead(@Query(checkedBy(forecastQuerySchema)) query: ForecastQueryDto) {
    return this.forecast.of(query);
  }
}
