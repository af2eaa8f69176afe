/** Who may use the API: roles, and the tokens that prove them. */
@NullMarked
package io.rebalancer.core.access;

import org.jspecify.annotations.NullMarked;
