/** Files for browsers: pages and what they load. */
@NullMarked
package io.rebalancer.http.page;

import org.jspecify.annotations.NullMarked;
