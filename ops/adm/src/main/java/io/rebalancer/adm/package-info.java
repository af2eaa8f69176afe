/** The operator's command line. It uses a manager's HTTP API, and verifies certificates offline. */
@NullMarked
package io.rebalancer.adm;

import org.jspecify.annotations.NullMarked;
