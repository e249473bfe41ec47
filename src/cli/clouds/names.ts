/** The service and the stage of what is made on the embedded cloud, where nobody says otherwise. */
export const DEFAULT_SERVICE = 'chordal';
export const DEFAULT_STAGE = 'dev';
