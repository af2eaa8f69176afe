/** Logins of browsers. */
@NullMarked
package io.rebalancer.http.v1.session;

import org.jspecify.annotations.NullMarked;
