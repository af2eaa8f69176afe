/** The operator's command line; it knows a manager by its HTTP API only. */
@NullMarked
package io.rebalancer.adm;

import org.jspecify.annotations.NullMarked;
