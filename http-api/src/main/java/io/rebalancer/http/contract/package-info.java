/** The contract of the manager's HTTP API, and a page that shows it. */
@NullMarked
package io.rebalancer.http.contract;

import org.jspecify.annotations.NullMarked;
