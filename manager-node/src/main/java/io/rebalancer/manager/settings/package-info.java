/** What operators set for all jobs together: its one owner, and the copy that each manager has. */
@NullMarked
package io.rebalancer.manager.settings;

import org.jspecify.annotations.NullMarked;
