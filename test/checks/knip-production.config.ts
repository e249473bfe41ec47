/** Finds the code that only tests use. A function that its own file uses may be exported for them. */
import config from '../../knip.json' with { type: 'json' };

export default { ...config, ignoreExportsUsedInFile: true };
