/** The operator's command line, which uses only a manager's HTTP API. */
@NullMarked
package io.rebalancer.adm;

import org.jspecify.annotations.NullMarked;
