/** The end of the name of the group of schedules that run tasks: `<service>-<stage>-runs`. */
export const RUN_GROUP_ENDING = '-runs';
