/** The XDP programs of Debian's xdp-tools against the kernel. */
import { describeParity } from '../support/parity.js';
import { xdpToolsObjects } from '../support/xdp_tools.js';

const objects = xdpToolsObjects();
if (objects.length === 0) console.warn('skipped: xdp-tools: it is not installed (Debian: apt install xdp-tools)');
else describeParity('xdp-tools', objects);
