/** `npm run pack`: the library's package, in `dist/package`. */
import { rootFolder } from '../chaos/root-folder.js';
import { makePackage } from './make-package.js';

console.log(`The package is in ${makePackage(rootFolder())}: "npm publish" there publishes it.`);
