/** When a backlog is done, with which settings: the model of `chordal cost --time`. It says the same on every machine. */
import { rampFigures, rampPage } from './support/ramp-page.ts';
import { answer, progress } from './support/section.ts';

progress('ramp: asking the model');
answer(rampFigures(), rampPage());
